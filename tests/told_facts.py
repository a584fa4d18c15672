"""Facts as they come out of protection, for tests of where they go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from passante.core.clock import NS_PER_S
from passante.core.names import (
    DirectionId,
    EventKind,
    Kind,
    Measure,
    Phase,
    PlaceId,
    Quantity,
    StreamId,
    Unit,
    ZoneId,
)
from passante.outside._mint import MINT
from passante.outside.facts import Event, ExactStatistic, Model, Part, Reason, Statistic

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


# Any: whatever field a test wants to be different.
def event(**other: Any) -> Event:
    """Panic at noon."""
    fields: dict[str, Any] = {
        "kind": EventKind.PANIC,
        "phase": Phase.BEGAN,
        "place": PlaceId("piazza"),
        "stream": StreamId("video"),
        "zone": ZoneId("square"),
        "start_ns": 1_500_000_000,
        "end_ns": 3 * NS_PER_S,
        "at": NOON,
        "score": 0.8,
        "threshold": 0.5,
        "parts": (Part(EventKind.BANG, 0.6, NS_PER_S),),
        "reasons": (Reason(Measure.PEOPLE, 4, 2, Unit.COUNT),),
        "false_alarms_per_day": 0.5,
        "models": (Model("eyes@1", "ab"),),
        "count": 4,
    }
    return Event(**{**fields, **other}, mint=MINT)


def statistic(**other: Any) -> Statistic:
    """Passes of people from noon to one o'clock."""
    fields: dict[str, Any] = {
        "quantity": Quantity.CROSSINGS,
        "unit": Unit.COUNT,
        "place": PlaceId("piazza"),
        "stream": StreamId("video"),
        "zone": ZoneId("gate"),
        "of": Kind.PERSON,
        "direction": DirectionId("in"),
        "start_ns": 0,
        "end_ns": 3600 * NS_PER_S,
        "at": NOON,
        "value": 42.0,
        "suppressed": False,
        "noise_scale": 8.0,
        "epsilon": 0.25,
        "uncertainty": 26.9,
        "bias": 0.1,
    }
    return Statistic(**{**fields, **other}, mint=MINT)


def exact(**other: Any) -> ExactStatistic:
    """What nobody may publish."""
    fields: dict[str, Any] = {
        "quantity": Quantity.DWELL,
        "unit": Unit.SECOND,
        "place": PlaceId("piazza"),
        "stream": StreamId("video"),
        "zone": ZoneId("gate"),
        "of": Kind.PERSON,
        "direction": None,
        "start_ns": 0,
        "end_ns": 60 * NS_PER_S,
        "at": NOON,
        "value": 12.345678,
        "n": 3,
    }
    return ExactStatistic(**{**fields, **other}, mint=MINT)
