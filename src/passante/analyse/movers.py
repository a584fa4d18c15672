"""Who moves where: looks joined into tracks for counting, at a few looks a second.

The tracker that protects covers too much rather than too little; a count needs the opposite. So
the same looks are joined a second time: constant velocity between them, sure finds first and then
unsure ones for those that are known already (Zhang et al., ByteTrack, 2022), and nobody counts
before he was seen twice. Nothing but boxes is compared: no face, no clothes, no gait.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from passante.analyse.motion import without_doubles
from passante.analyse.overhear import Glance
from passante.core.assign import assign
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import Kind, Sort
from passante.core.shapes import Point


@dataclass(frozen=True, slots=True)
class MoverSettings:
    """How finds of one kind become movers."""

    sure: float
    """Score that begins one."""
    unsure: float
    """Score that keeps one alive."""
    lost_ns: int = 1_200_000_000
    """How long one is waited for that no look shows."""
    still_ns: int = 6 * NS_PER_S
    """The same for one that stands: whoever passes in front of it hides it for a while."""
    pace: float = 1.2
    """By how many own sizes a second it may miss the place where it was expected."""
    travels: float = 0.0
    """How many own sizes it must have gone before it counts: leaves in the wind go nowhere."""


MOVERS = {
    Kind.PERSON: MoverSettings(sure=0.5, unsure=0.35),
    Kind.VEHICLE: MoverSettings(sure=0.4, unsure=0.22, pace=2.5),
}

MOVING = {Kind.VEHICLE: MoverSettings(sure=0.4, unsure=0.22, pace=2.5, travels=0.4)}
"""For vehicles that are found because they move."""


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody or some vehicle at one moment."""

    number: int
    """Of its track in this run; forgotten at its end."""
    kind: Kind
    box: Box
    """px."""
    at_ns: int
    first_ns: int
    """When it was first seen."""
    missing_ns: int
    """How long no look has shown it: 0 if this one does, else it is where it is expected to be."""
    velocity: Point
    """px a second."""
    score: float
    """Of the last find, 0 to 1."""
    sort: Sort | None = None
    """Which sort of vehicle, as far as looks agree; None for people."""

    @property
    def seen(self) -> bool:
        """Whether this very look shows it."""
        return self.missing_ns == 0

    @property
    def foot(self) -> Point:
        """Where it stands: the middle of its lower edge, px."""
        return (self.box.x0 + self.box.x1) / 2, self.box.y1

    @property
    def size(self) -> float:
        """Mean of width and height, px."""
        return (self.box.width + self.box.height) / 2

    @property
    def speed(self) -> float:
        """Px a second."""
        return math.hypot(*self.velocity)


@dataclass(slots=True)
class _Track:
    number: int
    box: NDArray[np.float64]
    """(4,): middle x, lower edge y, width, height, px."""
    velocity: NDArray[np.float64]
    """(4,): the same a second."""
    at_ns: int
    first_ns: int
    last_ns: int
    """When a look last showed it."""
    score: float
    start: tuple[float, float]
    """Where it began, px."""
    hits: int = 1
    votes: dict[Sort, float] = field(default_factory=dict)
    """How surely looks took it for each sort, added up."""

    def expected(self, now_ns: int) -> NDArray[np.float64]:
        step_s = (now_ns - self.at_ns) / NS_PER_S
        # Whoever is not seen is expected to go on for a while, not for ever.
        box = self.box + self.velocity * min(step_s, _GOES_ON_S)
        box[2:] = np.maximum(box[2:], _LEAST)
        return box


_GOES_ON_S = 2.0
_LEAST = 2.0
"""Smaller boxes, px, are none."""
_FOLLOW = 0.75
"""How much of what was found, against what was expected, makes the new place."""
_STEER = 0.35
"""How much of a miss goes into the velocity."""
_GROW = 0.15
"""The same for the size, which changes slowly."""
_STANDS = 0.25
"""Own sizes a second under which something stands."""
_CONFIRMED = 2
"""Looks that must have shown it before it counts."""
_SO_SURE = 0.8
"""Or a single one with this score."""
_AGREE = 0.6
"""Share of the votes of all looks that a vehicle's sort must have."""
_LIES_ON = 0.3
"""Intersection over union of an unsure find with the track that it may keep alive."""
_UNALIKE = 0.7
"""Logarithm of the ratio of sizes from which two boxes are not one thing."""


