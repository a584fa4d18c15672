"""Somebody falls, lies, stays, walks on the carriageway; and what only looks like it."""

import pytest

from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import EventKind, Measure, Phase
from walkers import Actor, Path, begun, car, play, standing, stay, walk

FALLING = """
[[zone]]
name = "square"
[zone.fall]
"""
LOITERING = """
[[zone]]
name = "door"
polygon = [[0.3, 0.3], [0.7, 0.3], [0.7, 1.0], [0.3, 1.0]]
[zone.loitering]
after_s = 20
"""
CARRIAGEWAY = """
[[zone]]
name = "road"
polygon = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]
[zone.carriageway]
after_s = 0.8
"""


def falls_at(second: float, *, within: float = 0.8, high: float = 34, wide: float = 95) -> Path:
    """Walks, then goes down within so many seconds and stays."""

    def at(now: float) -> Box:
        x = 200 + 30 * min(now, second)
        share = min(1.0, max(0.0, (now - second) / within))
        return standing(x, 350, high=100 + share * (high - 100), wide=40 + share * (wide - 40))

    return at


def test_somebody_who_falls_and_stays_down_is_told_within_two_seconds() -> None:
    incidents, _ = play(FALLING, [Actor(falls_at(4.0))], lasts=9)
    (fall,) = begun(incidents, EventKind.FALL)
    assert 3.0 <= fall.start_ns / NS_PER_S <= 4.6
    assert fall.end_ns <= (4.0 + 0.8 + 2.0) * NS_PER_S
    assert {one.measure for one in fall.evidence} == {
        Measure.HEIGHT,
        Measure.ASPECT,
        Measure.LASTED,
    }


def crouches(now: float) -> Box:
    """Ties a shoe: lower, but narrow."""
    down = 4.0 <= now <= 8.0
    return standing(300, 350, high=58 if down else 100, wide=44 if down else 40)


def sits_down_slowly(now: float) -> Box:
    share = min(1.0, max(0.0, (now - 4.0) / 5.0))
    return standing(300, 350, high=100 - 45 * share, wide=40 + 15 * share)


def stumbles(now: float) -> Box:
    """Goes down and is up again at once."""
    down = 4.0 <= now <= 4.7
    return standing(300, 350, high=40 if down else 100, wide=90 if down else 40)


def steps_behind_a_wall(now: float) -> Box:
    """The lower half disappears: the head stays where it was."""
    box = standing(200 + 20 * now, 350)
    return Box(box.x0, box.y0, box.x1, box.y0 + (45 if now > 5 else 100))


def leaves_at_the_edge(now: float) -> Box:
    """Walks out of the picture at the bottom: less and less of him is left."""
    y0 = 300 + 25 * now
    return Box(300, y0, 340, min(480.0, y0 + 100))


@pytest.mark.parametrize(
    "path",
    [
        crouches,
        sits_down_slowly,
        stumbles,
        steps_behind_a_wall,
        leaves_at_the_edge,
        walk((20, 300), (600, 300), lasts=12),
        walk((320, 150), (320, 470), lasts=12),
    ],
    ids=["crouches", "sits", "stumbles", "hidden", "leaves", "walks", "comes nearer"],
)
def test_who_does_not_fall_is_not_told(path: Path) -> None:
    incidents, _ = play(FALLING, [Actor(path)], lasts=12, jitter=1.0)
    assert begun(incidents, EventKind.FALL) == []


def test_somebody_found_lying_is_told_after_a_while_and_once() -> None:
    incidents, _ = play(FALLING, [Actor(stay(300, 350, high=36, wide=100))], lasts=15)
    (lying,) = begun(incidents, EventKind.LYING)
    assert lying.end_ns <= 7 * NS_PER_S
    assert begun(incidents, EventKind.FALL) == []


@pytest.mark.parametrize(
    ("high", "wide", "lasts"),
    [(100, 40, 15), (70, 60, 15), (36, 100, 3)],
    ids=["stands", "sits", "too short"],
)
def test_who_stands_or_sits_is_not_lying(high: float, wide: float, lasts: float) -> None:
    incidents, _ = play(FALLING, [Actor(stay(300, 350, high=high, wide=wide))], lasts=lasts)
    assert incidents == []


def test_who_stays_too_long_is_told_and_it_ends_when_he_goes() -> None:
    def comes_and_goes(now: float) -> Box | None:
        return standing(320, 300) if now < 30 else standing(320 + 60 * (now - 30), 300)

    incidents, _ = play(LOITERING, [Actor(comes_and_goes)], lasts=40)
    began, ended = incidents
    assert (began.phase, ended.phase) == (Phase.BEGAN, Phase.ENDED)
    assert 20 * NS_PER_S <= began.end_ns <= 21 * NS_PER_S
    assert began.start_ns == ended.start_ns
    assert 30 * NS_PER_S <= ended.end_ns <= 34 * NS_PER_S


@pytest.mark.parametrize(
    "actors",
    [
        [Actor(walk((0, 300), (640, 300), lasts=18))],
        [Actor(walk((0, 300), (640, 300), begins=n * 5, lasts=10)) for n in range(6)],
        [Actor(stay(100, 300))],
    ],
    ids=["slow", "one after another", "beside the zone"],
)
def test_who_passes_or_stands_beside_it_does_not_loiter(actors: list[Actor]) -> None:
    incidents, _ = play(LOITERING, actors, lasts=35)
    assert incidents == []


def test_somebody_on_the_carriageway_is_told_within_two_seconds() -> None:
    steps_out = walk((320, 200), (320, 400), lasts=8, stays=True)
    incidents, _ = play(CARRIAGEWAY, [Actor(steps_out)], lasts=10)
    (one,) = begun(incidents, EventKind.PERSON_ON_CARRIAGEWAY)
    assert one.zone == "road"
    assert one.end_ns - one.start_ns <= 2 * NS_PER_S


def rides(now: float) -> Box:
    return standing(50 + 60 * now, 380, high=90)


def bicycle(now: float) -> Box:
    return standing(50 + 60 * now, 390, high=60, wide=90)


@pytest.mark.parametrize(
    "actors",
    [
        [Actor(rides), car(bicycle)],
        [Actor(walk((50, 220), (600, 220), lasts=8))],
        [car(walk((0, 400), (640, 400), lasts=5, high=80, wide=160))],
    ],
    ids=["rider", "pavement", "car"],
)
def test_riders_cars_and_the_pavement_are_no_people_on_the_carriageway(
    actors: list[Actor],
) -> None:
    incidents, _ = play(CARRIAGEWAY, actors, lasts=8)
    assert incidents == []
