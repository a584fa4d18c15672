"""Stream time of a live source kept close to real time, so that it says when something was.

A camera's clock runs a little fast or slow, starts anew when the camera does, and delivers what it
had stored in one go. Timestamps are moved as a whole, never one against another: a little all the
time where they drift, at once after a break.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from passante.core.clock import NS_PER_S, Clock

_SLEW = 100
"""One part in so many is the most by which time is stretched: no speed is off by more."""
_BREAK_NS = 5 * NS_PER_S
"""Further behind real time than this, or that much later than the item before that has just come,
something was missed in between, or the clock was set."""


class Pace:
    """Turns the timestamps of all connections to one stream into one stream time.

    Args:
        clock: Real time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start_ns = clock.monotonic_ns()
        self.began: datetime = clock.now()
        """When stream time was 0, aware UTC."""
        self._shift_ns: int | None = None
        self._last_ns = 0
        self._came_ns = 0

    def connected(self) -> None:
        """Timestamps start anew: the next one is now."""
        self._shift_ns = None

    def shift_ns(self, pts_ns: int) -> int:
        """What to add to an item's time; `pts_ns` as its container has it."""
        now_ns = self._clock.monotonic_ns() - self._start_ns
        if self._shift_ns is None:
            # never earlier than what was told before the break
            self._shift_ns = max(now_ns, self._last_ns) - pts_ns
        step_ns = max(0, pts_ns + self._shift_ns - self._last_ns)
        waited_ns = now_ns - self._came_ns
        if step_ns - waited_ns > _BREAK_NS:
            self._shift_ns -= step_ns - waited_ns
            step_ns = waited_ns
        self._came_ns = now_ns
        behind_ns = now_ns - pts_ns - self._shift_ns
        if behind_ns > _BREAK_NS:
            self._shift_ns += behind_ns
        else:
            slew_ns = step_ns // _SLEW
            self._shift_ns += max(-slew_ns, min(slew_ns, behind_ns))
        self._last_ns = max(self._last_ns, pts_ns + self._shift_ns)
        return self._shift_ns

    def wall(self, at_ns: int) -> datetime:
        """The time of day of a moment of stream time, aware UTC."""
        return self.began + timedelta(microseconds=at_ns // 1000)
