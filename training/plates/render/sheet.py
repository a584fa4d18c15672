"""A flat drawing in metres: the facing end of a vehicle before it is put into perspective."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from training.plates.render.dice import Colour, Floats, Mask, Picture

Point = tuple[float, float]


class Sheet:
    """Drawn in metres; x from -width / 2 to width / 2, y from -height (top) to 0 (ground)."""

    def __init__(self, width_m: float, height_m: float, px_per_m: float) -> None:
        self.scale = px_per_m
        self.half, self.height = width_m / 2, height_m
        shape = (max(8, round(height_m * px_per_m)), max(8, round(width_m * px_per_m)))
        self.picture: Picture = np.zeros((*shape, 3), np.uint8)
        self.alpha: Mask = np.zeros(shape, np.uint8)

    def pixels(self, points: Sequence[Point]) -> np.ndarray:
        """Points in sixteenths of a pixel, for the drawing calls."""
        middle = np.asarray((self.half, self.height))
        placed = (np.asarray(points, np.float64) + middle) * self.scale
        return np.asarray(np.round(placed * 16), np.int32)

    def box_px(
        self, x: float, y: float, wide: float, high: float
    ) -> tuple[float, float, float, float]:
        """A box given by its middle, in metres, as left, top, width and height in pixels."""
        left, top = (
            (x - wide / 2 + self.half) * self.scale,
            (y - high / 2 + self.height) * self.scale,
        )
        return left, top, wide * self.scale, high * self.scale

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled polygon that is part of the vehicle."""
        fixed = [self.pixels(points)]
        cv2.fillPoly(self.picture, fixed, colour, cv2.LINE_AA, 4)
        cv2.fillPoly(self.alpha, fixed, (255,), cv2.LINE_AA, 4)

    def line(self, points: Sequence[Point], colour: Colour, thick_m: float) -> None:
        """An open line of some thickness."""
        wide = max(1, round(thick_m * self.scale))
        cv2.polylines(self.picture, [self.pixels(points)], False, colour, wide, cv2.LINE_AA, 4)

    def box(
        self, x: float, y: float, wide: float, high: float, colour: Colour, *, round_by: float = 0.2
    ) -> None:
        """A box by its middle with cut corners; `round_by` is the cut over the shorter side."""
        a, b, cut = wide / 2, high / 2, round_by * min(wide, high)
        c, d = a - cut, b - cut
        above = [(x - a, y - d), (x - c, y - b), (x + c, y - b), (x + a, y - d)]
        below = [(x + a, y + d), (x + c, y + b), (x - c, y + b), (x - a, y + d)]
        self.shape(above + below, colour)

    def disc(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        """A filled ellipse by its middle and diameters."""
        centre = tuple(int(v) for v in self.pixels([(x, y)])[0])
        axes = (
            max(1, round(across / 2 * self.scale * 16)),
            max(1, round(down / 2 * self.scale * 16)),
        )
        cv2.ellipse(self.picture, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA, 4)
        cv2.ellipse(self.alpha, centre, axes, 0, 0, 360, (255,), -1, cv2.LINE_AA, 4)

    def shade(self, rows: Floats) -> None:
        """Multiply with factors down the sheet: float32 (any, 1 or any), stretched to its size."""
        high, wide = self.alpha.shape
        factors = cv2.resize(rows.astype(np.float32), (wide, high), interpolation=cv2.INTER_LINEAR)
        if factors.ndim == 2:
            factors = cv2.merge((factors, factors, factors))
        cv2.multiply(self.picture, factors, dst=self.picture, dtype=cv2.CV_8U)

    def corners(self) -> Floats:
        """The texture's corners in pixels, (4, 2)."""
        high, wide = self.alpha.shape
        return np.asarray([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)

    def corners_m(self, z: float = 0.0) -> Floats:
        """The same corners in the vehicle's metres, (4, 3)."""
        a, top = self.half, -self.height
        return np.asarray([[-a, top, z], [a, top, z], [a, 0, z], [-a, 0, z]], np.float32)
