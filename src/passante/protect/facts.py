"""The line, for facts: incidents become events, exact counts become statistics.

What crosses is a choice of fields, never a copy: the numbers of tracks, and where in the picture
anything was, stay behind. What is published with noise is made in `protect/publish.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from passante.core.names import Measure, PlaceId, Unit
from passante.inside.incident import Incident, SoundIncident
from passante.inside.tally import Tally
from passante.outside._mint import MINT
from passante.outside.facts import Event, ExactStatistic, Model, Part, Reason

WallTime = Callable[[int], datetime | None]
"""Stream time in ns -> aware UTC; None where the source knows no time of day."""


def no_time_of_day(_: int) -> None:
    """For recordings that do not say when they were made."""


def since(start: datetime) -> WallTime:
    """Time of day of a stream whose time 0 was at `start` (aware UTC)."""

    def at(stream_ns: int) -> datetime:
        return start + timedelta(microseconds=stream_ns // 1000)

    return at


@dataclass(frozen=True, slots=True)
class FactMaker:
    """Makes events and exact statistics of what was seen and heard at one place."""

    place: PlaceId
    wall_time: WallTime = no_time_of_day
    models: tuple[Model, ...] = ()
    """All networks in use at this place, by which references are looked up."""

    def event(
        self,
        incident: Incident | SoundIncident,
        *,
        false_alarms_per_day: float | None = None,
        models: Iterable[str] = (),
    ) -> Event:
        """The event that may be told of an incident.

        Args:
            incident: What was seen or heard.
            false_alarms_per_day: As measured for this kind; a sound incident knows its own.
            models: References of the networks behind what was seen; a sound incident knows its own.
        """
        match incident:
            case Incident():
                zone, refs, count = incident.zone, set(models), len(incident.tracks) or None
                parts = tuple(Part(one.kind, one.score, one.start_ns) for one in incident.parts)
                reasons = tuple(
                    Reason(one.measure, one.value, one.limit, one.unit) for one in incident.evidence
                )
            case SoundIncident():
                zone, refs, count = None, set(incident.by), None
                parts = ()
                reasons = (
                    Reason(Measure.SCORE, incident.score, incident.threshold, Unit.SHARE),
                    Reason(Measure.LEVEL, incident.level_db, 0.0, Unit.DECIBEL),
                )
                false_alarms_per_day = incident.false_alarms_per_day
        return Event(
            kind=incident.kind,
            phase=incident.phase,
            place=self.place,
            stream=incident.stream,
            zone=zone,
            start_ns=incident.start_ns,
            end_ns=incident.end_ns,
            at=self.wall_time(incident.start_ns),
            score=incident.score,
            threshold=incident.threshold,
            parts=parts,
            reasons=reasons,
            false_alarms_per_day=false_alarms_per_day,
            models=tuple(one for one in self.models if one.ref in refs),
            count=count,
            mint=MINT,
        )

    def exact(self, tally: Tally) -> ExactStatistic | None:
        """The figure for the operator's own use; None where it is a mean of nothing."""
        value = tally.value
        if value is None:
            return None
        return ExactStatistic(
            quantity=tally.quantity,
            unit=tally.unit,
            place=self.place,
            stream=tally.stream,
            zone=tally.zone,
            of=tally.of,
            direction=tally.direction,
            start_ns=tally.start_ns,
            end_ns=tally.end_ns,
            at=self.wall_time(tally.start_ns),
            value=value,
            n=tally.n,
            mint=MINT,
        )
