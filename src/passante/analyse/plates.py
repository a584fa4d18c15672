"""Finds number plates as what they are: short lines of writing, made to be read from afar.

A detector of any writing does the looking, and what could not be a plate by its shape is left out.
Signs and brand names that look like plates are found too, and get covered: a covered sign costs
less than a plate that is missed. Any other `Finder` of `Kind.PLATE` can take its place.
"""

from __future__ import annotations

import numpy as np

from passante.analyse.text import Line, Network, likelihoods, lines
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View

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


class PlateFinder:
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
