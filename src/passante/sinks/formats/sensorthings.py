"""OGC SensorThings 1.1: a datastream for each series of figures, an observation for each figure."""

from __future__ import annotations

from typing import Any

from passante.core.names import Unit
from passante.outside.facts import Statistic
from passante.sinks.formats.site import Site, span, wall_text

_OM = "http://www.opengis.net/def/observationType/OGC-OM/2.0"
_UCUM = "https://ucum.org/ucum#"


def datastream_id(fact: Statistic) -> str:
    """The same for all figures of a series."""
    zone, of, way = fact.zone or "-", fact.of or "-", fact.direction or "-"
    return f"{fact.place}.{fact.stream}.{fact.quantity}.{zone}.{of}.{way.replace('>', '..')}"


def topic(fact: Statistic) -> str:
    """Where an observation is created over MQTT."""
    return f"v1.1/Datastreams('{datastream_id(fact)}')/Observations"


# Any: entities are JSON.
def observation(fact: Statistic) -> dict[str, Any] | None:
    """The figure; None where it was suppressed or its time is not known."""
    when = span(fact)
    if fact.value is None or when is None:
        return None
    begin, end = (wall_text(at) for at in when)
    return {
        "phenomenonTime": f"{begin}/{end}",
        "resultTime": end,
        "result": round(fact.value)
        if fact.unit is Unit.COUNT and fact.value % 1 == 0
        else fact.value,
        "resultQuality": {
            "uncertainty95": fact.uncertainty,
            "noiseScale": fact.noise_scale,
            "bias": fact.bias,
        },
        "parameters": {"epsilon": fact.epsilon},
    }


def datastream(fact: Statistic, site: Site) -> dict[str, Any]:
    """The figure's series, with its thing, sensor and property: to be created once."""
    where = site.name or fact.place
    count = fact.unit is Unit.COUNT
    thing: dict[str, Any] = {"name": where, "description": f"street at {where}"}
    if site.point is not None:
        thing["Locations"] = [
            {
                "name": where,
                "description": f"where {where} is",
                "encodingType": "application/geo+json",
                "location": site.point,
            }
        ]
    return {
        "@iot.id": datastream_id(fact),
        "name": datastream_id(fact),
        "description": f"{fact.quantity} with noise, safe to publish",
        "unitOfMeasurement": {
            "name": fact.unit.name.casefold().replace("_", " "),
            "symbol": fact.unit.value,
            "definition": _UCUM + fact.unit.value,
        },
        "observationType": f"{_OM}/{'OM_CountObservation' if count else 'OM_Measurement'}",
        "Thing": thing,
        "Sensor": {
            "name": f"{fact.place}/{fact.stream}",
            "description": "looks and listens on the spot; no picture and no sound leaves it",
            "encodingType": "text/plain",
            "metadata": "passante",
        },
        "ObservedProperty": {
            "name": fact.quantity.value,
            "definition": f"urn:passante:quantity:{fact.quantity}",
            "description": f"{fact.quantity} of {fact.of or 'the surroundings'}",
        },
    }
