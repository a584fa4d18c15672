"""Facts hold what they may and nothing else."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from passante.core.names import EventKind, Phase, PlaceId, Quantity, StreamId, Unit, ZoneId
from passante.outside._mint import MINT
from passante.outside.facts import Event, ExactStatistic, Statistic


def event(**changed: Any) -> Event:
    fields: dict[str, Any] = {
        "kind": EventKind.BANG,
        "phase": Phase.BEGAN,
        "place": PlaceId("square"),
        "stream": StreamId("audio-0"),
        "zone": None,
        "start_ns": 5,
        "end_ns": 9,
        "at": None,
        "score": 0.9,
        "threshold": 0.5,
        "mint": MINT,
    }
    return Event(**fields | changed)


def statistic(**changed: Any) -> Statistic:
    fields: dict[str, Any] = {
        "quantity": Quantity.CROSSINGS,
        "unit": Unit.COUNT,
        "place": PlaceId("square"),
        "stream": StreamId("video"),
        "zone": ZoneId("gate"),
        "of": None,
        "direction": None,
        "start_ns": 0,
        "end_ns": 60,
        "at": None,
        "value": 12.0,
        "suppressed": False,
        "noise_scale": 1.0,
        "epsilon": 0.5,
        "uncertainty": 3.0,
        "mint": MINT,
    }
    return Statistic(**fields | changed)


def exact(**changed: Any) -> ExactStatistic:
    fields: dict[str, Any] = {
        "quantity": Quantity.CROSSINGS,
        "unit": Unit.COUNT,
        "place": PlaceId("square"),
        "stream": StreamId("video"),
        "zone": ZoneId("gate"),
        "of": None,
        "direction": None,
        "start_ns": 0,
        "end_ns": 60,
        "at": None,
        "value": 12.0,
        "n": 12,
        "mint": MINT,
    }
    return ExactStatistic(**fields | changed)


@pytest.mark.parametrize("make", [event, statistic, exact])
@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"place": "a man in a red coat"}, "is no name"),
        ({"zone": "../../etc"}, "is no name"),
        ({"start_ns": 100}, "nothing ends before"),
        ({"at": datetime(2026, 1, 1)}, "without its zone"),  # noqa: DTZ001
    ],
)
def test_a_fact_that_says_too_much_or_nonsense_is_refused(
    make: Any, changed: dict[str, Any], word: str
) -> None:
    with pytest.raises(ValueError, match=word):
        make(**changed)


@pytest.mark.parametrize("changed", [{"score": 1.2}, {"score": -0.1}, {"threshold": 2.0}])
def test_a_score_lies_between_0_and_1(changed: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="a score"):
        event(**changed)


def test_both_ends_of_an_event_have_one_name_and_other_events_another() -> None:
    began, ended = event(), event(phase=Phase.ENDED, end_ns=70)
    assert began.id == ended.id
    others = [event(start_ns=6), event(zone="gate"), event(kind=EventKind.SCREAM)]
    assert len({one.id for one in [began, *others]}) == 4


def test_what_is_suppressed_has_no_value() -> None:
    assert statistic(value=None, suppressed=True).value is None
    with pytest.raises(ValueError, match="suppressed"):
        statistic(value=3.0, suppressed=True)
    with pytest.raises(ValueError, match="suppressed"):
        statistic(value=None, suppressed=False)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("make", [statistic, exact])
def test_a_statistic_is_a_number(make: Any, value: float) -> None:
    with pytest.raises(ValueError, match="is a number"):
        make(value=value)


def test_noise_has_no_negative_scale() -> None:
    with pytest.raises(ValueError, match="not negative"):
        statistic(noise_scale=-1.0)


def test_a_direction_may_join_two_names() -> None:
    assert statistic(direction="north>south").direction == "north>south"
    with pytest.raises(ValueError, match="is no name"):
        statistic(direction="north>two words")


def test_facts_compare_by_value_and_stay_as_they_are() -> None:
    assert event(at=datetime(2026, 1, 1, tzinfo=UTC)) == event(at=datetime(2026, 1, 1, tzinfo=UTC))
    for one in (event(), statistic(), exact()):
        with pytest.raises(dataclasses.FrozenInstanceError):
            one.start_ns = 0  # type: ignore[misc]
