import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passante.compress.histogram import Histogram, Method


def of(*parts):
    histogram = Histogram()
    for part in parts:
        histogram.add(np.asarray(part, np.float32))
    return histogram


@given(st.lists(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1), min_size=1, max_size=5))
def test_the_order_in_which_values_come_makes_no_difference(parts):
    for method in Method:
        assert of(*parts).range(method) == of(*parts[::-1]).range(method)


def test_memory_does_not_grow_with_what_is_counted():
    histogram = of([1.0])
    size = histogram._counts.nbytes
    for scale in (1.0, 1e3, 1e6):
        histogram.add(np.full(1000, scale, np.float32))
    assert histogram._counts.nbytes == size
    assert histogram.values == 3001


def test_everything_seen_lies_within_the_widest_range():
    assert of([-3, 1], [7.5]).range(Method.MIN_MAX) == (-3, 7.5)


def test_a_percentile_is_that_of_all_values_together():
    chance = np.random.default_rng(1)
    parts = [chance.standard_normal(50_000) for _ in range(4)]
    low, high = of(*parts).range(Method.PERCENTILE, share=99.0)
    true = np.percentile(np.concatenate(parts), [1, 99])
    assert [low, high] == pytest.approx(true, abs=0.01)


def test_entropy_cuts_off_a_lone_peak_and_keeps_an_even_spread():
    chance = np.random.default_rng(2)
    even = chance.uniform(-1, 1, 100_000)
    assert of(even).range(Method.ENTROPY)[1] == pytest.approx(1, abs=0.1)
    lone = np.concatenate([chance.standard_normal(100_000) * 0.01, [1.0]])
    assert of(lone).range(Method.ENTROPY)[1] < 0.8


def test_nothing_seen_is_a_range_of_nothing():
    assert of([]).range(Method.PERCENTILE) == (0, 0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_refused(bad):
    with pytest.raises(ValueError, match="no number"):
        of([1, bad])


def test_the_least_error_cuts_off_a_single_far_value():
    seen = Histogram()
    seen.add(np.append(np.random.default_rng(0).normal(0, 1, 100_000), 10.0).astype(np.float32))
    low, high = seen.range(Method.LEAST_ERROR)
    assert low < -3
    assert 3 < high < 9


def test_the_least_error_of_even_values_is_all_of_them():
    seen = Histogram()
    seen.add(np.linspace(0.0, 6.0, 50_001, dtype=np.float32))
    low, high = seen.range(Method.LEAST_ERROR)
    assert low == 0
    assert high == pytest.approx(6, abs=0.15)
