"""Where people would be who went on as before, while others stand before or behind them.

Of two people who overlap, a finder often gives one box: its top is the head of whoever stands
behind, and the head of the one in front lies somewhere in the middle of it. So each is also taken
to be where they would be had they kept their size and their speed since they were last seen well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import Cause
from passante.inside.observation import Region

_CROWDED = 0.1
"""Two overlap where they share more than this of the smaller one's box."""
_LONGEST_NS = NS_PER_S
"""So long after they were last seen well nobody knows where anybody would be."""
_BASE_NS = 600_000_000
"""The older of the two finds that speed is taken from is this old at most when another comes; of
finds close together it is that of the edges of a box."""
_AS_HIGH, _AS_HIGH_UP, _ASIDE = 0.12, 0.2, 0.5
"""Somebody who overlaps another is seen well if the box is as high as before and its top as far up
(within these shares of the height), and no further aside than this share of the width."""


@dataclass(slots=True)
class _Walk:
    """Where somebody was seen well, twice."""

    box: Box
    ns: int
    before: Box
    before_ns: int

    def at(self, now_ns: int) -> Box:
        """Where they would be."""
        if self.ns == self.before_ns:
            return self.box
        share = (now_ns - self.ns) / (self.ns - self.before_ns)
        (x, y), (old_x, old_y) = self.box.centre, self.before.centre
        return self.box.shifted((x - old_x) * share, (y - old_y) * share)

    def seen(self, box: Box, now_ns: int) -> None:
        """They were seen well again."""
        if now_ns - self.before_ns > _BASE_NS:
            self.before, self.before_ns = self.box, self.ns
        self.box, self.ns = box, now_ns

    def fits(self, box: Box, expected: Box, rotation: int) -> bool:
        """Whether a box may be of them alone, in a picture that is shown turned so."""
        # Only distances count: it does not matter about which point all is turned.
        box, expected, seen = (one.turned(0, 0, rotation) for one in (box, expected, self.box))
        return abs(box.height - seen.height) <= _AS_HIGH * seen.height and any(
            abs(box.y0 - other.y0) <= _AS_HIGH_UP * seen.height
            and abs(box.centre[0] - other.centre[0]) <= _ASIDE * seen.width
            for other in (expected, seen)
        )


class Onward:
    """Takes the people of every frame that is released, in order."""

    def __init__(self) -> None:
        self._walks: dict[int, _Walk] = {}

    def doubted(self, now_ns: int, people: Sequence[Region], *, rotation: int = 0) -> list[Region]:
        """The same people; those who overlap others with one more place where they may be.

        Args:
            now_ns: Stream time of the frame.
            people: On it, boxes in px of the coded frame.
            rotation: Degrees clockwise by which it is turned to stand upright.
        """
        if not people:
            return []
        found = []
        for one, crowded in zip(people, _crowded(people).tolist(), strict=True):
            found.append(one)
            walk = self._walks.get(one.track)
            known = walk is not None and now_ns - walk.ns <= _LONGEST_NS
            expected = walk.at(now_ns) if walk is not None and known else one.box
            exact = one.cause is Cause.DETECTION and not one.parts
            alone = not crowded or (walk is not None and walk.fits(one.box, expected, rotation))
            if exact and alone:
                if walk is None or not known:
                    self._walks[one.track] = _Walk(one.box, now_ns, one.box, now_ns)
                else:
                    walk.seen(one.box, now_ns)
            elif crowded and known:
                parts = (*(one.parts or (one.box,)), expected)
                found[-1] = replace(one, parts=parts)
        gone = [track for track, walk in self._walks.items() if now_ns - walk.ns > _LONGEST_NS]
        for track in gone:
            del self._walks[track]
        return found


def _crowded(people: Sequence[Region]) -> NDArray[np.bool_]:
    """(n,): whose boxes others overlap."""
    edges = np.array([(b.x0, b.y0, b.x1, b.y1) for b in (one.box for one in people)], np.float64)
    start = np.maximum(edges[:, None, :2], edges[None, :, :2])
    end = np.minimum(edges[:, None, 2:], edges[None, :, 2:])
    shared = np.prod(np.maximum(end - start, 0), axis=2)
    np.fill_diagonal(shared, 0)
    areas = np.prod(edges[:, 2:] - edges[:, :2], axis=1)
    least = _CROWDED * np.minimum(areas[:, None], areas[None])
    return np.asarray((shared > least).any(axis=1))
