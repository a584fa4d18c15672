"""What a box touches, said the slow and plain way: sample by sample, from the definition.

Shares no code with what it checks.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.core.media import VideoFormat


def luma_rows(form: VideoFormat, number: int, row: int) -> list[int]:
    """The picture rows that a row of a plane belongs to."""
    if number == 0 or form.layout.chroma_y == 1:
        return [row]
    if form.interlaced:
        # Each field has chroma rows of its own: two picture rows of that field share one.
        first = row // 2 * 4 + row % 2
        return [first, first + 2]
    return [2 * row, 2 * row + 1]


def luma_columns(form: VideoFormat, number: int, column: int) -> list[int]:
    """The picture columns that a column of a plane belongs to."""
    step = 1 if number == 0 else form.layout.chroma_x
    return list(range(column * step, (column + 1) * step))


def touched(form: VideoFormat, number: int, box: Box) -> NDArray[np.bool_]:
    """Which samples of a plane the box touches; all of them where the box is not a number."""
    high, wide = form.plane_shape(number)
    if not all(math.isfinite(edge) for edge in (box.x0, box.y0, box.x1, box.y1)):
        return np.ones((high, wide), np.bool_)
    rows = [
        any(row < box.y1 and row + 1 > box.y0 for row in luma_rows(form, number, r))
        for r in range(high)
    ]
    columns = [
        any(column < box.x1 and column + 1 > box.x0 for column in luma_columns(form, number, c))
        for c in range(wide)
    ]
    return np.logical_and.outer(np.array(rows, np.bool_), np.array(columns, np.bool_))
