"""Which samples of which plane a region takes: whole cells, rounded outward.

A cell is the smallest block of pixels that owns its chroma samples: 2 by 2 px for 4:2:0, 1 by 1 for
4:4:4. Whatever touches a cell takes all of it, in every plane, so that neither brightness nor
colour of what is hidden is left in a sample that it shares with its surroundings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box, PixelBox
from passante.core.media import VideoFormat

Plane = NDArray[np.uint8] | NDArray[np.uint16]

_ROOT_2 = math.sqrt(2)
_OUTWARD = 1e-6
"""Share by which an ellipse is larger than asked: rounding errors must not leave a cell bare."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a picture."""

    columns: int
    rows: int
    step_x: int
    """px across a cell."""
    step_y: int
    """px down a cell."""

    @classmethod
    def of(cls, form: VideoFormat) -> Grid:
        """The cells of a format; those at the right and bottom edge may be cut off."""
        step_x, step_y = form.layout.chroma_x, form.layout.chroma_y
        if form.interlaced and step_y == 2:
            # Interlaced 4:2:0: a chroma row belongs to luma rows two apart, of one field, so two
            # chroma rows and four luma rows hang together.
            step_y = 4
        return cls(-(-form.width // step_x), -(-form.height // step_y), step_x, step_y)

    def plane_step(self, form: VideoFormat, number: int) -> tuple[int, int]:
        """(columns, rows) of samples that a whole cell has in a plane."""
        if number == 0:
            return self.step_x, self.step_y
        return self.step_x // form.layout.chroma_x, self.step_y // form.layout.chroma_y

    def touched(self, box: Box) -> PixelBox | None:
        """The cells that a box in px touches, or None where it touches none of the picture.

        A box whose edges are in the wrong order is put right, one thinner than a pixel is taken as
        a pixel, and one that is not a number takes the whole picture.
        """
        box = upright(box)
        in_cells = Box(
            box.x0 / self.step_x, box.y0 / self.step_y, box.x1 / self.step_x, box.y1 / self.step_y
        )
        return in_cells.cover(self.columns, self.rows)


_WORTH = 16_000
"""Painting this many cells takes about as long as painting one patch more, of whatever size."""


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Cells of a picture."""

    area: PixelBox
    """In cells."""
    mask: NDArray[np.bool_] | None = None
    """(rows, columns) of `area`: which of its cells; None for all."""


def upright(box: Box) -> Box:
    """The box with its edges in order and at least 1 px wide and high; NaN stays NaN."""
    x0, x1 = _ordered(box.x0, box.x1)
    y0, y1 = _ordered(box.y0, box.y1)
    return Box(x0, y0, x1, y1)


def _ordered(low: float, high: float) -> tuple[float, float]:
    if not high - low >= 1:
        if math.isnan(low) or math.isnan(high):
            return math.nan, math.nan
        low, high = min(low, high), max(low, high)
        short = max(0.0, 1 - (high - low)) / 2
        return low - short, high + short
    return low, high


def with_margin(box: Box, margin: float) -> Box:
    """The box, upright, with `margin` times its width and height added on each side."""
    box = upright(box)
    # Edge by edge: a sum of numbers that differ much can lose an edge, but never draw it inward.
    x, y = margin * box.width, margin * box.height
    return Box(box.x0 - x, box.y0 - y, box.x1 + x, box.y1 + y)


def box_patch(box: Box, grid: Grid) -> Patch | None:
    """Every cell that the box touches, or None where it touches none."""
    area = grid.touched(box)
    return Patch(area) if area else None


def ellipse_patch(box: Box, grid: Grid) -> Patch | None:
    """Every cell that the ellipse through the corners of the box touches, or None.

    That ellipse holds the whole box: what a finder took for a face is hidden up to its corners.
    """
    box = upright(box)
    area = grid.touched(with_margin(box, (_ROOT_2 * (1 + _OUTWARD) - 1) / 2))
    if area is None:
        return None
    centre_x, centre_y = box.centre
    across = _distances(area.left, area.right, grid.step_x, centre_x, box.width / 2 * _ROOT_2)
    down = _distances(area.top, area.bottom, grid.step_y, centre_y, box.height / 2 * _ROOT_2)
    if across is None or down is None:
        return Patch(area)
    mask = down[:, None] <= (1 + _OUTWARD) - across[None, :]
    inner = grid.touched(box)
    if inner:  # by construction, not by rounding luck
        mask[
            inner.top - area.top : inner.bottom - area.top,
            inner.left - area.left : inner.right - area.left,
        ] = True
    return Patch(area, mask)


def _distances(
    first: int, end: int, step: int, centre: float, radius: float
) -> NDArray[np.float64] | None:
    """Squared distance of each cell's nearest edge from the centre, in radii; None if too far."""
    if not (math.isfinite(centre) and math.isfinite(radius) and abs(centre) < 1e9 and radius < 1e9):
        return None
    low = np.arange(first, end, dtype=np.float64) * step
    nearest = np.maximum(0.0, np.maximum(low - centre, centre - (low + step)))
    return np.asarray((nearest / radius) ** 2)


def merged(patches: Sequence[Patch]) -> Sequence[Patch]:
    """The same cells as one patch, where that is less work than one after the other."""
    if not patches:
        return patches
    areas = [patch.area for patch in patches]
    left, top = min(area.left for area in areas), min(area.top for area in areas)
    right, bottom = max(area.right for area in areas), max(area.bottom for area in areas)
    whole = PixelBox(left, top, right, bottom)
    if (right - left) * (bottom - top) > _WORTH * (len(patches) - 1):
        return patches
    mask = np.zeros((bottom - top, right - left), np.bool_)
    for patch, area in zip(patches, areas, strict=True):
        part = mask[area.top - top : area.bottom - top, area.left - left : area.right - left]
        part |= True if patch.mask is None else patch.mask
    return [Patch(whole, mask)]


def plane_slices(patch: Patch, grid: Grid, form: VideoFormat, number: int) -> tuple[slice, slice]:
    """(rows, columns) of a plane that the area of a patch takes."""
    high, wide = form.plane_shape(number)
    step_x, step_y = grid.plane_step(form, number)
    area = patch.area
    return (
        slice(area.top * step_y, min(high, area.bottom * step_y)),
        slice(area.left * step_x, min(wide, area.right * step_x)),
    )


def _ones(patch: Patch, grid: Grid, form: VideoFormat, number: int, plane: Plane) -> Plane:
    """The mask of a patch in samples like those of `plane`: all bits set where it is taken."""
    assert patch.mask is not None
    step_x, step_y = grid.plane_step(form, number)
    # Any: numpy cannot say that this is the dtype of `plane`.
    ones: NDArray[Any] = np.negative(patch.mask.astype(plane.dtype, order="C"))
    if step_x == 2:
        ones = _each_twice(ones)
    if step_y > 1:
        ones = np.repeat(ones, step_y, axis=0)
    return ones[: plane.shape[0], : plane.shape[1]]


def _each_twice(samples: NDArray[Any]) -> Plane:
    """Every column twice, by writing two samples as one wide number: far quicker than a repeat."""
    if samples.dtype == np.uint8:
        return (samples.astype(np.uint16) * np.uint16(0x101)).view(np.uint8)
    return (samples.astype(np.uint32) * np.uint32(0x1_0001)).view(np.uint16)


def paint(
    planes: Sequence[Plane],
    form: VideoFormat,
    grid: Grid,
    patch: Patch,
    values: Sequence[int] | Sequence[Plane],
) -> None:
    """Write one value for each plane, or the samples of another picture, wherever the patch is."""
    for number, (plane, value) in enumerate(zip(planes, values, strict=True)):
        where = plane_slices(patch, grid, form, number)
        target = plane[where]
        source = value[where] if isinstance(value, np.ndarray) else plane.dtype.type(value)
        if patch.mask is None:
            target[...] = source
            continue
        # Out go all bits of what was there, in come the new ones: quicker than a masked copy.
        ones = _ones(patch, grid, form, number, target)
        np.bitwise_and(target, ~ones, out=target)
        np.bitwise_or(target, ones & source, out=target)
