"""Figures about events from pictures."""

from pathlib import Path

import pytest

from passante.core.names import EventKind
from passante.evaluate import alarms
from passante.evaluate.drawn import TRIES
from passante.evaluate.results import Figure, Section
from passante.evaluate.settings import Settings


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    return list(alarms.run(Settings(Path(), (), Path(), quick=True), lambda _: None))


def test_every_rule_with_scenes_has_its_figures(figures: list[Figure]) -> None:
    assert {one.section for one in figures} == {Section.EVENTS}
    for kind, one in TRIES.items():
        of = [figure for figure in figures if figure.what.startswith(kind)]
        shares = [figure for figure in of if figure.unit == "%"]
        assert len(shares) == len(one.acts) + len(one.near_misses)
        assert all(figure.low is not None and figure.n == 8 for figure in shares)


def test_alarms_come_within_two_seconds(figures: list[Figure]) -> None:
    late = [one for one in figures if one.what.endswith("p95")]
    assert len(late) == len(TRIES)
    assert max(one.value for one in late) <= 2.0


def test_acts_are_told_and_near_misses_are_not(figures: list[Figure]) -> None:
    for one in figures:
        if "near miss" in one.what:
            assert one.value == 0, one.what
        elif one.unit == "%" and EventKind.FALL not in one.what:
            assert one.value >= 75, one.what
