"""Messages as `tt:Message` of ONVIF has them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from passante.core.names import EventKind, Kind, Phase, Quantity
from passante.outside.facts import Event, Statistic
from passante.sinks.formats.onvif import told
from told_facts import event, statistic

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas/onvif-message.json").read_text())


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_event_has_a_valid_message_for_both_its_ends(kind: EventKind) -> None:
    for phase in Phase:
        made = told(event(kind=kind, phase=phase))
        assert made is not None
        jsonschema.validate(made[1], SCHEMA)
        assert made[1]["Data"]["State"] is (phase is Phase.BEGAN)


@pytest.mark.parametrize(
    ("fact", "topic"),
    [
        (statistic(), "onvif-ej/RuleEngine/CountAggregation/Counter/&video/gate.in"),
        (
            statistic(quantity=Quantity.OCCUPANCY, direction=None, of=Kind.VEHICLE, value=2.6),
            "onvif-ej/RuleEngine/CountAggregation/OccupancyCounter/&video/gate",
        ),
        (event(), "onvif-ej/RuleEngine/Passante/Panic/&video/square"),
        (
            event(kind=EventKind.CAMERA_MOVED, zone=None),
            "onvif-ej/VideoSource/GlobalSceneChange/ImagingService/&video/all",
        ),
    ],
)
def test_topics_are_those_of_the_standard_where_it_has_one(
    fact: Event | Statistic, topic: str
) -> None:
    made = told(fact)
    assert made is not None
    assert made[0] == topic
    jsonschema.validate(made[1], SCHEMA)


def test_the_check_of_this_test_can_fail() -> None:
    made = told(statistic())
    assert made is not None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made[1] | {"UtcTime": "noon"}, SCHEMA)


def test_what_has_no_count_is_not_told() -> None:
    assert told(statistic(value=None, suppressed=True)) is None
    assert told(statistic(quantity=Quantity.FLOW)) is None
    assert told(event(at=None)) is None
