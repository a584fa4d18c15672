"""Second looks for faces, at frames that have gone by without one.

Between two looks at the whole picture lie a few frames that nobody looked at. Following what was
found covers them, unless somebody was there for those few frames alone. Two things tell of that:

- a face came out of nowhere: the frames before are looked at one by one, around where it is;
- part of a frame shows what neither look shows, outside of all that is followed: that part is
  looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.analyse.looks import FaceLooks
from passante.analyse.planner import CHANGE
from passante.analyse.tracking import Tracker
from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.inside.video import RawFrame

_MISSES = 2
"""A face that was not seen on so many frames on end was not there before."""
_LEAST = 12.0
"""What is smaller than a face of this width, px of the frame, is noise, a limb or an edge."""
_SOLID = 0.7
"""Share of that size which must differ: parts of a face may be as grey as what was there."""
_PLACES = 4
"""So many places of a frame are looked at, the largest ones."""
_AROUND = 0.25
"""How far around what was shown a look goes, in its sizes, on every side."""

Thumb = NDArray[np.uint8]
"""The whole picture, small and grey, (rows, columns)."""


@dataclass(frozen=True, slots=True)
class _Glimpse:
    """A place where a frame shows what the looks before and after it do not."""

    frame: RawFrame
    area: Box
    """px of the frame."""
    amount: int
    """px of the thumb."""


class SecondLooks:
    """Where and at which earlier frames to look again, as far as that can be paid for."""

    def __init__(
        self, looks: FaceLooks, faces: Tracker, bodies: Sequence[Tracker], form: VideoFormat
    ) -> None:
        """For frames of one format.

        Args:
            looks: Takes the looks, and pays for them.
            faces: Is told what they find.
            bodies: Whatever moves within their tracks is known.
            form: Of the frames.
        """
        self._looks = looks
        self._faces = faces
        self._followed = (faces, *bodies)
        self._form = form
        self._thumbs: dict[int, Thumb] = {}
        self._whole_seq: int | None = None
        self._behind_seq = -1

    def came(self, frame: RawFrame, thumb: Thumb) -> None:
        """A frame, of which `thumb` is the small copy, is the newest."""
        self._thumbs[frame.seq] = thumb

    def behind(
        self, frame: RawFrame, sudden: list[Box], held: Sequence[RawFrame], since: int
    ) -> None:
        """Faces that the frames before do not show near by: look there, frame by frame.

        So it is with a time-lapse, with somebody who runs past close to the camera, and with
        whoever steps out from behind something.

        Args:
            frame: Shows them.
            sudden: The faces, px.
            held: Frames not yet released, oldest first.
            since: The first frame after one that was looked at everywhere.
        """
        misses, since = 0, max(self._behind_seq, since)
        self._behind_seq = frame.seq
        for earlier in reversed(held):
            if earlier.seq >= frame.seq:
                continue
            if earlier.seq < since:
                return
            found = self._looks.behind(earlier, sudden)
            if found is None:
                return
            misses = 0 if self._faces.note(earlier, found) else misses + 1
            if misses == _MISSES:
                return

    def between(self, frame: RawFrame, held: Sequence[RawFrame]) -> None:
        """Frames since the look before, if this one was looked at as a whole: what did they show?

        So it is with a screen that shows a face for an instant, and with whoever turns up and is
        gone before the next look, in a street where something moves all the time.
        """
        if self._looks.whole_seq != frame.seq:
            return
        last, self._whole_seq = self._whole_seq, frame.seq
        before, now = self._thumbs.get(-1 if last is None else last), self._thumbs.get(frame.seq)
        if before is not None and now is not None and last is not None:
            passed = [one for one in held if last < one.seq < frame.seq]
            glimpses = list(self._glimpses(passed, before, now))
            for glimpse in sorted(glimpses, key=lambda one: -one.amount):
                found = self._looks.within(glimpse.frame, glimpse.area)
                if found is None:
                    break
                self._faces.note(glimpse.frame, found)
        self._thumbs = {seq: thumb for seq, thumb in self._thumbs.items() if seq >= frame.seq}

    def _glimpses(
        self, passed: Sequence[RawFrame], before: Thumb, now: Thumb
    ) -> Iterator[_Glimpse]:
        fx, fy = now.shape[1] / self._form.width, now.shape[0] / self._form.height
        for frame in passed:
            thumb = self._thumbs.get(frame.seq)
            if thumb is None:
                continue
            gap = np.minimum(cv2.absdiff(thumb, before), cv2.absdiff(thumb, now))
            new = np.asarray(gap > CHANGE)
            known = np.zeros_like(new)
            for tracker in self._followed:
                for box in tracker.places(frame.seq):
                    x0, y0 = max(0, int(box.x0 * fx)), max(0, int(box.y0 * fy))
                    known[y0 : max(0, int(box.y1 * fy) + 1), x0 : max(0, int(box.x1 * fx) + 1)] = 1
            for left, top, wide, high, amount in _places(
                new, known, max(3, round(_LEAST * min(fx, fy)))
            ):
                area = Box(left / fx, top / fy, (left + wide) / fx, (top + high) / fy)
                around = area.scaled(1 + 2 * _AROUND).grown(_LEAST)
                yield _Glimpse(frame, around, amount)


def _places(
    new: NDArray[np.bool_], known: NDArray[np.bool_], least: int
) -> list[tuple[int, int, int, int, int]]:
    """(left, top, width, height, amount) of what is new, px of the thumb, the largest first.

    What is less than `least` px wide or high, or is known but for less than that, is left out.
    """
    solid = _solid(new & ~known, least)
    if not solid.any():
        return []
    whole = np.asarray(cv2.dilate(_solid(new, least), np.ones((least, least), np.uint8)), np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(whole)
    amounts = np.bincount(labels[solid > 0], minlength=count).tolist()
    found = [
        (x, y, wide, high, amount)
        for (x, y, wide, high, _), amount in zip(stats.tolist(), amounts, strict=True)
        if amount
    ]
    return sorted(found, key=lambda place: -place[-1])[:_PLACES]


def _solid(new: NDArray[np.bool_], least: int) -> Thumb:
    """1 where next to everything within `least` px is new."""
    near = np.asarray(cv2.blur(new.astype(np.uint8) * 255, (least, least)), np.uint8)
    return (near > _SOLID * 255).astype(np.uint8)
