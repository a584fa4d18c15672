"""The finder of writing that ours is compared with has to be as good as it was."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.core.geometry import Box
from passante.inside.video import View
from writing import Line, WritingFinder, could_be_plate, joined, likelihoods, lines


def bar(
    x: float, y: float, length: float, height: float, *, tilt: float = 0.0, level: float = 0.9
) -> NDArray[np.float32]:
    """A map of 96x160 with one core on it."""
    image = np.zeros((96, 160), np.float32)
    corners = cv2.boxPoints(((x, y), (length, height), tilt))
    cv2.fillPoly(image, [np.rint(corners).astype(np.int32)], level)
    return image


class Echo:
    """A network whose likelihood is the picture's red channel."""

    ref = "echo@1.0.0"

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        self.shapes.append(arrays[0].shape)
        return ((arrays[0][:, None, :, :, 0] / 255).astype(np.float32),)


@pytest.mark.parametrize("tilt", [0.0, 12.0, -12.0, 35.0, 80.0])
def test_a_core_becomes_a_line_where_it_lies(tilt: float) -> None:
    (line,) = lines(bar(80, 48, 40, 8, tilt=tilt))
    assert line.x == pytest.approx(80.5, abs=1.5)
    assert line.y == pytest.approx(48.5, abs=1.5)
    assert line.tilt == pytest.approx(tilt, abs=2.5)
    assert line.score > 0.7


def test_a_line_is_larger_than_its_core_on_every_side() -> None:
    (line,) = lines(bar(80, 48, 40, 8))
    box = line.box()
    assert box.x0 < 58
    assert box.y0 < 43
    assert box.x1 > 102
    assert box.y1 > 53
    assert box.height < 3 * 8


def test_two_cores_are_two_lines() -> None:
    assert len(lines(np.maximum(bar(40, 48, 30, 8), bar(110, 48, 30, 8)))) == 2


@pytest.mark.parametrize(
    ("likelihood", "why"),
    [
        (np.zeros((32, 32), np.float32), "nothing there"),
        (bar(80, 48, 40, 8, level=0.2), "below the threshold"),
        (bar(80, 48, 40, 8, level=0.35), "core, but too faint in the mean"),
        (bar(80, 48, 0, 0), "a single pixel"),
    ],
)
def test_what_is_no_writing_is_left_out(likelihood: NDArray[np.float32], why: str) -> None:
    assert lines(likelihood, threshold=0.3, least_score=0.4) == [], why


def test_writing_at_the_border_is_found() -> None:
    (line,) = lines(bar(10, 2, 40, 8))
    assert line.box().x0 < 0.5
    assert line.box().y0 < 0.5


@pytest.mark.parametrize(
    ("tilt", "width", "height"), [(0.0, 50.0, 20.0), (90.0, 20.0, 50.0), (45.0, 49.5, 49.5)]
)
def test_a_box_holds_the_whole_turned_line(tilt: float, width: float, height: float) -> None:
    box = Line(x=100, y=50, length=40, height=10, tilt=tilt, score=1).box(along=5, across=5)
    assert (box.width, box.height) == (
        pytest.approx(width, abs=0.1),
        pytest.approx(height, abs=0.1),
    )
    assert box.centre == (pytest.approx(100), pytest.approx(50))


@pytest.mark.parametrize("size", [(1, 1), (31, 33), (64, 96), (70, 200)])
def test_any_size_of_picture_is_taken_and_nothing_is_said_about_padding(
    size: tuple[int, int],
) -> None:
    network = Echo()
    picture = np.full((*size, 3), 255, np.uint8)
    found = likelihoods(network, picture)
    assert found.shape == size
    assert found.min() == pytest.approx(1.0)
    ((_, height, width, _),) = network.shapes
    assert height % 32 == width % 32 == 0


def test_a_map_that_holds_no_numbers_is_refused() -> None:
    class Broken(Echo):
        def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
            (maps,) = super().run(*arrays)
            maps[0, 0, 3, 3] = np.nan
            return (maps,)

    with pytest.raises(ModelContractError, match="no number"):
        likelihoods(Broken(), np.zeros((32, 64, 3), np.uint8))


def line(
    x: float, y: float, length: float, height: float, *, tilt: float = 0.0, score: float = 0.8
) -> Line:
    return Line(x=x, y=y, length=length, height=height, tilt=tilt, score=score)


@pytest.mark.parametrize(
    ("found", "is_one"),
    [
        (line(160, 96, 80, 20), True),
        (line(160, 96, 24, 20), True),  # two letters of a two-line plate
        (line(160, 96, 150, 20), True),  # a long one-line plate
        (line(160, 96, 80, 20, tilt=30), True),
        (line(160, 96, 80, 20, tilt=-30), True),
        (line(160, 96, 24, 20, tilt=80), True),  # nearly square: no way to tell its lean
        (line(160, 96, 80, 20, tilt=90), False),  # written downward
        (line(160, 96, 60, 60), False),  # a sign
        (line(160, 96, 200, 10), False),  # a slogan along a side
        (line(160, 96, 290, 60), False),  # across the whole view
        (line(160, 96, 120, 90), False),  # half as high as the view
    ],
)
def test_the_shape_tells_what_could_be_a_plate(found: Line, is_one: bool) -> None:
    assert could_be_plate(found, wide=320, high=192) is is_one


@pytest.mark.parametrize(
    ("found", "plates"),
    [
        ([line(50, 50, 40, 12), line(95, 50, 40, 12)], 1),  # two words, side by side
        ([line(50, 50, 40, 12), line(50, 66, 50, 13)], 1),  # two rows
        ([line(50, 50, 30, 12), line(85, 50, 30, 12), line(120, 50, 30, 12)], 1),  # three words
        ([line(50, 50, 40, 12), line(150, 50, 40, 12)], 2),  # far apart
        ([line(50, 50, 40, 12), line(95, 50, 40, 30)], 2),  # not of one size
        ([line(50, 50, 40, 12), line(95, 62, 40, 12)], 2),  # neither level nor above each other
        ([line(50, 50, 80, 12), line(140, 50, 80, 12)], 2),  # together too long for a plate
        ([], 0),
    ],
)
def test_parts_of_one_plate_become_one_box(found: list[Line], plates: int) -> None:
    boxes = joined(found)
    assert len(boxes) == plates
    for part in found:
        inside = [box.intersection(part.box()) for box, _ in boxes]
        assert any(shared is not None and shared == part.box() for shared in inside)


def test_a_joined_plate_is_as_sure_as_its_surest_part() -> None:
    ((_, score),) = joined([line(50, 50, 40, 12, score=0.5), line(95, 50, 40, 12, score=0.7)])
    assert score == 0.7


def test_a_line_of_writing_is_found_as_a_plate_and_grown_to_its_edge() -> None:
    picture = np.zeros((96, 160, 3), np.uint8)
    picture[40:50, 60:110] = 230
    (box,) = WritingFinder(Echo()).look(View(picture, 1.0, Box(0, 0, 160, 96), 0)).boxes
    assert box[0] < 60 - 3
    assert box[3] > 50 + 3
