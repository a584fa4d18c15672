"""Polygons and lines."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passante.core.shapes import Line, Polygon, angle_between

SQUARE = Polygon(((0, 0), (10, 0), (10, 10), (0, 10)))
HORSESHOE = Polygon(((0, 0), (9, 0), (9, 9), (6, 9), (6, 3), (3, 3), (3, 9), (0, 9)))
NUMBERS = st.floats(-50, 50, allow_nan=False)


@pytest.mark.parametrize(
    ("polygon", "point", "inside"),
    [
        (SQUARE, (5, 5), True),
        (SQUARE, (15, 5), False),
        (SQUARE, (-1, 5), False),
        (HORSESHOE, (1, 8), True),
        (HORSESHOE, (4.5, 8), False),
        (HORSESHOE, (4.5, 1), True),
    ],
)
def test_a_point_lies_in_a_polygon_or_not(
    polygon: Polygon, point: tuple[float, float], *, inside: bool
) -> None:
    assert polygon.holds(point) is inside


@given(x=NUMBERS, y=NUMBERS)
def test_the_order_of_corners_does_not_matter(x: float, y: float) -> None:
    other = Polygon(tuple(reversed(HORSESHOE.corners)))
    assert other.holds((x, y)) == HORSESHOE.holds((x, y))


def test_areas() -> None:
    assert SQUARE.area == 100
    assert HORSESHOE.area == 81 - 18


@pytest.mark.parametrize(
    "corners",
    [((0, 0), (1, 1)), ((0, 0), (1, 1), (2, 2)), ((0.1, 0.1), (0.5, 0.5), (0.9, 0.9))],
)
def test_what_has_no_area_is_no_polygon(corners: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="a polygon has"):
        Polygon(corners)


def test_the_right_of_who_walks_along_a_line_is_positive() -> None:
    """Downwards in a picture, the right hand is on the left of the screen."""
    down = Line((5, 0), (5, 10))
    assert down.side((2, 5)) == 3
    assert down.side((9, 5)) == -4
    assert down.along((0, 2.5)) == 0.25
    assert down.length == 10


def test_a_line_has_a_length() -> None:
    with pytest.raises(ValueError, match="a length"):
        Line((1, 1), (1, 1))


@given(x=NUMBERS, y=NUMBERS)
def test_turning_a_line_round_swaps_its_sides(x: float, y: float) -> None:
    there, back = Line((0, 0), (3, 7)), Line((3, 7), (0, 0))
    assert there.side((x, y)) == pytest.approx(-back.side((x, y)), abs=1e-6)


@pytest.mark.parametrize(
    ("first", "second", "degrees"),
    [((1, 0), (1, 0), 0), ((1, 0), (0, 2), 90), ((1, 0), (-3, 0), 180), ((0, 0), (1, 0), 180)],
)
def test_angles(first: tuple[float, float], second: tuple[float, float], degrees: float) -> None:
    assert math.isclose(angle_between(first, second), degrees, abs_tol=1e-4)
