from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passante.core.errors import BoundaryError
from passante.core.geometry import Box, PixelBox
from passante.core.media import LAYOUTS, Colour, VideoFormat
from passante.core.names import StreamId
from passante.inside.video import AnalysedFrame, RawFrame
from passante.testing import raw_frame, video_format


def marked(form: VideoFormat, spot: PixelBox) -> RawFrame:
    """A dark picture with a bright box."""
    planes = []
    for number in range(form.layout.planes):
        step_x = form.layout.chroma_x if number else 1
        step_y = form.layout.chroma_y if number else 1
        dark = 0 if number == 0 or form.layout.rgb else form.layout.middle
        bright = dark if number and not form.layout.rgb else (1 << form.layout.depth) - 1
        kind = np.uint8 if form.layout.depth == 8 else np.uint16
        plane = np.full(form.plane_shape(number), dark, kind)
        plane[
            spot.top // step_y : -(-spot.bottom // step_y),
            spot.left // step_x : -(-spot.right // step_x),
        ] = bright
        planes.append(plane)
    return RawFrame(StreamId("video"), 0, 0, Fraction(1, 25), form, tuple(planes))


@settings(max_examples=120)
@given(
    layout=st.sampled_from(sorted(LAYOUTS)),
    rotation=st.sampled_from([0, 90, 180, 270]),
    width=st.integers(40, 400),
    height=st.integers(40, 400),
    room=st.tuples(st.integers(32, 200), st.integers(32, 200)),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
)
def test_what_is_seen_in_a_view_is_where_it_is_in_the_frame(
    *,
    layout: str,
    rotation: int,
    width: int,
    height: int,
    room: tuple[int, int],
    x: float,
    y: float,
) -> None:
    form = replace(video_format(width, height, layout), rotation=rotation)
    side = 16
    left = round(x * (width - side)) // 2 * 2
    top = round(y * (height - side)) // 2 * 2
    spot = PixelBox(left, top, min(width, left + side), min(height, top + side))
    view = marked(form, spot).view(*room)
    assert view.pixels.shape == (room[1], room[0], 3)
    assert view.pixels.dtype == np.uint8
    bright = view.pixels.min(axis=2) > 140
    rows, columns = np.nonzero(bright.any(axis=1))[0], np.nonzero(bright.any(axis=0))[0]
    if not len(rows):
        assert view.scale * side < 3
        return
    found = np.array([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], np.float32)
    box = view.to_frame(found)[0]
    # One pixel of the view, and what halving drops of an odd side.
    slip = 1.5 / view.scale + 2
    assert np.abs(box - [spot.left, spot.top, spot.right, spot.bottom]).max() <= slip


def test_aspect_is_kept_and_the_rest_is_grey() -> None:
    view = marked(video_format(400, 100), PixelBox(0, 0, 400, 100)).view(200, 200)
    assert view.scale == pytest.approx(0.5)
    assert (view.pixels[:50] > 240).all()
    assert (view.pixels[50:] == 114).all()


def test_a_view_is_enlarged_no_more_than_asked() -> None:
    frame = raw_frame(0, video_format(64, 48))
    assert frame.view(640, 480).scale == pytest.approx(10)
    assert frame.view(640, 480, most=2).scale == pytest.approx(2)


def test_part_of_a_frame_is_seen_from_its_own_corner() -> None:
    frame = marked(video_format(200, 100), PixelBox(120, 40, 140, 60))
    view = frame.view(80, 40, Box(100, 30, 180, 70))
    box = view.to_frame(np.array([[20, 10, 40, 30]], np.float32))[0]
    assert box.tolist() == [120, 40, 140, 60]
    assert (view.pixels[12:28, 22:38] > 200).all()


def test_an_area_outside_the_picture_cannot_be_seen() -> None:
    with pytest.raises(ValueError, match="outside"):
        raw_frame().view(32, 32, Box(500, 500, 600, 600))


