"""Zones placed in pictures."""

import pytest

from passante.analyse.site import Site
from passante.analyse.zones import Zones
from passante.core.errors import SettingsError
from passante.core.geometry import Box
from passante.core.names import Kind, Unit
from passante.testing import video_format
from walkers import mover

SHARES = """
[[zone]]
name = "right"
polygon = [[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]]
[[line]]
name = "middle"
points = [[0.5, 0.0], [0.5, 1.0]]
"""
METRES = """
[ground]
image = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
metres = [[0, 0], [20, 0], [20, 10], [0, 10]]
"""


def site(text: str, wide: int = 200, high: int = 100) -> Site:
    return Site(Zones.parse(text, where="test"), video_format(wide, high))


def test_shares_fit_pictures_of_every_size() -> None:
    for wide, high in ((200, 100), (640, 480)):
        made = site(SHARES, wide, high)
        assert made.gates[0].line.start == (wide / 2, 0)
        assert made.areas[0].holds(mover(Box(0.7 * wide, 0, 0.8 * wide, high / 2)))
        assert not made.areas[0].holds(mover(Box(0.1 * wide, 0, 0.2 * wide, high / 2)))


def test_pixels_are_those_of_the_picture_they_were_drawn_on() -> None:
    text = """
coordinates = "px"
picture = [400, 200]
[[line]]
name = "middle"
points = [[100, 0], [100, 200]]
"""
    made = site(text)
    assert made.gates[0].line.start == (50, 0)
    assert made.gates[0].line.end == (50, 100)


def test_a_zone_without_corners_is_the_whole_picture() -> None:
    made = site('[[zone]]\nname = "all"\n')
    assert made.areas[0].polygon.area == 200 * 100
    assert made.areas[0].square_metres is None


def test_with_points_on_the_ground_there_are_metres() -> None:
    made = site(METRES + SHARES)
    assert made.areas[0].square_metres == pytest.approx(100)
    speed, unit = made.speed(mover(Box(10, 10, 20, 40), velocity=(30, 0)))
    assert (unit, speed) == (Unit.METRE_PER_SECOND, pytest.approx(3))
    assert made.apart((0, 0), (30, 40)) == (pytest.approx(5), Unit.METRE)


def test_without_them_speed_is_in_own_sizes() -> None:
    made = site(SHARES)
    person = mover(Box(10, 10, 20, 50), velocity=(20, 0))
    vehicle = mover(Box(10, 10, 50, 30), kind=Kind.VEHICLE, velocity=(20, 0))
    assert made.speed(person) == (0.5, Unit.HEIGHTS_PER_SECOND)
    assert made.speed(vehicle) == (0.5, Unit.WIDTHS_PER_SECOND)
    assert made.apart((0, 0), (100, 0)) == (0.5, Unit.SHARE)


@pytest.mark.parametrize(
    "text",
    [
        '[[zone]]\nname = "flat"\npolygon = [[0, 0], [0.5, 0.5], [1, 1]]\n',
        METRES.replace("[20, 0], [20, 10]", "[20, 10], [20, 0]"),
    ],
    ids=["no area", "crossed"],
)
def test_what_fits_no_picture_is_a_wrong_setting(text: str) -> None:
    with pytest.raises(SettingsError, match="zones"):
        site(text)
