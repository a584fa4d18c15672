"""Scenes drawn by chance."""

import numpy as np
import pytest

from passante.core.names import EventKind, Kind
from passante.evaluate.drawn import TRIES, play, trials, zones_of


@pytest.mark.parametrize("kind", list(TRIES))
def test_every_scene_has_somebody_in_it_and_only_the_rule_that_is_tried(kind: EventKind) -> None:
    one = TRIES[kind]
    (zone,) = zones_of(one).zone
    assert not zone.count
    for make in (*one.acts.values(), *one.near_misses.values()):
        for scene, _ in trials(make, 5, seed=3):
            seconds = np.arange(0, scene.lasts_s, 0.2)
            boxes = [path(float(s)) for _, path in scene.actors for s in seconds]
            shown = [box for box in boxes if box is not None]
            assert len(shown) > 5
            assert all(box.width > 0 and box.height > 0 for box in shown)
            assert 0 <= scene.act_s <= scene.lasts_s
            assert {who for who, _ in scene.actors} <= {Kind.PERSON, Kind.VEHICLE}


def test_the_same_seed_draws_the_same_scenes_and_another_one_others() -> None:
    make = TRIES[EventKind.FALL].acts["across the view"]

    def ends(seed: int) -> list[float]:
        return [scene.act_s for scene, _ in trials(make, 6, seed)]

    assert ends(1) == ends(1)
    assert ends(1) != ends(2)
    assert len(set(ends(1))) == 6


def test_an_act_is_told_in_its_scene() -> None:
    one = TRIES[EventKind.WRONG_WAY]
    ((scene, chance),) = trials(one.acts["drive"], 1, seed=5)
    assert EventKind.WRONG_WAY in {told.kind for told in play(scene, zones_of(one), chance)}
