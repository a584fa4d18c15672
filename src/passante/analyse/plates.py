"""Finds number plates: a small network of our own says where their middles and corners are.

`training/plates` in the repository makes it, out of pictures that are drawn. Any other `Finder` of
`Kind.PLATE` can take its place.
"""

from __future__ import annotations

from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.analyse.corners import decode
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View

_GRAIN = 32
"""The network takes pictures whose sides are multiples of this, px."""
_GREY = 114
_MARGIN = 0.15
"""Boxes grow on each side by this share of their height: corners are not exact. A policy's own
margin comes on top."""
_MARGIN_PX = 1.5
"""And by what a view cannot show exactly, in its own px."""


class Network(Protocol):
    """A plate detector: a picture (1, height, width, 3) uint8 RGB in, maps out."""

    @property
    def ref(self) -> str:
        """Reference of its model."""
        ...

    # Any: what a session takes and gives is checked against the model's card.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Maps float32 (1, 10, height / 8, width / 8), as `corners.decode` reads them."""
        ...


class PlateFinder:
    """Number plates of any country from about 12 px width upward, however they lean."""

    def __init__(self, network: Network, *, threshold: float = 0.25) -> None:
        """Look with a network.

        Args:
            network: The detector.
            threshold: Lowest score that counts, 0 to 1. Low, since a plate that is missed costs
                more than a covered sign.
        """
        if not 0 < threshold < 1:
            raise ValueError("threshold must lie between 0 and 1")
        self._network = network
        self._threshold = threshold

    @property
    def kinds(self) -> frozenset[Kind]:
        """Number plates."""
        return frozenset({Kind.PLATE})

    @property
    def model(self) -> str:
        """Reference of its model."""
        return self._network.ref

    def look(self, view: View) -> Detections:
        """Every number plate, boxes in px of the coded frame."""
        (maps,) = self._network.run(_whole(view.pixels)[None])
        found = decode(np.asarray(maps[0], np.float32), self._threshold)
        boxes = found.boxes
        more = _MARGIN * (boxes[:, 3:] - boxes[:, 1:2]) + _MARGIN_PX
        grown = boxes + np.concatenate([-more, -more, more, more], axis=1)
        return Detections(
            boxes=view.to_frame(grown.astype(np.float32)),
            scores=found.scores,
            kinds=(Kind.PLATE,) * len(found.scores),
            by=self.model,
        )


def _whole(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture of any size with grey added right and below, as the network takes it."""
    high, wide = pixels.shape[:2]
    below, right = -high % _GRAIN, -wide % _GRAIN
    if below or right:
        grey = (_GREY, _GREY, _GREY)
        kind = cv2.BORDER_CONSTANT
        pixels = np.asarray(
            cv2.copyMakeBorder(pixels, 0, below, 0, right, kind, value=grey), np.uint8
        )
    return np.ascontiguousarray(pixels)


def likely_plate_zones(vehicle: Box) -> tuple[Box, ...]:
    """Where a plate most likely is on a vehicle, boxes in px of the upright picture.

    For a vehicle on which no plate has been found for long: the middle of its lower two thirds.

    Args:
        vehicle: Box around the vehicle, px.
    """
    return (_part(vehicle, left=0.1, top=0.35, right=0.9, bottom=1.0),)


def search_area(vehicle: Box) -> Box:
    """What to show the finder of a vehicle, px: all but its roof, and a little around it.

    Args:
        vehicle: Box around the vehicle, px of the upright picture.
    """
    return _part(vehicle, left=-0.08, top=0.22, right=1.08, bottom=1.06)


def _part(box: Box, *, left: float, top: float, right: float, bottom: float) -> Box:
    """Part of a box, edges as shares of its width and height."""
    return Box(
        box.x0 + left * box.width,
        box.y0 + top * box.height,
        box.x0 + right * box.width,
        box.y0 + bottom * box.height,
    )
