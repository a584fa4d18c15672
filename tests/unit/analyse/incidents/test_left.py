"""Something is put down and stays; and what only looks like it."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from painted import STREET, dressed
from passante.analyse.lookout import Watching
from passante.analyse.zones import Zones
from passante.core.clock import NS_PER_S
from passante.core.names import EventKind, StreamId
from passante.inside.incident import Incident
from walkers import FORM, Actor, begun, frame_at, glance, standing

ZONES = """
[camera]
watch = false
[[zone]]
name = "hall"
polygon = [[0.1, 0.4], [0.9, 0.4], [0.9, 1.0], [0.1, 1.0]]
[zone.left]
after_s = 10
"""
Picture = np.ndarray


def with_bag(x: int = 300, y: int = 330) -> Picture:
    picture = STREET.copy()
    picture[y : y + 34, x : x + 40] = 235.0
    picture[y + 8 : y + 26, x + 6 : x + 34] = 15.0
    return picture


BAG = with_bag()


def put_down(now: float) -> Picture:
    return BAG if now >= 12 else STREET


def taken_again(now: float) -> Picture:
    return BAG if 12 <= now < 18 else STREET


def lights_go_on(now: float) -> Picture:
    return STREET + 45 if now >= 12 else STREET


def outside_the_zone(now: float) -> Picture:
    return with_bag(300, 60) if now >= 12 else STREET


def always_there(_: float) -> Picture:
    return BAG


def was_there_and_goes(now: float) -> Picture:
    """The ground that shows then is nothing new."""
    return STREET if now >= 12 else BAG


def person(now: float) -> Picture:
    """Stands where the bag would be, and is found."""
    picture = STREET.copy()
    if now >= 12:
        picture[250:364, 300:340] = 240.0
    return picture


def watch(change: Callable[[float], Picture], actors: Iterable[Actor] = ()) -> list[Incident]:
    watching = Watching(Zones.parse(ZONES, where="test"), FORM, StreamId("video"))
    seen: list[object] = []
    actors = list(actors)
    for number in range(34 * 4):
        now = number / 4
        picture = dressed(change(now), number)
        seen += watching.take(frame_at(now, picture=picture), [glance(now, actors)])
    seen += watching.flush()
    return [one for one in seen if isinstance(one, Incident)]


def test_a_bag_that_is_put_down_and_stays_is_told() -> None:
    (one,) = begun(watch(put_down), EventKind.OBJECT_LEFT)
    assert one.zone == "hall"
    assert 11 * NS_PER_S <= one.start_ns <= 17 * NS_PER_S
    assert one.tracks == ()


def test_a_bag_behind_people_who_pass_is_told_all_the_same() -> None:
    def passes(now: float) -> object:
        return standing(100 + 60 * (now - 14), 380) if 14 <= now <= 22 else None

    (one,) = begun(watch(put_down, [Actor(passes)]), EventKind.OBJECT_LEFT)
    assert one.end_ns <= 33 * NS_PER_S


@pytest.mark.parametrize(
    "change", [taken_again, lights_go_on, outside_the_zone, always_there, was_there_and_goes]
)
def test_what_is_taken_again_or_was_always_there_is_not(
    change: Callable[[float], Picture],
) -> None:
    assert watch(change) == []


def test_somebody_who_stands_there_is_no_bag() -> None:
    stands = Actor(lambda now: standing(320, 364, high=114) if now >= 12 else None)
    assert watch(person, [stands]) == []