@pytest.mark.parametrize(
    ("matrix", "full", "yuv", "rgb"),
    [
        (1, False, (63, 102, 240), (255, 0, 0)),
        (6, False, (81, 90, 240), (255, 0, 0)),
        (1, True, (54, 99, 255), (255, 0, 0)),
        (1, False, (235, 128, 128), (255, 255, 255)),
        (6, False, (16, 128, 128), (0, 0, 0)),
    ],
)
def test_colours_follow_their_tags(
    matrix: int, full: bool, yuv: tuple[int, int, int], rgb: tuple[int, int, int]
) -> None:
    form = replace(video_format(32, 32), colour=Colour(matrix=matrix, full_range=full))
    planes = tuple(
        np.full(form.plane_shape(number), value, np.uint8) for number, value in enumerate(yuv)
    )
    frame = RawFrame(StreamId("video"), 0, 0, Fraction(1, 25), form, planes)
    assert np.abs(frame.view(32, 32).pixels.astype(int) - rgb).max() <= 4


def test_brightness_of_part_of_a_deep_picture_has_eight_bits() -> None:
    frame = marked(video_format(64, 48, "yuv420p10le"), PixelBox(16, 16, 32, 32))
    grey = frame.grey((8, 8), PixelBox(16, 16, 32, 32))
    assert grey.dtype == np.uint8
    assert (grey == 255).all()


def test_raw_frames_stay_in_the_process() -> None:
    frame = raw_frame()
    analysed = AnalysedFrame(frame, (), frozenset())
    for item in (frame, frame.view(32, 32), analysed):
        with pytest.raises(BoundaryError):
            pickle.dumps(item)
    for item in (frame, analysed):
        with pytest.raises(BoundaryError):
            copy.copy(item)
        with pytest.raises(BoundaryError):
            copy.deepcopy(item)
    with pytest.raises(ValueError, match="read-only"):
        frame.planes[0][0, 0] = 1


def test_a_dark_view_is_lit_and_a_bright_one_left_alone() -> None:
    form = video_format(64, 48)
    bright = raw_frame(0, form).view(64, 48)
    assert bright.lit() is bright
    random = np.random.default_rng(5)
    luma = random.integers(18, 40, form.plane_shape(0)).astype(np.uint8)
    chroma = [np.full(form.plane_shape(number), 128, np.uint8) for number in (1, 2)]
    night = RawFrame(StreamId("video"), 0, 0, Fraction(1, 25), form, (luma, *chroma)).view(64, 48)
    lit = night.lit()
    assert lit.pixels.max() > 3 * night.pixels.max()
    assert (lit.scale, lit.area, lit.rotation) == (night.scale, night.area, night.rotation)


def test_a_black_view_stays_black() -> None:
    form = video_format(64, 48)
    planes = tuple(
        np.full(form.plane_shape(number), 128 if number else 16, np.uint8) for number in range(3)
    )
    black = RawFrame(StreamId("video"), 0, 0, Fraction(1, 25), form, planes).view(64, 48)
    assert black.lit().pixels.max() == 0


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_an_upright_frame_shows_what_a_view_of_the_stored_one_shows(
    layout: str, rotation: int
) -> None:
    stored = raw_frame(0, replace(video_format(48, 32, layout), rotation=rotation))
    turned = stored.upright()
    wide, high = (32, 48) if rotation in (90, 270) else (48, 32)
    assert (turned.format.width, turned.format.height, turned.format.rotation) == (wide, high, 0)
    np.testing.assert_array_equal(turned.planes[0], np.rot90(stored.planes[0], -rotation // 90))
    seen, wanted = turned.view(wide, high).pixels, stored.view(wide, high).pixels
    # Colour of half the width that lies on its side is repeated, not interpolated.
    if turned.format.layout == stored.format.layout:
        np.testing.assert_allclose(seen, wanted, atol=4)
