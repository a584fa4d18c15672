from __future__ import annotations

import numpy as np
import pytest

from passante.analyse.template import Template
from passante.core.geometry import Box
from passante.inside.video import RawFrame
from passante.testing import raw_frame, video_format
from unit.analyse.street import frame, street


@pytest.mark.parametrize("size", [8.0, 12.0, 24.0, 60.0, 140.0])
@pytest.mark.parametrize("move", [(0.0, 0.0), (5.0, 0.0), (-4.0, 6.0)])
def test_a_patch_is_found_where_it_went(size: float, move: tuple[float, float]) -> None:
    form = street()
    start = Box(60, 60, 60 + size, 60 + size)
    goal = start.shifted(*move)
    template = Template.cut(frame(0, form, [start]), start)
    assert template is not None
    place, fit = template.find(frame(1, form, [goal]), start, reach=12)
    assert fit > 0.7
    slip = max(1.5, size / 16)
    assert place.centre == pytest.approx(goal.centre, abs=slip)


def test_a_patch_at_the_edge_of_the_picture_is_found() -> None:
    form = street()
    start, goal = Box(-6, 100, 18, 124), Box(-2, 100, 22, 124)
    template = Template.cut(frame(0, form, [start]), start)
    assert template is not None
    place, fit = template.find(frame(1, form, [goal]), start, reach=10)
    assert fit > 0.5
    assert place.centre[1] == pytest.approx(goal.centre[1], abs=2)


def test_what_is_gone_is_not_found() -> None:
    form = street()
    start = Box(100, 100, 130, 130)
    template = Template.cut(frame(0, form, [start]), start)
    assert template is not None
    _, fit = template.find(frame(1, form, []), start, reach=10)
    assert fit < 0.5


def test_a_flat_patch_gives_the_guess_and_no_fit() -> None:
    flat = raw_frame(0, street(), seed=None)
    box = Box(50, 50, 80, 80)
    template = Template.cut(flat, box)
    assert template is not None
    assert template.find(flat, box, reach=8) == (box, 0.0)


def test_outside_the_picture_there_is_no_patch() -> None:
    assert Template.cut(raw_frame(0, street()), Box(-90, -90, -40, -40)) is None


def test_deep_pictures_are_followed_alike() -> None:
    shallow = frame(0, street(), [Box(60, 60, 90, 90)])
    deep_form = video_format(320, 240, "yuv420p10le")
    deep = RawFrame(
        shallow.stream,
        0,
        0,
        shallow.time_base,
        deep_form,
        tuple((plane.astype(np.uint16) << 2) for plane in shallow.planes),
    )
    template = Template.cut(deep, Box(60, 60, 90, 90))
    assert template is not None
    place, fit = template.find(shallow, Box(57, 62, 87, 92), reach=8)
    assert fit > 0.95
    assert place.centre == pytest.approx((75, 75), abs=1.5)
