"""NGSI-LD entities after the FIWARE Smart Data Models, normalised.

Noise, interval and bias of a figure stand beside it as properties of the property.
"""

from __future__ import annotations

from typing import Any

from passante.core.names import EventKind, Kind, Phase, Quantity, Sort, Unit
from passante.outside.facts import Event, Statistic
from passante.sinks.formats.context import Context, embedded
from passante.sinks.formats.site import Site, fact_id, span, wall_text

CORE_CONTEXT = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"
_MODELS = "https://raw.githubusercontent.com/smart-data-models"
_CONTEXT = {
    "CrowdFlowObserved": f"{_MODELS}/dataModel.Transportation/master/context.jsonld",
    "TrafficFlowObserved": f"{_MODELS}/dataModel.Transportation/master/context.jsonld",
    "NoiseLevelObserved": f"{_MODELS}/dataModel.Environment/master/context.jsonld",
    "Alert": f"{_MODELS}/dataModel.Alert/master/context.jsonld",
}

_FIGURES: dict[tuple[Quantity, Kind | None], tuple[str, str, float]] = {
    (Quantity.CROSSINGS, Kind.PERSON): ("CrowdFlowObserved", "peopleCount", 1),
    (Quantity.SPEED, Kind.PERSON): ("CrowdFlowObserved", "averageCrowdSpeed", 3.6),
    (Quantity.HEADWAY, Kind.PERSON): ("CrowdFlowObserved", "averageHeadwayTime", 1),
    (Quantity.CROSSINGS, Kind.VEHICLE): ("TrafficFlowObserved", "intensity", 1),
    (Quantity.SPEED, Kind.VEHICLE): ("TrafficFlowObserved", "averageVehicleSpeed", 3.6),
    (Quantity.HEADWAY, Kind.VEHICLE): ("TrafficFlowObserved", "averageHeadwayTime", 1),
    (Quantity.LEVEL_EQUIVALENT, None): ("NoiseLevelObserved", "LAeq", 1),
    (Quantity.LEVEL_MOST, None): ("NoiseLevelObserved", "LAmax", 1),
}
"""Model, attribute, and what ours is multiplied by for its unit (km/h)."""

_TYPES = {
    Sort.BICYCLE: "bicycle",
    Sort.MOTORCYCLE: "motorcycle",
    Sort.CAR: "car",
    Sort.BUS: "bus",
    Sort.TRUCK: "lorry",
}
"""Words of the model for sorts of vehicles."""

_UNIT_CODES = {Unit.COUNT: "C62", Unit.SECOND: "SEC", Unit.METRE_PER_SECOND: "KMH"}
"""UN/CEFACT codes of the units of the models."""

_ALERTS: dict[EventKind, tuple[str, str | None, str]] = {
    EventKind.BANG: ("security", "suspiciousAction", "high"),
    EventKind.EXPLOSION: ("security", "suspiciousAction", "critical"),
    EventKind.SCREAM: ("security", "assault", "medium"),
    EventKind.SHOUT: ("security", "suspiciousAction", "low"),
    EventKind.GLASS: ("security", "suspiciousAction", "medium"),
    EventKind.CRASH: ("traffic", "carAccident", "high"),
    EventKind.SIREN: ("security", None, "informational"),
    EventKind.ALARM: ("security", None, "medium"),
    EventKind.FIRE: ("security", "buildingFire", "high"),
    EventKind.FALL: ("health", "fallenPatient", "medium"),
    EventKind.LYING: ("health", "fallenPatient", "medium"),
    EventKind.CROWDING: ("security", "crowdRisk", "medium"),
    EventKind.CROWD_RUNNING: ("security", "crowdRisk", "high"),
    EventKind.LOITERING: ("security", "suspiciousAction", "informational"),
    EventKind.WRONG_WAY: ("traffic", "carWrongDirection", "high"),
    EventKind.PERSON_ON_CARRIAGEWAY: ("traffic", "pedestrianOnRoad", "medium"),
    EventKind.VEHICLE_STOPPED: ("traffic", "carStopped", "low"),
    EventKind.VEHICLE_FORBIDDEN: ("traffic", "carStopped", "informational"),
    EventKind.OBJECT_LEFT: ("security", "suspiciousAction", "medium"),
    EventKind.PANIC: ("security", "civilDisorder", "critical"),
    EventKind.COLLISION: ("traffic", "carAccident", "critical"),
}
"""Category, sub-category and severity. What is not here is no alert: dogs, babies, the camera."""


