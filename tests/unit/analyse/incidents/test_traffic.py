"""The wrong way, standing where traffic flows, being where none may be; and near misses."""

import pytest

from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import EventKind, Phase
from walkers import Actor, Path, begun, car, play, standing, stay, walk

ONE_WAY = """
[[zone]]
name = "lane"
polygon = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]
[zone.wrong_way]
towards = [[0.1, 0.7], [0.9, 0.7]]
"""
NO_STOPPING = """
[[zone]]
name = "lane"
polygon = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]
[zone.stopped]
after_s = 10
"""
NO_PARKING = """
[[zone]]
name = "square"
polygon = [[0.2, 0.4], [0.8, 0.4], [0.8, 1.0], [0.2, 1.0]]
[zone.forbidden]
after_s = 8
"""


def drive(x0: float, x1: float, *, lasts: float = 6, y: float = 350, **more: float) -> Actor:
    return car(walk((x0, y), (x1, y), lasts=lasts, high=60, wide=110, **more))


def test_a_vehicle_the_wrong_way_is_told_within_two_seconds() -> None:
    incidents, _ = play(ONE_WAY, [drive(600, 40)], lasts=6)
    (one,) = begun(incidents, EventKind.WRONG_WAY)
    assert one.end_ns - one.start_ns <= 2 * NS_PER_S
    assert one.start_ns <= 1.2 * NS_PER_S


def backs_up_a_little(now: float) -> Box:
    return standing(300 - 40 * min(now, 1.0), 350, high=60, wide=110)


@pytest.mark.parametrize(
    "actor",
    [
        drive(40, 600),
        car(stay(300, 350, high=60, wide=110)),
        car(backs_up_a_little),
        car(walk((320, 470), (320, 260), lasts=6, high=60, wide=110)),
        drive(600, 40, y=200),
        Actor(walk((600, 350), (40, 350), lasts=8)),
    ],
    ids=["right way", "stands", "backs up", "crosses", "other lane", "pedestrian"],
)
def test_who_goes_right_stands_crosses_or_walks_goes_no_wrong_way(actor: Actor) -> None:
    incidents, _ = play(ONE_WAY, [actor], lasts=8, jitter=1.5)
    assert incidents == []


def test_a_vehicle_that_stops_where_traffic_flows_is_told_and_it_ends_when_it_goes_on() -> None:
    def stops(now: float) -> Box | None:
        x = 60 + 80 * min(now, 4.0) + (80 * (now - 20) if now > 20 else 0)
        return standing(x, 350, high=60, wide=110) if x < 700 else None

    incidents, _ = play(NO_STOPPING, [car(stops)], lasts=30)
    began, ended = incidents
    assert (began.kind, began.phase) == (EventKind.VEHICLE_STOPPED, Phase.BEGAN)
    assert 3 * NS_PER_S <= began.start_ns <= 5 * NS_PER_S
    assert ended.phase is Phase.ENDED
    assert 19 * NS_PER_S <= ended.end_ns <= 24 * NS_PER_S


def waits_at_the_light(now: float) -> Box:
    return standing(60 + 80 * min(now, 4.0) + 80 * max(0.0, now - 12), 350, high=60, wide=110)


@pytest.mark.parametrize(
    "path",
    [
        waits_at_the_light,
        walk((20, 350), (620, 350), lasts=30, high=60, wide=110),
        stay(300, 200, high=60, wide=110),
    ],
    ids=["red light", "creeps", "kerb"],
)
def test_waiting_creeping_and_standing_beside_the_lane_are_no_stopping(path: Path) -> None:
    incidents, _ = play(NO_STOPPING, [car(path)], lasts=30, jitter=1.0)
    assert incidents == []


def test_a_parked_vehicle_is_told_though_people_pass_in_front_of_it() -> None:
    def hidden_now_and_then(now: float) -> Box | None:
        return None if 4 < now < 6 else standing(320, 350, high=60, wide=110)

    incidents, _ = play(NO_PARKING, [car(hidden_now_and_then)], lasts=14)
    (one,) = begun(incidents, EventKind.VEHICLE_FORBIDDEN)
    assert one.start_ns <= 1 * NS_PER_S


@pytest.mark.parametrize(
    "actor",
    [drive(0, 640, lasts=10), car(stay(60, 350, high=60, wide=110)), Actor(stay(320, 350))],
    ids=["drives through", "beside it", "pedestrian"],
)
def test_who_drives_through_stands_beside_it_or_walks_is_not_parked(actor: Actor) -> None:
    incidents, _ = play(NO_PARKING, [actor], lasts=14)
    assert incidents == []
