"""A street of noise with people of plain colours who walk through it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from passante.core.geometry import Box
from passante.evaluate.footage import Frame, Truth

WIDE, HIGH, FRAMES = 160, 120, 24
COLOURS = ((210, 90, 90), (60, 200, 120), (140, 60, 220), (30, 120, 200))
"""Y, U, V of the lower half of each person; the upper half is the same with U and V swapped."""


def people() -> Truth:
    """Four people on lanes of their own, one pixel a frame."""
    return {
        frame: {
            number: Box(20 + 36 * number + frame % 8, 30, 40 + 36 * number + frame % 8, 110)
            for number in range(len(COLOURS))
        }
        for frame in range(FRAMES)
    }


def frames(*, bare: bool = True, only: set[int] | None = None) -> Iterator[Frame]:
    """The street; where not `bare`, people are filled, on the frames of `only` or on all."""
    noise = np.random.default_rng(5).integers(60, 200, (HIGH, WIDE, 3)).astype(np.uint8)
    for number, boxes in people().items():
        yuv = noise.copy()
        for who, box in boxes.items():
            left, right = int(box.x0), int(box.x1)
            y, u, v = COLOURS[who]
            yuv[30:70, left:right] = y, v, u
            yuv[70:110, left:right] = y, u, v
            if not bare and (only is None or number in only):
                yuv[25:112, left - 3 : right + 3] = 98, 128, 128
        yield Frame(Fraction(number, 25), yuv)
