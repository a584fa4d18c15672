"""Boxes over time: how far one may have come, where it was between, which are the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box


def reach(box: Box, step_s: float, pace: float) -> float:
    """How far something may have moved in `step_s`, px."""
    return (box.width + box.height) / 2 * min(3.0, max(0.15, pace * step_s))


def apart(a: Box, b: Box) -> bool:
    """Whether two boxes lie so far apart that they need not show the same."""
    size = (a.width + a.height + b.width + b.height) / 4
    return float(np.hypot(a.centre[0] - b.centre[0], a.centre[1] - b.centre[1])) > size


def between(a: Box, b: Box, share: float) -> Box:
    """The box `share` (0 to 1) of the way from `a` to `b`."""
    return Box(
        a.x0 + (b.x0 - a.x0) * share,
        a.y0 + (b.y0 - a.y0) * share,
        a.x1 + (b.x1 - a.x1) * share,
        a.y1 + (b.y1 - a.y1) * share,
    )


def as_array(boxes: list[Box]) -> NDArray[np.float64]:
    """Boxes as (n, 4): centre x, centre y, width, height, px; no side under a hundredth."""
    edges = np.array([(b.x0, b.y0, b.x1, b.y1) for b in boxes], np.float64)
    sides = np.maximum(edges[:, 2:] - edges[:, :2], 0.01)
    return np.concatenate([(edges[:, :2] + edges[:, 2:]) / 2, sides], axis=1)


def nearest(gaps: NDArray[np.float64]) -> dict[int, int]:
    """Rows with the column that is theirs, nearest first, each to one only; infinite is never."""
    pairs: dict[int, int] = {}
    gaps = gaps.copy()
    while gaps.size and np.isfinite(gaps).any():
        row, column = divmod(int(np.argmin(gaps)), gaps.shape[1])
        pairs[row] = column
        gaps[row, :] = np.inf
        gaps[:, column] = np.inf
    return pairs


def without_doubles(boxes: list[Box], scores: list[float]) -> list[int]:
    """Indices of boxes, best first, less those that another look has given already."""
    if not boxes:
        return []
    edges = np.array([(b.x0, b.y0, b.x1, b.y1) for b in boxes], np.float64)
    areas = np.maximum(np.prod(edges[:, 2:] - edges[:, :2], axis=1), 1e-9)
    shared = np.minimum(edges[:, None, 2:], edges[None, :, 2:]) - np.maximum(
        edges[:, None, :2], edges[None, :, :2]
    )
    common = np.prod(np.maximum(shared, 0), axis=2)
    double = common / (areas[:, None] + areas[None] - common) >= _SAME
    kept: list[int] = []
    for i in np.argsort(-np.array(scores), kind="stable"):
        if not double[i, kept].any():
            kept.append(int(i))
    return kept


_SAME = 0.4
"""Two finds of one frame that overlap so much (intersection over union) are one."""
