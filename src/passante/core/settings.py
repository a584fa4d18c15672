"""Reading a TOML table into a frozen dataclass; an unknown key is an error with the nearest one."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from passante.core.errors import SettingsError

Record = TypeVar("Record")


def read(table: Mapping[str, Any], kind: type[Record], *, where: str) -> Record:
    """The dataclass `kind` with the values of `table`, nested tables and lists included.

    Args:
        table: As parsed from TOML. Any: a table holds whatever its file says until it is read.
        kind: A dataclass. Its checks in `__post_init__` raise ValueError.
        where: Name of the file or table, for messages.

    Raises:
        SettingsError: A key is unknown or missing, or a value is wrong.
    """
    _refuse_unknown(table, kind, where)
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where}: {error}") from error


def read_file(path: Path, kind: type[Record], *, what: str) -> Record:
    """The dataclass `kind` with the values of the TOML file at `path`.

    Args:
        path: Of the file, UTF-8.
        kind: As in `read`.
        what: What the file holds, for messages: "the rules".

    Raises:
        SettingsError: It cannot be read, a key is unknown or missing, or a value is wrong.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"{path.name}: {what} cannot be read", hint="is it a TOML file, and readable?"
        ) from error
    return read(table, kind, where=path.name)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint for a word that is not one of `known`: the nearest one, else all of them."""
    words = sorted(known)
    match = difflib.get_close_matches(word.casefold(), words, n=1, cutoff=0.5)
    return f'did you mean "{match[0]}"?' if match else "known are: " + ", ".join(words)


# Any: a value of the file and the annotation that it is to have, either of which may be anything.
def _refuse_unknown(value: Any, kind: Any, where: str) -> None:
    if dataclasses.is_dataclass(kind) and isinstance(value, Mapping):
        fields = {field.name for field in dataclasses.fields(kind)}
        annotations = typing.get_type_hints(kind)
        for key, inner in value.items():
            if key not in fields:
                raise SettingsError(f'{where}: unknown key "{key}"', hint=nearest(key, fields))
            _refuse_unknown(inner, annotations[key], f"{where}, {key}")
        return
    inner_kinds = typing.get_args(kind)
    if isinstance(value, Mapping) and typing.get_origin(kind) is dict:
        for key, inner in value.items():
            _refuse_unknown(inner, inner_kinds[1], f"{where}, {key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            for inner_kind in inner_kinds:
                _refuse_unknown(inner, inner_kind, f"{where} {number}")
    else:
        for inner_kind in inner_kinds:
            _refuse_unknown(value, inner_kind, where)
