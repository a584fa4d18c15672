"""Finds people and vehicles, small and large, with SSD-MobileNetV2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.analyse.ssd import Boxes, anchors, decode, overlap
from passante.core.names import Kind, Sort
from passante.inside.observation import Detections
from passante.inside.video import View

_KINDS = (Kind.PERSON, Kind.VEHICLE)
_SORTS = (Sort.BICYCLE, Sort.CAR, Sort.MOTORCYCLE, Sort.BUS, Sort.TRUCK)
"""In the order of the network's output."""
_COARSE = 400
"""The view is halved until its longer side is no longer than this, px, and looked at every time:
the largest anchors are 300 px, and what fills more than that is seen in pieces or not at all."""
_LARGE = 200
"""Boxes with a side longer than this, in px of what was looked at, are better one size coarser."""
_SAME_THING = 0.45
"""Boxes from two sizes that overlap by more than this (intersection over union) are one thing."""

_HUGE = 0.3
"""Someone who fills more than this share of the view is seen so well that a low score means no."""
_HUGE_SCORE = 0.35
_CROWD = 4
"""A box with so many people in it who are each less than an eighth of it is a crowd, not one."""
_MEMBER_SCORE = 0.3
_UNSURE, _SURE = 0.6, 0.85
"""A box no surer than the first is somebody with his surroundings where a person as sure as the
second stands in it, nearly as high and far narrower."""
_AS_HIGH, _NARROWER = 0.75, 0.6


Found = tuple[Boxes, NDArray[np.float32], NDArray[np.intp]]
"""Boxes (n, 4), scores (n,) and sorts (n,) of one kind, at one size or all."""


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
        """Everyone and every vehicle in the view, boxes in px of the coded frame; people first."""
        seen: dict[Kind, list[Found]] = {kind: [] for kind in _KINDS}
        high, wide = view.pixels.shape[:2]
        for picture in _sizes(view.pixels):
            rows, columns = picture.shape[:2]
            (found,) = self._session.run(picture[None])
            where = anchors(columns, rows)
            scale = np.array([wide / columns, high / rows] * 2, np.float32)
            for kind, levels in seen.items():
                boxes, scores, sorts = decode(
                    found[0], where, person=kind is Kind.PERSON, threshold=self._threshold
                )
                levels.append((boxes * scale, scores, sorts))
        people, scores, _ = _joined(seen[Kind.PERSON])
        real = _single(people, scores, wide, high)
        people, scores = people[real], scores[real]
        vehicles, surer, sorts = _joined(seen[Kind.VEHICLE])
        return Detections(
            boxes=view.to_frame(np.concatenate([people, vehicles])),
            scores=np.concatenate([scores, surer]),
            kinds=(Kind.PERSON,) * len(people) + (Kind.VEHICLE,) * len(vehicles),
            by=self.model,
            sorts=(None,) * len(people) + tuple(_SORTS[number] for number in sorts),
        )


def _sizes(pixels: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """The picture, half of it, a quarter of it, until all of it fits the largest anchors."""
    picture = np.ascontiguousarray(pixels)
    yield picture
    while max(picture.shape[:2]) > _COARSE:
        size = (max(1, picture.shape[1] // 2), max(1, picture.shape[0] // 2))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        yield picture


def _joined(levels: list[Found]) -> Found:
    """What was found at several sizes, fine to coarse, each thing once: its best box and score.

    The box is the one of the size at which it can be seen best; the score is the highest, and the
    sort is the one with that score.
    """
    boxes = np.concatenate([found for found, *_ in levels])
    scores = np.concatenate([score for _, score, _ in levels])
    sorts = np.concatenate([sort for *_, sort in levels])
    level = np.repeat(np.arange(len(levels)), [len(score) for _, score, _ in levels])
    side = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0)
    too_large = (side > _LARGE * 2.0**level) & (level < len(levels) - 1)
    kept: list[int] = []
    for index in np.lexsort((-scores, level, too_large)):
        same = np.where(level[kept] != level[index], overlap(boxes[index], boxes[kept]), 0)
        best = int(same.argmax()) if kept else -1
        if kept and same[best] > _SAME_THING:
            if scores[index] > scores[kept[best]]:
                scores[kept[best]], sorts[kept[best]] = scores[index], sorts[index]
        else:
            kept.append(int(index))
    return boxes[kept], scores[kept], sorts[kept]


def _single(
    people: Boxes, scores: NDArray[np.float32], width: int, height: int
) -> NDArray[np.bool_]:
    """Which of these are one person each, rather than a crowd or half of the street.

    Args:
        people: (n, 4), px of the view.
        scores: (n,).
        width: Of the view, px.
        height: Of the view, px.
    """
    size = np.array([width, height], np.float32)
    shown = np.clip(people[:, 2:], 0, size) - np.clip(people[:, :2], 0, size)
    huge = shown.prod(axis=1) > _HUGE * width * height
    areas = (people[:, 2:] - people[:, :2]).prod(axis=1)
    centres = (people[:, :2] + people[:, 2:]) / 2
    members = (
        (centres[None] > people[:, None, :2]).all(axis=2)
        & (centres[None] < people[:, None, 2:]).all(axis=2)
        & (areas[None] < areas[:, None] / 8)
        & (scores[None] > _MEMBER_SCORE)
    )
    crowd = members.sum(axis=1) >= _CROWD
    sides = people[:, 2:] - people[:, :2]
    start = np.maximum(people[:, None, :2], people[None, :, :2])
    end = np.minimum(people[:, None, 2:], people[None, :, 2:])
    within = np.maximum(end - start, 0).prod(axis=2) >= 0.8 * areas[None]
    inner = (
        within
        & (sides[None, :, 1] >= _AS_HIGH * sides[:, None, 1])
        & (sides[None, :, 0] <= _NARROWER * sides[:, None, 0])
        & (scores[None] >= _SURE)
        & (scores[:, None] <= _UNSURE)
    )
    crowd |= inner.any(axis=1)
    return np.asarray(~crowd & (~huge | (scores > _HUGE_SCORE)), np.bool_)
