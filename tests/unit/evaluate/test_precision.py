from __future__ import annotations

import numpy as np
import pytest

from passante.evaluate.precision import average_precision, threshold_for


def test_worked_out_by_hand() -> None:
    true = np.array([True, False, True, False])
    scores = np.array([0.9, 0.8, 0.7, 0.1])
    assert average_precision(true, scores) == pytest.approx((1 + 2 / 3) / 2)


def test_the_order_of_equal_scores_plays_no_part() -> None:
    scores = np.zeros(10)
    for place in (0, 9):
        true = np.arange(10) == place
        assert average_precision(true, scores) == pytest.approx(0.1)


def test_nothing_to_find_counts_nothing() -> None:
    assert average_precision(np.zeros(3, bool), np.arange(3.0)) == 0


@pytest.mark.parametrize("allowed", [0, 1, 5])
def test_no_more_than_allowed_reach_the_threshold(allowed: int) -> None:
    scores = np.random.default_rng(0).random(200)
    threshold = threshold_for(scores, allowed)
    assert (scores >= threshold).sum() == allowed


def test_where_all_may_reach_it_there_is_no_threshold() -> None:
    assert threshold_for(np.array([0.3, 0.2]), 2) == float("-inf")
