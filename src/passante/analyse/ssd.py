"""Reads what SSD-MobileNetV2 says of one picture: every anchor tells what is near it, and where.

The network was trained on pictures of 300x300. Here it slides over pictures of any size: anchors
keep their size in pixels, and lie where the network really looks, so a larger picture shows smaller
things instead of the same ones larger.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError

PERSON = 4
"""Column of the logit of a person; those of vehicles follow."""

_FIRST_STRIDE = 16
_SIDES = (60, 105, 150, 195, 240, 285, 300)
"""Sides of the square anchor of each map, px, and the one that would come next."""
_RATIOS = (1.0, 2.0, 0.5, 3.0, 1 / 3)
"""Width over height."""
_OFFSETS = (6, 6, 22, 22, 22, 150)
"""Centre of the first anchor of each map, px. What the cell in the middle of a map looks at, at the
300x300 of the training, lies this much off the anchor it learned to speak for; so anchors keep that
distance from what their cells look at."""
_CENTRE_UNIT, _SIZE_UNIT = 0.1, 0.2
"""What 1 in a box encoding means."""
_LARGEST = 4.0
"""Natural logarithm of the most that a box may differ from its anchor: keeps a broken output
finite."""
_SAME_THING = 0.6
"""Two boxes that overlap by more than this (intersection over union) are one thing."""

Boxes = NDArray[np.float32]


@lru_cache(maxsize=16)
def anchors(width: int, height: int) -> Boxes:
    """Anchors of a picture of that size: (n, 4) centre x, centre y, width, height in px.

    In the order of the network's output: maps from fine to coarse, rows, columns, shapes.
    """
    maps = []
    columns, rows = width, height
    for _ in range(_FIRST_STRIDE.bit_length() - 1):
        columns, rows = -(-columns // 2), -(-rows // 2)
    for number, offset in enumerate(_OFFSETS):
        stride = _FIRST_STRIDE << number
        shapes = _shapes(number)
        x = np.arange(columns, dtype=np.float32) * stride + offset
        y = np.arange(rows, dtype=np.float32) * stride + offset
        grid = np.empty((rows, columns, len(shapes), 4), np.float32)
        grid[..., 0] = x[None, :, None]
        grid[..., 1] = y[:, None, None]
        grid[..., 2:] = shapes
        maps.append(grid.reshape(-1, 4))
        columns, rows = -(-columns // 2), -(-rows // 2)
    found = np.concatenate(maps)
    found.setflags(write=False)
    return found


def decode(
    found: NDArray[np.float32], where: Boxes, *, person: bool, threshold: float
) -> tuple[Boxes, NDArray[np.float32], NDArray[np.intp]]:
    """People or vehicles in a picture: boxes (n, 4) in px, scores and sorts (n,), surest first.

    A sort is the place of a vehicle's logit among those of vehicles; of people it is 0.

    Args:
        found: (anchors, 10): y, x, height and width of the box, encoded against its anchor, then
            logits of a person and of five sorts of vehicles.
        where: (anchors, 4), as `anchors` gives them.
        person: People if true, else vehicles of all sorts.
        threshold: Lowest score, 0 to 1.

    Raises:
        ModelContractError: Something is no number: nobody may hide behind it.
    """
    if not np.isfinite(found).all():
        raise ModelContractError(
            "the network for people and vehicles gave something that is no number"
        )
    every = found[:, PERSON : PERSON + 1] if person else found[:, PERSON + 1 :]
    logits = every.max(axis=1)
    # The threshold as a logit: a sigmoid over all anchors would be work for nothing.
    hot = np.flatnonzero(logits > np.float32(np.log(threshold / (1 - threshold))))
    hot = hot[np.argsort(-logits[hot], kind="stable")]
    boxes = _boxes(found[hot, :4], where[hot])
    kept = without_doubles(boxes)
    scores = 1 / (1 + np.exp(-logits[hot[kept]]))
    return boxes[kept], scores.astype(np.float32), every[hot[kept]].argmax(axis=1)


def overlap(box: Boxes, others: Boxes) -> NDArray[np.float32]:
    """Intersection over union (n,) of one box (4,) with others (n, 4)."""
    start = np.maximum(others[:, :2], box[:2])
    end = np.minimum(others[:, 2:], box[2:])
    shared = np.maximum(end - start, 0).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return np.asarray(shared / np.maximum(areas - shared, 1e-6), np.float32)


def _shapes(number: int) -> NDArray[np.float32]:
    """Width and height of the anchors at each place of a map, px."""
    side, after = _SIDES[number], _SIDES[number + 1]
    if number == 0:
        pairs = [(side / 2, 1.0), (side, 2.0), (side, 0.5)]
    else:
        pairs = [(side, ratio) for ratio in _RATIOS] + [((side * after) ** 0.5, 1.0)]
    return np.array([(s * r**0.5, s / r**0.5) for s, r in pairs], np.float32)


def _boxes(codes: NDArray[np.float32], where: Boxes) -> Boxes:
    """Boxes (n, 4), px, from their encodings and anchors, both (n, 4)."""
    centres = where[:, :2] + codes[:, 1::-1] * np.float32(_CENTRE_UNIT) * where[:, 2:]
    growth = np.clip(codes[:, :1:-1] * np.float32(_SIZE_UNIT), -_LARGEST, _LARGEST)
    half = where[:, 2:] * np.exp(growth) / 2
    return np.concatenate([centres - half, centres + half], axis=1).astype(np.float32)


def without_doubles(boxes: Boxes, same: float = _SAME_THING) -> list[int]:
    """Numbers of the boxes that no surer box stands for. Boxes come surest first.

    Args:
        boxes: (n, 4).
        same: Overlap above which two are one thing.
    """
    left = np.arange(len(boxes))
    kept: list[int] = []
    while len(left):
        best, left = int(left[0]), left[1:]
        kept.append(best)
        left = left[overlap(boxes[best], boxes[left]) <= same]
    return kept
