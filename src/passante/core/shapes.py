"""Polygons and lines on a plane: px of a picture or metres of the ground, whichever is put in."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from passante.core.geometry import Box

Point = tuple[float, float]
"""x, y."""


_FLAT = 1e-9
"""Share of the box around it under which a polygon has no area."""


@dataclass(frozen=True, slots=True)
class Polygon:
    """A simple polygon: at least three corners, in either order; its sides do not cross."""

    corners: tuple[Point, ...]
    bounds: Box = field(init=False)
    """The smallest box around it."""

    def __post_init__(self) -> None:
        if len(self.corners) < 3:
            raise ValueError("a polygon has three corners at least")
        xs, ys = zip(*self.corners, strict=True)
        # corners on one line, as far as numbers of this size can tell
        if not self.area > _FLAT * (max(xs) - min(xs)) * (max(ys) - min(ys)):
            raise ValueError("a polygon has an area")
        object.__setattr__(self, "bounds", Box(min(xs), min(ys), max(xs), max(ys)))

    @property
    def area(self) -> float:
        """Area, in the square of the unit of its corners."""
        doubled = 0.0
        for (x0, y0), (x1, y1) in zip(
            self.corners, self.corners[1:] + self.corners[:1], strict=True
        ):
            doubled += x0 * y1 - x1 * y0
        return abs(doubled) / 2

    def holds(self, point: Point) -> bool:
        """Whether a point lies within; even-odd rule, points on a side may count either way."""
        x, y = point
        box = self.bounds
        if not (box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1):
            return False
        inside = False
        x0, y0 = self.corners[-1]
        for x1, y1 in self.corners:
            if (y1 > y) != (y0 > y) and x < (x0 - x1) * (y - y1) / (y0 - y1) + x1:
                inside = not inside
            x0, y0 = x1, y1
        return inside


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a straight line, with a beginning and an end."""

    start: Point
    end: Point

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("a line has a length")

    @property
    def length(self) -> float:
        """Length, in the unit of its ends."""
        return math.dist(self.start, self.end)

    def side(self, point: Point) -> float:
        """Distance of a point from the endless line: positive on the right of who walks along.

        Right and left as seen in a picture, whose y runs down.
        """
        (x0, y0), (x1, y1) = self.start, self.end
        return ((x1 - x0) * (point[1] - y0) - (y1 - y0) * (point[0] - x0)) / self.length

    def along(self, point: Point) -> float:
        """How far along a point lies: 0 beside the beginning, 1 beside the end."""
        (x0, y0), (x1, y1) = self.start, self.end
        return ((point[0] - x0) * (x1 - x0) + (point[1] - y0) * (y1 - y0)) / self.length**2


def angle_between(first: Point, second: Point) -> float:
    """The angle between two directions (dx, dy), degrees, 0 to 180; 180 where one has no length."""
    scale = math.hypot(*first) * math.hypot(*second)
    if scale == 0:
        return 180.0
    cosine = (first[0] * second[0] + first[1] * second[1]) / scale
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
