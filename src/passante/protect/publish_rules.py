"""What may be published, and with how much noise: a table that the operator writes.

A person is protected as long as he or she stays within the bounds stated here. Somebody who passes
twice as often a day as `passes` is told apart twice as easily: epsilon grows in proportion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Self, assert_never

from passante.core.names import Counted, Kind, Quantity
from passante.core.settings import read_file

COUNTED = (Quantity.CROSSINGS, Quantity.ENTRIES, Quantity.TRIPS)
"""Each pass adds one to one cell."""
LASTING = (Quantity.OCCUPANCY, Quantity.QUEUE)
"""Each second in the zone adds one second to one cell."""
PEAKS = (Quantity.OCCUPANCY_MOST, Quantity.QUEUE_MOST)
"""Everybody changes a peak by one at most."""
MEANS = (Quantity.SPEED,)
"""Each pass adds a speed, `core.bounds.FASTEST` at most, to a sum, and one to a count."""
NOISED = COUNTED + LASTING + PEAKS + MEANS
"""What can be published with noise. Nothing else about people or vehicles is published at all:
of a dwell time or a length nobody knows how far one person can change it."""

SOUND = (
    Quantity.LEVEL_EQUIVALENT,
    Quantity.LEVEL_MOST,
    Quantity.LEVEL_10,
    Quantity.LEVEL_90,
    Quantity.LEVEL_BAND,
)
SHORTEST_SOUND_S = 60.0
"""Levels of shorter buckets follow what is said, and stay inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """How well something is counted, as measured."""

    quantity: Quantity
    of: Kind
    error: float
    """Half of a 95 % interval, as a share of the figure."""
    bias: float
    """What it is off by on average, as a share (0.1: a tenth too many)."""


MEASURED = (
    Counter(quantity=Quantity.CROSSINGS, of=Kind.PERSON, error=0.29, bias=0.10),
    Counter(quantity=Quantity.OCCUPANCY, of=Kind.PERSON, error=0.27, bias=0.05),
)
"""From docs/facts.md: passes on TUD campus, the worse of two recordings; counts of a frame on PETS,
2.5 times the mean error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRules:
    """What is published of one stream, and how it is blurred."""

    epsilon: float = 1.0
    """Budget of one place and day (UTC): the most that a day's figures may tell of one person."""
    share: float = 1.0
    """Which part of it this stream may use, where several look at one place."""
    bucket_s: float = 3600.0
    """Length of what is published, from full multiples of it in UTC, s."""
    least: int = 10
    """Figures below this, after noise, are not told."""
    passes: int = 2
    """So many times a day one person is assumed to pass a line or enter a zone, at most."""
    stay_s: float = 900.0
    """So long a day one person is assumed to be in a zone, at most, s."""
    quantities: tuple[Quantity, ...] = (Quantity.CROSSINGS, Quantity.OCCUPANCY)
    """What of people and vehicles is published. Each takes its part of the budget."""
    sorts: bool = False
    """Whether vehicles over lines that count by sort are published by sort and way: many small
    figures, of which more are hidden, and a whole with more noise, since it is their sum."""
    surroundings: bool = True
    """Whether levels of sound, weather and air are published as well, without noise."""
    counter: tuple[Counter, ...] = MEASURED
    """How well it is counted, for the interval and the bias that are told."""

    def __post_init__(self) -> None:
        if not (0 < self.epsilon <= 10 and 0 < self.share <= 1):
            raise ValueError("epsilon lies between 0 and 10, share between 0 and 1")
        if not (self.bucket_s >= 60 and self.stay_s > 0 and self.passes >= 1 and self.least >= 1):
            raise ValueError("bucket_s is 60 at least; stay_s, passes and least are positive")
        other = sorted(set(self.quantities) - set(NOISED))
        if other or not self.quantities:
            raise ValueError(
                f"quantities are of {', '.join(NOISED)}" + f", not {other}" * bool(other)
            )

    @property
    def bucket_us(self) -> int:
        """Length of a bucket in microseconds."""
        return round(self.bucket_s * 1_000_000)

    @property
    def budget_micro(self) -> int:
        """Budget of a place and day in millionths of epsilon, rounded down."""
        return math.floor(self.epsilon * 1_000_000)

    def sensitivity(self, quantity: Quantity) -> int:
        """The most that one person changes all of a day's cells of one line or zone by, added up.

        For what lasts it is in seconds. Totals are rounded to whole numbers, which can add one for
        every bucket that the person is in.
        """
        if quantity in COUNTED + MEANS:
            return self.passes
        touched = math.ceil(self.stay_s / self.bucket_s) + 2 * self.passes
        if quantity in LASTING:
            return math.ceil(self.stay_s) + touched
        assert quantity in PEAKS
        return touched

    def counts(self, quantity: Quantity, of: Counted | None) -> Counter | None:
        """How well this is counted; None where nobody has measured it."""
        found = [one for one in self.counter if (one.quantity, one.of) == (quantity, of)]
        return found[0] if found else None

    @classmethod
    def load(cls, path: Path) -> Self:
        """The file at `path`.

        Raises:
            SettingsError: It cannot be read, a key is unknown or a value is wrong.
        """
        return read_file(path, cls, what="the rules")


def about_nobody(quantity: Quantity) -> bool:
    """Whether `quantity` is about sound, weather or air, and needs no noise."""
    match quantity:
        case (
            Quantity.LEVEL_EQUIVALENT
            | Quantity.LEVEL_MOST
            | Quantity.LEVEL_10
            | Quantity.LEVEL_90
            | Quantity.LEVEL_BAND
            | Quantity.TEMPERATURE
            | Quantity.HUMIDITY
            | Quantity.PRESSURE
            | Quantity.RAIN
            | Quantity.RAIN_RATE
            | Quantity.WIND
            | Quantity.WIND_FROM
            | Quantity.ILLUMINANCE
            | Quantity.PM10
            | Quantity.PM25
            | Quantity.NO2
            | Quantity.OZONE
            | Quantity.CO2
        ):
            return True
        case (
            Quantity.CROSSINGS
            | Quantity.FLOW
            | Quantity.TRIPS
            | Quantity.ENTRIES
            | Quantity.OCCUPANCY
            | Quantity.OCCUPANCY_MOST
            | Quantity.DENSITY_MOST
            | Quantity.DWELL
            | Quantity.SPEED
            | Quantity.HEADWAY
            | Quantity.QUEUE
            | Quantity.QUEUE_MOST
            | Quantity.QUEUE_LENGTH_MOST
        ):
            return False
        case _:
            assert_never(quantity)
