from __future__ import annotations

import pytest

from passante.analyse.looks import LookSettings, Moment, PlateLooks
from passante.analyse.planner import Changes
from passante.core.names import Kind
from passante.testing import ScriptedFinder, detections, raw_frame, video_format

FORM = video_format(1600, 1200)


def plates(finder: ScriptedFinder, *, thorough: bool) -> list[tuple[float, ...]]:
    changes = Changes(FORM)
    frame = raw_frame(0, FORM)
    changes.update(frame)
    looks = PlateLooks(finder, FORM, LookSettings(thorough=thorough))
    found = looks.look(Moment(frame, changes, 40_000_000, True, 10**9), []) or []
    return [tuple(box) for part in found for box in part.boxes.tolist()]


def test_a_picture_is_looked_at_whole_smaller_and_in_tiles_as_it_is() -> None:
    finder = ScriptedFinder({Kind.PLATE})
    plates(finder, thorough=True)
    scales = [round(view.scale, 2) for view in finder.views]
    assert scales[1] < scales[0] < 1
    assert set(scales[2:]) == {1.0}
    assert len(scales) == 2 + 6


def test_a_frame_of_a_recording_is_looked_at_once() -> None:
    finder = ScriptedFinder({Kind.PLATE})
    plates(finder, thorough=False)
    assert len(finder.views) == 1


def test_a_recording_is_looked_at_in_tiles_a_few_at_a_time() -> None:
    finder = ScriptedFinder({Kind.PLATE})
    changes = Changes(FORM)
    looks = PlateLooks(finder, FORM, LookSettings())
    at_once = []
    for number in range(100):
        frame = raw_frame(number, FORM, seed=None)
        changes.update(frame)
        before = len(finder.views)
        looks.look(Moment(frame, changes, 40_000_000, number == 0, 10**9), [])
        at_once.append(len(finder.views) - before)
    tiles = {view.area for view in finder.views if view.scale == 1.0}
    assert len(tiles) == 6
    assert max(at_once) <= 2


@pytest.mark.parametrize(("wide", "times"), [(250.0, 8), (600.0, 2), (900.0, 1), (1300.0, 0)])
def test_only_a_smaller_look_takes_writing_across_half_of_it_for_a_plate(
    wide: float, times: int
) -> None:
    finder = ScriptedFinder(
        {Kind.PLATE}, [detections((100, 100, 100 + wide, 200), kind=Kind.PLATE)]
    )
    assert len(plates(finder, thorough=True)) == times
