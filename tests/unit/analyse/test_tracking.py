from __future__ import annotations

import itertools
from dataclasses import astuple

import pytest

from passante.analyse.planner import Changes
from passante.analyse.tracking import Tracker, TrackingSettings
from passante.core.geometry import Box
from passante.core.names import Cause, Kind
from passante.inside.observation import Detections, Region
from passante.inside.video import RawFrame
from passante.testing import detections
from unit.analyse.street import frame, street

START = Box(60, 80, 84, 104)


class Run:
    """A tracker with its frames, released all at the end."""

    def __init__(self, kind: Kind = Kind.FACE, **settings: float) -> None:
        self.tracker = Tracker(
            kind,
            TrackingSettings(start=0.4, keep=0.2, **settings),  # type: ignore[arg-type]
            itertools.count(1),
        )
        self.frames: list[RawFrame] = []
        self.changes = Changes(street())

    def step(self, square: Box | None, *found: Detections) -> None:
        item = frame(len(self.frames), street(), [square] if square else [])
        self.changes.update(item)
        self.frames.append(item)
        self.tracker.advance(item, self.changes)
        for look in found:
            self.tracker.observe(item, look, self.frames)

    def regions(self) -> list[list[Region]]:
        return [self.tracker.regions(item) for item in self.frames]


def seen(box: Box, score: float = 0.9) -> Detections:
    return detections((box.x0, box.y0, box.x1, box.y1), score=score)


def test_a_weak_find_starts_nothing() -> None:
    run = Run()
    run.step(START, seen(START, 0.3))
    assert run.regions() == [[]]


def test_a_weak_find_keeps_a_track_alive() -> None:
    run = Run(hold_ns=200_000_000)
    run.step(START, seen(START))
    for _ in range(20):
        run.step(START, seen(START, 0.25))
    regions = run.regions()
    assert all(len(now) == 1 for now in regions)
    assert {now[0].track for now in regions} == {1}


@pytest.mark.parametrize(("aside", "last"), [(2.0, 20), (20.0, 5)])
def test_a_weak_find_beside_somebody_who_left_does_not_keep_the_track(
    aside: float, last: int
) -> None:
    run = Run(Kind.PERSON, hold_ns=200_000_000)
    run.step(START, detections((60, 80, 84, 104), kind=Kind.PERSON))
    wall = (60 + aside, 80.0, 84 + aside, 104.0)
    for _ in range(20):
        run.step(None, detections(wall, kind=Kind.PERSON, score=0.25))
    assert max(i for i, now in enumerate(run.regions()) if now) == last


def test_a_vehicle_is_where_it_was_found_and_not_around_two_places() -> None:
    run = Run(Kind.VEHICLE)
    lorry, van = Box(40, 40, 140, 100), Box(90, 60, 150, 100)
    for place in (lorry, van):
        box = (place.x0, place.y0, place.x1, place.y1)
        run.step(None, detections(box, kind=Kind.VEHICLE))
    assert run.regions()[1][0].box == van


def test_another_kind_is_not_tracked() -> None:
    run = Run()
    run.step(START, detections((60, 80, 84, 104), kind=Kind.PLATE))
    assert run.regions() == [[]]


def test_a_bridge_is_the_union_of_line_and_path() -> None:
    run = Run()
    path = [START.shifted(4.0 * i, 0) for i in range(6)]
    for i, box in enumerate(path):
        run.step(box, *([seen(box)] if i in (0, 5) else []))
    for i, now in enumerate(run.regions()):
        shared = now[0].box.intersection(path[i])
        assert shared is not None
        assert shared.area == pytest.approx(path[i].area)
        assert now[0].cause is (Cause.DETECTION if i in (0, 5) else Cause.TRACKING)


def test_uncertainty_grows_while_nothing_confirms() -> None:
    run = Run()
    run.step(START, seen(START))
    for _ in range(15):
        run.step(START)
    widths = [now[0].box.width for now in run.regions()]
    assert widths == sorted(widths)
    assert widths[-1] > 1.2 * START.width


def test_a_track_ends_when_its_hold_is_over() -> None:
    run = Run(hold_ns=400_000_000)
    run.step(START, seen(START))
    for _ in range(20):
        run.step(START)
    covered = [bool(now) for now in run.regions()]
    assert covered == [True] * 11 + [False] * 10


def test_walking_back_stops_where_the_picture_disagrees() -> None:
    run = Run(grace_ns=80_000_000)
    for i in range(20):
        run.step(START if i >= 10 else None, *([seen(START)] if i == 19 else []))
    covered = [bool(now) for now in run.regions()]
    assert covered[10:] == [True] * 10
    assert not any(covered[:6])


