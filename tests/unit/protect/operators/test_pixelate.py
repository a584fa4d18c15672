import math

import numpy as np
import pytest

from passante.core.geometry import Box
from passante.protect.operators import pixelate
from passante.protect.rules import Pixelate
from passante.testing import raw_frame, video_format

FORM = video_format(640, 480)


def render(rule: Pixelate, *boxes: Box) -> tuple[np.ndarray, ...]:
    planes = tuple(plane.copy() for plane in raw_frame(form=FORM).planes)
    pixelate.render(planes, FORM, boxes, rule)
    return planes


def runs(line: np.ndarray) -> int:
    return int((np.diff(line.astype(int)) != 0).sum()) + 1


@pytest.mark.parametrize("size", [9, 12, 33, 64, 250.5, 479])
@pytest.mark.parametrize("blocks", [1, 4, 8])
def test_a_head_of_any_size_has_at_most_so_many_blocks(size: float, blocks: int) -> None:
    box = Box(0.5, 0.5, size, size)
    made = render(Pixelate(margin=0, blocks=blocks), box)
    inside = math.ceil(size)
    for plane, step in zip(made, (1, 2, 2), strict=True):
        end = inside // step
        assert runs(plane[0, :end]) <= blocks
        assert runs(plane[:end, 0]) <= blocks


def test_a_head_cut_by_the_border_does_not_get_finer_blocks() -> None:
    luma, _, _ = render(Pixelate(margin=0, blocks=4), Box(-100, 0, 100, 200))
    assert runs(luma[0, :100]) == 2


def test_blocks_of_a_small_head_are_no_smaller_than_four_px() -> None:
    luma, _, _ = render(Pixelate(margin=0, blocks=8), Box(0, 0, 8, 8))
    assert runs(luma[0, :8]) <= 2


def test_a_block_is_the_mean_of_what_it_covers() -> None:
    luma, _, _ = render(Pixelate(margin=0, blocks=1), Box(0, 0, 64, 64))
    before = raw_frame(form=FORM).planes[0][:64, :64]
    assert luma[0, 0] == round(float(before.mean()))


def test_two_looks_at_one_head_leave_no_more_than_one() -> None:
    """A value that remains where heads overlap is a mean of means, not a second mean."""
    first, second = Box(0, 0, 64, 64), Box(0, 0, 64, 64)
    np.testing.assert_array_equal(
        render(Pixelate(margin=0, blocks=4), first)[0],
        render(Pixelate(margin=0, blocks=4), first, second)[0],
    )


def test_a_box_that_is_not_a_number_takes_the_whole_picture() -> None:
    luma, _, _ = render(Pixelate(margin=0, blocks=2), Box(math.nan, 0, 1, 1))
    assert runs(luma[0]) <= 2
    assert runs(luma[:, 0]) <= 2


def test_ten_bit_and_the_area_outside() -> None:
    form = video_format(31, 17, "yuv420p10le")
    before = raw_frame(form=form).planes
    planes = tuple(plane.copy() for plane in before)
    pixelate.render(planes, form, [Box(20, 10, 31, 17), Box(50, 50, 60, 60)], Pixelate(margin=0))
    assert planes[0].max() < 1024
    np.testing.assert_array_equal(planes[0][:10], before[0][:10])
    np.testing.assert_array_equal(planes[0][:, :20], before[0][:, :20])
    assert (planes[0][10:, 20:] != before[0][10:, 20:]).any()
