"""Facts tell what happened and how many, and nothing of who it was."""

from collections.abc import Iterator
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passante.analyse.lookout import Watching
from passante.analyse.overhear import Glance
from passante.analyse.zones import Zones
from passante.core.names import PlaceId, StreamId
from passante.inside.incident import Incident
from passante.inside.video import RawFrame
from passante.outside.facts import Event, ExactStatistic
from passante.protect.facts import FactMaker
from passante.testing import raw_frame
from walkers import FORM, TICKS, Actor, car, glance, seconds_of, stay, walk

ZONES = """
bucket_s = 5
[[line]]
name = "gate"
points = [[0.5, 0.0], [0.5, 1.0]]
[[zone]]
name = "square"
[zone.fall]
[zone.running]
[zone.loitering]
after_s = 3
[zone.forbidden]
after_s = 3
"""
ACTORS = [
    Actor(walk((100, 300), (560, 300), lasts=8)),
    Actor(stay(400, 250)),
    car(walk((600, 420), (60, 420), lasts=10, high=60, wide=110)),
]


def watched(pictures: Iterator[RawFrame], *, numbers_from: int = 1) -> list[Event | ExactStatistic]:
    """Every fact of one and the same movement, over pictures of somebody's choice."""
    zones = Zones.parse(ZONES, where="test")
    watching = Watching(zones, FORM, StreamId("video"))
    for _ in range(numbers_from - 1):
        next(watching._movers._numbers)
    seen: list[object] = []
    for second, picture in zip(seconds_of(9), pictures, strict=False):
        shown = replace(picture, pts=round(second * 1000), time_base=TICKS)
        looks: list[Glance] = [glance(second, ACTORS)]
        seen += watching.take(shown, looks)
    seen += watching.flush()
    maker = FactMaker(PlaceId("square"))
    told = [
        maker.event(one) if isinstance(one, Incident) else maker.exact(one)  # type: ignore[arg-type]
        for one in seen
    ]
    return [fact for fact in told if fact is not None]


def same(seed: int) -> Iterator[RawFrame]:
    """One noisy picture for ever: who is in it is decided by the seed."""
    picture = raw_frame(form=FORM, seed=seed)
    while True:
        yield picture


PLAIN = watched(same(0))


def test_the_scene_has_something_to_tell() -> None:
    assert {type(fact) for fact in PLAIN} == {Event, ExactStatistic}
    assert len({fact.kind for fact in PLAIN if isinstance(fact, Event)}) >= 2


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(1, 10_000), numbers_from=st.integers(1, 5_000))
def test_other_people_who_move_alike_make_the_same_facts(seed: int, numbers_from: int) -> None:
    assert watched(same(seed), numbers_from=numbers_from) == PLAIN


def test_no_track_number_is_in_any_fact() -> None:
    for fact in watched(same(1), numbers_from=471_100):
        assert "4711" not in repr(fact)


def test_no_fact_holds_an_array_or_a_place_in_the_picture() -> None:
    for fact in PLAIN:
        for field in fields(fact):
            value = getattr(fact, field.name)
            assert not isinstance(value, np.ndarray | bytes | dict | list)
        assert "Box(" not in repr(fact)


@pytest.mark.parametrize("kind", [Event, ExactStatistic])
def test_every_kind_of_fact_is_tested_here(kind: type) -> None:
    assert any(isinstance(fact, kind) for fact in PLAIN)
