"""Laying masks and words onto pictures, clipped at their edges."""

from __future__ import annotations

import cv2
import numpy as np

from training.plates.render import glyphs
from training.plates.render.dice import Colour, Floats, Mask, Picture

Sizes = tuple[float, float, float, float]
"""Left, top, width, height in pixels."""


def resized(picture: Picture, width: int, height: int) -> Picture:
    """A picture or mask in another size, averaged when it shrinks."""
    shrinks = width * height < 0.5 * picture.shape[0] * picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(picture, (max(1, width), max(1, height)), interpolation=how), np.uint8
    )


def lay(
    picture: Picture, mask: Mask, at: tuple[int, int], colour: Colour, *, share: float = 1
) -> None:
    """Blend a colour into a picture where the mask says, in place."""
    (left, top), (high, wide) = at, picture.shape[:2]
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + mask.shape[1], wide), min(top + mask.shape[0], high)
    if x1 <= x0 or y1 <= y0:
        return
    part = mask[y0 - top : y1 - top, x0 - left : x1 - left, None].astype(np.float32)
    part *= share / 255
    below = picture[y0:y1, x0:x1]
    below[...] = below + (np.asarray(colour, np.float32) - below) * part


def fitted(text: str, face: int, box: Sizes, *, fill: float = 1.0, tracking: float = 0.16) -> Mask:
    """The line of text scaled to a box: as high as `fill` of it, never wider; uint8 mask."""
    line = glyphs.line(text, face, tracking=tracking)
    scale = box[3] * fill / glyphs.CAP
    wide = min(round(line.shape[1] * scale), int(box[2]))
    return resized(line, wide, round(glyphs.ROWS * scale))


def write(
    picture: Picture,
    text: str,
    face: int,
    box: Sizes,
    colour: Colour,
    *,
    fill: float = 1.0,
    align: float = 0.5,
    tracking: float = 0.16,
) -> tuple[Mask, tuple[int, int]]:
    """Write a line into a box: capitals centred in height, `align` 0 left to 1 right.

    Returns:
        What was written as a mask, and the place of its upper left corner in the picture.
    """
    mask = fitted(text, face, box, fill=fill, tracking=tracking)
    scale = mask.shape[0] / glyphs.ROWS
    cap_middle = (glyphs.TOP + glyphs.CAP / 2) * scale
    left = round(box[0] + (box[2] - mask.shape[1]) * align)
    top = round(box[1] + box[3] / 2 - cap_middle)
    lay(picture, mask, (left, top), colour)
    return mask, (left, top)


def stamped(onto: Mask, mask: Mask, at: tuple[int, int]) -> None:
    """Raise a mask by another laid on it, clipped, in place."""
    (left, top), (high, wide) = at, onto.shape
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + mask.shape[1], wide), min(top + mask.shape[0], high)
    if x1 > x0 and y1 > y0:
        part = onto[y0:y1, x0:x1]
        np.maximum(part, mask[y0 - top : y1 - top, x0 - left : x1 - left], out=part)


def clouds(
    rng: np.random.Generator, width: int, height: int, *, cells: float, octaves: int = 2
) -> Floats:
    """Smooth chance over a picture: float32 (height, width), about -1 to 1.

    `cells` are the knots of the coarsest layer along the width; every further one has twice as many
    and half the height.
    """
    made = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        across = max(2, int(cells * 2**octave) + 1)
        down = max(2, int(cells * 2**octave * height / max(width, 1)) + 1)
        knots = rng.random((down, across), np.float32) * 2 - 1
        made += cv2.resize(knots, (width, height), interpolation=cv2.INTER_LINEAR) * 0.5**octave
    return made


def ramp(high: int, wide: int, above: Colour, below: Colour) -> Picture:
    """A picture that runs from one colour at the top to another at the bottom."""
    t = np.linspace(0, 1, max(high, 1), dtype=np.float32)[:, None, None]
    column = np.asarray(above, np.float32) * (1 - t) + np.asarray(below, np.float32) * t
    return np.repeat(column.astype(np.uint8), max(wide, 1), axis=1)
