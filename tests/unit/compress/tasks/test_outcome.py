import pytest

from passante.compress.tasks.outcome import Share, What, by_size
from unit.compress.made import quality, share

EDGES = (0, 10, 20, 40)


def test_every_class_with_enough_in_it_has_a_line():
    sizes = [5] * 120 + [15] * 160 + [50] * 140
    hit = [True] * 110 + [False] * 10 + [True] * 300
    lines = by_size(What.KEPT, sizes, hit, [True] * 420, EDGES)
    assert [line.group for line in lines] == ["all", "0 to 10 px", "10 to 20 px", "20 px and up"]
    assert lines[1].rate.trials == 120
    assert lines[1].loss == pytest.approx(100 * 10 / 120)
    assert sum(line.rate.trials for line in lines[1:]) == 420


def test_few_things_make_one_class():
    lines = by_size(What.KEPT, [5, 15, 50], [True] * 3, [True] * 3, EDGES)
    assert [line.rate.trials for line in lines] == [3, 3]


def test_no_class_has_so_few_that_one_thing_is_more_than_a_point():
    sizes = [5] * 99 + [15] * 30 + [25] * 120
    lines = by_size(What.KEPT, sizes, [True] * 249, [True] * 249, EDGES)
    assert [line.rate.trials for line in lines[1:]] == [129, 120]


def test_no_thing_is_lost_between_classes():
    sizes = [3] * 105 + [12] * 20 + [25] * 10 + [60] * 5
    lines = by_size(What.RECALL, sizes, [True] * 140, [True] * 140, EDGES)
    assert sum(line.rate.trials for line in lines[1:]) == 140


def test_the_worst_class_is_the_one_that_lost_most():
    found = quality(share(99, 100), share(90, 100, group="small"))
    assert found.worst(What.KEPT).group == "small"
    assert found.worst(What.ACCURACY) is None


def test_things_counted_one_by_one_have_an_interval_of_what_was_lost():
    one = Share.beside(What.ACCURACY, [True] * 90 + [False] * 10, [True] * 88 + [False] * 12)
    assert (one.lost, one.won) == (0, 2)
    low, high = one.between
    assert one.loss == pytest.approx(-2)
    assert low < one.loss < high
    assert share(90, 100).between is None


def test_whether_both_say_the_same_decides_only_where_nobody_knows_what_is_right():
    same, right = share(40, 100, what=What.AGREEMENT), share(90, 100, what=What.ACCURACY, before=90)
    assert quality(same).judged == (same,)
    assert quality(same, right).judged == (right,)