# Any: an entity is JSON.
def entity(fact: Event | Statistic, site: Site) -> dict[str, Any] | None:
    """The entity of a fact; None where the models have no word for it, or its time is not known."""
    if span(fact) is None:
        return None
    told = _alert(fact, site) if isinstance(fact, Event) else _observed(fact, site)
    if told is not None and site.context is Context.EMBEDDED:
        told["@context"] = embedded(told)
    return told


def _observed(fact: Statistic, site: Site) -> dict[str, Any] | None:
    sort = fact.of if isinstance(fact.of, Sort) else None
    if sort is Sort.UNSURE:
        return None  # the model has no word for it: readers have it in the whole
    of = Kind.VEHICLE if isinstance(fact.of, Sort) else fact.of
    found = _FIGURES.get((fact.quantity, of))
    when = span(fact)
    if found is None or fact.value is None or when is None:
        return None
    model, attribute, factor = found
    begin, end = (wall_text(at) for at in when)
    point = site.point
    if model == "NoiseLevelObserved" and point is None:
        return None  # that model requires a location
    value = fact.value * factor
    figure = _property(round(value) if fact.unit is Unit.COUNT else round(value, 3))
    figure["observedAt"] = end
    if fact.unit in _UNIT_CODES:
        figure["unitCode"] = _UNIT_CODES[fact.unit]
    if fact.epsilon is not None:
        figure["noiseScale"] = _property(round(fact.noise_scale * factor, 4))
    if fact.uncertainty is not None:
        figure["uncertainty"] = _property(round(fact.uncertainty * factor, 4))
    if fact.bias is not None:
        figure["bias"] = _property(fact.bias)
    told = _entity(model, fact, site) | {
        attribute: figure,
        "dateObserved": _property(f"{begin}/{end}"),
        "dateObservedFrom": _time(begin),
        "dateObservedTo": _time(end),
    }
    if sort is not None:
        told["vehicleType"] = _property(_TYPES[sort])
    if fact.direction in {"inbound", "outbound"} and model == "CrowdFlowObserved":
        told["direction"] = _property(fact.direction)
    return told


def _alert(fact: Event, site: Site) -> dict[str, Any] | None:
    when = span(fact)
    if fact.kind not in _ALERTS or when is None:
        return None
    category, inner, severity = _ALERTS[fact.kind]
    begin, end = (wall_text(at) for at in when)
    told = _entity("Alert", fact, site) | {
        "category": _property(category),
        "severity": _property(severity),
        "dateIssued": _time(begin),
        "validFrom": _time(begin),
        "alertSource": {
            "type": "Relationship",
            "object": f"urn:ngsi-ld:Device:{fact.place}:{fact.stream}",
        },
        "description": _property(f"{fact.kind}, score {fact.score:.2f} of 1"),
    }
    if inner is not None:
        told["subCategory"] = _property(inner)
    if fact.phase is Phase.ENDED:
        told["validTo"] = _time(end)
    return told


def _entity(model: str, fact: Event | Statistic, site: Site) -> dict[str, Any]:
    # an event keeps its entity from its beginning to its end
    name = fact_id(fact).removesuffix(f"/{Phase.BEGAN}").removesuffix(f"/{Phase.ENDED}")
    words = [str(one) for one in (fact.zone, getattr(fact, "direction", None)) if one is not None]
    told: dict[str, Any] = {
        "id": f"urn:ngsi-ld:{model}:{name.replace('/', ':').replace('>', '..')}",
        "type": model,
        "name": _property(" ".join([site.name or fact.place, *words])),
        "source": _property(f"passante/{fact.place}/{fact.stream}"),
        "@context": [_CONTEXT[model], CORE_CONTEXT],
    }
    if site.point is not None:
        told["location"] = {"type": "GeoProperty", "value": site.point}
    return told


def _property(value: object) -> dict[str, Any]:
    return {"type": "Property", "value": value}


def _time(text: str) -> dict[str, Any]:
    return _property({"@type": "DateTime", "@value": text})
