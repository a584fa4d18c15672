"""Timestamps that always grow, taken as they are wherever they already do."""

from __future__ import annotations

from fractions import Fraction

from passante.core.clock import NS_PER_S, to_ns

_GAP_NS = 50_000_000
"""What is longer than this between two items is a gap."""


class Timeline:
    """What the streams of one file share: how far its clock was set back so far."""

    def __init__(self) -> None:
        self.shift_ns = 0


class Repair:
    """Makes the timestamps of one stream usable, and counts what it had to change.

    A missing timestamp follows from the frame before it. A clock that jumps back by more than a
    second, as in transport streams that were joined, goes on from where it was, by the same shift
    for every stream of the file.

    Args:
        time_base: Seconds a tick.
        step: Ticks from one item to the next, where an item does not say.
        timeline: Shared by the streams of one file.
        strict: Equal or slightly smaller timestamps are moved behind the one before.
    """

    def __init__(self, time_base: Fraction, step: int, timeline: Timeline, *, strict: bool) -> None:
        self._time_base = time_base
        self._step = max(1, step)
        self._timeline = timeline
        self._strict = strict
        self._shift = 0
        self._last: int | None = None
        self._next = 0
        self.missing = 0
        self.moved = 0
        self.jumps = 0
        self.gaps = 0

    def __call__(self, pts: int | None, length: int = 0) -> int:
        """The timestamp to use for an item that lasts `length` ticks (0: the usual step)."""
        if pts is None:
            self.missing += 1
            made = self._next
        else:
            made = pts + self._shift
            if self._last is not None and made < self._last - self._ticks(NS_PER_S):
                made = self._jumped(pts)
            if self._last is not None and made > self._next + self._ticks(_GAP_NS):
                self.gaps += 1
            if self._strict and self._last is not None and made <= self._last:
                self.moved += 1
                made = self._last + 1
        self._last = made
        self._next = made + (length or self._step)
        return made

    def _ticks(self, ns: int) -> int:
        return ns * self._time_base.denominator // (NS_PER_S * self._time_base.numerator)

    def _jumped(self, pts: int) -> int:
        self.jumps += 1
        shared = self._ticks(self._timeline.shift_ns)
        if shared == self._shift or pts + shared < self._next - self._ticks(NS_PER_S):
            shared = self._next - pts
            self._timeline.shift_ns = to_ns(shared, self._time_base)
        self._shift = shared
        return pts + shared
