"""Reads a network's maps into quadrangles: where the middle of a plate is hot, and its corners.

The maps have a cell every 8 px and ten channels: heat (a logit), log of the size over 16 px, and
four corners clockwise from the top left, each x and y, from the middle of the cell in sizes
(objects as points: Zhou et al., 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError

CELL = 8
"""A cell of the maps is so many px wide and high."""
_UNIT = 16.0
_LARGEST = 4.5
"""Log sizes end here: a plate of 1400 px."""
_SAME = 0.3
"""Boxes that share more than this (intersection over union) are of one plate."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Quads:
    """Quadrangles that were found, the surest first."""

    corners: Floats
    """(n, 4, 2): x and y, px of the picture."""
    scores: Floats
    """(n,), 0 to 1."""

    @property
    def boxes(self) -> Floats:
        """(n, 4): the upright boxes around them, x0, y0, x1, y1."""
        return np.concatenate([self.corners.min(axis=1), self.corners.max(axis=1)], axis=1)


def decode(maps: Floats, threshold: float) -> Quads:
    """Every quadrangle that is at least so likely, each once.

    Args:
        maps: (10, rows, columns).
        threshold: 0 to 1.

    Raises:
        ModelContractError: Something is no number: no plate may hide behind it.
    """
    if not np.isfinite(maps).all():
        raise ModelContractError("the network for plates gave something that is no number")
    heat = np.ascontiguousarray(maps[0])
    top = np.asarray(cv2.dilate(heat, np.ones((3, 3), np.uint8)), np.float32)
    rows, columns = np.nonzero((heat >= top) & (heat >= np.log(threshold / (1 - threshold))))
    found = maps[:, rows, columns].T
    found = found[order := np.argsort(-found[:, 0], kind="stable")]
    middles = (np.stack([columns, rows], axis=1)[order] + 0.5) * CELL
    size = _UNIT * np.exp(np.clip(found[:, 1], -_LARGEST, _LARGEST))
    corners = middles[:, None] + size[:, None, None] * found[:, 2:].reshape(-1, 4, 2)
    quads = Quads(corners.astype(np.float32), (1 / (1 + np.exp(-found[:, 0]))).astype(np.float32))
    kept = _once(quads.boxes)
    return Quads(quads.corners[kept], quads.scores[kept])


def _once(boxes: Floats) -> list[int]:
    """Which boxes are of no plate that an earlier one is of."""
    kept: list[int] = []
    for number, box in enumerate(boxes):
        others = boxes[kept]
        low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
        both = np.clip(high - low, 0, None).prod(axis=1)
        areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
        either = areas + (box[2:] - box[:2]).prod() - both
        if not (both > _SAME * either).any():
            kept.append(number)
    return kept
