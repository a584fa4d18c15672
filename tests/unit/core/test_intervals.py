from __future__ import annotations

import pytest

from passante.core.intervals import below, difference, garwood, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (0, 0, 0.0, 1.0)],
)
def test_wilson_is_as_in_tables(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (5, 1.6235, 11.6683), (100, 81.3640, 121.6272)],
)
def test_garwood_is_as_in_tables(count: int, low: float, high: float) -> None:
    assert garwood(count) == pytest.approx((low, high), abs=1e-3)


def test_a_poisson_count_of_nothing_expected_is_none() -> None:
    assert below(0, 0.0) == 1
    assert below(0, 1.0) == pytest.approx(0.36788, abs=1e-5)


def test_a_difference_of_the_same_things_is_counted_by_those_that_differ() -> None:
    low, high = difference(8, 6, 269)
    assert (low, high) == pytest.approx((-0.0206, 0.0353), abs=1e-3)
    assert difference(6, 8, 269) == pytest.approx((-high, -low))
    assert difference(0, 0, 0) == (-1, 1)
    none = difference(0, 0, 140)
    assert none[0] < 0 < none[1] < 0.02
