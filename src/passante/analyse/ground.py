"""From a picture to the ground: four points whose places in both are known give metres."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from passante.core.shapes import Point, Polygon


class Ground:
    """The plane that people walk on, by a homography (direct linear transform, Hartley 1997)."""

    def __init__(self, image: Sequence[Point], metres: Sequence[Point]) -> None:
        """From four or more points.

        Args:
            image: px.
            metres: The same points on the ground, m, axes as you like.

        Raises:
            ValueError: Fewer than four, or three of four on one line: no plane follows from them.
        """
        if len(image) != len(metres) or len(image) < 4:
            raise ValueError("four or more points are needed, each with its place on the ground")
        from_image, to_unit = _normaliser(image)
        from_ground, to_ground = _normaliser(metres)
        rows = []
        for (x, y), (u, v) in zip(to_unit, to_ground, strict=True):
            rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
            rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
        _, strengths, vectors = np.linalg.svd(np.array(rows))
        if strengths[7] < _WEAK * strengths[0]:
            raise ValueError("the points lie too nearly on one line to fix a plane")
        unit = vectors[-1].reshape(3, 3)
        matrix = np.linalg.inv(from_ground) @ unit @ from_image
        # So scaled that the part in front of the camera, where the points are, has positive depth.
        depth = matrix[2] @ np.array([*image[0], 1.0])
        if depth == 0 or np.linalg.matrix_rank(unit, tol=_WEAK) < 3:
            raise ValueError("the points lie too nearly on one line to fix a plane")
        h = matrix / depth
        if any(float(h[2] @ np.array([*point, 1.0])) <= 0 for point in image):
            raise ValueError("the points are crossed: give them in one order on both sides")
        self._h: list[list[float]] = [[float(value) for value in row] for row in h]

    def place(self, point: Point) -> Point | None:
        """Where on the ground a point of the picture lies, m; None above the horizon."""
        x, y = point
        (a, b, c), (d, e, f), (g, h, i) = self._h
        depth = g * x + h * y + i
        if depth <= _HORIZON:
            return None
        return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth

    def distance(self, first: Point, second: Point) -> float | None:
        """Between two points of the picture, on the ground, m; None above the horizon."""
        a, b = self.place(first), self.place(second)
        return None if a is None or b is None else math.dist(a, b)

    def area(self, polygon: Polygon) -> float | None:
        """Of a polygon of the picture, on the ground, m²; None where it reaches the horizon."""
        corners = [self.place(corner) for corner in polygon.corners]
        known = tuple(corner for corner in corners if corner is not None)
        return Polygon(known).area if len(known) == len(corners) else None


def _normaliser(points: Sequence[Point]) -> tuple[np.ndarray, list[Point]]:
    """A similarity that puts points around 0 at a mean distance of sqrt(2), and them after it."""
    array = np.array(points, np.float64)
    centre = array.mean(axis=0)
    spread = float(np.hypot(*(array - centre).T).mean())
    if not np.isfinite(array).all() or spread == 0:
        raise ValueError("points that are all one, or not numbers, fix no plane")
    scale = math.sqrt(2) / spread
    matrix = np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])
    return matrix, [(float(x), float(y)) for x, y in (array - centre) * scale]


_WEAK = 1e-4
"""Singular values this much smaller than the largest mean that a direction is not fixed."""
_HORIZON = 0.02
"""Depth, where that of the first reference point is 1, under which a point counts as infinitely
far: 50 times as far as the reference."""
