"""CloudEvents 1.0, structured mode: an envelope in JSON whose `id` tells repeats apart."""

from __future__ import annotations

from typing import Any

from passante.outside.facts import Event, Statistic
from passante.sinks.facts import line_of
from passante.sinks.formats.site import fact_id, wall_text

CONTENT_TYPE = "application/cloudevents+json"


# Any: JSON is whatever JSON there is.
def envelope(fact: Event | Statistic) -> dict[str, Any]:
    """The fact with its envelope; `data` is the line that `passante watch` writes."""
    word = "event" if isinstance(fact, Event) else "statistic"
    told: dict[str, Any] = {
        "specversion": "1.0",
        "id": fact_id(fact),
        "source": f"/passante/{fact.place}/{fact.stream}",
        "type": f"org.passante.{word}.v1",
        "datacontenttype": "application/json",
        "data": line_of(fact),
    }
    if fact.zone is not None:
        told["subject"] = fact.zone
    if fact.at is not None:
        told["time"] = wall_text(fact.at)
    return told


def topic(fact: Event | Statistic) -> str:
    """E.g. "piazza/event/panic"."""
    if isinstance(fact, Event):
        return f"{fact.place}/event/{fact.kind}"
    return f"{fact.place}/statistic/{fact.quantity}"
