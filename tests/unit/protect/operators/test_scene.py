import numpy as np
import pytest

from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.protect.operators import fill, scene
from passante.protect.rules import Fill, Scene, Shape
from passante.testing import raw_frame, video_format

FORM = video_format(64, 48)
BOX = Box(10, 12, 20, 30)
RULE = Scene(margin=0, colour="#123456")


def copies() -> tuple[np.ndarray, ...]:
    return tuple(plane.copy() for plane in raw_frame(form=FORM).planes)


def test_the_background_stands_where_somebody_was_and_nowhere_else() -> None:
    planes, empty = copies(), raw_frame(1, FORM).planes
    scene.render(planes, FORM, [BOX], RULE, empty)
    inside = np.zeros((48, 64), np.bool_)
    inside[12:30, 10:20] = True
    np.testing.assert_array_equal(planes[0][inside], empty[0][inside])
    np.testing.assert_array_equal(planes[0][~inside], raw_frame(form=FORM).planes[0][~inside])
    np.testing.assert_array_equal(planes[1][6:15, 5:10], empty[1][6:15, 5:10])


def test_without_a_background_there_is_a_fill() -> None:
    planes, filled = copies(), copies()
    scene.render(planes, FORM, [BOX], RULE, None)
    fill.render(filled, FORM, [BOX], Fill(Shape.BOX, 0, "#123456"))
    for plane, wanted in zip(planes, filled, strict=True):
        np.testing.assert_array_equal(plane, wanted)


@pytest.mark.parametrize("other", [video_format(66, 48), video_format(64, 48, "yuv420p10le")])
def test_a_background_of_another_format_is_refused(other: VideoFormat) -> None:
    with pytest.raises(ValueError, match="another format"):
        scene.render(copies(), FORM, [BOX], RULE, raw_frame(form=other).planes)


def test_nobody_outside_the_picture_is_replaced() -> None:
    planes = copies()
    scene.render(planes, FORM, [Box(90, 90, 99, 99)], RULE, raw_frame(1, FORM).planes)
    np.testing.assert_array_equal(planes[0], raw_frame(form=FORM).planes[0])
