"""Entities as OGC 18-088 lists their properties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from passante.core.names import DirectionId, Quantity, Unit
from passante.outside.facts import Statistic
from passante.sinks.formats.sensorthings import datastream, observation, topic
from passante.sinks.formats.site import Site
from told_facts import statistic

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas/sensorthings.json").read_text())
LEVEL = statistic(
    quantity=Quantity.LEVEL_EQUIVALENT, unit=Unit.DECIBEL_A, of=None, direction=None, value=61.5
)


def check(told: dict[str, Any] | None, kind: str) -> None:
    jsonschema.validate(told, {**SCHEMA, "$ref": f"#/$defs/{kind}"})


@pytest.mark.parametrize("fact", [statistic(), LEVEL, statistic(uncertainty=None, bias=None)])
def test_figures_and_series_are_valid(fact: Statistic) -> None:
    check(observation(fact), "Observation")
    for site in (Site(), Site(latitude=46.0, longitude=11.0, name="Duomo")):
        check(datastream(fact, site), "Datastream")


def test_the_check_of_this_test_can_fail() -> None:
    with pytest.raises(jsonschema.ValidationError):
        check((observation(statistic()) or {}) | {"track": 1}, "Observation")


def test_a_figure_is_created_in_its_series() -> None:
    fact = statistic(quantity=Quantity.TRIPS, direction=DirectionId("north>south"))
    assert (
        topic(fact)
        == "v1.1/Datastreams('piazza.video.trips.gate.person.north..south')/Observations"
    )
    assert (observation(fact) or {})["result"] == 42


def test_a_suppressed_figure_or_one_without_a_time_is_no_observation() -> None:
    assert observation(statistic(value=None, suppressed=True)) is None
    assert observation(statistic(at=None)) is None
