"""Finds faces with CenterFace: every face is the centre of a hill on a map of the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passante.analyse.voice import Network
from passante.core.errors import ModelContractError
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View

_STRIDE = 4
"""View pixels for each cell of the map."""
_MULTIPLE = 32
_GREY = 114
_SAME_FACE = 0.3
"""Two boxes that overlap by more than this (intersection over union) are one face."""
_VOTES = 0.4
"""A cell whose box overlaps the best one's by more than this has a say in where the face ends."""
_NEARLY = 0.7
"""So it has if its score is at least this share of the best one's."""
_LARGEST = 9.0
"""Natural logarithm of the largest height or width in cells, and of the smallest, negated."""


class FaceFinder:
    """Faces of any size the view can show, from about 8 px of the view upward."""

    def __init__(self, session: Network, *, threshold: float = 0.17) -> None:
        """Look with a network.

        Args:
            session: CenterFace, in floating point or integers.
            threshold: Lowest score that counts, 0 to 1. Low, since a face that is missed costs
                more than a covered wall: at 0.17 the network in integers keeps what the one in
                floating point has at 0.2.
        """
        if not 0 < threshold < 1:
            raise ValueError("threshold must lie between 0 and 1")
        self._session = session
        self._threshold = threshold

    @property
    def kinds(self) -> frozenset[Kind]:
        """Faces."""
        return frozenset({Kind.FACE})

    @property
    def model(self) -> str:
        """Reference of its model."""
        return self._session.ref

    def look(self, view: View) -> Detections:
        """Every face in the view, boxes in px of the coded frame, surest first."""
        (maps,) = self._session.run(_padded(view.pixels)[None])
        boxes, scores = decode(maps, self._threshold)
        return Detections(
            boxes=view.to_frame(boxes),
            scores=scores,
            kinds=(Kind.FACE,) * len(scores),
            by=self.model,
        )


def decode(
    maps: NDArray[np.float32], threshold: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a map says: boxes (n, 4) in px of the picture and scores (n,), surest first.

    Arguments and errors as of `hot_cells`.
    """
    return _one_each(*hot_cells(maps, threshold))


def hot_cells(
    maps: NDArray[np.float32], threshold: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What each cell of a map says: boxes (n, 4) in px of the picture, scores (n,), surest first.

    Args:
        maps: (1, 5, rows, columns): heat as a logit, logarithms of height and width in cells,
            offsets of the centre down and across in cells.
        threshold: Lowest score, 0 to 1.

    Raises:
        ModelContractError: The map holds something that is no number: no face may hide behind it.
    """
    if not np.isfinite(maps).all():
        raise ModelContractError("the network for faces gave something that is no number")
    heat, high, wide, down, across = maps[0]
    # The threshold becomes a logit: a sigmoid over the whole map would cost more than this look.
    rows, columns = np.nonzero(heat > np.float32(np.log(threshold / (1 - threshold))))
    scores = 1 / (1 + np.exp(-heat[rows, columns]))
    order = np.argsort(-scores, kind="stable")
    rows, columns, scores = rows[order], columns[order], scores[order]
    half_w, half_h = (
        np.exp(np.clip(size[rows, columns], -_LARGEST, _LARGEST)) * (_STRIDE / 2)
        for size in (wide, high)
    )
    x = (columns + across[rows, columns] + 0.5) * _STRIDE
    y = (rows + down[rows, columns] + 0.5) * _STRIDE
    boxes = np.stack([x - half_w, y - half_h, x + half_w, y + half_h], axis=1)
    return boxes.astype(np.float32), scores.astype(np.float32)


def _one_each(
    boxes: NDArray[np.float32], scores: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One box and score for each face, out of one for each cell; both come surest first.

    The box of a face is the one around all cells that are nearly as sure as its best: which of
    them is best changes with the noise of the picture, by a cell of four pixels at a time.
    """
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    left = np.arange(len(boxes))
    around: list[NDArray[np.float32]] = []
    kept: list[int] = []
    while len(left):
        best = int(left[0])
        start = np.maximum(boxes[left, :2], boxes[best, :2])
        end = np.minimum(boxes[left, 2:], boxes[best, 2:])
        shared = np.maximum(end - start, 0).prod(axis=1)
        overlap = shared / (areas[left] + areas[best] - shared)
        votes = boxes[left[(overlap > _VOTES) & (scores[left] >= _NEARLY * scores[best])]]
        around.append(np.concatenate([votes[:, :2].min(axis=0), votes[:, 2:].max(axis=0)]))
        kept.append(best)
        left = left[overlap <= _SAME_FACE]
    return np.array(around, np.float32).reshape(-1, 4), scores[kept]


def _padded(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture with grey to the right and below, up to whole steps of the network."""
    height, width = (-(-size // _MULTIPLE) * _MULTIPLE for size in pixels.shape[:2])
    if pixels.shape[:2] == (height, width):
        return np.ascontiguousarray(pixels)
    canvas = np.full((height, width, 3), _GREY, np.uint8)
    canvas[: pixels.shape[0], : pixels.shape[1]] = pixels
    return canvas
