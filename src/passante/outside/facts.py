"""What happened and how many: facts that may leave. Only `passante.protect` can make them.

No fact holds free text, a picture, a place in a picture or the number of a track: its words come
from closed sets and from the names of the operator's own rules.
"""

from __future__ import annotations

import math
from dataclasses import InitVar, dataclass
from datetime import datetime
from typing import NoReturn

from passante.core.errors import BoundaryError
from passante.core.names import (
    Counted,
    DirectionId,
    EventKind,
    Measure,
    Phase,
    PlaceId,
    Quantity,
    StreamId,
    Unit,
    ZoneId,
    word,
)
from passante.outside import _mint


def _refuse() -> NoReturn:
    # a pickle would make another one without asking for the mint
    raise BoundaryError("a fact is written by a sink or a codec, never pickled or copied")


@dataclass(frozen=True, slots=True)
class Reason:
    """One number of the rule that spoke, and the limit that it passed."""

    measure: Measure
    value: float
    limit: float
    unit: Unit


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score that was put together."""

    kind: EventKind
    score: float
    """0 to 1, of this part alone."""
    start_ns: int
    """When this part began, stream time."""


@dataclass(frozen=True, slots=True)
class Model:
    """A network behind a fact."""

    ref: str
    """e.g. "ssd-mobilenet-v2@1.0.0"."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened. Told when it begins, and once more when it has ended."""

    kind: EventKind
    phase: Phase
    place: PlaceId
    stream: StreamId
    zone: ZoneId | None
    """None where it concerns the whole stream."""
    start_ns: int
    """Stream time."""
    end_ns: int
    """Stream time; while it goes on, as far as is known."""
    at: datetime | None
    """When it began, aware UTC; None where the source knows no time of day."""
    score: float
    """0 to 1."""
    threshold: float
    """The score from which it is told."""
    parts: tuple[Part, ...] = ()
    """What the score was put together from; () where it is of one kind only."""
    reasons: tuple[Reason, ...] = ()
    """Numbers and limits of the rule."""
    false_alarms_per_day: float | None = None
    """As measured at this threshold; None where nobody has measured it."""
    models: tuple[Model, ...] = ()
    """Networks behind it, sorted."""
    count: int | None = None
    """How many people or vehicles it is about; None where that is not known."""
    mint: InitVar[object]

    def __post_init__(self, mint: object) -> None:
        _mint.check(mint)
        _check_names(self.place, self.zone)
        _check_times(self.start_ns, self.end_ns, self.at)
        if not (0 <= self.score <= 1 and 0 <= self.threshold <= 1):
            raise ValueError(f"a score lies between 0 and 1: {self.score}, {self.threshold}")

    @property
    def id(self) -> str:
        """The same for both phases of one event, different for any two events of a stream."""
        zone = self.zone if self.zone is not None else "-"
        return f"{self.place}/{self.stream}/{self.kind}/{zone}/{self.start_ns}"

    def __reduce__(self) -> NoReturn:
        _refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """A figure that is safe to publish: an aggregate with noise, or nothing at all."""

    quantity: Quantity
    unit: Unit
    place: PlaceId
    stream: StreamId
    zone: ZoneId | None
    of: Counted | None
    """What was counted: people, vehicles or a sort of them; None for sound, air and weather."""
    direction: DirectionId | None
    start_ns: int
    """Of its bucket, stream time."""
    end_ns: int
    at: datetime | None
    """When its bucket began, aware UTC; None where the source knows no time of day."""
    value: float | None
    """None where it was suppressed."""
    suppressed: bool
    """Too few stood behind it to tell."""
    noise_scale: float
    """Scale of the noise in `unit`; 0 for what is about nobody, like the temperature."""
    epsilon: float | None
    """What of the day's budget it has used; None where no noise was needed."""
    uncertainty: float | None
    """Half of a 95 % interval of counting and noise together, in `unit`; None where not known."""
    bias: float | None = None
    """What the counter is known to be off by, as a share (-0.1: a tenth too few)."""
    mint: InitVar[object]

    def __post_init__(self, mint: object) -> None:
        _mint.check(mint)
        _check_names(self.place, self.zone, self.direction)
        _check_times(self.start_ns, self.end_ns, self.at)
        if self.suppressed != (self.value is None):
            raise ValueError("a suppressed statistic has no value, any other has one")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError("a statistic is a number")
        if self.noise_scale < 0:
            raise ValueError("a scale of noise is not negative")

    def __reduce__(self) -> NoReturn:
        _refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactStatistic:
    """A figure as counted, for the operator's own safety use: short-lived and never published.

    It is a type of its own so that what publishes cannot be handed one.
    """

    quantity: Quantity
    unit: Unit
    place: PlaceId
    stream: StreamId
    zone: ZoneId | None
    of: Counted | None
    """What was counted: people, vehicles or a sort of them; None for sound, air and weather."""
    direction: DirectionId | None
    start_ns: int
    """Of its bucket, stream time."""
    end_ns: int
    at: datetime | None
    """When its bucket began, aware UTC; None where the source knows no time of day."""
    value: float
    n: int
    """How many observations stand behind it."""
    mint: InitVar[object]

    def __post_init__(self, mint: object) -> None:
        _mint.check(mint)
        _check_names(self.place, self.zone, self.direction)
        _check_times(self.start_ns, self.end_ns, self.at)
        if not math.isfinite(self.value):
            raise ValueError("a statistic is a number")

    def __reduce__(self) -> NoReturn:
        _refuse()


Fact = Event | Statistic | ExactStatistic
"""What happened and how many."""


def _check_names(*names: str | None) -> None:
    """Refuse free text."""
    for name in names:
        if name is not None:
            for part in name.split(">"):
                word(part)


def _check_times(start_ns: int, end_ns: int, at: datetime | None) -> None:
    if end_ns < start_ns:
        raise ValueError("nothing ends before it begins")
    if at is not None and at.utcoffset() is None:
        raise ValueError("a time of day without its zone is no time")
