"""Every sample that a found box touches is hidden, in every plane; far away nothing changes."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.protect.operators import fill, pixelate, scene, silhouette
from passante.protect.operators.colour import samples
from passante.protect.rules import Fill, Pixelate, Scene, Shape, Silhouette
from passante.testing import raw_frame
from streets import NEAR_EDGES, boxes, formats
from touching import touched

MARGINS = st.sampled_from([0.0, 0.1, 1.0, 2.0])
COLOURS = st.sampled_from(["#5f5f5f", "#ff0000", "#000000", "#ffffff"])


def upright(box: Box) -> Box:
    """In order, as the operators take it; a thin box only ever grows beyond this."""
    x0, x1 = sorted((box.x0, box.x1))
    y0, y1 = sorted((box.y0, box.y1))
    return Box(x0, y0, x1, y1)


@settings(deadline=None)
@given(form=formats(), box=boxes(), shape=st.sampled_from(list(Shape)), margin=MARGINS, hue=COLOURS)
def test_a_fill_takes_every_sample_that_the_box_touches(
    form: VideoFormat, box: Box, shape: Shape, margin: float, hue: str
) -> None:
    planes = tuple(plane.copy() for plane in raw_frame(form=form).planes)
    fill.render(planes, form, [box], Fill(shape, margin, hue))
    for number, (plane, value) in enumerate(zip(planes, samples(hue, form), strict=True)):
        assert (plane[touched(form, number, upright(box))] == value).all()


@settings(deadline=None)
@given(form=formats(), box=boxes(), margin=MARGINS)
def test_a_silhouette_takes_every_sample_that_the_box_touches(
    form: VideoFormat, box: Box, margin: float
) -> None:
    planes = tuple(plane.copy() for plane in raw_frame(form=form).planes)
    rule = Silhouette(margin, "#ff0000", "#0000ff")
    silhouette.render(planes, form, [box], rule)
    both = zip(samples(rule.colour, form), samples(rule.ground, form), strict=True)
    for number, (plane, values) in enumerate(zip(planes, both, strict=True)):
        assert np.isin(plane[touched(form, number, upright(box))], values).all()


@settings(deadline=None)
@given(form=formats(), box=boxes(), margin=MARGINS)
def test_the_background_takes_every_sample_that_the_box_touches(
    form: VideoFormat, box: Box, margin: float
) -> None:
    planes = tuple(plane.copy() for plane in raw_frame(form=form).planes)
    empty = raw_frame(1, form).planes
    scene.render(planes, form, [box], Scene(margin), empty)
    for number, (plane, new) in enumerate(zip(planes, empty, strict=True)):
        where = touched(form, number, upright(box))
        np.testing.assert_array_equal(plane[where], new[where])


@settings(deadline=None)
@given(form=formats(), box=boxes(NEAR_EDGES), shape=st.sampled_from(list(Shape)), margin=MARGINS)
def test_nothing_beyond_the_margin_changes(
    form: VideoFormat, box: Box, shape: Shape, margin: float
) -> None:
    before = raw_frame(form=form).planes
    # What a box, or an ellipse through the corners of one, may reach: its margin, the root of two,
    # at least a pixel of width, and one cell of rounding (interlaced: 4 rows) on each side.
    ordered = upright(box)
    across, down = (
        max(1.0, length) * (1 + 2 * margin) * math.sqrt(2) / 2 + 0.01
        for length in (ordered.width, ordered.height)
    )
    x, y = ordered.centre
    reach = Box(x - across - 2, y - down - 4, x + across + 2, y + down + 4)
    for rule in (Fill(shape, margin), Silhouette(margin), Scene(margin), Pixelate(margin)):
        planes = tuple(plane.copy() for plane in before)
        match rule:
            case Fill():
                fill.render(planes, form, [box], rule)
            case Silhouette():
                silhouette.render(planes, form, [box], rule)
            case Scene():
                scene.render(planes, form, [box], rule, raw_frame(1, form).planes)
            case Pixelate():
                pixelate.render(planes, form, [box], rule)
        for number, (after, old) in enumerate(zip(planes, before, strict=True)):
            far = ~touched(form, number, reach)
            np.testing.assert_array_equal(after[far], old[far])


@settings(deadline=None)
@given(form=formats(), box=boxes(), blocks=st.integers(1, 8), margin=MARGINS)
def test_blocks_stay_within_the_values_they_cover(
    form: VideoFormat, box: Box, blocks: int, margin: float
) -> None:
    before = raw_frame(form=form).planes
    planes = tuple(plane.copy() for plane in before)
    pixelate.render(planes, form, [box], Pixelate(margin, blocks))
    for number, (after, old) in enumerate(zip(planes, before, strict=True)):
        assert after.min() >= old.min()
        assert after.max() <= old.max()
        where = touched(form, number, upright(box))
        if where.any():
            rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
            most = (blocks + 1) ** 2 if rows.size and columns.size else 0
            assert len(np.unique(after[where])) <= most
