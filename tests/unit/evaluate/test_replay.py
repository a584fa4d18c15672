"""Recordings watched for a score."""

from pathlib import Path

import pytest

from passante.analyse.zones import Zones
from passante.core.errors import EvaluationError
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.evaluate.replay import (
    Replay,
    cost,
    counts,
    subtract,
    true_crossings,
    truth,
    watch,
)
from standins import Clip
from unit.analyse.street import SquareFinder

ZONES = Zones.parse(
    """
[camera]
watch = false
[[line]]
name = "gate"
points = [[0.4, 1.0], [0.4, 0.0]]
""",
    where="test",
)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Clip(frames=50, sounds=0, tones=()).write(tmp_path_factory.mktemp("clips") / "a.mp4")


def test_a_box_is_told_for_every_frame_and_lies_where_the_square_is(street: Path) -> None:
    replay = watch(street, ZONES, SquareFinder(Kind.PERSON))
    found = replay.tracks(Kind.PERSON)
    assert len(replay.frames) == 50
    assert replay.size == (192, 144)
    for number in range(20, 46):
        (box,) = found[number].values()
        assert box.iou(Box(20 + 2 * number, 60, 52 + 2 * number, 92)) > 0.6
    assert [(one.gate, one.direction) for one in replay.crossings] == [("gate", "forward")]
    assert replay.tracks(Kind.VEHICLE)[30] == {}


def test_the_anchor_sees_what_moves(street: Path) -> None:
    replay = subtract(street, ZONES)
    assert len(replay.frames) == 50
    assert any(replay.tracks(Kind.PERSON).values())


def test_cost_is_of_every_frame_and_not_of_the_finder(street: Path) -> None:
    each, frames = cost(street, ZONES, SquareFinder(Kind.PERSON))
    assert frames == 50
    assert each > 0


def test_truth_is_read_and_those_without_a_number_get_one(tmp_path: Path) -> None:
    (tmp_path / "a.gt.txt").write_text(
        "1,7,10,20,30,40,1,-1,-1,-1\n2,-1,0,0,5,5,1,-1,-1,-1\n2,-1,9,9,5,5,1,-1,-1,-1\n",
        encoding="utf-8",
    )
    marked = truth(tmp_path / "a.mp4")
    assert marked[0] == {7: Box(10, 20, 40, 60)}
    assert len(marked[1]) == 2
    assert counts(marked, [0, 1, 2]) == [1, 2, 0]


def test_what_is_marked_beyond_the_frames_watched_does_not_count() -> None:
    box = Box(0, 0, 5, 5)
    assert Replay(frames=[(0, 0), (1, 40)]).within({0: {1: box}, 9: {1: box}}) == {0: {1: box}}


def test_no_truth_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="is not there"):
        truth(tmp_path / "a.mp4")


def track(*feet: float) -> dict[int, dict[int, Box]]:
    return {number: {1: Box(x - 5, 0, x + 5, 20)} for number, x in enumerate(feet)}


@pytest.mark.parametrize(
    ("feet", "passes"),
    [
        ((10, 30, 70, 90), (1, 0)),
        ((90, 70, 30, 10), (0, 1)),
        ((10, 49, 51, 49, 90), (1, 0)),
        ((10, 60, 10), (1, 1)),
        ((10, 49, 52, 10), (0, 0)),
    ],
)
def test_true_passes(feet: tuple[float, ...], passes: tuple[int, int]) -> None:
    assert true_crossings(track(*feet), x=50) == passes


def test_true_passes_of_a_level_line_are_of_feet() -> None:
    tracks = {number: {1: Box(0, y - 20, 5, y)} for number, y in enumerate((10, 40, 70))}
    assert true_crossings(tracks, y=50) == (1, 0)
