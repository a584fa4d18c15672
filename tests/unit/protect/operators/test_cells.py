import math
from dataclasses import replace

import numpy as np
import pytest

from passante.core.geometry import Box, PixelBox
from passante.protect.operators.cells import (
    Grid,
    Patch,
    box_patch,
    ellipse_patch,
    merged,
    paint,
    upright,
    with_margin,
)
from passante.testing import video_format


@pytest.mark.parametrize(
    ("layout", "interlaced", "grid"),
    [
        ("yuv420p", False, Grid(33, 25, 2, 2)),
        ("yuv420p", True, Grid(33, 13, 2, 4)),
        ("yuv422p", False, Grid(33, 49, 2, 1)),
        ("yuv422p", True, Grid(33, 49, 2, 1)),
        ("yuv444p", False, Grid(65, 49, 1, 1)),
        ("gbrp10le", False, Grid(65, 49, 1, 1)),
        ("gray12le", False, Grid(65, 49, 1, 1)),
    ],
)
def test_a_cell_owns_its_chroma(layout: str, interlaced: bool, grid: Grid) -> None:
    form = replace(video_format(65, 49, layout), interlaced=interlaced)
    assert Grid.of(form) == grid


def test_a_box_in_the_wrong_order_is_put_right() -> None:
    assert upright(Box(10, 20, 4, 8)) == Box(4, 8, 10, 20)


def test_a_box_thinner_than_a_pixel_is_taken_as_one() -> None:
    assert upright(Box(5, 5, 5, 9)) == Box(4.5, 5, 5.5, 9)


def test_not_a_number_stays_not_a_number() -> None:
    assert math.isnan(upright(Box(math.nan, 0, 5, 5)).x1)


def test_a_margin_is_a_share_of_the_box_on_each_side() -> None:
    assert with_margin(Box(10, 10, 20, 30), 0.5) == Box(5, 0, 25, 40)


GRID = Grid.of(video_format(40, 40, "yuv444p"))


@pytest.mark.parametrize(
    "box",
    [
        Box(math.nan, 1, 2, 3),
        Box(1, 1, math.inf, 3),
        Box(-math.inf, 1, 2, 3),
        Box(-1e308, -1e308, 1e308, 1e308),
    ],
)
def test_a_box_without_end_takes_the_whole_picture(box: Box) -> None:
    whole = PixelBox(0, 0, 40, 40)
    boxed, round_one = box_patch(box, GRID), ellipse_patch(box, GRID)
    assert boxed is not None
    assert round_one is not None
    assert (boxed.area, boxed.mask) == (whole, None)
    assert (round_one.area, round_one.mask) == (whole, None)


@pytest.mark.parametrize("box", [Box(40, 0, 50, 10), Box(-20, 0, -9, 10), Box(0, 90, 9, 99)])
def test_a_box_beyond_the_picture_takes_nothing(box: Box) -> None:
    assert box_patch(box, GRID) is None
    assert ellipse_patch(box.scaled(0.5), GRID) is None


def test_an_ellipse_is_round() -> None:
    patch = ellipse_patch(Box(10, 10, 30, 30), GRID)
    assert patch is not None
    assert patch.mask is not None
    assert patch.area == PixelBox(5, 5, 35, 35)
    assert not patch.mask[[0, 0, -1, -1], [0, -1, 0, -1]].any()
    # pi/4 * 2 * 20 * 20 px of the ellipse itself, and cells that it only touches
    assert 628 < patch.mask.sum() < 628 + 30 * 4


def test_an_ellipse_that_only_reaches_in_with_its_rim_takes_the_rim() -> None:
    patch = ellipse_patch(Box(42, 10, 62, 30), GRID)  # the box itself lies outside
    assert patch is not None
    assert patch.area == PixelBox(37, 5, 40, 35)
    assert patch.mask is not None
    assert patch.mask[15, 2]
    assert not patch.mask[0, 0]


def test_painting_writes_the_patch_and_nothing_else() -> None:
    form = video_format(7, 5)
    planes = tuple(np.zeros(form.plane_shape(number), np.uint8) for number in range(3))
    mask = np.array([[True, False], [False, True]])
    paint(planes, form, Grid.of(form), Patch(PixelBox(2, 1, 4, 3), mask), (9, 8, 7))
    luma = np.zeros((5, 7), np.uint8)
    luma[2:4, 4:6] = 9
    luma[4:, 6:] = 9
    np.testing.assert_array_equal(planes[0], luma)
    chroma = np.zeros((3, 4), np.uint8)
    chroma[1, 2] = chroma[2, 3] = 8
    np.testing.assert_array_equal(planes[1], chroma)
    np.testing.assert_array_equal(planes[2], chroma // 8 * 7)


@pytest.mark.parametrize(("wide", "high", "patches"), [(320, 180, 1), (3840, 2160, 3)])
def test_patches_of_a_crowd_become_one_and_those_far_apart_stay(
    wide: int, high: int, patches: int
) -> None:
    form = video_format(wide, high)
    grid = Grid.of(form)
    boxes = [Box(4, 6, 40, 50), Box(30, 20, 60, 70), Box(wide - 40, high - 30, wide - 3, high + 9)]
    found = [patch for box in boxes if (patch := ellipse_patch(box, grid))]
    found[1] = box_patch(boxes[1], grid) or found[1]
    together = merged(found)
    assert len(together) == patches
    expected, painted = ([np.zeros(form.plane_shape(n), np.uint8) for n in range(3)] for _ in "ab")
    for patch in found:
        paint(expected, form, grid, patch, (1, 2, 3))
    for patch in together:
        paint(painted, form, grid, patch, (1, 2, 3))
    for one, other in zip(expected, painted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_of_nothing_nothing_is_merged() -> None:
    assert not merged([])
