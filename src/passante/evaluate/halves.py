"""Recordings of events in two halves: on one everything is fixed, on the other it is scored.

Recordings of one origin (`group`) stay together. The same rule serves training and evaluation.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from passante.core.names import EventKind
from passante.evaluate.pictures import table
from passante.evaluate.sounds import Sound, load

KIND_OF = {
    "gunshot": EventKind.BANG,
    "explosion": EventKind.EXPLOSION,
    "glass_break": EventKind.GLASS,
    "siren": EventKind.SIREN,
    "alarm_clock": EventKind.ALARM,
    "fire_crackling": EventKind.FIRE,
    "dog_bark": EventKind.DOG,
    "baby_cry": EventKind.BABY_CRY,
}
"""Label of a recording -> what it is for us; all others are none of our kinds."""


_WITH_A_SIREN = {"sonyc_61-70968-0035__11_004030.flac"}
"""Streets that are not empty of our kinds: a police car passes."""


class Half(StrEnum):
    """What a recording is used for."""

    FIX = "fix"
    """To learn, and to set thresholds."""
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording of one sound."""

    path: Path
    label: str
    kind: EventKind | None
    group: str
    half: Half


def recordings(folder: Path) -> list[Recording]:
    """All recordings of events in a data folder, each with its half."""
    rows = [
        (folder / "events" / row["file"], row["label"], row["group"] or row["file"])
        for row in table(folder, "events/events.csv")
    ]
    half = halves((label, group) for _, label, group in rows)
    return [
        Recording(path, label, KIND_OF.get(label), group, half[group])
        for path, label, group in rows
    ]


def halves(rows: Iterable[tuple[str, str]]) -> dict[str, Half]:
    """Group -> half, for (label, group) of every recording.

    Groups are dealt out from the largest on, each to the half that has fewer recordings of its
    labels; where both have as many, by a hash of its name.
    """
    labels: dict[str, Counter[str]] = {}
    for label, group in rows:
        labels.setdefault(group, Counter())[label] += 1
    order = sorted(labels, key=lambda group: (-labels[group].total(), _hash(group)))
    have: dict[Half, Counter[str]] = {half: Counter() for half in Half}
    dealt: dict[str, Half] = {}
    for group in order:
        counts = {
            half: sum(count * have[half][label] for label, count in labels[group].items())
            for half in Half
        }
        fix, score = counts[Half.FIX], counts[Half.SCORE]
        if fix == score:
            half = Half.FIX if _hash(group) % 2 else Half.SCORE
        else:
            half = Half.FIX if fix < score else Half.SCORE
        dealt[group] = half
        have[half].update(labels[group])
    return dealt


def _hash(group: str) -> int:
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big")


def beds(folder: Path, half: Half) -> list[Sound]:
    """The sound of streets at 16 kHz: the first half of every scene to fix on, the second to score.

    Those where somebody reads aloud are among them; one in which a siren passes is not.
    """
    cut = []
    for row in table(folder, "scenes/scenes.csv"):
        if row["file"] in _WITH_A_SIREN:
            continue
        sound = load(folder / "scenes" / row["file"])
        middle = sound.size // 2
        cut.append(sound[:middle] if half is Half.FIX else sound[middle:])
    return cut
