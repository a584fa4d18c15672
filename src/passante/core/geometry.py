"""Boxes in picture coordinates: pixels, origin top left, x right, y down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A half-open box of whole pixels: columns `left` to `right - 1`, rows alike."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns, in px."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows, in px."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Box:
    """A half-open box whose edges, in px, may lie between pixels and outside the picture."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Width in px."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in px."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Area in px²; 0 for an empty box."""
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        """Centre (x, y) in px."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def scaled(self, across: float, down: float | None = None) -> Self:
        """The box with the same centre, `across` times as wide and `down` times as high."""
        down = across if down is None else down
        cx, cy = self.centre
        half_w, half_h = self.width * across / 2, self.height * down / 2
        return type(self)(cx - half_w, cy - half_h, cx + half_w, cy + half_h)

    def grown(self, px: float) -> Self:
        """The box with every edge moved outward by `px`."""
        return type(self)(self.x0 - px, self.y0 - px, self.x1 + px, self.y1 + px)

    def shifted(self, dx: float, dy: float) -> Self:
        """The box moved by (dx, dy) px."""
        return type(self)(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)

    def union(self, other: Box) -> Self:
        """The smallest box around both."""
        return type(self)(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def intersection(self, other: Box) -> Self | None:
        """What both boxes share, or None."""
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        x1, y1 = min(self.x1, other.x1), min(self.y1, other.y1)
        return type(self)(x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        shared = self.intersection(other)
        if shared is None:
            return 0.0
        return shared.area / (self.area + other.area - shared.area)

    def turned(self, width: int, height: int, degrees: int) -> Self:
        """The box after its picture (width x height px) was turned clockwise.

        Args:
            width: Of the picture before, px.
            height: Likewise.
            degrees: 0, 90, 180 or 270.
        """
        match degrees:
            case 90:
                return type(self)(height - self.y1, self.x0, height - self.y0, self.x1)
            case 180:
                return type(self)(
                    width - self.x1, height - self.y1, width - self.x0, height - self.y0
                )
            case 270:
                return type(self)(self.y0, width - self.x1, self.y1, width - self.x0)
            case _:
                return self

    def turned_back(self, width: int, height: int, degrees: int) -> Self:
        """Undoes `turned` with the same arguments."""
        if degrees in (90, 270):
            width, height = height, width
        return self.turned(width, height, (360 - degrees) % 360)

    def cover(
        self, width: int, height: int, *, step_x: int = 1, step_y: int = 1
    ) -> PixelBox | None:
        """Every pixel that the box touches, or None where it touches none of the picture.

        Args:
            width: Picture width in px.
            height: Picture height in px.
            step_x: Columns are rounded outward to multiples of this (2 for 4:2:0 chroma).
            step_y: Rows, likewise.

        The result never ends beyond the picture; at its right and bottom edge it may
        therefore end on a column or row that is no multiple of the step.
        """
        # NaN compares false: a box that is not a number covers the whole picture, not nothing.
        if not all(math.isfinite(edge) for edge in (self.x0, self.y0, self.x1, self.y1)):
            return PixelBox(0, 0, width, height) if width > 0 and height > 0 else None
        left = max(0, math.floor(self.x0 / step_x) * step_x)
        top = max(0, math.floor(self.y0 / step_y) * step_y)
        right = min(width, math.ceil(self.x1 / step_x) * step_x)
        bottom = min(height, math.ceil(self.y1 / step_y) * step_y)
        if left >= right or top >= bottom:
            return None
        return PixelBox(left, top, right, bottom)
