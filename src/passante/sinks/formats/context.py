"""What every word of our NGSI-LD entities means: a JSON-LD context of our own.

The contexts of the standards are documents elsewhere, and whoever reads an entity must fetch them.
This one says the same of the words that we use, so that an entity can be read without a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Context(StrEnum):
    """How an entity says what its words mean."""

    PUBLISHED = "published"
    """By the addresses of the published contexts, as context brokers expect."""
    EMBEDDED = "embedded"
    """By itself, word by word: nothing has to be fetched."""


_CORE = "https://uri.etsi.org/ngsi-ld/"
_MODELS = "https://smartdatamodels.org/"
_TRAFFIC = f"{_MODELS}dataModel.Transportation/"
_NOISE = f"{_MODELS}dataModel.Environment/"
_ALERT = f"{_MODELS}dataModel.Alert/"
_GEO = "https://purl.org/geojson/vocab#"

# Any: the value of a term is an address or an object.
_SHARED: dict[str, Any] = {
    "id": "@id",
    "type": "@type",
    "Property": f"{_CORE}Property",
    "Relationship": f"{_CORE}Relationship",
    "GeoProperty": f"{_CORE}GeoProperty",
    "DateTime": f"{_CORE}DateTime",
    "value": f"{_CORE}hasValue",
    "object": {"@id": f"{_CORE}hasObject", "@type": "@id"},
    "observedAt": {"@id": f"{_CORE}observedAt", "@type": f"{_CORE}DateTime"},
    "unitCode": f"{_CORE}unitCode",
    "location": f"{_CORE}location",
    "Point": f"{_GEO}Point",
    "coordinates": {"@id": f"{_GEO}coordinates", "@container": "@list"},
    "name": f"{_MODELS}name",
    "source": f"{_MODELS}source",
    "description": "http://purl.org/dc/terms/description",
    "noiseScale": "urn:passante:noiseScale",
    "uncertainty": "urn:passante:uncertainty",
    "bias": "urn:passante:bias",
}
_OF_MODEL: dict[str, dict[str, Any]] = {
    model: {model: space + model} | {word: space + word for word in words} | further
    for model, space, words, further in (
        (
            "CrowdFlowObserved",
            _TRAFFIC,
            (
                "peopleCount", "averageCrowdSpeed", "averageHeadwayTime", "direction",
                "dateObservedFrom", "dateObservedTo",
            ),
            {"dateObserved": f"{_MODELS}dateObserved"},
        ),
        (
            "TrafficFlowObserved",
            _TRAFFIC,
            (
                "intensity", "averageVehicleSpeed", "averageHeadwayTime", "vehicleType",
                "dateObservedFrom", "dateObservedTo",
            ),
            {"dateObserved": f"{_MODELS}dateObserved"},
        ),
        (
            "NoiseLevelObserved",
            _NOISE,
            ("LAeq", "LAmax", "dateObservedFrom", "dateObservedTo"),
            {"dateObserved": f"{_MODELS}dateObserved"},
        ),
        (
            "Alert",
            _ALERT,
            ("category", "subCategory", "severity", "dateIssued", "validTo", "alertSource"),
            {"validFrom": f"{_MODELS}validFrom"},
        ),
    )
}  # fmt: skip

MODELS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {model: MappingProxyType(_SHARED | words) for model, words in _OF_MODEL.items()}
)
"""By model: every word that an entity of it can hold. Two models mean two things by one word."""


def embedded(entity: Mapping[str, Any]) -> dict[str, Any]:
    """The context of one entity: the words that it uses, and no others.

    Raises:
        KeyError: It uses a word that is not known here.
    """
    known = MODELS[entity["type"]]
    used = dict.fromkeys(_words(entity))
    return {word: known[word] for word in ("id", "type", *used)}


def _words(part: object) -> Iterator[str]:
    """Keys, and the values of "type", at any depth."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key.startswith("@"):
                if key == "@type":
                    yield value
                continue
            yield key
            if key == "type":
                yield value
            else:
                yield from _words(value)
    elif isinstance(part, list):
        for one in part:
            yield from _words(one)
