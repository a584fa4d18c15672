"""What of a known face an output still shows, told from pixels alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from clips import Planes
from passante.evaluate.rates import wilson

__all__ = ["OUR_FILL", "PEER_FILL", "Score", "Truth", "rate", "score", "wilson"]

Mask = NDArray[np.bool_]

CHANGED = 8
"""Levels of 256 by which a pixel, smoothed over 3 by 3, must differ to count as covered."""
FILLED = 3
"""Levels within which a flat pixel counts as being of the fill's colour."""
BARE, WHOLE = 0.5, 0.9
"""A face is bare where less than half of it is covered, and wholly covered from 90 %."""

OUR_FILL = (98, 128, 128)
"""#5f5f5f as limited-range Y, U, V."""
PEER_FILL = (16, 128, 128)
"""Black."""


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Where a face is: px of the picture, degrees clockwise."""

    x: float
    y: float
    half_w: float
    half_h: float
    angle: float = 0.0

    def mask(self, height: int, width: int, *, grow: float = 1.0) -> Mask:
        """The pixels inside, (height, width)."""
        canvas = np.zeros((height, width), np.uint8)
        shift = 4  # sixteenths of a pixel
        cv2.ellipse(
            canvas,
            (round(self.x * 16), round(self.y * 16)),
            (round(self.half_w * grow * 16), round(self.half_h * grow * 16)),
            self.angle, 0, 360, 255, -1, cv2.LINE_8, shift,
        )  # fmt: skip
        return np.asarray(canvas > 0, bool)


@dataclass(frozen=True, slots=True)
class Truth:
    """One face on one frame."""

    face: Ellipse
    before: Mask | None = None
    """Pixels of the frame that something before it takes, or None for nothing."""
    counts: bool = True
    """Whether this frame is scored: a face still too small to matter is not."""

    def visible(self, height: int, width: int) -> Mask:
        """Pixels that show it."""
        shown = self.face.mask(height, width)
        return shown if self.before is None else np.asarray(shown & ~self.before, bool)


def changed(before: Planes, after: Planes, fill: tuple[int, int, int]) -> Mask:
    """Pixels of `after` that no longer show what `before` shows.

    Either they differ by more than compression does, or they are flat and of the fill's colour:
    a fill over something of its own colour hides it all the same.
    """
    differs = np.zeros(before[0].shape, bool)
    filled = np.ones(before[0].shape, bool)
    for old, new, level in zip(before, after, fill, strict=True):
        gap = cv2.blur(new.astype(np.float32) - old.astype(np.float32), (3, 3))
        differs |= np.abs(gap) > CHANGED
        filled &= np.abs(new.astype(np.int16) - level) <= FILLED
    kernel = np.ones((3, 3), np.uint8)
    flat = cv2.dilate(after[0], kernel).astype(np.int16) - cv2.erode(after[0], kernel) <= FILLED
    return np.asarray(differs | (filled & flat), bool)


@dataclass(slots=True)
class Score:
    """Sums over frames and tracks of one output."""

    frames: int = 0
    """Face-frames scored."""
    bare: int = 0
    partly: int = 0
    """Face-frames not wholly covered, bare ones among them."""
    tracks: int = 0
    leaked: int = 0
    """Tracks bare on one frame or more."""
    longest: int = 0
    """Longest run of bare frames, in frames."""
    flips: int = 0
    """Changes between bare and covered within a track, its first cover left out."""
    first: int = 0
    """Most frames that a face was seen before its first cover; all of them where never."""
    vain: list[float] = field(default_factory=list)
    """Of each picture: the share covered outside every head."""

    def add_track(self, shares: list[float]) -> None:
        """One track's covered share on each scored frame, in order."""
        bare = [share < BARE for share in shares]
        self.frames += len(shares)
        self.bare += sum(bare)
        self.partly += sum(share < WHOLE for share in shares)
        self.tracks += 1
        self.leaked += any(bare)
        first = bare.index(False) if False in bare else len(bare)
        self.first = max(self.first, first)
        self.flips += sum(a != b for a, b in zip(bare[first:], bare[first + 1 :], strict=False))
        run = 0
        for is_bare in bare:
            run = run + 1 if is_bare else 0
            self.longest = max(self.longest, run)

    def merge(self, other: Score) -> None:
        """Add another output's sums."""
        for name in ("frames", "bare", "partly", "tracks", "leaked", "flips"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.longest = max(self.longest, other.longest)
        self.first = max(self.first, other.first)
        self.vain += other.vain


def score(
    before: Iterable[Planes],
    after: Iterable[Planes],
    truths: list[Mapping[int, Truth]],
    fill: tuple[int, int, int],
) -> Score:
    """How an output covers the faces that its input is known to show.

    Args:
        before: The input, decoded.
        after: The output, decoded; as many frames of the same size.
        truths: Of each frame, track -> truth.
        fill: Y, U, V of the output's fill.
    """
    shares: dict[int, list[float]] = {}
    total = Score()
    for old, new, faces in zip(before, after, truths, strict=True):
        mask = changed(old, new, fill)
        height, width = mask.shape
        vain = mask.copy()
        for track, truth in faces.items():
            vain &= ~truth.face.mask(height, width, grow=2.0)
            if not truth.counts:
                continue
            seen = truth.visible(height, width)
            # a sliver at the border or behind something else is no face yet
            if seen.sum() < 0.25 * math.pi * truth.face.half_w * truth.face.half_h:
                continue
            shares.setdefault(track, []).append(float(mask[seen].mean()))
        total.vain.append(float(vain.mean()))
    for of_track in shares.values():
        total.add_track(of_track)
    return total


def rate(hits: int, n: int) -> str:
    """A share in % with its interval and n."""
    if n == 0:
        return "-"
    low, high = wilson(hits, n)
    return f"{100 * hits / n:.1f} % ({100 * low:.1f} to {100 * high:.1f}; {hits} of {n})"
