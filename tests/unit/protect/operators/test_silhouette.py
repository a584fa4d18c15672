import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.protect.operators import silhouette
from passante.protect.rules import Silhouette
from passante.testing import raw_frame, video_format

RULE = Silhouette(margin=0, colour="#ffffff", ground="#000000")
WHITE, BLACK = 235, 16


def luma(*boxes: Box, rotation: int = 0, width: int = 160, height: int = 120) -> NDArray[np.uint8]:
    form = replace(video_format(width, height), rotation=rotation)
    planes = tuple(plane.copy() for plane in raw_frame(form=form).planes)
    silhouette.render(planes, form, boxes, RULE)
    return np.asarray(planes[0], np.uint8)


def test_the_whole_box_is_ground_or_figure() -> None:
    made = luma(Box(10, 10, 50, 110))[10:110, 10:50]
    assert set(np.unique(made)) == {WHITE, BLACK}


def test_a_figure_has_a_head_shoulders_and_two_legs() -> None:
    made = luma(Box(10, 10, 50, 110))[10:110, 10:50] == WHITE
    widths = made.sum(axis=1)
    assert widths[:8].max() < widths[25:35].max()  # a head is narrower than shoulders
    legs = np.flatnonzero(np.diff(made[90].astype(int)) == 1)
    assert len(legs) == 2


@pytest.mark.parametrize(
    ("rotation", "head"),
    [(0, "top"), (90, "left"), (180, "bottom"), (270, "right")],
)
def test_a_viewer_sees_the_figure_upright_however_the_picture_is_turned(
    rotation: int, head: str
) -> None:
    box = Box(10, 10, 50, 110) if rotation in (0, 180) else Box(10, 10, 110, 50)
    made = luma(box, rotation=rotation)[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
    upright = np.rot90(made == WHITE, k=-rotation // 90)
    unturned = luma(Box(10, 10, 50, 110))[10:110, 10:50] == WHITE
    assert (upright != unturned).mean() < 0.01  # a figure is not quite symmetrical in whole cells
    heads = {
        "top": made[:12],
        "left": made[:, :12],
        "bottom": made[-12:],
        "right": made[:, -12:],
    }
    # The head is all that stands in the first tenth of the figure.
    assert 0 < (heads[head] == WHITE).sum() < 0.3 * heads[head].size


def test_a_wide_box_holds_a_figure_lying_down() -> None:
    made = luma(Box(10, 10, 110, 50))[10:50, 10:110] == WHITE
    assert made[:, :12].sum() < made[:, 25:37].sum()  # head at the left, shoulders after it


def test_a_neighbours_ground_does_not_hide_a_figure() -> None:
    alone = luma(Box(10, 10, 50, 110))[10:110, 10:50] == WHITE
    beside = luma(Box(10, 10, 50, 110), Box(20, 10, 60, 110))[10:110, 10:50] == WHITE
    assert (beside | ~alone).all()


def test_a_figure_cut_by_the_border_is_the_same_figure_cut() -> None:
    whole = luma(Box(10, 10, 50, 110))[10:110, 30:50] == WHITE
    cut = luma(Box(-20, 10, 20, 110))[10:110, 0:20] == WHITE
    np.testing.assert_array_equal(cut, whole)


@pytest.mark.parametrize("edge", [math.nan, math.inf])
def test_a_box_that_is_not_a_number_covers_everything(edge: float) -> None:
    assert (luma(Box(10, 10, edge, 110)) == BLACK).all()


@pytest.mark.parametrize(
    "box",
    [
        Box(10, 10, 10, 10),
        Box(-1e300, 5, 1e300, 10),
        Box(5, -1e308, 9, 1e308),
        Box(50, 90, 40, 20),
        Box(0, -1e308, -1e308, -1e308),
    ],
)
def test_odd_boxes_are_covered(box: Box) -> None:
    made = luma(box)
    x0, x1 = sorted((max(0, int(box.x0)), min(160, int(box.x1))))
    y0, y1 = sorted((max(0, int(box.y0)), min(120, int(box.y1))))
    assert set(np.unique(made[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)])) <= {WHITE, BLACK}


def test_a_box_whose_margin_has_no_end_covers_everything() -> None:
    form = video_format(8, 8)
    planes = tuple(plane.copy() for plane in raw_frame(form=form).planes)
    flat = Box(0, -1e308, -1e308, -1e308)
    silhouette.render(planes, form, [flat], Silhouette(1.0, "#000000", "#000000"))
    assert (planes[0] == BLACK).all()


def test_nobody_outside_the_picture_is_drawn() -> None:
    np.testing.assert_array_equal(
        luma(Box(500, 0, 600, 90)), raw_frame(form=video_format(160, 120)).planes[0]
    )


def test_whoever_is_close_is_ground_alone() -> None:
    made = luma(Box(30, 10, 110, 120))
    assert set(np.unique(made[10:120, 30:110])) == {BLACK}
    both = luma(Box(30, 10, 110, 120), Box(120, 40, 140, 90))
    assert WHITE in both[40:90, 120:140]  # whoever is farther off keeps a figure
