"""Crowds that grow too dense or too fast, people who run; and near misses."""

import pytest

from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import EventKind, Measure
from walkers import Actor, Path, begun, car, play, standing, stay, walk

SQUARE_METRES = """
[ground]
image = [[0.0, 0.25], [1.0, 0.25], [1.0, 1.0], [0.0, 1.0]]
metres = [[0, 0], [4, 0], [4, 3], [0, 3]]
"""
DENSE = (
    SQUARE_METRES
    + """
[[zone]]
name = "square"
polygon = [[0.0, 0.25], [1.0, 0.25], [1.0, 1.0], [0.0, 1.0]]
[zone.crowding]
density = 1.0
"""
)
RISING = """
[[zone]]
name = "square"
[zone.crowding]
rise = 2.0
within_s = 15
least = 8
"""
RUNNING = """
[[zone]]
name = "square"
[zone.running]
"""


def grid(count: int) -> list[Path]:
    """So many people, apart from each other."""
    return [stay(40 + 75 * (n % 8), 160 + 100 * (n // 8), high=60, wide=24) for n in range(count)]


def from_second(path: Path, second: float) -> Path:
    return lambda now: path(now) if now >= second else None


def test_a_zone_fuller_than_its_limit_a_square_metre_is_told() -> None:
    incidents, _ = play(DENSE, [Actor(path) for path in grid(16)], lasts=6)
    (one,) = begun(incidents, EventKind.CROWDING)
    (density,) = [e for e in one.evidence if e.measure is Measure.DENSITY]
    assert density.value == pytest.approx(16 / 12, abs=0.01)


def test_a_zone_just_under_its_limit_is_not() -> None:
    incidents, _ = play(DENSE, [Actor(path) for path in grid(11)], lasts=6)
    assert incidents == []


def test_a_crowd_that_doubles_is_told() -> None:
    actors = [Actor(path) for path in grid(4)]
    actors += [Actor(from_second(path, 20)) for path in grid(14)[4:]]
    incidents, _ = play(RISING, actors, lasts=30)
    (one,) = begun(incidents, EventKind.CROWDING)
    assert 20 * NS_PER_S <= one.start_ns <= 23 * NS_PER_S


def test_neither_a_few_who_come_nor_a_steady_crowd_is_a_rise() -> None:
    few = [Actor(path) for path in grid(2)]
    few += [Actor(from_second(path, 20)) for path in grid(6)[2:]]
    steady = [Actor(path) for path in grid(16)]
    for actors in (few, steady):
        incidents, _ = play(RISING, actors, lasts=30)
        assert incidents == []


def test_one_look_that_misses_half_of_a_crowd_and_finds_it_again_is_no_rise() -> None:
    def blinks(path: Path) -> Path:
        return lambda now: None if 19.9 < now < 20.5 else path(now)

    actors = [Actor(path) for path in grid(6)]
    actors += [Actor(blinks(path)) for path in grid(14)[6:]]
    incidents, _ = play(RISING, actors, lasts=30)
    assert incidents == []


def group(speed: float, count: int) -> list[Actor]:
    """People side by side, `speed` in own heights a second."""
    high = 80.0
    return [
        Actor(
            walk(
                (20, 140 + 95 * n),
                (20 + 8 * speed * high, 140 + 95 * n),
                lasts=8,
                high=high,
                wide=30,
            )
        )
        for n in range(count)
    ]


def test_people_who_run_together_are_told_within_two_seconds() -> None:
    incidents, _ = play(RUNNING, group(2.0, 4), lasts=3)
    (one,) = begun(incidents, EventKind.CROWD_RUNNING)
    assert one.end_ns <= 2 * NS_PER_S
    assert len(one.tracks) == 4


@pytest.mark.parametrize(
    "actors",
    [group(0.8, 4), group(2.0, 2), [*group(0.8, 4)[:3], *group(2.0, 4)[3:]]],
    ids=["walkers", "two joggers", "one runs among walkers"],
)
def test_walkers_and_a_few_joggers_are_no_running_crowd(actors: list[Actor]) -> None:
    incidents, _ = play(RUNNING, actors, lasts=7, jitter=1.0)
    assert incidents == []


def test_three_who_run_for_a_bus_past_many_who_walk_are_none_either() -> None:
    high = 60.0
    walkers = [
        Actor(walk((20, 70 + 70 * n), (300, 70 + 70 * n), lasts=7, high=high, wide=24))
        for n in range(6)
    ]
    runners = [
        Actor(walk((20, 100 + 70 * n), (600, 100 + 70 * n), lasts=5, high=high, wide=24))
        for n in range(3)
    ]
    incidents, _ = play(RUNNING, [*walkers, *runners], lasts=5)
    assert incidents == []


def test_vehicles_do_not_run() -> None:
    def drives(y: float) -> Path:
        def at(now: float) -> Box:
            return standing(20 + 150 * now, y, high=50, wide=90)

        return at

    incidents, _ = play(RUNNING, [car(drives(120 + 100 * n)) for n in range(4)], lasts=4)
    assert incidents == []
