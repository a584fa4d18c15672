"""The part of docs/settings.md about `zones.toml`, from the dataclasses that read it."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from enum import StrEnum
from itertools import pairwise
from typing import Any

from passante.analyse import zones

OPENING = """\
What `passante watch` tells, and where, is a TOML file that the camera's operator writes, best on a
still: `passante zones VIDEO -o page.html` makes a page to click it on. Every key has a default
but those marked required; an unknown key is an error that names the nearest known one. Without a
file, falls, people who lie, several who run and the camera itself are watched for everywhere."""

EXAMPLE = """\
place = "via-belenzani"
bucket_s = 900

[ground]                       # four points of the street, measured on the spot or on a map
image = [[0.18, 0.42], [0.71, 0.40], [0.98, 0.95], [0.03, 0.97]]
metres = [[0, 0], [12, 0], [12, 25], [0, 25]]

[[line]]
name = "north"
points = [[0.2, 0.45], [0.8, 0.45]]
forward = "out"
backward = "in"

[[zone]]
name = "square"
polygon = [[0.2, 0.4], [0.7, 0.4], [0.9, 0.95], [0.1, 0.95]]
[zone.fall]
[zone.running]
[zone.crowding]
density = 2.0

[[zone]]
name = "bus-lane"
polygon = [[0.75, 0.4], [0.85, 0.4], [1.0, 0.9], [0.92, 0.95]]
of = ["vehicle"]
queue = true
[zone.stopped]
after_s = 20
[zone.wrong_way]
towards = [[0.8, 0.45], [0.95, 0.9]]"""

TABLES = (
    ("the file itself", zones.Zones),
    ("[ground]", zones.GroundPoints),
    ("[camera]", zones.CameraRules),
    ("[[line]]", zones.LineDrawn),
    ("[[zone]]", zones.ZoneDrawn),
    ("[zone.fall]", zones.FallRule),
    ("[zone.running]", zones.RunningRule),
    ("[zone.crowding]", zones.CrowdingRule),
    ("[zone.loitering]", zones.LoiteringRule),
    ("[zone.wrong_way]", zones.WrongWayRule),
    ("[zone.carriageway]", zones.CarriagewayRule),
    ("[zone.stopped]", zones.StoppedRule),
    ("[zone.forbidden]", zones.ForbiddenRule),
    ("[zone.left]", zones.LeftRule),
)


def sections() -> list[str]:
    """Headings, words and tables."""
    docs = _docs()
    parts = ["## zones.toml", OPENING, f"```toml\n{EXAMPLE}\n```"]
    for title, kind in TABLES:
        opening = " ".join((inspect.getdoc(kind) or "").split())
        rows = [_row(field, docs.get((kind.__name__, field.name), "")) for field in _fields(kind)]
        table = "\n".join(["| key | default | meaning |", "| --- | --- | --- |", *rows])
        parts += [f"### {title}", opening, table]
    return parts


# Any: a dataclass's field may be of any type.
def _fields(kind: type) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(kind)


def _row(field: dataclasses.Field[Any], meaning: str) -> str:
    words = _words(field.default)
    return f"| `{field.name}` | {_shown(field)} | {meaning}{words} |"


def _words(default: object) -> str:
    """The words of a closed set, each with what it means."""
    if not isinstance(default, StrEnum):
        return ""
    docs = _docs()
    kind = type(default)
    told = [f'`"{word}"`: {docs.get((kind.__name__, word.name), "")}' for word in kind]
    return " " + " ".join(text.rstrip(": ") + ("" if text.endswith(".") else ".") for text in told)


def _shown(field: dataclasses.Field[Any]) -> str:
    default = field.default
    if default is dataclasses.MISSING:
        return "a table" if field.default_factory is not dataclasses.MISSING else "required"
    if default is None or default == ():
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple):
        return "`[" + ", ".join(f'"{one}"' for one in default) + "]`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"


def _docs() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for kind in ast.parse(inspect.getsource(zones)).body:
        if not isinstance(kind, ast.ClassDef):
            continue
        for node, after in pairwise(kind.body):
            match node:
                case (
                    ast.AnnAssign(target=ast.Name(id=name))
                    | ast.Assign(targets=[ast.Name(id=name)])
                ):
                    pass
                case _:
                    continue
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                found[kind.name, name] = " ".join(str(after.value.value).split())
    return found
