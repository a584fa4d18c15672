"""What frames between two looks show, and how much looking at them again may cost."""

from __future__ import annotations

import itertools

from passante.analyse.again import SecondLooks
from passante.analyse.looks import FaceLooks, LookSettings
from passante.analyse.planner import Changes
from passante.analyse.tracking import Tracker, TrackingSettings
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.video import RawFrame
from passante.testing import ScriptedFinder, detections, video_format
from unit.analyse.street import frame

FORM = video_format(640, 360)
SETTINGS = TrackingSettings(start=0.2, keep=0.1)
BETWEEN = [1, 2, 3, 4]


class Passing:
    """Six frames, of which the first and the last were looked at."""

    def __init__(self, squares: dict[int, list[Box]], *, walker: Box | None = None) -> None:
        numbers = itertools.count()
        self.finder = ScriptedFinder({Kind.FACE})
        self.looks = FaceLooks(self.finder, FORM, LookSettings())
        people = Tracker(Kind.PERSON, SETTINGS, numbers)
        self.again = SecondLooks(self.looks, Tracker(Kind.FACE, SETTINGS, numbers), [people], FORM)
        self.looks._looks_behind = 12
        changes = Changes(FORM)
        held: list[RawFrame] = []
        for seq in (0, *BETWEEN, 5):
            one = frame(seq, FORM, squares.get(seq, []))
            changes.update(one)
            held.append(one)
            self.again.came(one, changes.thumb)
            if walker is not None:
                here = walker.shifted(6 * seq, 0)
                people.observe(
                    one, detections((here.x0, here.y0, here.x1, here.y1), kind=Kind.PERSON), held
                )
            if seq in (0, 5):
                self.looks.whole_seq = seq
            self.again.between(one, held)

    @property
    def areas(self) -> list[Box]:
        return [view.area for view in self.finder.views]


def test_what_neither_look_shows_is_looked_at_on_every_frame_that_shows_it() -> None:
    flash = Box(300, 100, 340, 140)
    passing = Passing({2: [flash], 3: [flash]})
    assert len(passing.areas) == 2
    for area in passing.areas:
        assert area.intersection(flash) == flash
        assert area.area < 0.1 * FORM.width * FORM.height


def test_what_both_looks_show_is_not_looked_at_again() -> None:
    still = Box(300, 100, 340, 140)
    assert Passing({seq: [still] for seq in range(6)}).areas == []


def test_what_a_look_shows_as_it_is_now_or_was_is_not_looked_at_again() -> None:
    """Somebody who came and stayed, and somebody who left, were on a frame that was looked at."""
    one, other = Box(300, 100, 340, 140), Box(100, 100, 140, 140)
    squares = {seq: [one] if seq > 2 else [other] for seq in range(6)}
    assert Passing(squares).areas == []


def test_whoever_is_followed_already_is_not_looked_at_again() -> None:
    squares = {seq: [Box(300 + 30 * seq, 100, 320 + 30 * seq, 120)] for seq in range(6)}
    assert len(Passing(squares).areas) == len(BETWEEN)
    walker = Box(280, 60, 520, 340)
    assert Passing(squares, walker=walker).areas == []


def test_specks_and_thin_lines_are_nobody() -> None:
    specks = {2: [Box(200, 100, 206, 106)], 3: [Box(100, 200, 400, 206)]}
    assert Passing(specks).areas == []


def test_so_many_looks_can_be_paid_for_and_the_largest_come_first() -> None:
    large = Box(20, 20, 120, 120)
    crowd = [Box(200 + 60 * n, 200, 230 + 60 * n, 230) for n in range(7)]
    passing = Passing({seq: [large, *crowd] for seq in BETWEEN})
    assert len(passing.areas) == 4 * len(BETWEEN)
    assert all(area.intersection(large) == large for area in passing.areas[: len(BETWEEN)])


def test_nothing_is_kept_of_frames_that_have_gone_by() -> None:
    assert list(Passing({}).again._thumbs) == [5]
