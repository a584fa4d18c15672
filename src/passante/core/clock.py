"""Time. Stream time is integer nanoseconds; wall time is aware UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from fractions import Fraction
from typing import Protocol

NS_PER_S = 1_000_000_000


class Clock(Protocol):
    """Where the time comes from, so that a test can move it by hand."""

    def monotonic_ns(self) -> int:
        """Nanoseconds that only ever grow."""
        ...

    def now(self) -> datetime:
        """Aware UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    def monotonic_ns(self) -> int:
        """Nanoseconds that only ever grow."""
        return time.monotonic_ns()

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


def to_ns(pts: int, time_base: Fraction) -> int:
    """A timestamp in ticks of `time_base` (s) as nanoseconds, rounded down."""
    return pts * time_base.numerator * NS_PER_S // time_base.denominator
