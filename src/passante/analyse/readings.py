"""Readings of sensors added up into buckets, as counts are: one story for every number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from passante.core.clock import NS_PER_S
from passante.core.names import Quantity, StreamId, Unit
from passante.inside.reading import Reading
from passante.inside.tally import Tally

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Time 0 of the tallies: sensors have no stream time but that of the day."""


@dataclass(slots=True)
class _Sum:
    unit: Unit
    bucket: int
    total: float = 0.0
    n: int = 0
    largest: float = 0.0
    east: float = 0.0
    north: float = 0.0

    def add(self, value: float) -> None:
        self.total += value
        self.n += 1
        self.largest = max(self.largest, abs(value))
        self.east += math.sin(math.radians(value))
        self.north += math.cos(math.radians(value))


class TallyReadings:
    """Makes one tally of each quantity of each sensor and bucket; of wind, its mean direction.

    Args:
        bucket_s: Length of a bucket, from full multiples of it in UTC, s.
    """

    def __init__(self, bucket_s: float) -> None:
        if bucket_s <= 0:
            raise ValueError("bucket_s is greater than 0")
        self._bucket_ns = round(bucket_s * NS_PER_S)
        self._open: dict[tuple[StreamId, Quantity], _Sum] = {}

    @property
    def delay_ns(self) -> int:
        """A tally comes with the first reading after its bucket."""
        return self._bucket_ns

    def push(self, item: Reading, /) -> Iterable[Tally]:
        """The tally of the bucket before, where `item` begins a new one."""
        since = item.at - EPOCH
        ns = (since.days * 86_400 + since.seconds) * NS_PER_S + since.microseconds * 1000
        key, bucket = (item.stream, item.quantity), ns // self._bucket_ns
        running = self._open.get(key)
        told: list[Tally] = []
        if running is None or running.bucket != bucket:
            told += self._close(key)
            running = self._open[key] = _Sum(item.unit, bucket)
        running.add(item.value)
        return told

    def flush(self) -> Iterable[Tally]:
        """The tallies of the buckets that still run."""
        return [tally for key in list(self._open) for tally in self._close(key, complete=False)]

    def _close(self, key: tuple[StreamId, Quantity], *, complete: bool = True) -> Iterator[Tally]:
        found = self._open.pop(key, None)
        if found is None:
            return
        stream, quantity = key
        total = found.total
        if quantity is Quantity.WIND_FROM:
            if math.hypot(found.east, found.north) < 1e-6 * found.n:
                return  # from everywhere at once: there is no mean
            total = math.degrees(math.atan2(found.east, found.north)) % 360
        yield Tally(
            quantity=quantity,
            unit=found.unit,
            stream=stream,
            zone=None,
            of=None,
            direction=None,
            start_ns=found.bucket * self._bucket_ns,
            end_ns=(found.bucket + 1) * self._bucket_ns,
            total=total,
            n=found.n,
            largest=found.largest,
            complete=complete,
        )
