"""What a run has found out already, so that one that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from passante.core.errors import SinkError

Value = TypeVar("Value")


def _made_with() -> str:
    """sha256 over the source of all of `compress`: a result is worth what made it."""
    whole = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*.py")):
        whole.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


class Cache:
    """Results in a folder, under a hash of everything that they depend on."""

    def __init__(self, folder: Path, *, made_with: str | None = None) -> None:
        """Look into a folder.

        Args:
            folder: Where results are kept.
            made_with: What makes them, in a word; None: a hash of the source of `compress`.

        Raises:
            SinkError: There can be no such folder.
        """
        there = next(place for place in (folder, *folder.parents) if place.exists())
        if not there.is_dir():
            raise SinkError(f"{folder.parent}: cannot be written: {there.name} is no folder")
        self._folder = folder
        self._made_with = _made_with() if made_with is None else made_with
        self.reused = 0
        """How many results were there already."""

    def get(self, kind: type[Value], key: tuple[str, ...], make: Callable[[], Value]) -> Value:
        """The result of this key: that of an earlier run, else what `make` gives now.

        Args:
            kind: What the result is; what JSON can hold.
            key: Everything it depends on, in words.
            make: Called where there is no result yet.

        Raises:
            SinkError: It cannot be kept.
        """
        name = hashlib.sha256("\0".join((self._made_with, *key)).encode()).hexdigest()[:32]
        path = self._folder / f"{name}.json"
        try:
            value = msgspec.json.decode(path.read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError):
            value = make()
            self._keep(path, msgspec.json.encode(value))
        else:
            self.reused += 1
        return value

    def _keep(self, path: Path, text: bytes) -> None:
        beside = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(text)
            beside.replace(path)
        except OSError as error:
            raise SinkError(f"{path}: cannot be written: {error.strerror}") from error
