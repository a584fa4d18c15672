"""A finder of plates to compare ours with: a detector of any writing, PP-OCRv4's, as published.

What could not be a plate by its shape is left out. It was the product's finder before there was one
of our own, so every trick here was worth it. The detector marks only the core of each line of
writing (otherwise neighbouring lines would run together), so every rectangle is grown back to the
outline of its letters.
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
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View

GRAIN = 32
"""The detector takes pictures whose sides are multiples of this, px."""
_GREY = 114
_REGROWTH = 1.6
"""How far a core is grown: this times its area over its circumference."""
_STEEPEST = 40.0
"""Writing that leans more than this, degrees, is not taken for a plate."""
_SHORTEST, _LONGEST = 1.05, 9.0
"""Length over height of a line of a plate: two letters of a two-line plate, a long one-line one."""
_WIDEST, _HIGHEST = 0.8, 0.4
"""Shares of the view's width and height beyond which writing is a poster or a lorry's side."""
_MARGIN_ALONG, _MARGIN_ACROSS = 0.3, 0.2
"""What a plate has beside, and above and below, its line, in heights of the line: enough for
about 97 of 100 plates to be covered to 95 %. A policy's own margin comes on top."""
_MARGIN_PX = 1.0
"""And what a view cannot show exactly, in its own px."""
_ALIKE = 1.8
"""Lines on one plate are of the same height up to this factor."""
_GAP = 0.6
"""Parts of one plate lie nearer to each other than this, in heights of a line."""


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


class WritingFinder:
    """Number plates of which the view shows letters of about 6 px height or more."""

    def __init__(self, network: Network, *, threshold: float = 0.3) -> None:
        """Look with a text detector.

        Args:
            network: The detector.
            threshold: Lowest likelihood of writing that counts, 0 to 1. Low, since a plate that
                is missed costs more than a covered sign.
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
        """Everything that could be a number plate, boxes in px of the coded frame."""
        found = lines(
            likelihoods(self._network, view.pixels),
            threshold=self._threshold,
            least_score=self._threshold,
        )
        high, wide = view.pixels.shape[:2]
        plates = joined([line for line in found if could_be_plate(line, wide=wide, high=high)])
        boxes = [[box.x0, box.y0, box.x1, box.y1] for box, _ in plates]
        return Detections(
            boxes=view.to_frame(np.array(boxes, np.float32).reshape(-1, 4)),
            scores=np.array([score for _, score in plates], np.float32),
            kinds=(Kind.PLATE,) * len(plates),
            by=self.model,
        )


def could_be_plate(line: Line, *, wide: int, high: int) -> bool:
    """Whether a line of writing has the shape of a plate, or of a part of one.

    Args:
        line: What was found, px of the view.
        wide: Width of the view, px.
        high: Its height, px.
    """
    ratio = line.length / line.height
    if not _SHORTEST <= ratio <= _LONGEST:
        return False
    # Of a nearly square piece nobody can say which way it leans.
    if ratio > 1.5 and abs(line.tilt) > _STEEPEST:
        return False
    return line.length <= _WIDEST * wide and line.height <= _HIGHEST * high


def joined(found: list[Line]) -> list[tuple[Box, float]]:
    """Plates (box in px, score) made of lines: words and rows of one plate become one box.

    Each line is first grown to the edges of its plate. Lines are joined where they are alike in
    height, close to each other, and level with or right above each other.
    """
    groups: list[list[Line]] = []
    for line in found:
        near = [group for group in groups if any(_one_plate(line, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([line, *(other for group in near for other in group)])
    return [(_around(group), max(line.score for line in group)) for group in groups]


def _one_plate(a: Line, b: Line) -> bool:
    low, high = sorted((a.height, b.height))
    if high > _ALIKE * low:
        return False
    box_a, box_b = a.box(), b.box()
    across = max(box_a.x0, box_b.x0) - min(box_a.x1, box_b.x1)
    down = max(box_a.y0, box_b.y0) - min(box_a.y1, box_b.y1)
    # Negative: how far they overlap.
    beside = across <= _GAP * high and down <= -0.5 * low
    above = down <= _GAP * high and across <= -0.5 * min(box_a.width, box_b.width)
    return (beside or above) and box_a.union(box_b).width <= _LONGEST * high


def _around(group: list[Line]) -> Box:
    boxes = [
        line.box(
            along=_MARGIN_ALONG * line.height + _MARGIN_PX,
            across=_MARGIN_ACROSS * line.height + _MARGIN_PX,
        )
        for line in group
    ]
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    return whole
