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
    """Stream time of the onset."""
    end_ns: int
    """While it goes on: the stream time up to which it was heard."""
    score: float
    """0 to 1, of the class."""
    threshold: float
    """The score from which it counts."""
    false_alarms_per_day: float | None = None
    """As measured at this threshold; None where nobody has measured it."""
    evidence: tuple[Evidence, ...] = ()
    by: tuple[str, ...] = ()
    """References of the networks that heard it."""

    def __repr__(self) -> str:
        return f"SoundIncident({self.kind}, {self.phase}, {self.stream})"

    def __reduce__(self) -> NoReturn:
        _refuse()
