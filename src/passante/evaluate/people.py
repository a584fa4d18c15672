"""People whose voices are attacked, and others to learn from, all through one channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from passante.evaluate.pictures import chosen, table
from passante.evaluate.sounds import RATE_HZ, Sound, channelled, load

_LONGEST = 4 * RATE_HZ
_SHORTEST_S = 1.5
_MOST = 5
_BROKEN = 0.3
"""Root mean square from which a recording is noise at full scale: some files of TIMIT hold nothing
else. Speech has less than 0.2."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Recordings of people to tell, and of others to learn from."""

    enrolled: dict[str, list[Sound]]
    asked: dict[str, list[Sound]]
    others: list[Sound]
    """One of each person."""
    sexes: dict[str, str]
    """Name -> F or M, of those of whom it is known."""
    languages: list[tuple[str, Sound]]
    """Recordings of one person who speaks two languages, and which."""
    tongues: dict[str, str] = field(default_factory=dict)
    """Name -> language of all their recordings; "" of who speaks several."""


def cast(folder: Path, *, quick: bool, seed: int) -> Cast:
    """Everybody with two recordings or more: up to five to know them by, up to five to tell."""
    files: dict[str, list[str]] = {}
    known = table(folder, "speech/utterances.csv")
    for row in known:
        # digits are too short to know anybody by
        if float(row["duration_s"]) >= _SHORTEST_S and not row["speaker"].startswith("fsdd"):
            files.setdefault(row["speaker"], []).append(row["file"])
    most = 2 if quick else _MOST
    enrolled, asked = {}, {}
    for name in chosen(sorted(files), 8, seed) if quick else sorted(files):
        order = chosen(sorted(files[name]), len(files[name]), seed)
        heard = [*_healthy(folder, order, 2 * most)]
        if len(heard) < 4:
            continue
        half = min(most, len(heard) // 2)
        enrolled[name], asked[name] = heard[:half], heard[half : 2 * half]
    rows = chosen(table(folder, "speech/attacker_train.csv"), 12 if quick else 130, seed)
    others = [*_healthy(folder, [row["file"] for row in rows], len(rows))]
    sexes = {row["speaker"]: row["sex"] for row in known if row["sex"] and row["speaker"] in asked}
    bilingual = _bilingual(folder, known, 0 if quick else 28)
    return Cast(enrolled, asked, others, sexes, bilingual, _tongues(known))


def _tongues(rows: list[dict[str, str]]) -> dict[str, str]:
    known: dict[str, str] = {}
    for row in rows:
        if known.setdefault(row["speaker"], row["language"]) != row["language"]:
            known[row["speaker"]] = ""
    return known


def _bilingual(folder: Path, rows: list[dict[str, str]], most: int) -> list[tuple[str, Sound]]:
    """Recordings of whoever speaks two languages, two of each in turn."""
    spoken: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        spoken.setdefault(row["speaker"], {}).setdefault(row["language"], []).append(row["file"])
    both = next((one for one in spoken.values() if len(one) == 2), {})
    each = min((len(files) for files in both.values()), default=0)
    turns = [
        (language, files[at + part])
        for at in range(0, each - 1, 2)
        for language, files in both.items()
        for part in (0, 1)
    ]
    return [
        (language, channelled(load(folder / "speech" / file)[:_LONGEST]))
        for language, file in turns[:most]
    ]


def _healthy(folder: Path, files: list[str], most: int) -> Iterator[Sound]:
    """The first recordings of these that hold speech."""
    for file in files:
        if most == 0:
            return
        sound = load(folder / "speech" / file)[:_LONGEST]
        if not broken(sound):
            most -= 1
            yield channelled(sound)


def broken(sound: Sound) -> bool:
    """Whether a file holds noise at full scale instead of a recording."""
    return float(np.sqrt((sound**2).mean())) > _BROKEN
