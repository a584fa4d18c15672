"""Faces that once were left bare, each under the words of somebody who would have seen them.

Something else moves in every street here, so that no look is taken out of turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from passante.analyse.seams import completed
from passante.analyse.video import AnalyseVideo, AnalysisSettings, Finders
from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.core.names import Kind
from passante.inside.video import AnalysedFrame, RawFrame
from passante.testing import detections, drive, video_format
from unit.analyse.street import SquareFinder, frame, street

FACE = frozenset({Kind.FACE})
ME = Box(120, 60, 148, 88)


def busy(seq: int, form: VideoFormat, faces: list[Box], *, pts: int, base: Fraction) -> RawFrame:
    """A street in which a grey van drives about below."""
    made = frame(seq, form, faces)
    luma = made.planes[0].copy()
    left = 7 * seq % (form.width - 40)
    luma[form.height - 40 : form.height - 10, left : left + 40] = 230
    return replace(made, pts=pts, time_base=base, planes=(luma, *made.planes[1:]))


def shown(
    faces: Callable[[int], list[Box]],
    ticks: list[int],
    *,
    base: Fraction = Fraction(1, 25),
    form: VideoFormat | None = None,
    settings: AnalysisSettings | None = None,
    negative_from: int = 10**6,
    finder: SquareFinder | None = None,
) -> list[AnalysedFrame]:
    """What is released of a clip with `faces` on each frame; negative after a cut."""
    form = form or street()

    def pictures() -> list[RawFrame]:
        made = []
        for seq, pts in enumerate(ticks):
            one = busy(seq, form, faces(seq), pts=pts, base=base)
            if seq >= negative_from:
                one = replace(one, planes=(255 - one.planes[0], *one.planes[1:]))
            made.append(one)
        return made

    stage = AnalyseVideo(Finders(faces=finder or SquareFinder()), settings, needed=FACE)
    items = drive(stage, pictures())
    assert [item.raw.pts for item in items] == ticks
    return items


def bare(items: list[AnalysedFrame], faces: Callable[[int], list[Box]]) -> list[int]:
    """Frames on which a face is not covered to nine tenths."""
    return [
        item.raw.seq
        for item in items
        for face in faces(item.raw.seq)
        if not any(
            (shared := region.box.intersection(face)) is not None and shared.area > 0.9 * face.area
            for region in item.regions
        )
    ]


@pytest.mark.parametrize("first", [11, 12, 13])
def test_my_face_stood_still_on_the_screen_for_ten_seconds(first: int) -> None:
    """It came two frames before a recording paused, and nobody had looked since."""

    def faces(seq: int) -> list[Box]:
        return [ME] if first <= seq < first + 2 else []

    ticks = [seq if seq < first + 2 else seq + 250 for seq in range(30)]
    assert bare(shown(faces, ticks), faces) == []


@pytest.mark.parametrize("first", [11, 12, 13])
def test_my_face_flashed_up_before_the_cut(first: int) -> None:
    def faces(seq: int) -> list[Box]:
        return [ME] if first <= seq < first + 2 else []

    items = shown(faces, list(range(30)), negative_from=first + 2)
    assert bare(items, faces) == []


@pytest.mark.parametrize("base", [Fraction(1, 90_000), Fraction(1, 1000)])
def test_my_face_was_bare_since_the_camera_had_no_clock(base: Fraction) -> None:
    """All times a tick apart: no time passed, so it was never time to look."""

    def faces(seq: int) -> list[Box]:
        return [ME.shifted(1.5 * seq, 0)] if seq > 12 else []

    assert bare(shown(faces, list(range(60)), base=base), faces) == []


def test_my_face_was_bare_in_a_picture_too_large_to_hold_for_long() -> None:
    """Frames left before the next look was due."""
    form = street()

    def faces(seq: int) -> list[Box]:
        return [ME.shifted(2.0 * seq, 0)] if seq > 10 else []

    settings = AnalysisSettings(held_bytes=2 * form.width * form.height * 3 // 2)
    items = shown(faces, list(range(0, 80, 2)), base=Fraction(1, 50), settings=settings)
    assert bare(items, faces) == []


def test_half_of_my_face_was_bare_at_the_seam_of_two_looks() -> None:
    """A tile shows part of a face; the box ends where the tile ends."""
    form = video_format(640, 480)
    tile = Box(0, 0, 320, 480)
    view = frame(0, form, []).view(320, 480, tile)
    (box,) = completed(detections((300, 100, 319, 140)), view, form).boxes
    assert box[2] - box[0] == pytest.approx(40)
    np.testing.assert_allclose(box[[0, 1, 3]], [300, 100, 140])


def test_what_a_tile_shows_whole_keeps_its_box() -> None:
    form = video_format(640, 480)
    view = frame(0, form, []).view(320, 480, Box(0, 0, 320, 480))
    found = detections((0, 0, 20, 40), (200, 100, 240, 150))
    np.testing.assert_allclose(completed(found, view, form).boxes, found.boxes)


def test_my_face_was_bare_as_i_rode_past_close_to_the_camera() -> None:
    """Ten of its own sizes between two looks: too fast to be taken for one face."""

    def faces(seq: int) -> list[Box]:
        left = 28.0 * (seq - 8) - 28
        return [Box(left, 60, left + 28, 88)] if 0 <= left < 290 else []

    assert bare(shown(faces, list(range(30))), faces) == []


def test_my_face_was_bare_in_a_time_lapse() -> None:
    """Everybody is somewhere else on each frame: the frames before are looked at, too."""

    def faces(seq: int) -> list[Box]:
        if not 12 <= seq < 16:
            return []
        left = (30, 250, 120, 200)[seq - 12]
        return [Box(left, 20 + 8 * seq, left + 24, 44 + 8 * seq)]

    assert bare(shown(faces, list(range(30))), faces) == []


@pytest.mark.parametrize("first", range(11, 16))
@pytest.mark.parametrize("frames", [1, 2, 4])
def test_my_face_was_on_a_screen_for_an_instant_while_a_van_drove_by(
    first: int, frames: int
) -> None:
    """Gone before the next look, in a street where something moves all the time."""

    def faces(seq: int) -> list[Box]:
        return [ME] if first <= seq < first + frames else []

    assert bare(shown(faces, list(range(30))), faces) == []


def test_my_face_was_bare_as_i_came_up_beside_somebody_who_had_turned_away() -> None:
    """I was taken for them: they were let go, and I was covered on the way from them to me."""

    def faces(seq: int) -> list[Box]:
        return [ME.shifted(50, 4)] if seq >= 12 else []

    def both(seq: int) -> list[Box]:
        return [ME, *faces(seq)] if seq < 11 else faces(seq)

    items = shown(both, list(range(30)))
    assert bare(items, both) == []
    assert any(region.box.iou(ME) > 0.3 for region in items[18].regions)


def test_a_finder_that_fails_on_a_second_look_loses_the_frames_around_it() -> None:
    def faces(seq: int) -> list[Box]:
        return [Box(30 + 60 * (seq % 4), 20 + 3 * seq, 54 + 60 * (seq % 4), 44 + 3 * seq)]

    def look(seq: int) -> str:
        return "fail" if seq % 5 == 3 else "well"

    stage = AnalyseVideo(Finders(faces=SquareFinder(mood=look)), needed=FACE)
    frames = (busy(seq, street(), faces(seq), pts=seq, base=Fraction(1, 25)) for seq in range(40))
    items = drive(stage, frames)
    assert stage.unanalysed == 40 - len(items) > 0
    assert stage.faults["RuntimeError"] > 0
