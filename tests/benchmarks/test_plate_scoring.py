"""What counts as a plate found, and as a box in vain."""

from __future__ import annotations

import numpy as np
import pytest

from passante.core.geometry import Box
from passante.core.names import Kind
from passante.testing import ScriptedFinder, detections
from plate_scoring import Results, as_frame, as_picture, covered, scored, vehicle_around

PLATE = Box(100, 50, 200, 70)


@pytest.mark.parametrize(
    ("boxes", "hit"),
    [
        ([(100, 50, 200, 70)], True),
        ([(90, 40, 181, 80)], True),  # 81 %
        ([(90, 40, 178, 80)], False),  # 78 %
        ([(90, 40, 150, 80), (149, 40, 190, 80)], True),  # two halves
        ([(90, 40, 150, 80), (90, 40, 150, 80)], False),  # the same half twice
        ([], False),
    ],
)
def test_a_plate_is_found_where_boxes_together_cover_four_fifths(
    boxes: list[tuple[float, ...]], hit: bool
) -> None:
    found = detections(*boxes, kind=Kind.PLATE)
    assert covered(PLATE, found) is hit
    assert scored(found, [PLATE], [PLATE]).hits == hit


def test_a_box_is_in_vain_where_it_touches_nothing_marked() -> None:
    other = Box(300, 50, 360, 70)
    found = detections((95, 45, 205, 75), (310, 40, 320, 60), (10, 10, 30, 20), kind=Kind.PLATE)
    tally = scored(found, [PLATE], [PLATE, other])
    assert (tally.hits, tally.plates, tally.extra, tally.looks) == (1, 1, 1, 1)


def test_tallies_of_regions_add_up() -> None:
    results = Results()
    found = detections((95, 45, 205, 75), kind=Kind.PLATE)
    results.of("eu", None, "full").add(scored(found, [PLATE], [PLATE]))
    results.of("us", None, "full").add(scored(detections(kind=Kind.PLATE), [PLATE], [PLATE]))
    results.of("us", 40, "full").add(scored(found, [PLATE], [PLATE]))
    total = results.total(None, "full")
    assert (total.hits, total.plates) == (1, 2)
    assert total.recall().startswith("50.0% (")


def test_a_vehicle_is_put_around_its_plate() -> None:
    chance = np.random.default_rng(1)
    for _ in range(50):
        vehicle = vehicle_around(PLATE, chance)
        assert vehicle.intersection(PLATE) == PLATE
        assert 0.13 < PLATE.width / vehicle.width < 0.41


def test_a_picture_is_looked_at_as_the_product_does() -> None:
    finder = ScriptedFinder({Kind.PLATE}, [detections((40, 40, 90, 52), kind=Kind.PLATE)])
    found = as_picture(finder, as_frame(np.zeros((200, 320, 3), np.uint8)))
    assert len(finder.views) == 2
    assert len(found) == 2
