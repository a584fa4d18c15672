"""Entities read by a JSON-LD processor without a network."""

from __future__ import annotations

from typing import Any

import pytest
from pyld import jsonld

from passante.core.names import DirectionId, EventKind, Kind, Phase, Quantity, Sort, Unit
from passante.outside.facts import Event, Statistic
from passante.sinks.formats.context import MODELS, Context
from passante.sinks.formats.ngsi import entity
from passante.sinks.formats.site import Site
from published import smart_data_models
from told_facts import event, statistic

SITE = Site(latitude=46.0679, longitude=11.1211, context=Context.EMBEDDED)
CORE = "https://uri.etsi.org/ngsi-ld/"


def nothing_is_fetched(url: str, *_: object) -> dict[str, Any]:
    raise AssertionError(f"the reader had to fetch {url}")


def expanded(fact: Event | Statistic, site: Site = SITE) -> dict[str, Any]:
    told = entity(fact, site)
    assert told is not None
    (made,) = jsonld.expand(told, {"documentLoader": nothing_is_fetched})
    return dict(made)


FACTS = [
    statistic(),
    statistic(direction=DirectionId("inbound")),
    statistic(of=Kind.VEHICLE),
    statistic(of=Sort.CAR),
    statistic(quantity=Quantity.SPEED, unit=Unit.METRE_PER_SECOND, of=Kind.VEHICLE, value=10.0),
    statistic(quantity=Quantity.LEVEL_EQUIVALENT, unit=Unit.DECIBEL_A, of=None, direction=None),
    event(),
    event(kind=EventKind.FALL, phase=Phase.ENDED),
]


@pytest.mark.parametrize("fact", FACTS)
def test_an_entity_is_read_whole_without_a_network(fact: Event | Statistic) -> None:
    told = entity(fact, SITE)
    assert told is not None
    made = expanded(fact)
    # nothing was dropped as a word that nobody knows
    assert len(made) == len(told) - 1
    assert all(key.startswith(("@", "http", "urn:")) for key in made)
    for name in set(told) - {"id", "type", "@context"}:
        assert name in told["@context"]


@pytest.mark.parametrize("fact", FACTS)
def test_its_words_mean_what_the_published_models_say(fact: Event | Statistic) -> None:
    told = entity(fact, SITE)
    assert told is not None
    rows = smart_data_models()[told["type"]]
    published = {row["property"]: row["context"] for row in rows if not row.get("parentId")}
    made = expanded(fact)
    words = set(told) - {"id", "type", "@context"}
    assert {published[word] for word in words} == set(made) - {"@id", "@type"}


def test_every_word_that_we_may_say_means_what_the_models_say() -> None:
    for model, words in MODELS.items():
        rows = smart_data_models()[model]
        for row in rows:
            mine = words.get(row["property"])
            if mine is None or row["property"] in {"type", "coordinates"}:
                continue
            assert mine == row["context"], (model, row["property"])
        space = next(row["context"] for row in rows if "/dataModel." in row["context"])
        assert str(words[model]).startswith(space.rsplit("/", 1)[0])


def test_the_values_are_there_at_every_depth() -> None:
    made = expanded(statistic())
    (count,) = made["https://smartdatamodels.org/dataModel.Transportation/peopleCount"]
    assert count["@type"] == [f"{CORE}Property"]
    assert count[f"{CORE}hasValue"] == [{"@value": 42}]
    assert count[f"{CORE}unitCode"] == [{"@value": "C62"}]
    assert count["urn:passante:noiseScale"][0][f"{CORE}hasValue"] == [{"@value": 8.0}]
    assert count[f"{CORE}observedAt"][0]["@type"] == f"{CORE}DateTime"
    (place,) = made[f"{CORE}location"]
    (point,) = place[f"{CORE}hasValue"]
    (pair,) = point["https://purl.org/geojson/vocab#coordinates"]
    assert pair["@list"] == [{"@value": 11.1211}, {"@value": 46.0679}]


def test_an_alert_names_its_source_as_a_thing_and_not_as_text() -> None:
    (source,) = expanded(event())["https://smartdatamodels.org/dataModel.Alert/alertSource"]
    assert source[f"{CORE}hasObject"] == [{"@id": "urn:ngsi-ld:Device:piazza:video"}]


def test_by_default_contexts_are_named_by_their_addresses() -> None:
    told = entity(statistic(), Site())
    assert told is not None
    assert all(str(one).startswith("https://") for one in told["@context"])
    with pytest.raises(jsonld.JsonLdError):
        jsonld.expand(told, {"documentLoader": nothing_is_fetched})
