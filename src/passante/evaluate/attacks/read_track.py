"""Reading a number plate over all frames on which a vehicle is seen.

One picture in which a plate can be read is a leak, however well all others are hidden. What is
tried on each vehicle:

- best frame: every frame is read by itself, and one of them is right;
- vote: of all readings, the one that is nearest to all others;
- laid over each other: the plates of all frames, brought to one size, as one mean picture. What a
  method leaves differs from frame to frame, what it hides does not: a mean of many blocks shows
  more than any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from passante.evaluate.attacks.read_plate import Reader, distance, is_read, line_of, plain
from passante.evaluate.drives import Drive, seen
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Rate
from passante.evaluate.results import Finding, Section, Subject
from passante.evaluate.threat import Knows, ThreatModel, Wants

_SIZE = (192, 48)
"""Columns and rows of a plate that is laid over others."""
WAYS = ("best frame", "vote", "laid over each other")


@dataclass(frozen=True, slots=True)
class Readings:
    """What an attacker makes of one vehicle."""

    each: tuple[str, ...]
    """Of every frame."""
    mean: str
    """Of all frames laid over each other."""

    def tries(self, way: str) -> tuple[str, ...]:
        """The texts one of which must be right."""
        match way:
            case "best frame":
                return self.each
            case "vote":
                return (voted(self.each),)
            case _:
                return (self.mean,)


def voted(texts: Sequence[str]) -> str:
    """The text that is nearest to all others; "" where nothing was read."""
    some = [plain(text) for text in texts if plain(text)]
    return min(some, key=lambda one: sum(distance(one, other) for other in some), default="")


def read(path: Path, drive: Drive, reader: Reader) -> Readings:
    """Read a version of a drive."""
    each, sum_ = [], np.zeros((_SIZE[1], _SIZE[0], 3), np.float64)
    for pixels, box in seen(path, drive):
        line = line_of(pixels, box)
        each.append(reader.read(line))
        sum_ += cv2.resize(line, _SIZE, interpolation=cv2.INTER_CUBIC)
    mean: Picture = (sum_ / max(1, len(each))).round().astype(np.uint8)
    return Readings(tuple(each), reader.read(mean))


def attack(
    drives: Sequence[Drive],
    versions: Sequence[tuple[Subject, Callable[[Drive], Path]]],
    reader: Reader,
    tell: Callable[[str], None],
) -> list[Finding]:
    """The reader on every version of every drive."""
    clear = [read(drive.clip.path, drive, reader) for drive in drives]
    findings = []
    for subject, make in versions:
        tell(f"plates that pass: {subject.name}")
        hidden = [read(make(drive), drive, reader) for drive in drives]
        findings += [
            Finding(
                section=Section.PLATES,
                attack=f"{reader.name} over a track, {way}",
                threat=ThreatModel(
                    Wants.PLATE, Knows.NOTHING, "every frame, the place of every plate, a reader"
                ),
                subject=subject,
                rate=_rate(drives, hidden, way),
                control=_rate(drives, clear, way),
                baseline=_guess(drives, clear, way),
                of=f"vehicles of {len(drives)} that pass, read with at most 1 character wrong",
            )
            for way in WAYS
        ]
    return findings


def _rate(drives: Sequence[Drive], readings: Sequence[Readings], way: str) -> Rate:
    hits = sum(
        any(is_read(drive.answer, text) for text in one.tries(way))
        for drive, one in zip(drives, readings, strict=True)
    )
    return Rate.of(hits, len(drives))


def _guess(drives: Sequence[Drive], clear: Sequence[Readings], way: str) -> Rate:
    """Whatever can be read off any other vehicle."""
    tries = [
        any(is_read(drive.answer, text) for text in one.tries(way))
        for drive in drives
        for other, one in zip(drives, clear, strict=True)
        if drive.answer != other.answer
    ]
    return Rate.of(sum(tries), len(tries))
