from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passante.analyse.ssd import anchors, decode, overlap
from passante.core.errors import ModelContractError

NOTHING = -9.0
FLOOR = 0.2


def silence(width: int, height: int) -> np.ndarray:
    """The network's output where there is nothing at all."""
    found = np.zeros((len(anchors(width, height)), 10), np.float32)
    found[:, 4:] = NOTHING
    return found


def test_at_the_size_of_the_training_there_are_as_many_anchors_as_there_were() -> None:
    assert len(anchors(300, 300)) == 19 * 19 * 3 + (10 * 10 + 5 * 5 + 3 * 3 + 2 * 2 + 1) * 6


def test_anchors_keep_their_size_in_larger_pictures() -> None:
    small, large = (np.unique(anchors(*size)[:, 2:].round(2), axis=0) for size in SIZES)
    np.testing.assert_array_equal(small, large)
    assert small.min() == 30
    assert small.max() < 500


SIZES = ((300, 300), (960, 544))


def test_anchors_run_over_columns_first_then_rows() -> None:
    first = anchors(640, 384)[: 40 * 24 * 3 : 3]
    np.testing.assert_array_equal(first[:3, 0], [6, 22, 38])
    np.testing.assert_array_equal(first[:3, 1], [6, 6, 6])
    assert first[40, 1] == 22


def test_a_larger_picture_only_adds_anchors() -> None:
    small = {tuple(row) for row in anchors(256, 256).tolist()}
    large = {tuple(row) for row in anchors(512, 512).tolist()}
    assert small < large


@given(st.integers(1, 700), st.integers(1, 700))
def test_anchors_of_any_size_begin_in_every_corner(width: int, height: int) -> None:
    found = anchors(width, height)
    assert np.isfinite(found).all()
    fine = found[found[:, 2] == 30]
    assert fine[:, 0].max() >= width - 16
    assert fine[:, 1].max() >= height - 16


def test_a_box_is_where_its_anchor_and_its_encoding_say() -> None:
    where = anchors(300, 300)
    found = silence(300, 300)
    # 10 is one size of the anchor up, or to the left; 5 * ln 2 is twice as large.
    found[900] = [10, -10, 5 * np.log(2), 5 * np.log(0.5), 2.0, *[NOTHING] * 5]
    boxes, scores, _ = decode(found, where, person=True, threshold=FLOOR)
    x, y, width, height = where[900]
    wanted = [x - 1.25 * width, y, x - 0.75 * width, y + 2 * height]
    np.testing.assert_allclose(boxes, [wanted], atol=1e-3)
    np.testing.assert_allclose(scores, [1 / (1 + np.exp(-2))], rtol=1e-5)


@pytest.mark.parametrize("column", range(5, 10))
def test_every_sort_of_vehicle_is_a_vehicle_and_no_person(column: int) -> None:
    found = silence(300, 300)
    found[7, column] = 1
    where = anchors(300, 300)
    assert len(decode(found, where, person=False, threshold=FLOOR)[0]) == 1
    assert len(decode(found, where, person=True, threshold=FLOOR)[0]) == 0


def test_only_scores_above_the_threshold_count() -> None:
    found = silence(300, 300)
    logit = np.log(FLOOR / (1 - FLOOR))
    found[0, 4], found[1200, 4] = logit + 0.01, logit - 0.01
    assert len(decode(found, anchors(300, 300), person=True, threshold=FLOOR)[0]) == 1


def test_the_surest_of_two_that_overlap_remains() -> None:
    where = anchors(300, 300)
    found = silence(300, 300)
    # Neighbours of one shape; both say the box lies where the first anchor is.
    first, second = 19 * 3 * 4 + 12, 19 * 3 * 4 + 15
    found[first, 4], found[second, 4] = 1, 2
    found[second, 1] = (where[first, 0] - where[second, 0]) / where[second, 2] * 10
    boxes, scores, _ = decode(found, where, person=True, threshold=FLOOR)
    np.testing.assert_allclose(scores, [1 / (1 + np.exp(-2))], rtol=1e-5)
    np.testing.assert_allclose(boxes[0, 0], where[first, 0] - 15, atol=1e-3)


def test_a_broken_output_gives_finite_boxes() -> None:
    found = np.full((len(anchors(64, 64)), 10), 1e4, np.float32)
    boxes, scores, _ = decode(found, anchors(64, 64), person=True, threshold=FLOOR)
    assert len(boxes)
    assert np.isfinite(boxes).all()
    assert (scores <= 1).all()


@pytest.mark.parametrize("column", [0, 4, 9])
def test_an_output_that_holds_no_numbers_is_refused(column: int) -> None:
    found = silence(64, 64)
    found[3, column] = np.nan
    with pytest.raises(ModelContractError, match="no number"):
        decode(found, anchors(64, 64), person=True, threshold=FLOOR)


def test_overlap_is_intersection_over_union() -> None:
    box = np.array([0, 0, 2, 2], np.float32)
    others = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [2, 2, 3, 3], [0, 0, 0, 0]], np.float32)
    np.testing.assert_allclose(overlap(box, others), [1, 1 / 3, 0, 0])
