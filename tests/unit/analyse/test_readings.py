from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from passante.analyse.readings import EPOCH, TallyReadings
from passante.core.names import Quantity, StreamId, Unit
from passante.inside.reading import Reading
from passante.inside.tally import Tally
from passante.testing import drive

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def reading(minute: float, value: float, quantity: Quantity = Quantity.TEMPERATURE) -> Reading:
    return Reading(
        quantity=quantity,
        unit=Unit.CELSIUS,
        stream=StreamId("roof"),
        at=NOON + timedelta(minutes=minute),
        value=value,
    )


def tallies(*readings: Reading) -> list[Tally]:
    return drive(TallyReadings(900), readings)


def test_a_mean_of_each_full_quarter_of_an_hour() -> None:
    told = tallies(reading(0, 20), reading(14.9, 22), reading(15, 30))
    assert [one.value for one in told] == [21, 30]
    assert [one.complete for one in told] == [True, False]
    assert EPOCH + timedelta(microseconds=told[0].start_ns // 1000) == NOON
    assert told[0].end_ns - told[0].start_ns == 900 * 10**9


def test_rain_is_added_up() -> None:
    told = tallies(reading(0, 0.2, Quantity.RAIN), reading(5, 0.4, Quantity.RAIN))
    assert told[0].value == pytest.approx(0.6)


def test_wind_from_both_sides_of_north_is_from_the_north() -> None:
    told = tallies(reading(0, 350, Quantity.WIND_FROM), reading(5, 20, Quantity.WIND_FROM))
    assert told[0].value == pytest.approx(5)


def test_wind_from_everywhere_has_no_mean() -> None:
    assert not tallies(reading(0, 0, Quantity.WIND_FROM), reading(5, 180, Quantity.WIND_FROM))


def test_a_bucket_has_a_length() -> None:
    with pytest.raises(ValueError, match="greater"):
        TallyReadings(0)
    assert TallyReadings(60).delay_ns == 60 * 10**9
