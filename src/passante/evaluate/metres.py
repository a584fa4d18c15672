"""Places and speeds on the ground against the truth, where a recording has it in metres."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from passante.analyse.site import Site
from passante.analyse.zones import GroundPoints, Zones
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.media import LAYOUTS, VideoFormat
from passante.core.names import Kind
from passante.core.shapes import Point
from passante.evaluate.replay import Replay
from passante.evaluate.results import Figure, Section, Subject

_AROUND = 4
"""Frames before and after over which the truth's speed is taken."""
_SAME = 0.5
"""Intersection over union from which a mover is the one that is marked."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody marked, in the picture and on the ground."""

    box: Box
    ground: Point
    """m."""

    @property
    def foot(self) -> Point:
        """Px."""
        return (self.box.x0 + self.box.x1) / 2, self.box.y1


def placed(path: Path) -> dict[int, dict[int, Placed]]:
    """Frame, from 0 -> number -> who is where; empty where the truth knows no metres."""
    found: dict[int, dict[int, Placed]] = {}
    file = path.with_name(f"{path.stem}.gt.txt")
    for line in file.read_text(encoding="utf-8").split():
        numbers = [float(word) for word in line.split(",")]
        if len(numbers) < 9 or numbers[7:9] == [-1, -1]:
            return {}
        frame, who, left, top, wide, high = numbers[:6]
        box = Box(left, top, left + wide, top + high)
        found.setdefault(int(frame) - 1, {})[int(who)] = Placed(box, (numbers[7], numbers[8]))
    return found


def reference(marked: dict[int, dict[int, Placed]]) -> GroundPoints:
    """Four points as an operator would measure them: where feet came nearest to the corners."""
    everybody = [one for people in marked.values() for one in people.values()]
    corners = [_nearest(everybody, way) for way in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    return GroundPoints(
        image=tuple(one.foot for one in corners), metres=tuple(one.ground for one in corners)
    )


def _nearest(everybody: list[Placed], way: tuple[int, int]) -> Placed:
    """Whose feet lie furthest against a direction of the picture."""
    return min(everybody, key=lambda one: one.foot[0] * way[0] + one.foot[1] * way[1])


def run(path: Path, replay: Replay, subject: Subject) -> Iterator[Figure]:
    """How far off places and speeds are, for movers that are somebody marked."""
    marked = placed(path)
    if not marked:
        return
    wide, high = replay.size
    points = reference(marked)
    shares = tuple((x / wide, y / high) for x, y in points.image)
    site = Site(
        Zones(ground=GroundPoints(image=shares, metres=points.metres)),
        VideoFormat(width=wide, height=high, layout=LAYOUTS["yuv420p"]),
    )
    assert site.ground is not None
    times = dict(replay.frames)
    off_m: list[float] = []
    off_speed: list[float] = []
    for number, _, movers in replay.looks:
        for mover in movers:
            who = _same(marked.get(number, {}), mover.box) if mover.kind is Kind.PERSON else None
            here = site.ground.place(mover.foot)
            if who is None or here is None or not mover.seen:
                continue
            off_m.append(math.dist(here, marked[number][who].ground))
            real = _speed(marked, who, number, times)
            if real is not None and number - _AROUND in times:
                off_speed.append(abs(site.speed(mover)[0] - real))
    for what, values, unit in (
        ("place on the ground off by, median", off_m, "m"),
        ("speed off by, median", off_speed, "m/s"),
    ):
        if values:
            low, high_end = np.percentile(values, [10, 90])
            yield Figure(
                Section.COUNTS, subject, f"{what} (10 to 90 % of looks), {path.stem}",
                float(np.median(values)), unit, len(values), float(low), float(high_end),
            )  # fmt: skip


def _same(people: dict[int, Placed], box: Box) -> int | None:
    best = max(people, key=lambda who: people[who].box.iou(box), default=None)
    return best if best is not None and people[best].box.iou(box) >= _SAME else None


def _speed(
    marked: dict[int, dict[int, Placed]], who: int, frame: int, times: dict[int, int]
) -> float | None:
    """True speed around a frame, m/s; None where somebody was not marked all the while."""
    ends = frame - _AROUND, frame + _AROUND
    if any(who not in marked.get(end, {}) or end not in times for end in ends):
        return None
    first, last = (marked[end][who].ground for end in ends)
    return math.dist(first, last) * NS_PER_S / (times[ends[1]] - times[ends[0]])