class Movers:
    """Joins looks of one stream into movers; constant memory, one call a look."""

    def __init__(self, settings: dict[Kind, MoverSettings] | None = None) -> None:
        """People and vehicles by default."""
        self._settings = settings or MOVERS
        self._numbers = itertools.count(1)
        self._tracks: dict[Kind, list[_Track]] = {kind: [] for kind in self._settings}

    def update(self, now_ns: int, glances: Sequence[Glance]) -> list[Mover]:
        """Everybody who counts now.

        Args:
            now_ns: Stream time of the frame that was looked at.
            glances: Every look at it; several may show the same thing.
        """
        movers: list[Mover] = []
        for kind, settings in self._settings.items():
            boxes, scores, sorts = _finds(kind, settings.unsure, glances)
            tracks = self._tracks[kind]
            for track in tracks:
                track.box, track.at_ns = track.expected(now_ns), now_ns
            fresh, whose = self._join(tracks, boxes, scores, now_ns, settings)
            tracks += fresh
            for track, find in whose:
                if (sort := sorts[find]) is not None:
                    track.votes[sort] = track.votes.get(sort, 0.0) + scores[find]
            self._tracks[kind] = [track for track in tracks if _waits(track, now_ns, settings)]
            movers += [
                _told(track, kind, now_ns)
                for track in self._tracks[kind]
                if _counts(track, settings.travels)
            ]
        return movers

    def _join(
        self,
        tracks: list[_Track],
        boxes: NDArray[np.float64],
        scores: Sequence[float],
        now_ns: int,
        settings: MoverSettings,
    ) -> tuple[list[_Track], list[tuple[_Track, int]]]:
        """Give tracks what was found of them; gives those that begin, and whose each find is."""
        sure = [i for i, score in enumerate(scores) if score >= settings.sure]
        unsure = [i for i, score in enumerate(scores) if score < settings.sure]
        left = list(tracks)
        free: list[int] = []
        whose: list[tuple[_Track, int]] = []
        for wave in (sure, unsure):
            fit = _alike(left, boxes[wave], now_ns, settings.pace)
            if wave is unsure:
                # Whoever is gone is not the shadow on the wall that has always looked like one.
                fit[_overlap(left, boxes[wave]) < _LIES_ON] = 0
            pairs = assign(fit)
            for row, column in pairs:
                _follow(left[row], boxes[wave[column]], scores[wave[column]], now_ns)
                whose.append((left[row], wave[column]))
            taken_rows = {row for row, _ in pairs}
            taken = {wave[column] for _, column in pairs}
            left = [track for row, track in enumerate(left) if row not in taken_rows]
            if wave is sure:
                free = [i for i in sure if i not in taken]
        fresh = [self._begin(boxes[i], scores[i], now_ns) for i in free]
        return fresh, [*whose, *zip(fresh, free, strict=True)]

    def _begin(self, box: NDArray[np.float64], score: float, now_ns: int) -> _Track:
        start = float(box[0]), float(box[1])
        times = now_ns, now_ns, now_ns
        return _Track(next(self._numbers), box, np.zeros(4), *times, score, start)


def _finds(
    kind: Kind, unsure: float, glances: Iterable[Glance]
) -> tuple[NDArray[np.float64], list[float], list[Sort | None]]:
    """Finds of one kind, without doubles: (n, 4) foot x, foot y, width, height; scores; sorts."""
    boxes: list[Box] = []
    scores: list[float] = []
    sorts: list[Sort | None] = []
    for glance in glances:
        found = glance.found
        told = found.sorts or (None,) * len(found)
        for row, score, one, sort in zip(found.boxes, found.scores, found.kinds, told, strict=True):
            box = Box(*(float(edge) for edge in row))
            if one is kind and score >= unsure and min(box.width, box.height) >= _LEAST:
                boxes.append(box)
                scores.append(float(score))
                sorts.append(sort)
    kept = without_doubles(boxes, scores)
    rows = [
        ((boxes[i].x0 + boxes[i].x1) / 2, boxes[i].y1, boxes[i].width, boxes[i].height)
        for i in kept
    ]
    places = np.array(rows, np.float64).reshape(-1, 4)
    return places, [scores[i] for i in kept], [sorts[i] for i in kept]


