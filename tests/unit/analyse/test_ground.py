"""From a picture to metres."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passante.analyse.ground import Ground
from passante.core.shapes import Polygon

TRUE = np.array([[0.02, -0.004, 1.0], [0.001, 0.05, -3.0], [0.00002, 0.0011, 0.4]])
CORNERS = ((100.0, 200.0), (560.0, 220.0), (600.0, 460.0), (40.0, 450.0))


def placed(x: float, y: float) -> tuple[float, float]:
    u, v, w = TRUE @ np.array([x, y, 1.0])
    return float(u / w), float(v / w)


GROUND = Ground(CORNERS, [placed(*corner) for corner in CORNERS])


@given(x=st.floats(0, 640), y=st.floats(100, 480))
def test_four_points_fix_every_other(x: float, y: float) -> None:
    found = GROUND.place((x, y))
    assert found is not None
    assert found == pytest.approx(placed(x, y), abs=1e-5)


def test_distances_and_areas_are_on_the_ground() -> None:
    flat = Ground([(0, 0), (100, 0), (100, 100), (0, 100)], [(0, 0), (10, 0), (10, 10), (0, 10)])
    assert flat.distance((0, 0), (30, 40)) == pytest.approx(5)
    assert flat.area(Polygon(((0, 0), (50, 0), (50, 20), (0, 20)))) == pytest.approx(10)


def test_above_the_horizon_there_is_no_ground() -> None:
    looking_far = Ground(
        [(100, 400), (540, 400), (400, 250), (240, 250)], [(0, 0), (4, 0), (4, 20), (0, 20)]
    )
    assert looking_far.place((320, 10)) is None
    assert looking_far.distance((320, 400), (320, 10)) is None
    assert looking_far.area(Polygon(((100, 10), (500, 10), (320, 400)))) is None
    assert looking_far.place((320, 300)) is not None


@pytest.mark.parametrize(
    ("image", "metres"),
    [
        ([(0, 0), (1, 0), (2, 0), (3, 0)], [(0, 0), (1, 0), (1, 1), (0, 1)]),
        ([(0, 0), (1, 0), (1, 1)], [(0, 0), (1, 0), (1, 1)]),
        ([(5, 5)] * 4, [(0, 0), (1, 0), (1, 1), (0, 1)]),
        ([(0, 0), (9, 0), (9, 9), (0, 9)], [(0, 0), (9, 9), (9, 0), (0, 9)]),
    ],
    ids=["on one line", "three", "one point", "crossed"],
)
def test_points_that_fix_no_plane_are_refused(
    image: list[tuple[float, float]], metres: list[tuple[float, float]]
) -> None:
    with pytest.raises(ValueError, match="point"):
        Ground(image, metres)
