"""Reading a number plate over all frames on which a vehicle is seen.

One picture in which a plate can be read is a leak, however well all others are hidden. What is
tried on each vehicle:

- best frame: every frame is read by itself, and one of them is right;
- vote: of all readings, the one that is nearest to all others;
- laid over each other: the plates of all frames, brought to one size, as one mean picture. What a
  method leaves differs from frame to frame, what it hides does not: a mean of many blocks shows
  more than any of them;
- restored: the same mean, put through a filter that was learnt from what the method makes of other
  vehicles (see `restore`).

Whoever cannot read a plate may still know it again: `told again` compares what is left of it on
late frames with what is left of everybody's on early ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from passante.core.geometry import Box
from passante.evaluate.attacks.read_plate import Reader, distance, is_read, line_of, plain
from passante.evaluate.attacks.reidentify import Vectors, nearest, unit
from passante.evaluate.attacks.restore import Line, filtered, learnt_filter, taught
from passante.evaluate.drives import Drive, seen
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Rate
from passante.evaluate.results import Finding, Section, Subject
from passante.evaluate.threat import Knows, ThreatModel, Wants

_SIZE = (192, 48)
"""Columns and rows of a plate that is laid over others."""
_CORE = 0.96
"""Share of a plate's box, across and down, that holds nothing but the plate."""
_FOLDS = 4
"""Each part of the vehicles is restored by what was learnt from the other parts."""
_FINE = 1000
_SMALL = (64, 16)
"""Columns and rows of a plate that is compared with others."""
WAYS = ("best frame", "vote", "laid over each other", "restored")


@dataclass(frozen=True, slots=True)
class Readings:
    """What an attacker reads of one vehicle."""

    each: tuple[str, ...]
    """Of every frame."""
    mean: str
    """Of all frames laid over each other."""
    restored: str = ""
    """Of the same, put through a filter."""

    def tries(self, way: str) -> tuple[str, ...]:
        """The texts one of which must be right."""
        match way:
            case "best frame":
                return self.each
            case "vote":
                return (voted(self.each),)
            case "restored":
                return (self.restored,)
            case _:
                return (self.mean,)


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """What there is to see of one vehicle."""

    each: tuple[str, ...]
    """What is read on every frame."""
    mean: Picture
    """All frames laid over each other."""
    early: Vectors
    """(1, values): what is left of the plate on the first half of the frames."""
    late: Vectors
    """The same of the second half."""


def voted(texts: Sequence[str]) -> str:
    """The text that is nearest to all others; "" where nothing was read."""
    some = [plain(text) for text in texts if plain(text)]
    return min(some, key=lambda one: sum(distance(one, other) for other in some), default="")


def look(path: Path, drive: Drive, reader: Reader) -> Passed:
    """Look at a version of a drive."""
    each, lines, plates = [], [], []
    for pixels, box in seen(path, drive):
        line = line_of(pixels, box)
        each.append(reader.read(line))
        lines.append(cv2.resize(line, _SIZE, interpolation=cv2.INTER_CUBIC))
        small = cv2.resize(_inside(pixels, box), _SMALL, interpolation=cv2.INTER_AREA)
        plates.append(np.asarray(small, np.uint8))
    mean: Picture = np.mean(lines, axis=0).round().astype(np.uint8)
    half = len(plates) // 2
    early, late = (_vector(part) for part in (plates[:half], plates[half:]))
    return Passed(tuple(each), mean, early, late)


def _inside(pixels: Picture, box: Box) -> Picture:
    """The plate and nothing around it."""
    area = box.scaled(_CORE).cover(pixels.shape[1], pixels.shape[0])
    if area is None:
        return np.zeros((1, 1, 3), np.uint8)
    return pixels[area.top : area.bottom, area.left : area.right]


def _vector(plates: Sequence[Picture]) -> Vectors:
    grey = np.mean(plates, axis=(0, 3)).reshape(1, -1)
    return unit((grey - grey.mean()) / (grey.std() + 1))


def read(passed: Sequence[Passed], clear: Sequence[Passed], reader: Reader) -> list[Readings]:
    """Read vehicles, each restored by what was learnt from the others.

    Args:
        passed: As a method leaves them.
        clear: The same vehicles untouched: an attacker has vehicles of his own.
        reader: Reads.
    """
    lines = [_line(one.mean) for one in passed]
    lessons = [taught(line, _line(one.mean)) for line, one in zip(lines, clear, strict=True)]
    restored = [""] * len(passed)
    for fold in range(_FOLDS):
        own = range(fold, len(passed), _FOLDS)
        others = [lesson for n, lesson in enumerate(lessons) if n not in own]
        if not others:
            continue
        weights = learnt_filter(np.sum(others, axis=0))
        for n in own:
            restored[n] = reader.read(filtered(lines[n], weights))
    return [
        Readings(one.each, reader.read(one.mean), text)
        for one, text in zip(passed, restored, strict=True)
    ]


def _line(picture: Picture) -> Line:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) / np.float32(255), np.float32)


def attack(
    drives: Sequence[Drive],
    versions: Sequence[tuple[Subject, Callable[[Drive], Path]]],
    reader: Reader,
    tell: Callable[[str], None],
) -> list[Finding]:
    """The reader on every version of every drive, and whether vehicles are known again."""
    bare = [look(drive.clip.path, drive, reader) for drive in drives]
    clear = read(bare, bare, reader)
    findings = []
    for subject, make in versions:
        tell(f"plates that pass: {subject.name}")
        passed = [look(make(drive), drive, reader) for drive in drives]
        hidden = read(passed, bare, reader)
        findings += [
            _reading(drives, reader.name, subject, hidden=hidden, clear=clear, way=way)
            for way in WAYS
        ]
        findings.append(_again(subject, passed, bare))
    return findings


def _reading(
    drives: Sequence[Drive],
    reader: str,
    subject: Subject,
    *,
    hidden: Sequence[Readings],
    clear: Sequence[Readings],
    way: str,
) -> Finding:
    knows, has = Knows.NOTHING, "every frame, the place of every plate, a reader"
    if way == "restored":
        knows, has = Knows.SAMPLE, f"{has}, and other vehicles hidden and untouched"
    return Finding(
        section=Section.PLATES,
        attack=f"{reader} over a track, {way}",
        threat=ThreatModel(Wants.PLATE, knows, has),
        subject=subject,
        rate=_rate(drives, hidden, way),
        control=_rate(drives, clear, way),
        baseline=_guess(drives, clear, way),
        of=f"vehicles of {len(drives)} that pass, read with at most 1 character wrong",
    )


def _again(subject: Subject, passed: Sequence[Passed], bare: Sequence[Passed]) -> Finding:
    return Finding(
        section=Section.PLATES,
        attack="plate told again, without reading",
        threat=ThreatModel(
            Wants.LINK, Knows.SAMPLE, "output of every vehicle earlier, the place of every plate"
        ),
        subject=subject,
        rate=_known(passed),
        control=_known(bare),
        baseline=Rate.of(_FINE, _FINE * max(1, len(passed))),
        of=f"{len(passed)} vehicles known again on late frames from early ones by what is left of "
        "their plates",
    )


def _known(passed: Sequence[Passed]) -> Rate:
    early = np.concatenate([one.early for one in passed])
    late = np.concatenate([one.late for one in passed])
    return Rate.of(int((nearest(early, late) == np.arange(len(passed))).sum()), len(passed))


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
