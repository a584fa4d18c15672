"""The empty background of a fixed camera, learnt from what nobody stands in front of."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.clock import NS_PER_S
from passante.core.media import VideoFormat
from passante.inside.observation import Region
from passante.inside.video import Plane, RawFrame

_EVERY_NS = NS_PER_S // 2
_MARGIN = 0.3
"""People and vehicles are left out with this margin, a share of their size."""
_LEAST_SEEN = 3
"""A part of the picture counts as empty once it was seen so often without anybody in it."""
_GRID = 8
"""Knowledge is kept for squares of this many px."""


class Scene:
    """Planes of the picture as it is when nobody is in it; mid-grey where that is not known.

    A person that no finder sees would become part of the scene. So a square is taken over only
    after it was seen several times, half a second apart, without a region near it and with the
    same brightness.
    """

    def __init__(self, form: VideoFormat) -> None:
        """For frames of one format."""
        self._form = form
        self._public: tuple[Plane, ...] = tuple(
            np.full(form.plane_shape(i), form.layout.middle, np.uint8)
            if form.layout.depth == 8
            else np.full(form.plane_shape(i), form.layout.middle, np.uint16)
            for i in range(form.layout.planes)
        )
        rows, columns = -(-form.height // _GRID), -(-form.width // _GRID)
        self._seen: NDArray[np.uint8] = np.zeros((rows, columns), np.uint8)
        self._last: NDArray[np.uint8] = np.zeros((rows, columns), np.uint8)
        self._at_ns: int | None = None

    def update(self, frame: RawFrame, regions: Iterable[Region]) -> tuple[Plane, ...]:
        """Learn from a released frame; gives the scene as known so far."""
        if self._at_ns is not None and frame.pts_ns - self._at_ns < _EVERY_NS:
            return self._public
        self._at_ns = frame.pts_ns
        rows, columns = self._seen.shape
        busy = np.zeros((rows, columns), np.bool_)
        for region in regions:
            spot = region.box.scaled(1 + 2 * _MARGIN).cover(self._form.width, self._form.height)
            if spot is not None:
                busy[
                    spot.top // _GRID : -(-spot.bottom // _GRID),
                    spot.left // _GRID : -(-spot.right // _GRID),
                ] = True
        grey = frame.grey((columns, rows))
        moved = np.asarray(cv2.absdiff(grey, self._last)) >= 10
        self._last = grey
        # Whoever fills a corner of a square hardly changes it: its neighbours tell.
        taken = cv2.dilate((busy | moved).astype(np.uint8), np.ones((5, 5), np.uint8))
        self._seen = np.where(taken, 0, np.minimum(self._seen + 1, 250)).astype(np.uint8)
        empty = self._seen >= _LEAST_SEEN
        if empty.any():
            self._public = tuple(
                self._merged(number, plane, frame.planes[number], empty)
                for number, plane in enumerate(self._public)
            )
        return self._public

    def _merged(self, number: int, old: Plane, new: Plane, empty: NDArray[np.bool_]) -> Plane:
        """A fresh plane: the new picture where it is empty, the old scene elsewhere."""
        layout = self._form.layout
        step_x = _GRID // (layout.chroma_x if number else 1)
        step_y = _GRID // (layout.chroma_y if number else 1)
        mask = np.repeat(np.repeat(empty, step_y, axis=0), step_x, axis=1)
        mask = mask[: old.shape[0], : old.shape[1]]
        merged: Plane = np.where(mask, new, old)
        return merged
