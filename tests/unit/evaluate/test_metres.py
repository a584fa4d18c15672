"""Places and speeds on the ground."""

from pathlib import Path

import pytest

from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.evaluate.metres import placed, reference, run
from passante.evaluate.replay import Replay
from passante.evaluate.results import Subject
from walkers import mover

OURS = Subject("ours", ours=True)


def standing(x: float, y: float) -> tuple[float, float, float, float]:
    return x - 10, y - 60, 20, 60


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """A tenth of a metre a px: four stand in the corners, one walks 10 px a frame."""
    lines = []
    for frame in range(30):
        feet = [(20, 100), (300, 100), (300, 230), (20, 230), (30 + 9 * frame, 150)]
        for who, (x, y) in enumerate(feet, 1):
            left, top, wide, high = standing(x, y)
            lines.append(f"{frame + 1},{who},{left},{top},{wide},{high},1,{x / 10},{y / 10},0")
    (tmp_path / "a.gt.txt").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "a.mp4"


def replay(speed: float, shift: float) -> Replay:
    made = Replay(size=(320, 240))
    made.frames = [(number, number * NS_PER_S // 10) for number in range(30)]
    for number in range(0, 30, 2):
        left, top, wide, high = standing(30 + 9 * number + shift, 150)
        box = Box(left, top, left + wide, top + high)
        there = mover(box, at_s=number / 10, velocity=(speed, 0))
        made.looks.append((number, number * NS_PER_S // 10, (there,)))
    return made


def test_one_who_is_found_where_he_is_and_as_fast_is_off_by_nothing(truth: Path) -> None:
    place, speed = run(truth, replay(90, 0), OURS)
    assert (place.unit, place.value) == ("m", pytest.approx(0, abs=0.01))
    assert (speed.unit, speed.value) == ("m/s", pytest.approx(0, abs=0.01))
    assert place.n == 15


def test_errors_are_in_metres(truth: Path) -> None:
    place, speed = run(truth, replay(60, 4), OURS)
    assert place.value == pytest.approx(0.4, abs=0.02)
    assert speed.value == pytest.approx(3.0, abs=0.05)


def test_whom_nobody_marked_is_compared_with_nobody(truth: Path) -> None:
    assert list(run(truth, replay(90, 60), OURS)) == []


def test_a_truth_without_metres_gives_no_figures(tmp_path: Path) -> None:
    (tmp_path / "b.gt.txt").write_text("1,1,0,0,5,5,1,-1,-1,-1\n", encoding="utf-8")
    assert placed(tmp_path / "b.mp4") == {}
    assert list(run(tmp_path / "b.mp4", replay(90, 0), OURS)) == []


def test_reference_points_are_those_nearest_to_the_corners(truth: Path) -> None:
    points = reference(placed(truth))
    assert points.image == ((20, 100), (300, 100), (300, 230), (20, 230))
