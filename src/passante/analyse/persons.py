"""Finds people and vehicles with SSD-MobileNetV2: every anchor says what is near it, and where.

The network was trained on pictures of 300x300. Here it slides over pictures of any size: anchors
keep their size in pixels, and lie where the network really looks, so a larger view shows smaller
people instead of the same ones larger.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View

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
_KINDS = (Kind.PERSON, Kind.VEHICLE)


class Network(Protocol):
    """What this finder needs of a session."""

    @property
    def ref(self) -> str:
        """Reference of the network."""
        ...

    # Any: the types of a network's numbers stand in its card.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Picture uint8 (1, height, width, 3) to anchors float32 (1, n, 10)."""
        ...


class PersonFinder:
    """People, and bicycles, cars, motorcycles, buses and lorries, in one look.

    Riders are people of their own beside what they ride.
    """

    def __init__(self, session: Network, *, threshold: float = 0.15) -> None:
        """Look with a network.

        Args:
            session: SSD-MobileNetV2, in floating point or integers.
            threshold: Lowest score that counts, 0 to 1. Low, since small people score low.
        """
        if not 0 < threshold < 1:
            raise ValueError("threshold must lie between 0 and 1")
        self._session = session
        self._threshold = threshold

    @property
    def kinds(self) -> frozenset[Kind]:
        """People and vehicles."""
        return frozenset(_KINDS)

    @property
    def model(self) -> str:
        """Reference of its model."""
        return self._session.ref

    def look(self, view: View) -> Detections:
        """Everyone and every vehicle in the view, boxes in px of the coded frame.

        People come first, each kind with the surest first.
        """
        height, width = view.pixels.shape[:2]
        (found,) = self._session.run(np.ascontiguousarray(view.pixels)[None])
        boxes, scores, kinds = decode(found[0], anchors(width, height), self._threshold)
        return Detections(boxes=view.to_frame(boxes), scores=scores, kinds=kinds, by=self.model)


@lru_cache(maxsize=16)
def anchors(width: int, height: int) -> NDArray[np.float32]:
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
    found: NDArray[np.float32], where: NDArray[np.float32], threshold: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[Kind, ...]]:
    """What the network says: boxes (n, 4) in px of the picture, scores (n,) and kinds.

    Args:
        found: (anchors, 10): y, x, height and width of the box, encoded against its anchor, then
            logits of a person and of five sorts of vehicles.
        where: (anchors, 4), as `anchors` gives them.
        threshold: Lowest score, 0 to 1.
    """
    # As a logit: a sigmoid over all anchors would be work for nothing.
    lowest = np.float32(np.log(threshold / (1 - threshold)))
    parts = []
    for kind, logits in zip(_KINDS, (found[:, 4], found[:, 5:].max(axis=1)), strict=True):
        hot = np.flatnonzero(logits > lowest)
        hot = hot[np.argsort(-logits[hot], kind="stable")]
        boxes = _boxes(found[hot, :4], where[hot])
        kept = _without_doubles(boxes)
        parts.append((boxes[kept], 1 / (1 + np.exp(-logits[hot[kept]])), kind))
    return (
        np.concatenate([boxes for boxes, _, _ in parts]),
        np.concatenate([scores for _, scores, _ in parts]).astype(np.float32),
        tuple(kind for boxes, _, kind in parts for _ in boxes),
    )


def _shapes(number: int) -> NDArray[np.float32]:
    """Width and height of the anchors at each place of a map, px."""
    side, after = _SIDES[number], _SIDES[number + 1]
    if number == 0:
        pairs = [(side / 2, 1.0), (side, 2.0), (side, 0.5)]
    else:
        pairs = [(side, ratio) for ratio in _RATIOS] + [((side * after) ** 0.5, 1.0)]
    return np.array([(s * r**0.5, s / r**0.5) for s, r in pairs], np.float32)


def _boxes(codes: NDArray[np.float32], where: NDArray[np.float32]) -> NDArray[np.float32]:
    """Boxes (n, 4), px, from their encodings and anchors, both (n, 4)."""
    centres = where[:, :2] + codes[:, 1::-1] * np.float32(_CENTRE_UNIT) * where[:, 2:]
    growth = np.clip(codes[:, :1:-1] * np.float32(_SIZE_UNIT), -_LARGEST, _LARGEST)
    half = where[:, 2:] * np.exp(growth) / 2
    return np.concatenate([centres - half, centres + half], axis=1).astype(np.float32)


def _without_doubles(boxes: NDArray[np.float32]) -> list[int]:
    """Numbers of the boxes that no surer box stands for. Boxes come surest first."""
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    left = np.arange(len(boxes))
    kept: list[int] = []
    while len(left):
        best, left = int(left[0]), left[1:]
        kept.append(best)
        start = np.maximum(boxes[left, :2], boxes[best, :2])
        end = np.minimum(boxes[left, 2:], boxes[best, 2:])
        shared = np.maximum(end - start, 0).prod(axis=1)
        left = left[shared <= _SAME_THING * (areas[left] + areas[best] - shared)]
    return kept
