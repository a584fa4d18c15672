from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from passante.core.geometry import Box
from passante.evaluate import drives
from passante.evaluate.pictures import Picture, Shown
from passante.evaluate.results import Subject


def vehicle() -> Shown:
    """A grey picture with a white plate."""
    pixels = np.full((300, 400, 3), 90, np.uint8)
    pixels[200:220, 150:230] = 250
    return Shown("v", pixels, Box(150, 200, 230, 220), "AB12")


def test_the_plate_is_where_the_drive_says_on_every_frame(tmp_path: Path) -> None:
    (drive,) = drives.drives([vehicle()], tmp_path, seed=1)
    looked = list(drives.seen(drive.clip.path, drive))
    assert len(looked) == drives.FRAMES
    for pixels, box in looked:
        x, y = (round(place) for place in box.centre)
        assert pixels[y, x].min() > 200
        assert pixels[round(box.y0) - 6, x].max() < 150


def test_the_vehicle_comes_nearer_and_moves_across(tmp_path: Path) -> None:
    (drive,) = drives.drives([vehicle()], tmp_path, seed=1)
    first, last = drive.places[0], drive.places[-1]
    assert last.width == pytest.approx(2.2 * first.width)
    assert abs(last.centre[0] - first.centre[0]) > drives.WIDE / 8


def test_the_same_seed_gives_the_same_places(tmp_path: Path) -> None:
    runs = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        runs.append(drives.drives([vehicle()] * 3, folder, seed=3))
    assert [one.places for one in runs[0]] == [one.places for one in runs[1]]


def test_a_method_is_given_the_place_on_every_frame(tmp_path: Path) -> None:
    (drive,) = drives.drives([vehicle()], tmp_path, seed=1)
    asked: list[Box] = []

    def hide(pixels: Picture, boxes: Sequence[Box]) -> Picture:
        asked.extend(boxes)
        return np.zeros_like(pixels)

    path = drives.hidden(drive, Subject("a method", ours=False), hide, tmp_path)
    assert tuple(asked) == drive.places
    assert all(pixels.max() < 20 for pixels, _ in drives.seen(path, drive))
