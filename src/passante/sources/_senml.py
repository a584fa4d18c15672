"""SenML (RFC 8428): packs of records that share what stands before them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

_VERSION = 10
_RELATIVE = 2**28
"""Times below this are seconds from now (section 4.5.3)."""
_BASE = {"bn", "bt", "bu", "bv", "bs", "bver"}
_OWN = {"n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"}


@dataclass(frozen=True, slots=True)
class Record:
    """One record, resolved."""

    name: str
    unit: str | None
    value: float
    at_s: float
    """Since 1970 UTC."""


@dataclass(slots=True)
class _Shared:
    """What the records before have said for all that follow."""

    name: str = ""
    unit: str | None = None
    time_s: float = 0.0
    value: float = 0.0
    version: int = _VERSION
    # Any: a record is JSON until it has been looked at
    seen: dict[str, Any] = field(default_factory=dict)


def records(pack: bytes, *, now_s: float) -> Iterator[Record | ValueError]:
    """The records of a pack, each resolved, or why it is none.

    Args:
        pack: JSON.
        now_s: Since 1970 UTC; for times that count from now.

    Raises:
        ValueError: It is no pack at all.
    """
    try:
        listed = msgspec.json.decode(pack)
    except msgspec.DecodeError as error:
        raise ValueError("pack is no JSON") from error
    if not isinstance(listed, list) or not listed:
        raise ValueError("pack is no list of records")
    shared = _Shared()
    for one in listed:
        try:
            found = _resolve(one, shared, now_s)
        except ValueError as error:
            yield error
            continue
        if found is not None:
            yield found


# Any: as above.
def _resolve(one: Any, shared: _Shared, now_s: float) -> Record | None:
    if not isinstance(one, dict):
        raise ValueError("record is no object")
    must = [name for name in one if name.endswith("_") and name not in _BASE | _OWN]
    if must:
        raise ValueError("record has a field that must be understood and is not")
    shared.name = _text(one, "bn", shared.name) or ""
    shared.unit = _text(one, "bu", shared.unit)
    shared.time_s = _number(one, "bt", shared.time_s)
    shared.value = _number(one, "bv", shared.value)
    shared.version = int(_number(one, "bver", shared.version))
    if shared.version > _VERSION:
        raise ValueError("record is of a newer version")
    kinds = {"v", "vs", "vb", "vd"} & set(one)
    if len(kinds) > 1:
        raise ValueError("record has several values")
    if not kinds and "s" not in one:
        return None  # only says what is shared
    if kinds != {"v"}:
        raise ValueError("record has no number")
    name = shared.name + (_text(one, "n", "") or "")
    if not name:
        raise ValueError("record has no name")
    at_s = shared.time_s + _number(one, "t", 0.0)
    if at_s < _RELATIVE:
        at_s += now_s
    value = shared.value + _number(one, "v", 0.0)
    return Record(name, _text(one, "u", shared.unit), value, at_s)


def _text(one: dict[str, Any], name: str, other: str | None) -> str | None:
    found = one.get(name, other)
    if found is not None and not isinstance(found, str):
        raise ValueError(f'record\'s "{name}" is no text')
    return found


def _number(one: dict[str, Any], name: str, other: float) -> float:
    found = one.get(name, other)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise ValueError(f'record\'s "{name}" is no number')
    return float(found)
