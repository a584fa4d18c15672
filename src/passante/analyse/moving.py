"""Vehicles as what moves against the background: for views in which networks see none.

From high above a car is twenty pixels of roof. There, the background is the median of pictures
spread over the last minute, and what differs from it and has the size of a vehicle is one. What
stands for as long as the pictures reach back becomes background: a queue is not seen this way.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.analyse.overhear import Glance
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import RawFrame

_WIDE = 800
"""Pictures wider than this are compared at this width, px."""
_SAMPLES = 25
_SPREAD_NS = 6 * NS_PER_S
"""Between two pictures of the background, once there are enough of them."""
_FIRST = 5
"""Nothing is told before the background is made of so many."""
_DIFFERS = 22
"""Grey levels."""
_NOISE = 3.0
"""And so many times the median difference of the whole picture: a dim or noisy one differs more."""
_LEAST, _MOST = 0.00018, 0.06
"""Share of the picture's area that a vehicle's box covers."""
_CLOSE = 3
"""Side of the gaps that are closed, px: more would join cars that follow each other."""
_FULL = 0.3
"""Share of its box that must differ."""
_LONG = 6.0
"""Longer side over shorter side, at most."""
MODEL = "moving@1"
"""What stands in place of a network's reference."""


class Moving:
    """Boxes around what moves; about 4 CPU ms a look at 640x480."""

    def __init__(self, form: VideoFormat) -> None:
        """For frames of one format."""
        self._scale = min(1.0, _WIDE / form.width)
        self._size = (round(form.width * self._scale), round(form.height * self._scale))
        self._whole = Box(0, 0, form.width, form.height)
        self._kept: deque[NDArray[np.uint8]] = deque(maxlen=_SAMPLES)
        self._kept_ns: int | None = None
        self._background: NDArray[np.uint8] | None = None

    def look(self, frame: RawFrame) -> Glance:
        """What moves now, and the background after it."""
        grey = frame.grey(self._size)
        found = self._found(grey)
        self._keep(grey, frame.pts_ns)
        return Glance(self._whole, found)

    def _keep(self, grey: NDArray[np.uint8], now: int) -> None:
        # Close together to begin with, so that there is a background soon.
        wait_ns = _SPREAD_NS * len(self._kept) // _SAMPLES
        if self._kept_ns is not None and 0 <= now - self._kept_ns < wait_ns:
            return
        self._kept.append(grey)
        self._kept_ns = now
        self._background = np.median(np.stack(self._kept), axis=0).astype(np.uint8)

    def _found(self, grey: NDArray[np.uint8]) -> Detections:
        boxes: list[tuple[float, float, float, float]] = []
        scores: list[float] = []
        if self._background is not None and len(self._kept) >= _FIRST:
            gap = np.asarray(cv2.absdiff(grey, self._background), np.uint8)
            limit = max(_DIFFERS, _NOISE * float(np.median(gap[::4, ::4])))
            differs = cv2.medianBlur(np.asarray(gap > limit, np.uint8), 3)
            whole = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((_CLOSE, _CLOSE), np.uint8))
            count, _, stats, _ = cv2.connectedComponentsWithStats(whole)
            picture = float(grey.size)
            for left, top, wide, high, area in stats[1:count].tolist():
                share = wide * high / picture
                full = area / (wide * high)
                long = max(wide, high) / min(wide, high)
                if _LEAST <= share <= _MOST and full >= _FULL and long <= _LONG:
                    edges = (left, top, left + wide, top + high)
                    boxes.append(tuple(edge / self._scale for edge in edges))
                    scores.append(min(0.95, 0.5 + full / 2))
        return Detections(
            np.array(boxes, np.float32).reshape(-1, 4),
            np.array(scores, np.float32),
            (Kind.VEHICLE,) * len(boxes),
            MODEL,
        )
