from __future__ import annotations

from collections.abc import Callable

import pytest

from passante.analyse.video import AnalyseVideo, AnalysisSettings, Finders
from passante.core.geometry import Box
from passante.core.names import Cause, Kind
from passante.inside.observation import TrackSummary
from passante.inside.video import AnalysedFrame
from passante.testing import ScriptedFinder, detections, drive, video_format
from unit.analyse.street import SquareFinder, frame, street

FACE = frozenset({Kind.FACE})
Path = Callable[[int], list[Box]]


def analysed(
    path: Path,
    finder: SquareFinder,
    *,
    frames: int = 50,
    settings: AnalysisSettings | None = None,
    needed: frozenset[Kind] = FACE,
    ended: Callable[[TrackSummary], None] | None = None,
) -> tuple[list[AnalysedFrame], AnalyseVideo]:
    form = street()
    stage = AnalyseVideo(Finders(faces=finder), settings, needed=needed, ended=ended)
    return drive(stage, (frame(i, form, path(i)) for i in range(frames))), stage


def covered(item: AnalysedFrame, truth: Box) -> float:
    """Share of `truth` inside the best single region."""
    shares = [
        shared.area / truth.area
        for region in item.regions
        if (shared := region.box.intersection(truth)) is not None
    ]
    return max(shares, default=0.0)


def walking(size: float, speed: float = 3.0) -> Path:
    return lambda i: [Box(20 + speed * i, 80, 20 + speed * i + size, 80 + size)]


@pytest.mark.parametrize("size", [10, 16, 32, 80])
def test_a_walker_is_covered_on_every_frame(size: float) -> None:
    path = walking(size)
    items, _ = analysed(path, SquareFinder())
    assert len(items) == 50
    assert [item.raw.seq for item in items] == list(range(50))
    assert all(covered(item, path(item.raw.seq)[0]) > 0.95 for item in items)


def test_a_finder_that_sees_once_a_second_still_covers_every_frame() -> None:
    path = walking(24)
    finder = SquareFinder(mood=lambda look: "well" if look % 6 == 3 else "blind")
    items, _ = analysed(path, finder)
    assert all(covered(item, path(item.raw.seq)[0]) > 0.9 for item in items)


def test_a_face_is_covered_before_its_first_detection() -> None:
    path = walking(24)
    finder = SquareFinder(mood=lambda look: "blind" if look < 4 else "well")
    tracks: list[TrackSummary] = []
    items, _ = analysed(path, finder, ended=tracks.append)
    assert all(covered(item, path(item.raw.seq)[0]) > 0.9 for item in items)
    assert max(track.frames.get(Cause.LOOK_AHEAD, 0) for track in tracks) > 3


def test_a_face_stays_covered_for_a_while_after_its_last_detection() -> None:
    path = walking(24)
    finder = SquareFinder(mood=lambda look: "blind" if look > 6 else "well")
    tracks: list[TrackSummary] = []
    items, _ = analysed(path, finder, frames=40, ended=tracks.append)
    last_seen = max(
        item.raw.seq for item in items for r in item.regions if r.cause is Cause.DETECTION
    )
    for item in items:
        if last_seen < item.raw.seq <= last_seen + 15:
            assert covered(item, path(item.raw.seq)[0]) > 0.9
    assert Cause.TRACKING in tracks[0].frames


def test_somebody_who_enters_between_two_looks_is_covered_from_the_first_frame() -> None:
    def path(i: int) -> list[Box]:
        return [Box(-30 + 4.0 * i, 100, 4.0 * i, 130)]

    items, _ = analysed(path, SquareFinder())
    for item in items:
        truth = path(item.raw.seq)[0].intersection(Box(0, 0, 320, 240))
        if truth is not None and truth.width >= 8:
            assert covered(item, truth) > 0.9, item.raw.seq


