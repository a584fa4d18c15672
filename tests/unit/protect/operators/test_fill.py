import numpy as np

from passante.core.geometry import Box
from passante.protect.operators import fill
from passante.protect.operators.cells import Grid
from passante.protect.rules import Fill, Shape
from passante.testing import raw_frame, video_format

FORM = video_format(64, 48)


def render(rule: Fill, *boxes: Box) -> tuple[np.ndarray, ...]:
    planes = tuple(plane.copy() for plane in raw_frame(form=FORM).planes)
    fill.render(planes, FORM, boxes, rule)
    return planes


def test_a_face_at_the_last_row_and_column_is_filled_to_the_edge() -> None:
    luma, u, v = render(Fill(Shape.BOX, 0, "#5f5f5f"), Box(60, 44, 64, 48))
    assert len(np.unique(luma[44:, 60:])) == len(np.unique(u[22:, 30:])) == 1
    assert len(np.unique(v[22:, 30:])) == 1


def test_a_box_is_filled_and_nothing_else() -> None:
    before = raw_frame(form=FORM).planes[0]
    luma, _, _ = render(Fill(Shape.BOX, 0, "#ffffff"), Box(10, 12, 20, 30))
    assert (luma[12:30, 10:20] == 235).all()
    inside = np.zeros((48, 64), np.bool_)
    inside[12:30, 10:20] = True
    np.testing.assert_array_equal(luma[~inside], before[~inside])


def test_the_corners_of_a_found_face_are_inside_its_ellipse() -> None:
    luma, _, _ = render(Fill(Shape.ELLIPSE, 0, "#ffffff"), Box(20, 16, 32, 32))
    assert (luma[16:32, 20:32] == 235).all()


def test_an_ellipse_hides_less_than_the_box_around_it() -> None:
    luma, _, _ = render(Fill(Shape.ELLIPSE, 0, "#ffffff"), Box(20, 16, 32, 32))
    before = raw_frame(form=FORM).planes[0]
    assert luma[13, 18] == before[13, 18]


def test_what_lies_outside_the_picture_is_no_error() -> None:
    grid = Grid.of(FORM)
    assert fill.covered(Box(100, 100, 120, 120), grid, Fill(margin=0)) is None
    luma, _, _ = render(Fill(), Box(300, 300, 320, 320))
    np.testing.assert_array_equal(luma, raw_frame(form=FORM).planes[0])
