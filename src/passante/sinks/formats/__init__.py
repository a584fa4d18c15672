"""Facts in the forms of others: pure, one module a standard. None of them takes an exact figure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, assert_never

import msgspec

from passante.core.errors import BoundaryError
from passante.outside.facts import Event, Statistic
from passante.sinks.formats import cap, cloudevents, ngsi, onvif, sensorthings
from passante.sinks.formats.site import Site

Publishable = Event | Statistic
"""What may be published."""


class Form(StrEnum):
    """A standard that a fact can be written in."""

    CLOUDEVENTS = "cloudevents"
    """CloudEvents 1.0, structured JSON; the only one that tells every fact."""
    NGSI_LD = "ngsi-ld"
    """FIWARE Smart Data Models as NGSI-LD entities."""
    SENSORTHINGS = "sensorthings"
    """OGC SensorThings 1.1 observations: statistics alone."""
    CAP = "cap"
    """Common Alerting Protocol 1.2, XML: alarms alone."""
    ONVIF = "onvif"
    """ONVIF Profile M event messages."""


@dataclass(frozen=True, slots=True)
class Message:
    """A fact as it goes over a wire."""

    topic: str
    """Where, below the topic of the receiver."""
    body: bytes


def message(fact: Publishable, form: Form, site: Site) -> Message | None:
    """`fact` in a form; None where that standard has no word for it.

    Suppressed figures are told as suppressed in CloudEvents and in no other form.

    Raises:
        BoundaryError: The type check was got round with an exact figure.
    """
    if not isinstance(fact, Event | Statistic):
        raise BoundaryError("an exact figure is never published")
    match form:
        case Form.CLOUDEVENTS:
            return _json(cloudevents.topic(fact), cloudevents.envelope(fact))
        case Form.NGSI_LD:
            entity = ngsi.entity(fact, site)
            return None if entity is None else _json(f"ngsi-ld/{entity['type']}", entity)
        case Form.SENSORTHINGS:
            if isinstance(fact, Event):
                return None
            seen = sensorthings.observation(fact)
            return None if seen is None else _json(sensorthings.topic(fact), seen)
        case Form.CAP:
            alert = cap.alert(fact, site) if isinstance(fact, Event) else None
            return None if alert is None else Message(f"cap/{fact.place}", alert)
        case Form.ONVIF:
            told = onvif.told(fact)
            return None if told is None else _json(*told)
        case _:
            assert_never(form)


# Any: JSON is whatever JSON there is.
def _json(topic: str, body: dict[str, Any]) -> Message:
    return Message(topic, msgspec.json.encode(body))
