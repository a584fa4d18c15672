"""Candidates for events: personal, since they know which tracks they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from passante.core.errors import BoundaryError
from passante.core.names import EventKind, Measure, Phase, StreamId, Unit, ZoneId


def _refuse() -> NoReturn:
    raise BoundaryError("an incident cannot be pickled: `passante.protect` makes an event of it")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One number that a rule has compared, and the limit that it passed."""

    measure: Measure
    value: float
    limit: float
    unit: Unit


@dataclass(frozen=True, slots=True)
class SeenPart:
    """One part of an incident that was put together from several."""

    kind: EventKind
    score: float
    """0 to 1, of this part alone."""
    start_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What a rule saw in a picture: told when it begins, and once more when it has ended."""

    kind: EventKind
    phase: Phase
    stream: StreamId
    zone: ZoneId | None
    """None where it concerns the whole picture."""
    start_ns: int
    """Stream time of the act, not of its discovery."""
    end_ns: int
    """While it goes on: the stream time at which it was noticed."""
    score: float
    """0 to 1: how far beyond its limits; 0.5 is at the limit."""
    threshold: float = 0.5
    evidence: tuple[Evidence, ...] = ()
    tracks: tuple[int, ...] = ()
    """Numbers of the tracks that it is about. They end here: no event has them."""
    parts: tuple[SeenPart, ...] = ()
    """What its score was put together from; () where it is of one kind only."""

    def __repr__(self) -> str:
        return f"Incident({self.kind}, {self.phase}, {self.stream}, zone={self.zone})"

    def __reduce__(self) -> NoReturn:
        _refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundIncident:
    """What was heard: told when it begins, and once more when it has ended."""

    kind: EventKind
    phase: Phase
    stream: StreamId
    start_ns: int
    """Onset, stream time."""
    end_ns: int
    """Stream time; while it goes on, as far as is known."""
    score: float
    """0 to 1: the highest so far."""
    threshold: float
    """The score from which it is told."""
    level_db: float
    """How far its loudest frame stands out of what is usual there, dB."""
    false_alarms_per_day: float | None
    """As measured at this threshold; None where nobody has measured it."""
    by: tuple[str, ...]
    """References of the models behind it."""

    def __post_init__(self) -> None:
        if self.end_ns < self.start_ns:
            raise ValueError("nothing ends before it begins")
        if not (0 <= self.score <= 1 and 0 <= self.threshold <= 1):
            raise ValueError(f"a score lies between 0 and 1: {self.score}, {self.threshold}")

    def __repr__(self) -> str:
        return f"SoundIncident({self.kind}, {self.phase}, {self.stream})"

    def __reduce__(self) -> NoReturn:
        _refuse()
