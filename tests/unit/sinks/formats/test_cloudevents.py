"""Every envelope is read by the library of the CloudEvents project itself."""

from __future__ import annotations

import json

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from passante.core.names import Phase
from passante.outside.facts import Event, Statistic
from passante.sinks.formats.cloudevents import envelope, topic
from told_facts import NOON, event, statistic


@pytest.mark.parametrize(
    "fact", [event(), event(zone=None, at=None), statistic(), statistic(at=None)]
)
def test_an_envelope_is_valid(fact: Event | Statistic) -> None:
    told = envelope(fact)
    read = JSONFormat().read(CloudEvent, json.dumps(told))
    assert read.get_id() == told["id"]
    if fact.at is not None:
        assert read.get_time() == NOON
    data = read.get_data()
    assert isinstance(data, dict)
    assert data["place"] == "piazza"


def test_ids_tell_facts_apart_and_repeats_not() -> None:
    facts = [event(), event(phase=Phase.ENDED), statistic(), statistic(direction=None)]
    assert len({envelope(fact)["id"] for fact in facts}) == 4
    assert envelope(event())["id"] == envelope(event(score=0.9))["id"]


def test_a_suppressed_figure_says_that_it_is() -> None:
    data = envelope(statistic(value=None, suppressed=True))["data"]
    assert (data["value"], data["suppressed"]) == (None, True)


def test_topics_sort_by_place_and_kind() -> None:
    assert topic(event()) == "piazza/event/panic"
    assert topic(statistic()) == "piazza/statistic/crossings"
