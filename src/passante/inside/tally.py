"""Exact counts of one bucket: personal until `passante.protect` has made statistics of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, assert_never

from passante.core.clock import NS_PER_S
from passante.core.errors import BoundaryError
from passante.core.names import Counted, DirectionId, Quantity, StreamId, Unit, ZoneId


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was counted in one cell: one quantity, zone, kind, direction and bucket of time.

    A cell in which nothing happened is told too, with a total of 0: whether a cell exists says
    nothing of anybody.
    """

    quantity: Quantity
    unit: Unit
    stream: StreamId
    zone: ZoneId | None
    of: Counted | None
    """People or vehicles; None for sound, air and weather."""
    direction: DirectionId | None
    start_ns: int
    """Of the bucket, stream time."""
    end_ns: int
    total: float
    """What the contributions add up to: passes, seconds in a zone, m/s of each speed. For what is
    a peak (`..._most`) the peak itself."""
    n: int
    """How many contributions: tracks (a track that comes twice counts twice) or readings."""
    largest: float
    """The largest contribution of one of them: what a total can change by if one stays away."""
    complete: bool = True
    """False where the bucket was cut short: the stream began or ended within it."""

    @property
    def value(self) -> float | None:
        """The figure itself in `unit`; None where it is a mean of nothing."""
        seconds = (self.end_ns - self.start_ns) / NS_PER_S
        match self.quantity:
            case Quantity.CROSSINGS | Quantity.TRIPS | Quantity.ENTRIES | Quantity.RAIN:
                return self.total
            case Quantity.FLOW:
                return self.total * 3600 / seconds if seconds else None
            case Quantity.OCCUPANCY | Quantity.QUEUE:
                return self.total / seconds if seconds else None
            case (
                Quantity.OCCUPANCY_MOST
                | Quantity.DENSITY_MOST
                | Quantity.QUEUE_MOST
                | Quantity.QUEUE_LENGTH_MOST
                | Quantity.LEVEL_MOST
                | Quantity.LEVEL_EQUIVALENT
                | Quantity.LEVEL_10
                | Quantity.LEVEL_90
                | Quantity.LEVEL_BAND
                | Quantity.WIND_FROM
            ):
                return self.total
            case (
                Quantity.DWELL
                | Quantity.SPEED
                | Quantity.HEADWAY
                | Quantity.TEMPERATURE
                | Quantity.HUMIDITY
                | Quantity.PRESSURE
                | Quantity.RAIN_RATE
                | Quantity.WIND
                | Quantity.ILLUMINANCE
                | Quantity.PM10
                | Quantity.PM25
                | Quantity.NO2
                | Quantity.OZONE
                | Quantity.CO2
            ):
                return self.total / self.n if self.n else None
            case _:
                assert_never(self.quantity)

    def __repr__(self) -> str:
        return f"Tally({self.quantity}, {self.stream}, zone={self.zone})"

    def __reduce__(self) -> NoReturn:
        raise BoundaryError("exact counts cannot be pickled: `passante.protect` makes statistics")
