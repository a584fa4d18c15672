"""Vehicles as what moves, and nothing as what stands."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from passante.analyse.moving import Moving
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.video import RawFrame
from passante.testing import raw_frame, video_format

FORM = video_format(320, 240)
ROAD = np.random.default_rng(3).integers(70, 130, (24, 32)).repeat(10, 0).repeat(10, 1)


def picture(number: int, cars: list[tuple[int, int]], *, parked: bool = False) -> RawFrame:
    luma = ROAD.astype(np.uint8).copy()
    if parked:
        luma[200:216, 40:72] = 230
    for x, y in cars:
        luma[y : y + 14, max(0, x) : x + 26] = 220
    blank = raw_frame(form=FORM, seed=None)
    planes = (luma, *blank.planes[1:])
    return replace(blank, planes=planes, seq=number, pts=number, time_base=Fraction(1, 5))


def test_vehicles_that_move_are_found_where_they_are() -> None:
    moving = Moving(FORM)
    for number in range(40):
        x = 10 + 7 * number
        glance = moving.look(picture(number, [(x, 60), (310 - x, 120)], parked=True))
    found = [Box(*map(float, box)) for box in glance.found.boxes]
    assert len(found) == 2
    assert max(box.iou(Box(x, 60, x + 26, 74)) for box in found) > 0.8
    assert set(glance.found.kinds) == {Kind.VEHICLE}


@pytest.mark.parametrize("parked", [False, True])
def test_what_stands_is_background(*, parked: bool) -> None:
    moving = Moving(FORM)
    for number in range(30):
        glance = moving.look(picture(number, [], parked=parked))
    assert len(glance.found) == 0


def test_nothing_is_told_before_there_is_a_background() -> None:
    moving = Moving(FORM)
    assert all(
        len(moving.look(picture(number, [(10 + 20 * number, 60)])).found) == 0
        for number in range(4)
    )


def test_boxes_are_in_px_of_the_frame_though_a_large_one_is_shrunk() -> None:
    form = video_format(1600, 1200)
    moving = Moving(form)
    for number in range(20):
        blank = raw_frame(form=form, seed=None)
        luma = np.full((1200, 1600), 100, np.uint8)
        luma[600:680, 40 * number : 40 * number + 160] = 220
        glance = moving.look(
            replace(blank, planes=(luma, *blank.planes[1:]), pts=number, time_base=Fraction(1))
        )
    (box,) = glance.found.boxes
    assert box == pytest.approx((760, 600, 920, 680), abs=4)
