"""Something was put down and stays.

Two backgrounds (Porikli, Ivanov and Haga, 2008): one that takes a change over within seconds and
one that hardly does. What the first has taken over and the second has not is something that came
and stays. People and vehicles are left out, and so is everything when the light changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.analyse.incidents.rule import Finding, Moment, beyond, evidence, seconds
from passante.analyse.movers import Mover
from passante.analyse.site import Area, Site
from passante.analyse.zones import LeftRule
from passante.core.clock import NS_PER_S
from passante.core.names import EventKind, Measure, Unit, ZoneId
from passante.inside.video import RawFrame

_WIDE = 240
"""Width of the small copy, px."""
_EVERY_NS = NS_PER_S // 2
_FAST_S, _SLOW_S = 2.0, 300.0
"""Times in which the two backgrounds take a change over."""
_LEARN_S = 4.0
"""What has been free of people and vehicles for so long is background, to begin with."""
_OUTLINE = 1.2
"""How much stronger the outline of a thing is than what was there before."""
_DIFFERS, _STEADY = 20.0, 12.0
"""Grey levels between the backgrounds, and between the picture and the fast one."""
_LIGHT = 0.2
"""If more of the picture than this differs, the light has changed."""
_MARGIN = 0.15
"""People and vehicles are left out with this margin, a share of their size."""
_PATIENCE_S = 3.0
"""What is hidden behind somebody for less than this is still there."""


class Left:
    """An object in a zone that was not there before, and that nobody carries."""

    kind = EventKind.OBJECT_LEFT

    def __init__(self, area: Area, site: Site, rule: LeftRule) -> None:
        """In one zone; about 0.5 CPU ms twice a second."""
        self.zone: ZoneId = area.id
        form = site.form
        self._rule = rule
        self._size = (_WIDE, max(8, round(_WIDE * form.height / form.width)))
        self._scale = _WIDE / form.width
        corners = np.array(area.polygon.corners) * self._scale
        mask = np.zeros(self._size[::-1], np.uint8)
        cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1)
        self._mask = mask > 0
        self._fast: NDArray[np.float32] | None = None
        self._slow: NDArray[np.float32] = np.zeros(self._size[::-1], np.float32)
        self._age_s: NDArray[np.float32] = np.zeros(self._size[::-1], np.float32)
        self._gone_s: NDArray[np.float32] = np.zeros(self._size[::-1], np.float32)
        self._clear_s: NDArray[np.float32] = np.zeros(self._size[::-1], np.float32)
        self._known: NDArray[np.bool_] = np.zeros(self._size[::-1], np.bool_)
        self._at_ns: int | None = None

    def take(self, frame: RawFrame, movers: Sequence[Mover]) -> None:
        """Compare a frame, if it is time to."""
        now = frame.pts_ns
        if self._at_ns is not None and 0 <= now - self._at_ns < _EVERY_NS:
            return
        step_s = 0.0 if self._at_ns is None else min(2.0, max(0.0, seconds(now - self._at_ns)))
        self._at_ns = now
        grey = frame.grey(self._size).astype(np.float32)
        if self._fast is None:
            self._fast, self._slow = grey.copy(), grey.copy()
            return
        self._fast += (1 - np.float32(np.exp(-step_s / _FAST_S))) * (grey - self._fast)
        busy = self._busy(movers)
        differs = np.abs(self._fast - self._slow) > _DIFFERS
        steady = np.abs(grey - self._fast) < _STEADY
        stays = differs & steady & ~busy & self._mask
        # Who stands there to begin with is no background: what he hides is learnt when he has gone.
        self._clear_s = np.where(busy, 0, self._clear_s + np.float32(step_s)).astype(np.float32)
        new = (self._clear_s >= _LEARN_S) & ~self._known
        self._slow[new] = self._fast[new]
        self._known |= new
        stays &= self._known
        differs &= self._known
        if float(differs.mean()) > _LIGHT:
            self._slow[:] = self._fast
            self._age_s[:] = 0
            return
        self._gone_s = np.where(stays, 0, self._gone_s + np.float32(step_s))
        kept = stays | ((self._gone_s < _PATIENCE_S) | (busy & differs)) & (self._age_s > 0)
        self._age_s = np.where(kept, self._age_s + np.float32(step_s), 0).astype(np.float32)
        learn = np.where(differs | busy, 0.0, 1 - np.exp(-step_s / _FAST_S / 4))
        learn = np.where(differs & ~busy, 1 - np.exp(-step_s / _SLOW_S), learn)
        self._slow += learn.astype(np.float32) * (self._fast - self._slow)

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Every object that has been there for long enough, and is still."""
        old = (self._age_s >= self._rule.after_s).astype(np.uint8)
        if not old.any():
            return
        # Its parts that look like the ground join those that do not.
        old = np.asarray(
            cv2.morphologyEx(old, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8
        )
        total = float(old.size)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(old)
        for label in range(1, count):
            left, top, wide, high, area = (int(value) for value in stats[label])
            share = area / total
            if not self._rule.least <= share <= self._rule.most:
                continue
            if area < 0.35 * wide * high or max(wide, high) > 4 * min(wide, high):
                continue  # the rim of a shadow, not a thing
            if not self._stands_out(np.asarray(labels == label, np.uint8)):
                continue
            lasted_s = float(np.median(self._age_s[labels == label]))
            since_ns = moment.at_ns - round(lasted_s * NS_PER_S)
            yield Finding(
                (top + high // 2) // 12 * 100 + (left + wide // 2) // 12,
                since_ns,
                beyond(max(lasted_s, self._rule.after_s), self._rule.after_s),
                (
                    evidence(Measure.LASTED, lasted_s, self._rule.after_s, Unit.SECOND),
                    evidence(Measure.AREA, share, self._rule.least, Unit.SHARE),
                ),
            )

    def _stands_out(self, blob: NDArray[np.uint8]) -> bool:
        """Whether the outline of a blob is in the picture rather than in the background before.

        It is the other way round where something went away that had been there to begin with.
        """
        around = np.ones((3, 3), np.uint8)
        rim = np.asarray(cv2.dilate(blob, around)) != np.asarray(cv2.erode(blob, around))
        assert self._fast is not None
        now, before = (float(_gradient(one)[rim].mean()) for one in (self._fast, self._slow))
        return now > _OUTLINE * before

    def _busy(self, movers: Sequence[Mover]) -> NDArray[np.bool_]:
        busy: NDArray[np.bool_] = np.zeros(self._size[::-1], np.bool_)
        for mover in movers:
            grown = mover.box.scaled((1 + 2 * _MARGIN) * self._scale)
            cx, cy = mover.box.centre
            there = grown.shifted(cx * (self._scale - 1), cy * (self._scale - 1))
            spot = there.cover(*self._size)
            if spot is not None:
                busy[spot.top : spot.bottom, spot.left : spot.right] = True
        return busy


def _gradient(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    across, down = cv2.Sobel(picture, cv2.CV_32F, 1, 0), cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    return np.asarray(np.abs(across) + np.abs(down), np.float32)
