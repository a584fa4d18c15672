"""Following a patch of picture from one frame to another by normalised cross-correlation.

Lewis, "Fast Normalized Cross-Correlation", Vision Interface 1995. Patches are shrunk to a fixed
size first, so that the cost of a search does not grow with the size of what is followed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.inside.video import RawFrame

_SIDE = 24
"""Longer side of a shrunk patch, px."""
_LEAST = 14.0
"""A patch is at least this wide and high in the frame, px: a 10 px face alone has too little in
it to be told from its surroundings."""
_DRIFT = 0.12
"""What a match at the edge of the search loses in score against one in the middle."""


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A shrunk patch around a box, to be found again in another frame."""

    patch: NDArray[np.uint8]
    """(height, width), at most 24 px on its longer side."""
    scale: float
    """Patch pixels for each frame pixel."""
    contrast: float
    """Standard deviation of the patch, grey levels."""

    @classmethod
    def cut(cls, frame: RawFrame, box: Box) -> Template | None:
        """The patch around `box`, or None where too little of it is in the picture."""
        around = _roomy(box)
        scale = min(1.0, _SIDE / max(around.width, around.height))
        patch = _cut(frame, around, scale)
        if patch is None or min(patch.shape) < 6:
            return None
        return cls(patch, scale, float(cv2.meanStdDev(patch)[1][0, 0]))

    def find(self, frame: RawFrame, guess: Box, reach: float) -> tuple[Box, float]:
        """Where the patch is in `frame`, near `guess`, and how well it fits.

        Args:
            frame: Where to search.
            guess: Where it is expected; the result has its size.
            reach: How far around, px of the frame.

        Returns:
            The best place and its correlation, -1 to 1. A flat patch, or a search that leaves the
            picture, gives the guess itself with 0.
        """
        around = _roomy(guess)
        reach = float(max(2, math.ceil(reach)))
        window = _cut(frame, around.grown(reach), self.scale)
        if self.contrast < 2.0 or window is None:
            return guess, 0.0
        rows, columns = self.patch.shape
        if window.shape[0] < rows or window.shape[1] < columns:
            return guess, 0.0
        fit = np.asarray(cv2.matchTemplate(window, self.patch, cv2.TM_CCOEFF_NORMED), np.float32)
        # The window is centred on the guess unless the picture's edge cut it off, in which case
        # its origin is known from the cut, not from the guess.
        left = max(0.0, around.x0 - reach)
        top = max(0.0, around.y0 - reach)
        home_x = (around.x0 - left) * self.scale
        home_y = (around.y0 - top) * self.scale
        far = max(1.0, reach * self.scale)
        xs = (np.arange(fit.shape[1], dtype=np.float32) - np.float32(home_x)) / np.float32(far)
        ys = (np.arange(fit.shape[0], dtype=np.float32) - np.float32(home_y)) / np.float32(far)
        _, _, _, (x, y) = cv2.minMaxLoc(fit - _DRIFT * (xs[None, :] ** 2 + ys[:, None] ** 2))
        dx = (x - home_x) / self.scale
        dy = (y - home_y) / self.scale
        value = float(fit[y, x])
        return guess.shifted(dx, dy), value if np.isfinite(value) else 0.0


def _roomy(box: Box) -> Box:
    """The box, widened to the least size at which it can be followed."""
    return box.scaled(
        max(1.0, _LEAST / max(box.width, 1e-3)), max(1.0, _LEAST / max(box.height, 1e-3))
    )


def _cut(frame: RawFrame, box: Box, scale: float) -> NDArray[np.uint8] | None:
    """Brightness inside `box`, shrunk by `scale`, or None where nothing of it is in the picture."""
    pixels = box.cover(frame.format.width, frame.format.height)
    if pixels is None:
        return None
    size = (max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale)))
    return frame.grey(size, pixels)