def _alike(
    tracks: Sequence[_Track], boxes: NDArray[np.float64], now_ns: int, pace: float
) -> NDArray[np.float64]:
    """(tracks, boxes): how well each find fits each track, 0 where it cannot be it."""
    if not tracks or not len(boxes):
        return np.zeros((len(tracks), len(boxes)))
    a = np.stack([track.box for track in tracks])[:, None]
    b = boxes[None]
    age_s = np.array([now_ns - track.last_ns for track in tracks])[:, None] / NS_PER_S
    new = np.array([track.hits == 1 for track in tracks])[:, None]
    size = (a[..., 2] + a[..., 3] + b[..., 2] + b[..., 3]) / 4
    # Of one that was seen once nobody knows where it goes.
    room = 0.35 + pace * np.minimum(age_s, 2.0) * np.where(new, 1.5, 1.0)
    middle = np.hypot(a[..., 0] - b[..., 0], a[..., 1] - a[..., 3] / 2 - b[..., 1] + b[..., 3] / 2)
    gap = middle / np.maximum(size, 1e-6)
    ratio = np.abs(np.log((b[..., 2] * b[..., 3]) / np.maximum(a[..., 2] * a[..., 3], 1e-6))) / 2
    fit = 1.5 - gap / room - 0.7 * ratio / _UNALIKE
    return np.where((gap < room) & (ratio < _UNALIKE), np.maximum(fit, 1e-3), 0.0)


def _overlap(tracks: Sequence[_Track], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(tracks, boxes): intersection over union."""
    if not tracks or not len(boxes):
        return np.zeros((len(tracks), len(boxes)))
    a, b = _corners(np.stack([track.box for track in tracks]))[:, None], _corners(boxes)[None]
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    areas = np.prod(a[..., 2:] - a[..., :2], axis=2) + np.prod(b[..., 2:] - b[..., :2], axis=2)
    return np.asarray(shared / np.maximum(areas - shared, 1e-9), np.float64)


def _corners(feet: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 4) foot x, foot y, width, height as (n, 4) x0, y0, x1, y1."""
    x, y, wide, high = feet.T
    return np.stack([x - wide / 2, y - high, x + wide / 2, y], axis=1)


def _follow(track: _Track, box: NDArray[np.float64], score: float, now_ns: int) -> None:
    """An alpha-beta filter: a share of the miss moves it, another share changes its velocity."""
    step_s = max(1e-3, (now_ns - track.last_ns) / NS_PER_S)
    miss = box - track.box
    if track.hits == 1:
        track.velocity = np.array([*(miss[:2] / step_s), 0.0, 0.0])
        track.box = box
    else:
        track.box = track.box + _FOLLOW * miss
        track.velocity = track.velocity + np.array([_STEER, _STEER, _GROW, _GROW]) * miss / step_s
    track.score, track.last_ns = score, now_ns
    track.hits += 1


def _waits(track: _Track, now_ns: int, settings: MoverSettings) -> bool:
    """Whether a track is still worth waiting for."""
    age_ns = now_ns - track.last_ns
    if track.hits == 1:
        return age_ns <= settings.lost_ns // 2
    size = (track.box[2] + track.box[3]) / 2
    stands = float(np.hypot(*track.velocity[:2])) < _STANDS * max(size, 1.0)
    return age_ns <= (settings.still_ns if stands else settings.lost_ns)


def _counts(track: _Track, travels: float) -> bool:
    if travels:
        gone = float(np.hypot(track.box[0] - track.start[0], track.box[1] - track.start[1]))
        if gone < travels * (track.box[2] + track.box[3]) / 2:
            return False
    return track.hits >= _CONFIRMED or track.score >= _SO_SURE


def _told(track: _Track, kind: Kind, now_ns: int) -> Mover:
    x, y, wide, high = (float(value) for value in track.box)
    wide, high = max(wide, _LEAST), max(high, _LEAST)
    return Mover(
        number=track.number,
        kind=kind,
        box=Box(x - wide / 2, y - high, x + wide / 2, y),
        at_ns=now_ns,
        first_ns=track.first_ns,
        missing_ns=now_ns - track.last_ns,
        velocity=(float(track.velocity[0]), float(track.velocity[1])),
        score=track.score,
        sort=_sort(track) if kind is Kind.VEHICLE else None,
    )


def _sort(track: _Track) -> Sort:
    """What most looks took it for, where they agree."""
    if track.hits < _CONFIRMED or not track.votes:
        return Sort.UNSURE
    best = max(track.votes, key=lambda sort: track.votes[sort])
    return best if track.votes[best] >= _AGREE * sum(track.votes.values()) else Sort.UNSURE
