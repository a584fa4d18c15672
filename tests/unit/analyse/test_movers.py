"""Looks joined into movers."""

import numpy as np
import pytest

from passante.analyse.movers import MOVING, Mover, Movers
from passante.analyse.overhear import Glance
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import Kind, Sort
from passante.inside.observation import Detections
from walkers import Actor, car, glance, seconds_of, standing, stay, walk

AREA = Box(0, 0, 640, 480)


def follow(actors: list[Actor], *, lasts: float, jitter: float = 0.0) -> list[list[Mover]]:
    movers = Movers()
    return [
        movers.update(round(s * NS_PER_S), [glance(s, actors, jitter=jitter)])
        for s in seconds_of(lasts)
    ]


def numbers(looks: list[list[Mover]]) -> set[int]:
    return {mover.number for look in looks for mover in look}


def weak(box: Box, score: float, kind: Kind = Kind.PERSON) -> Glance:
    edges = np.array([[box.x0, box.y0, box.x1, box.y1]], np.float32)
    return Glance(AREA, Detections(edges, np.array([score], np.float32), (kind,), "scripted@1"))


def test_one_who_walks_keeps_his_number_and_has_a_velocity() -> None:
    looks = follow([Actor(walk((50, 300), (450, 300), lasts=8))], lasts=8, jitter=1.0)
    assert numbers(looks) == {1}
    assert looks[-1][0].velocity == pytest.approx((50, 0), abs=8)
    assert looks[-1][0].foot == pytest.approx((450, 300), abs=6)


def test_two_who_pass_each_other_keep_theirs() -> None:
    actors = [
        Actor(walk((50, 300), (550, 300), lasts=8)),
        Actor(walk((550, 330), (50, 330), lasts=8)),
    ]
    looks = follow(actors, lasts=8, jitter=1.0)
    assert len(numbers(looks)) == 2
    ends = {mover.number: mover.foot[0] for mover in looks[-1]}
    starts = {mover.number: mover.foot[0] for mover in looks[2]}
    assert all(abs(ends[n] - starts[n]) > 300 for n in ends)


def test_one_who_is_hidden_for_a_second_keeps_his_number() -> None:
    way = walk((50, 300), (450, 300), lasts=8)
    looks = follow([Actor(lambda now: None if 3 < now < 4 else way(now))], lasts=8)
    assert numbers(looks) == {1}
    assert any(mover.missing_ns > 0 for look in looks for mover in look)


def test_one_who_leaves_is_forgotten_and_the_next_one_gets_a_new_number() -> None:
    actors = [Actor(walk((50, 300), (250, 300), begins=b, lasts=4)) for b in (0, 10)]
    looks = follow(actors, lasts=15)
    assert len(numbers(looks)) == 2
    assert looks[45] == []


def test_a_single_look_counts_nobody() -> None:
    movers = Movers()
    assert movers.update(0, [weak(standing(300, 300), 0.6)]) == []
    assert movers.update(NS_PER_S, [Glance(AREA, weak(AREA, 0.1).found)]) == []


def test_an_unsure_find_keeps_a_mover_and_begins_none() -> None:
    movers = Movers()
    box = standing(300, 300)
    for step in range(3):
        assert movers.update(step * NS_PER_S // 5, [weak(box, 0.35)]) == []
    for step in range(3, 6):
        movers.update(step * NS_PER_S // 5, [weak(box, 0.9)])
    (kept,) = movers.update(6 * NS_PER_S // 5, [weak(box, 0.35)])
    assert kept.seen


def test_the_same_person_in_two_looks_at_once_is_one() -> None:
    movers = Movers()
    for step in range(4):
        both = [weak(standing(300, 300), 0.9), weak(standing(303, 301), 0.8)]
        found = movers.update(step * NS_PER_S // 5, both)
    assert len(found) == 1


def test_a_person_never_becomes_a_vehicle() -> None:
    looks = follow([Actor(stay(300, 300)), car(stay(302, 302))], lasts=3)
    assert {(mover.kind, mover.number) for mover in looks[-1]} == {
        (Kind.PERSON, 1),
        (Kind.VEHICLE, 2),
    }


@pytest.mark.parametrize("box", [Box(5, 5, 5, 5), Box(9, 9, 3, 3)])
def test_a_box_without_an_inside_is_nobody(box: Box) -> None:
    movers = Movers()
    for step in range(3):
        assert movers.update(step * NS_PER_S, [weak(box, 0.9)]) == []


def test_memory_does_not_grow_with_the_stream() -> None:
    movers = Movers()
    for step in range(500):
        movers.update(step * NS_PER_S, [weak(standing(40 + 37 * step % 560, 300), 0.9)])
    assert sum(len(tracks) for tracks in movers._tracks.values()) < 12


def test_what_only_trembles_in_the_wind_is_no_vehicle_where_motion_makes_them() -> None:
    leaves, driver = (
        car(stay(100, 200, high=30, wide=30)),
        car(walk((200, 400), (600, 400), lasts=8, high=40, wide=70)),
    )
    movers = Movers(MOVING)
    looks = [
        movers.update(round(s * NS_PER_S), [glance(s, [leaves, driver], jitter=1.0)])
        for s in seconds_of(8)
    ]
    assert numbers(looks) == {2}
    assert looks[20][0].kind is Kind.VEHICLE


@pytest.mark.parametrize(
    ("looks", "sort"),
    [
        ((Sort.CAR,), Sort.CAR),
        ((Sort.CAR, Sort.CAR, Sort.TRUCK), Sort.CAR),
        ((Sort.CAR, Sort.TRUCK), Sort.UNSURE),
        ((), Sort.UNSURE),
    ],
)
def test_a_vehicle_is_of_the_sort_that_most_looks_took_it_for(
    looks: tuple[Sort, ...], sort: Sort
) -> None:
    van = Actor(stay(300, 300, wide=120), Kind.VEHICLE, looks)
    somebody = Actor(stay(500, 300))
    last = follow([van, somebody], lasts=2.2)[-1]
    assert {one.kind: one.sort for one in last} == {Kind.VEHICLE: sort, Kind.PERSON: None}
