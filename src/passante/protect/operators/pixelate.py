"""Few large blocks, each the mean of what it covers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.protect.operators.cells import Grid, Plane, box_patch, plane_slices, with_margin
from passante.protect.rules import Pixelate

BLOCK_MIN_PX = 4
"""A block of a small head is no smaller: 8 blocks across 8 px would hide nothing."""


def render(
    planes: Sequence[Plane], form: VideoFormat, boxes: Sequence[Box], rule: Pixelate
) -> None:
    """Write blocks over every box, in place.

    Where boxes overlap, the later one takes means of what the earlier one left, so that no more
    values of a head remain than its blocks.

    Args:
        planes: A copy of the picture's planes; shapes by `form.plane_shape`.
        form: What the planes are.
        boxes: px of the coded frame; may lie partly or wholly outside.
        rule: Margin and number of blocks.
    """
    grid = Grid.of(form)
    for box in boxes:
        grown = with_margin(box, rule.margin)
        patch = box_patch(grown, grid)
        if patch is None:
            continue
        if not math.isfinite(grown.width + grown.height):  # it takes the whole picture
            grown = Box(0, 0, form.width, form.height)
        across = block_cells(grown.width, form.width, grid.step_x, rule.blocks)
        down = block_cells(grown.height, form.height, grid.step_y, rule.blocks)
        for number, plane in enumerate(planes):
            rows, columns = plane_slices(patch, grid, form, number)
            step_x, step_y = grid.plane_step(form, number)
            _average(plane[rows, columns], down * step_y, across * step_x)


def block_cells(box_px: float, picture_px: int, step: int, blocks: int) -> int:
    """How many cells a block is long, so that at most `blocks` lie along a box.

    Counted along the whole box, not along the part of it within the picture: a face cut by the
    border does not get finer blocks.
    """
    # A box reaches up to one cell further on each side once it is rounded outward.
    length = min(box_px + 2 * step, blocks * picture_px)
    return max(-(-BLOCK_MIN_PX // step), math.ceil(length / step / blocks))


def _average(samples: Plane, down: int, across: int) -> None:
    """Replace every block of `down` by `across` samples by its mean, in place."""
    high, wide = samples.shape
    top, left = np.arange(0, high, down), np.arange(0, wide, across)
    sums = np.add.reduceat(
        np.add.reduceat(samples, top, axis=0, dtype=np.uint64), left, axis=1, dtype=np.uint64
    )
    heights, widths = np.diff(top, append=high), np.diff(left, append=wide)
    counts = (heights[:, None] * widths[None, :]).astype(np.uint64)
    means: NDArray[np.uint64] = (sums + counts // 2) // counts
    samples[...] = np.repeat(np.repeat(means, heights, axis=0), widths, axis=1)
