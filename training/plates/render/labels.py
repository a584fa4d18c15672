"""Which plates are asked for, which are neither asked for nor held against a finder."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.plates.render.dice import Floats, Picture

LEAST_WIDTH_PX = 8.0
LEAST_SEEN = 0.5
"""Share of the whole plate that must be in the picture and not hidden."""
LEAST_CONTRAST = 7.0
"""How much a plate must stand out, in brightness of 255."""
COARSE = (20, 10)
"""The size a plate is averaged down to before its contrast is taken: width and height."""
GONE = 0.06
"""A plate of which less is seen is no plate."""


@dataclass(frozen=True, slots=True)
class Label:
    """A plate's number on the canvas and its corner points (4, 2)."""

    number: int
    quad: Floats


def sort_out(labels: list[Label], owner: Picture, picture: Picture) -> tuple[Floats, Floats]:
    """The quads to ask for and those to ignore: float32 (n, 4, 2) and (m, 4, 2).

    Args:
        labels: plates in the order they were painted.
        owner: uint8 (height, width), the number of the plate seen at each pixel.
        picture: uint8 (height, width, 3), as the camera delivers it.
    """
    asked: list[Floats] = []
    ignored: list[Floats] = []
    for label in labels:
        area = float(cv2.contourArea(label.quad))
        if area < 4 or not np.isfinite(label.quad).all():
            continue
        seen = _seen(owner, label) / area
        if seen < GONE:
            continue
        fine = (
            seen >= LEAST_SEEN
            and across(label.quad) >= LEAST_WIDTH_PX
            and _contrast(picture, label.quad) >= LEAST_CONTRAST
        )
        (asked if fine else ignored).append(label.quad)
    return _stacked(asked), _stacked(ignored)


def _seen(owner: Picture, label: Label) -> int:
    """How many pixels of the quad belong to its plate."""
    high, wide = owner.shape
    x0, y0 = np.clip(np.floor(label.quad.min(axis=0)).astype(int), 0, (wide, high))
    x1, y1 = np.clip(np.ceil(label.quad.max(axis=0)).astype(int) + 1, 0, (wide, high))
    if x1 <= x0 or y1 <= y0:
        return 0
    inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
    fixed = np.round((label.quad - (x0, y0) - 0.5) * 16).astype(np.int32)
    cv2.fillConvexPoly(inside, fixed, (1,), cv2.LINE_8, 4)
    return int(np.count_nonzero(inside & (owner[y0:y1, x0:x1] == label.number)))


def across(quad: Floats) -> float:
    """The mean length of the upper and the lower edge."""
    return float(np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])) / 2


def _contrast(picture: Picture, quad: Floats) -> float:
    """How a plate stands out: spread of brightness on it, or its step to what is around it.

    Averaged down to COARSE pixels first, so that noise does not pass for a plate.
    """
    low, top = quad.min(axis=0), quad.max(axis=0)
    margin = (top - low) * 0.3 + 1
    inside, around = _coarse(picture, low, top), _coarse(picture, low - margin, top + margin)
    if inside.size == 0:
        return 0.0
    step = abs(float(inside.mean()) - float(around.mean()))
    return max(float(inside.std()), 1.5 * step)


def _coarse(picture: Picture, low: Floats, top: Floats) -> Floats:
    """The brightness of a box (upper left and lower right corner) at a low resolution."""
    high, wide = picture.shape[:2]
    x0, y0 = np.clip(low.astype(int), 0, (wide, high))
    x1, y1 = np.clip(np.ceil(top).astype(int), 0, (wide, high))
    part = picture[y0:y1, x0:x1]
    if part.size and (part.shape[1] > COARSE[0] or part.shape[0] > COARSE[1]):
        size = (min(COARSE[0], part.shape[1]), min(COARSE[1], part.shape[0]))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(part.mean(axis=2), np.float32)


def _stacked(quads: list[Floats]) -> Floats:
    return np.stack(quads).astype(np.float32) if quads else np.zeros((0, 4, 2), np.float32)
