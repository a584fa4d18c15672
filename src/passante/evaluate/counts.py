"""The part about use: counting inside the line, and what others still count on protected video."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from passante.analyse.persons import PersonFinder
from passante.analyse.zones import Zones
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.evaluate import movement
from passante.evaluate.footage import Clip, clips, frames, vehicle_clips
from passante.evaluate.leakage import Leaks, heads_of, measure
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Rate
from passante.evaluate.replay import watch
from passante.evaluate.results import PEOPLE_FOUND, Figure, Result, Section, Subject
from passante.evaluate.settings import Settings, Tell
from passante.evaluate.tracks import score
from passante.evaluate.utility import Counts, Found, Quality, count, moved_ms, quality
from passante.evaluate.versions import untouched, versions
from passante.inside.video import View
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession

_SURE = 0.4
"""Score from which somebody counts."""
_GREY = 114
_MULTIPLE = 32
_STEP, _QUICK_STEP = 5, 15
"""Every so manieth frame is counted on and looked at."""


class FinderCounter:
    """Counts with our own finder of people and vehicles, on the whole picture at its own size."""

    def __init__(self, finder: PersonFinder) -> None:
        self._finder = finder

    def find(self, pixels: Picture) -> list[tuple[Kind, Box]]:
        """People and vehicles, px."""
        high, wide = (-(-size // _MULTIPLE) * _MULTIPLE for size in pixels.shape[:2])
        canvas = np.full((high, wide, 3), _GREY, np.uint8)
        canvas[: pixels.shape[0], : pixels.shape[1]] = pixels
        seen = self._finder.look(View(canvas, 1.0, Box(0, 0, wide, high), 0))
        return [
            (kind, Box(*(float(edge) for edge in box)))
            for kind, box, score in zip(seen.kinds, seen.boxes, seen.scores, strict=True)
            if score >= _SURE
        ]


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """Our own counts; then counts, quality and times for every policy and for writing it again."""
    yield from movement.run(settings, tell)
    finder = PersonFinder(OnnxSession(store.find(DEFAULTS["find.person"])))
    counter = FinderCounter(finder)
    recordings = [
        *clips(settings.folder, quick=settings.quick),
        *vehicle_clips(settings.folder, quick=settings.quick),
    ]
    step = _QUICK_STEP if settings.quick else _STEP
    known: dict[str, dict[int, Found]] = {clip.name: {} for clip in recordings}
    for version in (untouched(settings), *versions(settings)):
        tell(f"counts: {version.subject.name}")
        made = [(clip, version.make(clip)) for clip in recordings]
        counts = [
            count(
                frames(clip.path), frames(path), clip.people, counter, step=step,
                known=known[clip.name],
            )
            for clip, path in made
        ]  # fmt: skip
        yield from _figures(version.subject, made, counts, step, settings.seed)
        yield from _followed(version.subject, made, finder)


def _followed(
    subject: Subject, made: Sequence[tuple[Clip, Path]], finder: PersonFinder
) -> Iterator[Figure]:
    """How well people can still be followed by whoever gets the recording: all clips as one."""
    for clip, path in made:
        if not clip.people:
            continue
        found = watch(path, Zones(), finder).tracks(Kind.PERSON)
        reached = {frame: boxes for frame, boxes in clip.people.items() if frame in found}
        one = score(reached, found)
        for what, value in (("MOTA", one.mota), ("IDF1", one.idf1), ("HOTA", one.hota)):
            name = f"{what} of people followed afterwards, {clip.name}"
            yield Figure(Section.COUNTS, subject, name, 100 * value, "%", one.truth)


def _figures(
    subject: Subject,
    made: Sequence[tuple[Clip, Path]],
    counts: Sequence[Counts],
    step: int,
    seed: int,
) -> Iterator[Result]:
    yield from _counting(subject, counts, seed)
    looks = [one for clip, path in made for one in _looked(clip, path, step)]
    yield from _looking(subject, looks)
    leaks = [
        measure(frames(clip.path), frames(path), heads_of(clip.people), clip.people)
        for clip, path in made
        if clip.people
    ]
    yield _vain(subject, leaks)
    if not subject.ours:  # what was only written again here has times of its own
        return
    moved = [moved_ms(frames(clip.path), frames(path)) for clip, path in made]
    yield Figure(
        Section.COUNTS, subject, "frame times moved, at most", max(moved), "ms", len(moved)
    )


def _counting(subject: Subject, counts: Sequence[Counts], seed: int) -> Iterator[Figure]:
    for when in ("before", "after"):
        errors = [error for one in counts for error in one.errors[when]]
        yield _mean(subject, f"people counted wrongly on a frame, {when}", errors, "people")
        found = Rate.over((hits for one in counts for hits in one.found[when].values()), seed=seed)
        yield Figure(
            Section.COUNTS, subject, PEOPLE_FOUND.replace("after", when),
            100 * found.share, "%", found.trials, 100 * found.low, 100 * found.high,
        )  # fmt: skip
    vehicles = [change for one in counts for change in one.vehicles]
    yield _mean(subject, "vehicles more or fewer on a frame than before", vehicles, "vehicles")


def _looked(clip: Clip, path: Path, step: int) -> Iterator[Quality]:
    for number, (old, new) in enumerate(zip(frames(clip.path), frames(path), strict=True)):
        one = quality(old, new) if number % step == 0 else None
        if one is not None:
            yield one


def _looking(subject: Subject, looks: Sequence[Quality]) -> Iterator[Figure]:
    yield _mean(
        subject, "PSNR of brightness where nothing is covered", [q.psnr_db for q in looks], "dB"
    )
    yield _mean(subject, "SSIM of brightness where nothing is covered", [q.ssim for q in looks], "")
    yield _mean(subject, "picture covered", [100 * q.masked for q in looks], "%")


def _vain(subject: Subject, leaks: Sequence[Leaks]) -> Figure:
    shares = [100 * share for one in leaks for share in one.vain]
    return _mean(subject, "picture covered outside every marked person", shares, "%")


def _mean(subject: Subject, what: str, values: Sequence[float], unit: str) -> Figure:
    """A mean over frames; no interval, since the frames of a recording are not independent."""
    mean = float(np.mean(values)) if values else 0.0
    return Figure(Section.COUNTS, subject, what, mean, unit, len(values))
