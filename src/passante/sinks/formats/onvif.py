"""ONVIF Profile M event messages in JSON, as a camera with analytics sends them over MQTT.

Topics are `onvif-ej/<topic without its namespace>/&<source>/<rule>`. What Profile M has a topic for
takes that; all else comes under a topic of our own, `RuleEngine/Passante`.
"""

from __future__ import annotations

from typing import Any

from passante.core.names import Counted, EventKind, Kind, Phase, Quantity, Sort
from passante.outside.facts import Event, Statistic
from passante.sinks.formats.site import span, wall_text

_COUNTED = {
    Quantity.CROSSINGS: "RuleEngine/CountAggregation/Counter",
    Quantity.ENTRIES: "RuleEngine/CountAggregation/Counter",
    Quantity.OCCUPANCY: "RuleEngine/CountAggregation/OccupancyCounter",
}
_CLASSES: dict[Counted, str] = {
    Kind.PERSON: "Human",
    Sort.BICYCLE: "Bicycle",
    Sort.MOTORCYCLE: "Motorcycle",
    Sort.CAR: "Car",
    Sort.BUS: "Bus",
    Sort.TRUCK: "Truck",
}
"""ONVIF's words for what was counted; all else is a vehicle."""
_TOPICS = {
    EventKind.LOITERING: "RuleEngine/LoiteringDetector/ObjectIsLoitering",
    EventKind.PERSON_ON_CARRIAGEWAY: "RuleEngine/FieldDetector/ObjectsInside",
    EventKind.VEHICLE_FORBIDDEN: "RuleEngine/FieldDetector/ObjectsInside",
    EventKind.CAMERA_MOVED: "VideoSource/GlobalSceneChange/ImagingService",
    EventKind.CAMERA_COVERED: "VideoSource/GlobalSceneChange/ImagingService",
    EventKind.CAMERA_BLINDED: "VideoSource/GlobalSceneChange/ImagingService",
}


# Any: a message is JSON.
def told(fact: Event | Statistic) -> tuple[str, dict[str, Any]] | None:
    """Topic and message; None where it has no count and no state, or its time is not known."""
    when = span(fact)
    if when is None:
        return None
    rule = fact.zone if fact.zone is not None else "all"
    match fact:
        case Event():
            name = "".join(word.capitalize() for word in fact.kind.split("_"))
            topic = _TOPICS.get(fact.kind, f"RuleEngine/Passante/{name}")
            began = fact.phase is Phase.BEGAN
            data: dict[str, Any] = {
                "State": began,
                "Kind": fact.kind,
                "Score": round(fact.score, 3),
            }
        case Statistic():
            if fact.quantity not in _COUNTED or fact.value is None:
                return None
            topic = _COUNTED[fact.quantity]
            data = {"Count": max(0, round(fact.value)), "NoiseScale": round(fact.noise_scale, 3)}
            if fact.of is not None:
                data["ClassTypes"] = _CLASSES.get(fact.of, "Vehicle")
                rule += f".{fact.of}" if isinstance(fact.of, Sort) else ""
            if fact.direction is not None:
                rule = f"{rule}.{fact.direction.replace('>', '..')}"
    return f"onvif-ej/{topic}/&{fact.stream}/{rule}", {
        "UtcTime": wall_text(when[0 if isinstance(fact, Event) and data["State"] else 1]),
        "PropertyOperation": "Changed",
        "Source": {"VideoSource": fact.stream, "Rule": rule},
        "Data": data,
    }
