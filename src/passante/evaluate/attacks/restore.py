"""Clear pictures from hidden ones by what is learnt from pairs, in closed form.

- whole faces: kernel ridge regression from all of a hidden face to all of a clear one, the linear
  form of hallucinating faces (Wang and Tang, "Hallucinating face by eigentransformation", 2005);
- lines of writing: one filter from the hidden surroundings of a pixel to the clear pixel, which is
  Wiener's filter learnt from examples, for letters stand anywhere in a line.

Nothing but numpy is needed, and the same pairs always give the same. How much is learnt from few
pairs is chosen by leaving each of them out once (Allen's PRESS, 1974).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.evaluate.attacks.reidentify import Rebuilt, cut_out
from passante.evaluate.pictures import Picture

Faces = Sequence[tuple[Picture, Box]]
Line = NDArray[np.float32]
"""(rows, columns), grey, 0 to 1."""

SIDE, LOOSE = 64, 1.4
"""Of what is rebuilt, px, and its side in longer sides of the face's box."""
_RIDGES = tuple(10.0**power for power in range(-6, 4))
"""Strengths that are tried, in mean squares of what is learnt from."""
_REACH = 12
"""Pixels to each side that a filter looks at."""
_VALUES = (2 * _REACH + 1) ** 2 + 1
"""Of the surroundings of one pixel, and a one."""
_STEP = 3
"""Every so manieth pixel either way is learnt from."""
_FILTER_RIDGE = 1e-5


class Regression:
    """Rebuilds whole faces; needs no PyTorch."""

    name = "rebuilt by regression"

    def rebuild(self, hidden: Faces, clear: Faces, asked: Faces) -> Rebuilt:
        """Learn from pairs `hidden` and `clear`, each also seen in a mirror; rebuild `asked`."""
        ridge = Ridge(rows_of(hidden, mirrored=True), rows_of(clear, mirrored=True))
        made = ridge(rows_of(asked, mirrored=False))
        return faces_of(made.reshape(-1, SIDE, SIDE, 3))


def faces_of(made: NDArray[np.floating]) -> Rebuilt:
    """(n, side, side, 3), 0 to 1, as faces with their places."""
    half = SIDE / LOOSE / 2
    box = Box(SIDE / 2 - half, SIDE / 2 - half, SIDE / 2 + half, SIDE / 2 + half)
    pixels = (255 * made).round().clip(0, 255).astype(np.uint8)
    return [(np.ascontiguousarray(one), box) for one in pixels]


def rows_of(faces: Faces, *, mirrored: bool) -> NDArray[np.float64]:
    """(n or 2 n, values), 0 to 1; mirrored ones follow the others."""
    cuts = np.stack([cut_out(pixels, box, SIDE, LOOSE) for pixels, box in faces])
    if mirrored:
        cuts = np.concatenate([cuts, cuts[:, :, ::-1]])
    return cuts.reshape(len(cuts), -1) / 255.0


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """Ridge regression in the space of the pairs, as strong as tells pairs that are left out best.

    Args:
        inputs: (n, values).
        wanted: (n, values).
    """

    inputs: NDArray[np.float64]
    wanted: NDArray[np.float64]
    _weights: NDArray[np.float64] = field(init=False)
    left_out: NDArray[np.float64] = field(init=False)
    """(n, values): each pair as the others tell it."""

    def __post_init__(self) -> None:
        rows = self.inputs - self.inputs.mean(axis=0)
        values, vectors = np.linalg.eigh(rows @ rows.T)
        values = np.maximum(values, 0)
        turned = vectors.T @ (self.wanted - self.wanted.mean(axis=0))
        level = float(values.mean()) + 1e-12
        least = np.inf
        for ridge in _RIDGES:
            shrink = 1 / (values + ridge * level)
            weights = vectors @ (shrink[:, None] * turned)
            missed = weights / (vectors**2 @ shrink)[:, None]
            error = float((missed**2).mean())
            if error < least:
                least = error
                object.__setattr__(self, "_weights", weights)
                object.__setattr__(self, "left_out", self.wanted - missed)

    def __call__(self, asked: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, values) for the rows asked."""
        centre = self.inputs.mean(axis=0)
        made = (asked - centre) @ (self.inputs - centre).T @ self._weights
        return np.asarray(made + self.wanted.mean(axis=0))


def taught(hidden: Line, clear: Line) -> NDArray[np.float64]:
    """(values, values + 1): what one pair teaches; sums of these are what many pairs teach."""
    rows = _surroundings(hidden, _STEP).reshape(-1, _VALUES)
    goal = clear[::_STEP, ::_STEP].reshape(-1, 1).astype(np.float64)
    return np.asarray(rows.T @ np.concatenate([rows, goal], axis=1))


def learnt_filter(lessons: NDArray[np.float64]) -> NDArray[np.float64]:
    """(values,): weights from the hidden surroundings of a pixel to the clear pixel."""
    square, right = lessons[:, :-1], lessons[:, -1]
    strength = _FILTER_RIDGE * float(np.trace(square)) / _VALUES + 1e-9
    return np.asarray(np.linalg.solve(square + strength * np.eye(_VALUES), right))


def filtered(line: Line, weights: NDArray[np.float64]) -> Picture:
    """A line put through a filter, as a picture for a reader."""
    made = (_surroundings(line) @ weights * 255).round().clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(made, cv2.COLOR_GRAY2RGB), np.uint8)


def _surroundings(line: Line, step: int = 1) -> NDArray[np.float64]:
    """(rows, columns, values) of every `step`th pixel either way."""
    padded = np.pad(line.astype(np.float64), _REACH, mode="edge")
    side = 2 * _REACH + 1
    views = np.lib.stride_tricks.sliding_window_view(padded, (side, side))[::step, ::step]
    flat = views.reshape(*views.shape[:2], side * side)
    return np.concatenate([flat, np.ones((*views.shape[:2], 1))], axis=2)