def test_two_finds_of_one_look_are_two_tracks_for_ever() -> None:
    run = Run()
    for i in range(10):
        a, b = START.shifted(2.0 * i, 0), START.shifted(60 - 2.0 * i, 3)
        both = detections((a.x0, a.y0, a.x1, a.y1), (b.x0, b.y0, b.x1, b.y1))
        run.step(a, both)
    assert all(len({r.track for r in now}) == 2 for now in run.regions())


def test_one_find_by_two_looks_is_one_track() -> None:
    run = Run()
    double = detections((60, 80, 84, 104), (61, 81, 86, 105))
    run.step(START, double)
    assert len(run.regions()[0]) == 1


def test_a_find_of_part_of_it_does_not_bare_the_rest() -> None:
    run = Run()
    run.step(START, seen(START))
    part = Box(60, 80, 70, 104)
    run.step(START, seen(part))
    shared = run.regions()[1][0].box.intersection(START)
    assert shared is not None
    assert shared.area == pytest.approx(START.area, rel=0.02)


def test_numbers_are_never_used_twice() -> None:
    run = Run(hold_ns=80_000_000)
    for i in range(30):
        run.step(START, *([seen(START)] if i % 10 == 0 else []))
    run.regions()
    numbers = [track.number for track in run.tracker.take_ended(over=True)]
    assert len(numbers) == 3
    assert len(set(numbers)) == 3
    assert run.tracker.take_ended() == []


def test_a_summary_counts_frames_by_cause() -> None:
    run = Run()
    for i in range(8):
        run.step(START, *([seen(START)] if i in (3, 7) else []))
    run.regions()
    (track,) = run.tracker.take_ended(over=True)
    assert (track.first_seq, track.last_seq) == (0, 7)
    assert track.frames == {Cause.LOOK_AHEAD: 3, Cause.DETECTION: 2, Cause.TRACKING: 3}


@pytest.mark.parametrize("order", [(2, 3, 4), (4, 3, 2)])
def test_whom_second_looks_find_on_frames_in_a_row_is_one_track(order: tuple[int, ...]) -> None:
    run = Run()
    for _ in range(6):
        run.step(None)
    for seq in order:
        assert run.tracker.note(run.frames[seq], seen(START))
    assert run.tracker.note(run.frames[3], seen(START.shifted(60, 0))), "somebody else"
    assert not run.tracker.note(run.frames[3], seen(START.shifted(2, 0))), "known already"
    assert [len(regions) for regions in run.regions()] == [0, 0, 1, 2, 1, 0]
    summaries = run.tracker.take_ended(over=True)
    assert sorted(sum(summary.frames.values()) for summary in summaries) == [1, 3]


def test_a_union_says_of_which_places_it_is_one() -> None:
    run = Run()
    run.step(START, seen(START))
    part = Box(60, 80, 70, 104)
    run.step(START, seen(part))
    first, second = run.regions()
    assert first[0].parts == ()
    assert second[0].parts == (part, START)


def test_between_two_finds_it_may_be_on_the_line_or_where_it_was_followed() -> None:
    run = Run()
    path = [START.shifted(4.0 * i, 0) for i in range(6)]
    for i, box in enumerate(path):
        run.step(box, *([seen(box)] if i in (0, 5) else []))
    for now in run.regions()[1:5]:
        region = now[0]
        assert len(region.parts) == 2
        assert region.parts[0].union(region.parts[1]) == region.box


def test_a_second_line_over_the_same_frames_forgets_no_place() -> None:
    run = Run(Kind.PERSON)
    far = START.shifted(30, 0)
    for i in range(9):
        found = {0: START, 6: far, 8: START.shifted(4, 0)}.get(i)
        looks = [detections(astuple(found), kind=Kind.PERSON)] if found else []
        run.step(START.shifted(0.5 * i, 0), *looks)
    for now in run.regions()[1:6]:
        (region,) = (one for one in now if one.track == 1)
        assert len(region.parts) == 3
        assert len(set(region.parts)) == 3


def test_who_is_seen_weakly_three_times_is_covered_from_the_first_on() -> None:
    run = Run(Kind.PERSON, often=0.25)
    weak = detections((60, 80, 84, 104), kind=Kind.PERSON, score=0.3)
    for number in range(15):
        run.step(START, *([weak] if number % 7 == 0 else []))
    assert all(len(now) == 1 for now in run.regions())


def test_who_is_seen_weakly_once_is_nobody() -> None:
    run = Run(Kind.PERSON, often=0.25)
    run.step(START, detections((60, 80, 84, 104), kind=Kind.PERSON, score=0.3))
    for _ in range(15):
        run.step(START)
    assert not any(run.regions())
