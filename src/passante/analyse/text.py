"""Where writing is: reads a text detector's map of likelihoods into turned rectangles.

The detector marks only the core of each line of writing (otherwise neighbouring lines would run
together), so every rectangle is grown back to the outline of its letters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.core.geometry import Box

GRAIN = 32
"""The detector takes pictures whose sides are multiples of this, px."""
_GREY = 114
_REGROWTH = 1.6
"""How far a core is grown: this times its area over its circumference."""


class Network(Protocol):
    """A text detector: a picture (1, height, width, 3) uint8 RGB in, likelihoods out."""

    @property
    def ref(self) -> str:
        """Reference of its model."""
        ...

    # Any: what a session takes and gives is checked against the model's card.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Likelihood of writing at every pixel, float32 (1, 1, height, width), 0 to 1."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """One line of writing, as a turned rectangle in px."""

    x: float
    """Centre, px from the left."""
    y: float
    """Centre, px from the top."""
    length: float
    """Along the writing, px; at least `height`."""
    height: float
    """Across it, px."""
    tilt: float
    """Degrees clockwise from level: above -90, up to 90."""
    score: float
    """0 to 1: mean likelihood over its core."""

    def box(self, *, along: float = 0.0, across: float = 0.0) -> Box:
        """The upright box around it.

        Args:
            along: px added at both ends first.
            across: px added above and below first.
        """
        turn = math.radians(self.tilt)
        cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
        length, height = self.length + 2 * along, self.height + 2 * across
        half_w = (length * cos + height * sin) / 2
        half_h = (length * sin + height * cos) / 2
        return Box(self.x - half_w, self.y - half_h, self.x + half_w, self.y + half_h)


def likelihoods(network: Network, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(height, width): how likely each pixel of an RGB picture of any size is writing, 0 to 1.

    Raises:
        ModelContractError: Something is no number: no plate may hide behind it.
    """
    high, wide = pixels.shape[:2]
    below, right = -high % GRAIN, -wide % GRAIN
    if below or right:
        pixels = np.asarray(
            cv2.copyMakeBorder(
                pixels, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(_GREY, _GREY, _GREY)
            ),
            np.uint8,
        )
    (maps,) = network.run(np.ascontiguousarray(pixels)[None])
    if not np.isfinite(maps).all():
        raise ModelContractError("the network for writing gave something that is no number")
    return np.asarray(maps[0, 0, :high, :wide], np.float32)


def lines(
    likelihood: NDArray[np.float32], *, threshold: float = 0.3, least_score: float = 0.4
) -> list[Line]:
    """Every line of writing on a map (height, width) of likelihoods.

    Args:
        likelihood: 0 to 1.
        threshold: Above this a pixel belongs to a core.
        least_score: Cores of a lower mean are dropped.
    """
    # Dilation by one pixel joins letters that thin strokes have left apart. It also thins out the
    # mean of a lone pixel, so that specks are dropped.
    mask = cv2.dilate((likelihood > threshold).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = [_line(likelihood, np.asarray(outline)) for outline in outlines]
    return [line for line in found if line.score >= least_score]


def _line(likelihood: NDArray[np.float32], outline: NDArray[np.int32]) -> Line:
    (x, y), (length, height), tilt = cv2.minAreaRect(outline)
    if length < height:
        length, height, tilt = height, length, tilt + 90
    # An outline runs through the middles of pixels; what it encloses is a pixel larger.
    length, height = length + 1, height + 1
    left, top, wide, high = cv2.boundingRect(outline)
    inside = np.zeros((high, wide), np.uint8)
    cv2.drawContours(inside, [outline], -1, 1, cv2.FILLED, offset=(-left, -top))
    score = cv2.mean(likelihood[top : top + high, left : left + wide], inside)[0]
    more = _REGROWTH * length * height / (length + height)
    return Line(
        x=x + 0.5,
        y=y + 0.5,
        length=length + more,
        height=height + more,
        tilt=90 - (90 - tilt) % 180,
        score=min(1.0, max(0.0, score)),
    )
