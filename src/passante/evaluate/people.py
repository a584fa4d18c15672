"""People whose voices are attacked, and others to learn from, all through one channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from passante.evaluate.pictures import chosen, table
from passante.evaluate.sounds import RATE_HZ, Sound, channelled, load

_LONGEST = 5 * RATE_HZ
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


def cast(folder: Path, *, quick: bool, seed: int) -> Cast:
    """Everybody with two recordings or more: up to five to know them by, up to five to tell."""
    files: dict[str, list[str]] = {}
    for row in table(folder, "speech/utterances.csv"):
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
    rows = chosen(table(folder, "speech/attacker_train.csv"), 16 if quick else 130, seed)
    return Cast(enrolled, asked, [*_healthy(folder, [row["file"] for row in rows], len(rows))])


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
