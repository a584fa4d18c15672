"""Track scores on cases small enough to work out by hand."""

import pytest

from passante.core.geometry import Box
from passante.evaluate.tracks import overlap, score


def box(x: float, *, wide: float = 10) -> Box:
    return Box(x, 0, x + wide, 10)


ALONE = {frame: {1: box(frame)} for frame in range(4)}


def test_the_truth_scores_one_everywhere() -> None:
    made = score(ALONE, ALONE)
    assert (made.mota, made.idf1, made.hota, made.recall, made.precision) == (1, 1, 1, 1, 1)
    assert made.switches == 0


def test_numbers_do_not_matter_only_who_keeps_theirs() -> None:
    other = {frame: {77: people[1]} for frame, people in ALONE.items()}
    assert score(ALONE, other).hota == 1


def test_a_track_that_breaks_in_the_middle() -> None:
    """Four boxes, all found, half under one number and half under another.

    By hand: one switch, MOTA = 1 - 1/4. IDF1: 2 of 4 true and 2 of 4 found agree, 2*2/8. HOTA:
    DetA = 1; each pair was together twice out of 4 + 2 - 2, so AssA = 1/2 and HOTA = sqrt(1/2).
    """
    broken = {frame: {1 if frame < 2 else 2: people[1]} for frame, people in ALONE.items()}
    made = score(ALONE, broken)
    assert made.switches == 1
    assert made.mota == pytest.approx(0.75)
    assert made.idf1 == pytest.approx(0.5)
    assert made.det_a == pytest.approx(1.0)
    assert made.ass_a == pytest.approx(0.5)
    assert made.hota == pytest.approx(0.5**0.5)


def test_two_who_swap_their_numbers() -> None:
    """Two people, two frames, numbers swapped in the second.

    By hand: 4 hits, 2 switches: MOTA = 1 - 2/4. IDF1: one frame of two fits each: 2*2/8. AssA: each
    of four hits belongs to a pair that was together once out of 2 + 2 - 1: 1/3.
    """
    truth = {0: {1: box(0), 2: box(100)}, 1: {1: box(0), 2: box(100)}}
    found = {0: {1: box(0), 2: box(100)}, 1: {2: box(0), 1: box(100)}}
    made = score(truth, found)
    assert made.switches == 2
    assert made.mota == pytest.approx(0.5)
    assert made.idf1 == pytest.approx(0.5)
    assert made.ass_a == pytest.approx(1 / 3)


def test_misses_and_false_boxes() -> None:
    """Of four true boxes two are found, and one box lies where nobody is.

    By hand: MOTA = 1 - (2 + 1)/4; IDF1 = 2*2/(4 + 3); DetA = 2/(4 + 3 - 2).
    """
    found = {0: {1: box(0)}, 1: {1: box(1), 9: box(500)}}
    made = score(ALONE, found)
    assert made.mota == pytest.approx(0.25)
    assert made.idf1 == pytest.approx(4 / 7)
    assert made.det_a == pytest.approx(0.4)
    assert (made.recall, made.precision) == (0.5, pytest.approx(2 / 3))


def test_how_well_a_box_lies_decides_at_how_many_thresholds_it_counts() -> None:
    """One box that overlaps by 10/20: right at 0.05 to 0.5, ten of nineteen thresholds."""
    made = score({0: {1: box(0)}}, {0: {1: box(0, wide=20)}})
    assert made.hota == pytest.approx(10 / 19)
    assert made.recall == 1


def test_a_pair_is_kept_as_long_as_it_overlaps_even_if_another_fits_better() -> None:
    truth = {0: {1: box(0)}, 1: {1: box(0)}}
    found = {0: {1: box(0)}, 1: {1: box(2), 2: box(0)}}
    assert score(truth, found).switches == 0


def test_nothing_found_scores_nothing_and_no_truth_is_refused() -> None:
    made = score(ALONE, {})
    assert (made.mota, made.idf1, made.hota, made.precision) == (0, 0, 0, 0)
    with pytest.raises(ValueError, match="no truth"):
        score({}, ALONE)


def test_overlap_is_intersection_over_union() -> None:
    assert overlap([box(0)], [box(5), box(50)]).tolist() == [[pytest.approx(1 / 3), 0.0]]