def test_two_side_by_side_are_two_tracks() -> None:
    def path(i: int) -> list[Box]:
        x = 20 + 2.0 * i
        return [Box(x, 80, x + 24, 104), Box(x + 30, 80, x + 54, 104)]

    tracks: list[TrackSummary] = []
    items, _ = analysed(path, SquareFinder(), ended=tracks.append)
    assert len(tracks) == 2
    for item in items:
        assert all(covered(item, truth) > 0.95 for truth in path(item.raw.seq))


def test_frames_around_a_failing_finder_are_dropped_and_counted() -> None:
    path = walking(24)
    finder = SquareFinder(mood=lambda look: "fail" if look == 8 else "well")
    items, stage = analysed(path, finder)
    assert stage.unanalysed > 0
    assert len(items) + stage.unanalysed == 50
    assert all(covered(item, path(item.raw.seq)[0]) > 0.9 for item in items)


def test_a_finder_that_always_fails_releases_nothing() -> None:
    items, stage = analysed(walking(24), SquareFinder(mood=lambda look: "fail"))
    assert items == []
    assert stage.unanalysed == 50


def test_a_policy_that_needs_a_kind_needs_its_finder() -> None:
    with pytest.raises(ValueError, match="plate"):
        AnalyseVideo(Finders(faces=SquareFinder()), needed=frozenset({Kind.FACE, Kind.PLATE}))


def test_what_is_held_is_bounded_by_bytes() -> None:
    form = street()
    one = form.width * form.height * 3 // 2
    settings = AnalysisSettings(held_bytes=5 * one)
    stage = AnalyseVideo(Finders(faces=SquareFinder()), settings, needed=FACE)
    for i in range(20):
        stage_out = list(stage.push(frame(i, form, [])))
        assert len(stage_out) == (1 if i >= 5 else 0)


def test_a_change_of_format_releases_what_was_held() -> None:
    stage = AnalyseVideo(Finders(faces=SquareFinder()), needed=FACE)
    small, large = video_format(64, 48), video_format(128, 96)
    out = [*stage.push(frame(0, small, [])), *stage.push(frame(1, large, []))]
    assert [item.raw.seq for item in out] == [0]
    assert [item.raw.seq for item in stage.flush()] == [1]


def test_nothing_is_covered_where_nothing_is_found() -> None:
    tracks: list[TrackSummary] = []
    items, _ = analysed(lambda i: [], SquareFinder(), ended=tracks.append)
    assert all(item.regions == () for item in items)
    assert tracks == []


def test_a_track_is_handed_over_when_it_ends_and_not_only_at_the_end() -> None:
    tracks: list[TrackSummary] = []
    form = street()
    stage = AnalyseVideo(Finders(faces=SquareFinder()), needed=FACE, ended=tracks.append)
    for i in range(100):
        list(stage.push(frame(i, form, walking(24)(i) if i < 20 else [])))
    (track,) = tracks
    assert track.first_seq == 0
    assert list(stage.flush())
    assert len(tracks) == 1


def test_what_follows_from_a_person_ends_with_the_person() -> None:
    tracks: list[TrackSummary] = []
    people = ScriptedFinder(
        {Kind.PERSON, Kind.VEHICLE},
        [detections((60, 60, 100, 160), kind=Kind.PERSON), detections()],
    )
    stage = AnalyseVideo(
        Finders(faces=ScriptedFinder({Kind.FACE}), people=people),
        needed=frozenset({Kind.FACE, Kind.PERSON}),
        ended=tracks.append,
    )
    for i in range(100):
        list(stage.push(frame(i, street(), [])))
    assert [track.kind for track in tracks] == [Kind.PERSON, Kind.HEAD]
    assert set(tracks[1].frames) == {Cause.PRIOR}
    assert not stage._heads._tallies


def test_repr_says_nothing_of_the_content() -> None:
    items, _ = analysed(walking(24), SquareFinder(), frames=3)
    assert repr(items[0]) == "AnalysedFrame(RawFrame(video, seq=0, 320x240), regions=1)"
