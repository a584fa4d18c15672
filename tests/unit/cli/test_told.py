"""Facts as a person reads them."""

from dataclasses import fields
from typing import Any

from passante.cli.told import clock, event_lines, statistic_line
from passante.outside._mint import MINT
from passante.outside.facts import Event
from unit.sinks.test_facts import EVENT, FIGURE


def changed(**values: Any) -> Event:
    known = {field.name: getattr(EVENT, field.name) for field in fields(EVENT)}
    return Event(**known | values, mint=MINT)


def test_an_event_is_one_line() -> None:
    (line,) = event_lines(EVENT, explain=False)
    assert line.split()[:4] == ["2026-03-01T12:00:00+00:00", "began", "panic", "gate"]
    assert "score 0.81, 1.5 s, 4 of them" in line


def test_explained_it_names_parts_numbers_and_the_rate_of_false_alarms() -> None:
    _, *rest = event_lines(EVENT, explain=True)
    assert rest == [
        "    part     bang: score 0.60 at 00:00:01.000",
        "    because  people 4 (limit 2)",
        "    false alarms at this threshold: 0.5 a day",
    ]


def test_what_nobody_has_measured_is_said() -> None:
    *_, last = event_lines(changed(false_alarms_per_day=None), explain=True)
    assert last.endswith("never measured")


def test_without_a_time_of_day_the_time_is_that_of_the_stream() -> None:
    (line,) = event_lines(changed(at=None, zone=None, count=1), explain=False)
    assert line.split()[:4] == ["00:00:01.500", "began", "panic", "video"]
    assert "of them" not in line


def test_a_figure_is_one_line_with_its_unit() -> None:
    assert statistic_line(FIGURE).split() == [
        "00:00:00.000", "to", "00:01:00.000", "dwell", "gate", "person", "12.3457", "s",
    ]  # fmt: skip


def test_hours() -> None:
    assert clock(3_723_250_000_000) == "01:02:03.250"
