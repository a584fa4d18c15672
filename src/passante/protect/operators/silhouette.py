"""A plain figure on a plain ground in place of a person; the same figure for everybody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.protect.operators.cells import (
    Grid,
    Patch,
    Plane,
    box_patch,
    paint,
    upright,
    with_margin,
)
from passante.protect.operators.colour import samples
from passante.protect.rules import Silhouette

_HIGH, _WIDE = 240, 96
"""Size of the drawn figure, before it is fitted to a box."""
_STOUTEST = 0.5
"""A figure is at most so wide, in heights; a wider box shows more ground at its sides."""
_CLOSE = 0.25
"""Of whom the box takes more of the picture there is ground alone: how a large figure lies in a
picture tells whose portrait it is. With it, attackers named 15 to 27 of 100 portraits of 36 people;
without it 1 to 4, as many as guessing (`passante evaluate faces`)."""


def render(
    planes: Sequence[Plane], form: VideoFormat, boxes: Sequence[Box], rule: Silhouette
) -> None:
    """Write a ground over every box, then a figure into each that is not close, in place.

    All grounds come first, so that somebody's ground does not hide their neighbour's figure.

    Args:
        planes: A copy of the picture's planes; shapes by `form.plane_shape`.
        form: What the planes are.
        boxes: px of the coded frame; may lie partly or wholly outside.
        rule: Margin and colours.
    """
    grid = Grid.of(form)
    ground, colour = samples(rule.ground, form), samples(rule.colour, form)
    figures: list[Patch] = []
    for box in boxes:
        patch = box_patch(with_margin(box, rule.margin), grid)
        if patch is None:
            continue
        paint(planes, form, grid, patch, ground)
        if patch.area.width * patch.area.height > _CLOSE * grid.columns * grid.rows:
            continue
        figure = _fitted(box, patch, grid, form.rotation)
        if figure is not None:
            figures.append(Patch(patch.area, figure))
    for figure_patch in figures:
        paint(planes, form, grid, figure_patch, colour)


def _fitted(box: Box, patch: Patch, grid: Grid, rotation: int) -> NDArray[np.bool_] | None:
    """Which cells of the patch the figure takes; None for a box that is not a number."""
    if not all(math.isfinite(edge) for edge in (box.x0, box.y0, box.x1, box.y1)):
        return None
    box = upright(box)
    x = _along(box.x0, box.width, patch.area.left, patch.area.right, grid.step_x)
    y = _along(box.y0, box.height, patch.area.top, patch.area.bottom, grid.step_y)
    wide, high = max(box.width, 1.0), max(box.height, 1.0)
    # From the coded picture to the way a viewer sees it, turned clockwise by `rotation`.
    sideways = rotation in (90, 270)
    if rotation in (180, 270):
        x = 1 - x
    if rotation in (90, 180):
        y = 1 - y
    across, down = (y, x) if sideways else (x, y)
    if sideways:
        wide, high = high, wide
    lying = wide > high * 1.3
    if lying:
        across, down, wide, high = down, across, high, wide
    narrow = min(1.0, max(1e-6, _STOUTEST * high / wide))
    across = (across - 0.5) / narrow + 0.5
    columns, rows = _index(across, _WIDE), _index(down, _HIGH)
    taken = _figure()[np.ix_(rows, columns)]
    return taken.T if sideways != lying else taken


def _along(start: float, length: float, first: int, end: int, step: int) -> NDArray[np.float64]:
    """Where in the box, 0 to 1, the centres of cells lie; -1 or 2 far outside it."""
    where = ((np.arange(first, end) + 0.5) * step - start) / max(length, 1.0)
    return np.asarray(np.clip(where, -1, 2))


def _index(where: NDArray[np.float64], size: int) -> NDArray[np.intp]:
    """Rows or columns of the drawn figure; its border is empty, and so is all beyond it."""
    return np.clip(np.floor(where * size), 0, size - 1).astype(np.intp)


@cache
def _figure() -> NDArray[np.bool_]:
    """A person seen from the front: (_HIGH, _WIDE), True where the figure is."""
    y, x = np.mgrid[0:_HIGH, 0:_WIDE] + 0.5
    y, x = y / _HIGH, np.abs(x - _WIDE / 2) / _HIGH  # both in heights, x from the middle
    head = (x / 0.065) ** 2 + ((y - 0.085) / 0.08) ** 2 <= 1
    shoulders = (x / 0.165) ** 2 + ((y - 0.26) / 0.085) ** 2 <= 1
    trunk = (y >= 0.24) & (y <= 0.56) & (x <= 0.165 - 0.16 * (y - 0.24))
    legs = (y > 0.5) & (y <= 0.985) & (x >= 0.012) & (x <= 0.115 - 0.08 * (y - 0.5))
    figure = head | shoulders | trunk | legs
    figure[[0, -1]] = False
    figure[:, [0, -1]] = False
    figure.setflags(write=False)
    return np.asarray(figure)
