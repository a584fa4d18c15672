"""One stream watched with looks of its own, and with those of others: the same comes out."""

from dataclasses import replace

import pytest

from passante.analyse.lookout import Lookout, Watching
from passante.analyse.overhear import Overhear
from passante.analyse.video import AnalyseVideo, AnalysisSettings, Finders
from passante.analyse.zones import Zones
from passante.core.geometry import Box
from passante.core.names import Kind, Quantity, StreamId
from passante.inside.tally import Tally
from passante.testing import ScriptedFinder, drive, raw_frame, video_format
from unit.analyse.street import SquareFinder, frame

FORM = video_format(320, 240)
LINE = Zones.parse(
    """
[camera]
watch = false
[[line]]
name = "middle"
points = [[0.5, 1.0], [0.5, 0.0]]
""",
    where="test",
)


def street(count: int = 100) -> list:
    """Somebody walks from left to right, 2 px a frame."""
    made = []
    for seq in range(count):
        x = 40 + 2 * seq
        made.append(frame(seq, FORM, [Box(x, 80, x + 40, 180)]))
    return made


def passes(tallies: list) -> dict[str, float]:
    return {
        str(one.direction): one.total
        for one in tallies
        if isinstance(one, Tally) and one.quantity is Quantity.CROSSINGS and one.of is Kind.PERSON
    }


def test_somebody_who_walks_over_a_line_is_counted() -> None:
    seen = drive(Lookout(LINE, SquareFinder(Kind.PERSON), StreamId("video")), street())
    assert passes(seen) == {"forward": 1, "backward": 0}


@pytest.mark.parametrize("times", [lambda _: 7, lambda seq: 1000 - seq, lambda seq: seq % 30])
def test_frames_whose_times_stand_still_or_run_back_are_looked_at_all_the_same(times) -> None:
    pictures = [replace(picture, pts=times(picture.seq)) for picture in street()]
    seen = drive(Lookout(LINE, SquareFinder(Kind.PERSON), StreamId("video")), pictures)
    assert passes(seen) == {"forward": 1, "backward": 0}


def test_looks_that_protect_are_the_looks_that_count() -> None:
    """Nothing is looked at twice: the finder of the stage that protects is listened in on."""
    finder = SquareFinder(Kind.PERSON)
    ears = Overhear(finder)
    stage = AnalyseVideo(
        Finders(people=ears),
        AnalysisSettings(head_prior=False, plate_prior=False),
        needed=frozenset({Kind.PERSON}),
    )
    watching = Watching(LINE, FORM, StreamId("video"))
    seen: list = []
    heard = 0
    for picture in street():
        list(stage.push(picture))
        glances = ears.fetch()
        heard += len(glances)
        seen += watching.take(picture, glances)
    assert heard == finder.looks
    seen += watching.flush()
    assert passes(seen) == {"forward": 1, "backward": 0}


def test_vehicles_found_by_motion_need_no_network() -> None:
    zones = Zones.parse('vehicles = "motion"\n[camera]\nwatch = false', where="test")
    lookout = Lookout(zones, None, StreamId("video"))
    for picture in street(60):
        list(lookout.push(picture))
    assert lookout.watching is not None
    assert {mover.kind for mover in lookout.watching.latest} <= {Kind.VEHICLE}


def test_another_format_begins_anew() -> None:
    lookout = Lookout(LINE, ScriptedFinder({Kind.PERSON, Kind.VEHICLE}), StreamId("video"))
    seen = list(lookout.push(raw_frame(0, video_format(64, 48))))
    seen += list(lookout.push(raw_frame(1, video_format(96, 64))))
    assert [one for one in seen if isinstance(one, Tally)]


def test_a_finder_that_raises_is_not_swallowed() -> None:
    lookout = Lookout(LINE, SquareFinder(Kind.PERSON, mood=lambda _: "fail"), StreamId("video"))
    with pytest.raises(RuntimeError):
        list(lookout.push(street(1)[0]))


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_pictures_that_are_stored_turned_are_watched_as_a_viewer_sees_them(rotation: int) -> None:
    back = 360 - rotation
    stored = [
        replace(one, format=replace(one.format, rotation=rotation))
        for one in (replace(p, format=replace(FORM, rotation=back)).upright() for p in street())
    ]
    assert stored[0].format.upright == FORM
    seen = drive(Lookout(LINE, SquareFinder(Kind.PERSON), StreamId("video")), stored)
    plain = drive(Lookout(LINE, SquareFinder(Kind.PERSON), StreamId("video")), street())
    assert passes(seen) == passes(plain) == {"forward": 1, "backward": 0}


def test_nothing_ends_twice() -> None:
    lookout = Lookout(LINE, SquareFinder(Kind.PERSON), StreamId("video"))
    for picture in street(10):
        list(lookout.push(picture))
    assert list(lookout.flush())
    assert list(lookout.flush()) == []


def test_after_a_long_gap_everything_begins_anew_and_what_was_counted_stays() -> None:
    """Nobody knows what went on meanwhile; a clock that is damaged must not make hours of it."""
    zones = Zones.parse(
        """
bucket_s = 86400
[camera]
watch = false
[[zone]]
name = "all"
of = ["person"]
[zone.loitering]
after_s = 30
""",
        where="test",
    )
    stage = Lookout(zones, SquareFinder(Kind.PERSON), StreamId("video"))
    still = [frame(seq, FORM, [Box(100, 80, 140, 180)]) for seq in range(60)]
    late = [replace(one, pts=one.pts + 25 * 11_000) for one in still[30:]]
    seen = drive(stage, [*still[:30], *late])
    assert [one for one in seen if not isinstance(one, Tally)] == []
    entries = [
        one.total for one in seen if isinstance(one, Tally) and one.quantity is Quantity.ENTRIES
    ]
    assert entries == [1, 1]
