"""Every entity fits the published Smart Data Model of its type."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import jsonschema
import pytest

from passante.core.names import DirectionId, EventKind, Kind, Phase, Quantity, Sort, Unit
from passante.outside.facts import Event, Statistic
from passante.sinks.formats.ngsi import entity
from passante.sinks.formats.site import Site
from published import smart_data_model_metadata, smart_data_models
from told_facts import event, statistic

SITE = Site(latitude=46.0679, longitude=11.1211, name="Piazza Duomo")
FORMATS = jsonschema.FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def is_time(text: object) -> bool:
    return datetime.fromisoformat(str(text)).utcoffset() is not None


def key_values(told: dict[str, Any]) -> dict[str, Any]:
    """The form that the models are written for."""
    plain: dict[str, Any] = {}
    for name, value in told.items():
        if name in {"id", "type", "@context"}:
            plain[name] = value
            continue
        inner = value.get("value", value.get("object"))
        plain[name] = inner.get("@value", inner) if isinstance(inner, dict) else inner
    return plain


@cache
def schema(model: str) -> dict[str, Any]:
    """What the published terms of a model demand, down to what is in their objects."""
    rows = smart_data_models()[model]
    properties: dict[str, Any] = {}
    for row in rows:
        if not row.get("parentId") and row["property"] not in {"bbox", "coordinates", "type"}:
            properties[row["property"]] = _demands(row)
    for row in rows:
        if row.get("parentId"):
            parent = properties[row["parentId"].split("/")[-1].split("#")[0]]
            parent.setdefault("properties", {})[row["property"]] = _demands(row)
            parent["additionalProperties"] = False
    kinds = [row["enum"][0] for row in rows if row["property"] == "type" and row.get("enum")]
    properties["type"] = {"enum": [model]}
    properties["location"] |= {
        "properties": {
            "type": {"enum": [one for one in kinds if one != model]},
            "coordinates": {"type": "array"},
            "bbox": {"type": "array"},
        },
        "required": ["type", "coordinates"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "required": smart_data_model_metadata()[model]["required"],
        "properties": properties | {"@context": True},
        "additionalProperties": False,
    }


def _demands(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("type", "enum", "format", "minimum", "maximum") if key in row}


def fits(told: dict[str, Any]) -> None:
    jsonschema.validate(key_values(told), schema(told["type"]), format_checker=FORMATS)
    assert smart_data_model_metadata()[told["type"]]["@context"] in told["@context"]
    assert told["id"].startswith(f"urn:ngsi-ld:{told['type']}:")


@pytest.mark.parametrize(
    ("fact", "model", "attribute", "value"),
    [
        (statistic(), "CrowdFlowObserved", "peopleCount", 42),
        (statistic(of=Kind.VEHICLE), "TrafficFlowObserved", "intensity", 42),
        (
            statistic(
                quantity=Quantity.SPEED, unit=Unit.METRE_PER_SECOND, of=Kind.VEHICLE, value=10.0
            ),
            "TrafficFlowObserved",
            "averageVehicleSpeed",
            36.0,
        ),
        (
            statistic(
                quantity=Quantity.LEVEL_EQUIVALENT,
                unit=Unit.DECIBEL_A,
                of=None,
                direction=None,
                value=61.5,
                epsilon=None,
                uncertainty=None,
                bias=None,
                noise_scale=0.0,
            ),
            "NoiseLevelObserved",
            "LAeq",
            61.5,
        ),
        (statistic(of=Sort.TRUCK), "TrafficFlowObserved", "vehicleType", "lorry"),
        (statistic(of=Sort.BICYCLE), "TrafficFlowObserved", "vehicleType", "bicycle"),
        (statistic(of=Sort.MOTORCYCLE), "TrafficFlowObserved", "vehicleType", "motorcycle"),
        (statistic(of=Sort.BUS), "TrafficFlowObserved", "vehicleType", "bus"),
        (statistic(of=Sort.CAR), "TrafficFlowObserved", "intensity", 42),
        (event(), "Alert", "category", "security"),
        (event(phase=Phase.ENDED, zone=None), "Alert", "severity", "critical"),
    ],
)
def test_a_fact_fits_its_model(
    fact: Event | Statistic, model: str, attribute: str, value: object
) -> None:
    told = entity(fact, SITE)
    assert told is not None
    assert told["type"] == model
    assert told[attribute]["value"] == value
    fits(told)


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_event_is_an_alert_of_the_model_or_none(kind: EventKind) -> None:
    told = entity(event(kind=kind), SITE)
    if told is not None:
        fits(told)


def test_the_check_of_this_test_can_fail() -> None:
    told = entity(statistic(), SITE)
    assert told is not None
    with pytest.raises(jsonschema.ValidationError):
        fits(told | {"peopleCount": {"type": "Property", "value": "many"}})
    with pytest.raises(jsonschema.ValidationError):
        fits(told | {"dateObservedTo": {"type": "Property", "value": "one o'clock"}})
    with pytest.raises(jsonschema.ValidationError):
        fits(told | {"track": {"type": "Property", "value": 3}})
    for place in ({"type": "Blob", "coordinates": [1, 2]}, {"type": "Point"}, {"lat": 3}):
        with pytest.raises(jsonschema.ValidationError):
            fits(told | {"location": {"type": "GeoProperty", "value": place}})
    with pytest.raises(jsonschema.ValidationError):
        fits(told | {"address": {"type": "Property", "value": {"floor": 3}}})


def test_noise_interval_and_bias_stand_beside_the_figure() -> None:
    told = entity(statistic(), SITE)
    assert told is not None
    figure = told["peopleCount"]
    assert (figure["noiseScale"]["value"], figure["uncertainty"]["value"]) == (8.0, 26.9)
    assert figure["unitCode"] == "C62"


def test_an_event_keeps_its_entity_from_beginning_to_end() -> None:
    began, ended = entity(event(), SITE), entity(event(phase=Phase.ENDED), SITE)
    assert began is not None
    assert ended is not None
    assert began["id"] == ended["id"]
    assert "validTo" not in began
    assert "validTo" in ended


def test_directions_to_and_from_the_centre_are_told_in_the_words_of_the_model() -> None:
    told = entity(statistic(direction=DirectionId("inbound")), SITE)
    assert told is not None
    assert told["direction"]["value"] == "inbound"


@pytest.mark.parametrize(
    "fact",
    [
        statistic(value=None, suppressed=True),
        statistic(at=None),
        statistic(quantity=Quantity.OCCUPANCY),
        statistic(of=Sort.UNSURE),
        event(kind=EventKind.DOG),
    ],
)
def test_what_the_models_have_no_word_for_is_not_told(fact: Event | Statistic) -> None:
    assert entity(fact, SITE) is None


def test_a_noise_level_without_a_location_is_not_told() -> None:
    level = statistic(quantity=Quantity.LEVEL_MOST, of=None, direction=None)
    assert entity(level, Site()) is None
    assert entity(statistic(), Site()) is not None
