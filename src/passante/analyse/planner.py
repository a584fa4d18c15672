"""When to look where.

A face has to be *found* only once in its life: following it forwards, and backwards through the
look-ahead, covers the rest. So looks are spent where they pay (ADR 0007):

- the whole frame, small, for near faces, people and vehicles, several times a second;
- the frame at its own resolution, in tiles, each looked at again soon if anything in it changed
  and seldom if nothing did;
- close-ups of the heads of known people and of lost faces, many packed into one picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.inside.video import RawFrame

_THUMB = 320
"""Longer side of the picture in which changes are looked for, px."""
CHANGE = 9
"""Grey levels by which a thumb pixel must differ to count as changed."""


def tiles(form: VideoFormat, *, side: int, overlap: int) -> tuple[Box, ...]:
    """The frame in equal overlapping tiles of about `side` x `side` px; one if it fits.

    Two neighbours share at least `overlap` px, so that whatever is smaller than that lies whole in
    one of them.
    """

    def cuts(length: int) -> list[tuple[float, float]]:
        count = max(1, math.ceil((length - overlap) / max(1, side - overlap)))
        size = math.ceil((length + (count - 1) * overlap) / count)
        step = (length - size) / max(1, count - 1)
        return [(i * step, i * step + size) for i in range(count)]

    return tuple(Box(x0, y0, x1, y1) for y0, y1 in cuts(form.height) for x0, x1 in cuts(form.width))


class Changes:
    """Which parts of the picture changed since when, on a small copy of its brightness."""

    def __init__(self, form: VideoFormat) -> None:
        """For frames of format `form`."""
        scale = min(1.0, _THUMB / max(form.width, form.height))
        self._size = (max(8, round(form.width * scale)), max(8, round(form.height * scale)))
        self._fx = self._size[0] / form.width
        self._fy = self._size[1] / form.height
        self.thumb: NDArray[np.uint8] = np.zeros(self._size[::-1], np.uint8)
        self._moved: NDArray[np.bool_] = np.ones(self._size[::-1], np.bool_)

    def update(self, frame: RawFrame) -> float:
        """Take the next frame; gives the share of the picture that differs from the one before."""
        thumb = frame.grey(self._size)
        self._moved = np.asarray(cv2.absdiff(thumb, self.thumb)) > CHANGE // 2
        self.thumb = thumb
        return float(np.count_nonzero(self._moved)) / self._moved.size

    def moved(self, box: Box) -> bool:
        """Whether anything in `box` differs from the frame before."""
        rows, columns = self._span(box)
        return bool(self._moved[rows, columns].any())

    def since(self, then: NDArray[np.uint8], box: Box) -> bool:
        """Whether anything in `box` differs from an older thumb."""
        rows, columns = self._span(box)
        gap = np.asarray(cv2.absdiff(self.thumb[rows, columns], then[rows, columns]))
        return bool((gap > CHANGE).any())

    def _span(self, box: Box) -> tuple[slice, slice]:
        high, wide = self.thumb.shape
        x0 = min(wide - 1, max(0, math.floor(box.x0 * self._fx)))
        y0 = min(high - 1, max(0, math.floor(box.y0 * self._fy)))
        x1 = max(x0 + 1, min(wide, math.ceil(box.x1 * self._fx)))
        y1 = max(y0 + 1, min(high, math.ceil(box.y1 * self._fy)))
        return slice(y0, y1), slice(x0, x1)


@dataclass(slots=True)
class _Due:
    """One place that is looked at again and again."""

    area: Box
    at_ns: int | None = None
    thumb: NDArray[np.uint8] | None = None


@dataclass(slots=True)
class Rota:
    """Takes turns over a set of places: changed ones soon, unchanged ones seldom."""

    areas: tuple[Box, ...]
    soon_ns: int
    """A place that changed is looked at again after this."""
    seldom_ns: int
    """One that did not, after this."""
    _places: list[_Due] = field(init=False)

    def __post_init__(self) -> None:
        self._places = [_Due(area) for area in self.areas]

    def ripe(
        self,
        now_ns: int,
        step_ns: int,
        changes: Changes,
        *,
        everything: bool,
        within_ns: int | None = None,
    ) -> list[Turn]:
        """The places whose turn it is, the most overdue first.

        Args:
            now_ns: Stream time.
            step_ns: Time since the frame before.
            changes: What changed.
            everything: All places, whatever their age: a first frame, a cut, a last frame.
            within_ns: A place that changed waits no longer than this, if that is sooner.
        """
        soon_ns = self.soon_ns if within_ns is None else max(1, min(self.soon_ns, within_ns))
        turns: list[Turn] = []
        for place in self._places:
            if everything or place.at_ns is None or place.thumb is None:
                turns.append(Turn(place, math.inf))
                continue
            # Half a frame early is on time: intervals are seldom whole numbers of frames.
            age = now_ns - place.at_ns + step_ns // 2
            if age >= self.seldom_ns or (age >= soon_ns and changes.since(place.thumb, place.area)):
                turns.append(Turn(place, age / soon_ns))
        turns.sort(key=lambda turn: -turn.urgency)
        return turns


@dataclass(frozen=True, slots=True)
class Turn:
    """One place whose turn it is."""

    place: _Due
    urgency: float
    """Its age in intervals: 1 is due, infinity means now."""

    @property
    def area(self) -> Box:
        """Where to look, px of the frame."""
        return self.place.area

    def taken(self, now_ns: int, changes: Changes) -> None:
        """It was looked at now."""
        self.place.at_ns, self.place.thumb = now_ns, changes.thumb


class Budget:
    """How many pixels may be looked at, so that the cost of a stream has a bound.

    Each frame earns an allowance. Looks that cannot wait may overdraw it; the debt is paid by
    those that can.
    """

    def __init__(self, form: VideoFormat, *, base_px: float, share: float) -> None:
        """An allowance of `base_px` plus `share` of the picture a frame at 25 frames/s.

        Slower streams earn more a frame, with the square root of the time between frames.
        """
        self._allowance = base_px + share * form.width * form.height
        self._left = 0.0

    def earn(self, step_ns: int) -> None:
        """A new frame, `step_ns` after the one before."""
        pace = min(3.0, max(0.75, math.sqrt(step_ns / 40_000_000)))
        gain = self._allowance * pace
        self._left = min(2 * gain, max(-6 * gain, self._left) + gain)

    def spend(self, pixels: float) -> None:
        """So many were looked at."""
        self._left -= pixels

    @property
    def left(self) -> float:
        """px; negative while in debt."""
        return self._left
