from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from passante.core.geometry import Box
from passante.core.names import Kind
from passante.evaluate.footage import Frame
from passante.evaluate.pictures import Picture
from passante.evaluate.utility import count, moved_ms, quality
from unit.evaluate import streets


class Script:
    """Finds everybody on the first picture of each pair and one person less on the second."""

    def __init__(self) -> None:
        self.asked = 0

    def find(self, pixels: Picture) -> list[tuple[Kind, Box]]:
        missing = self.asked % 2
        frame = self.asked // 2 * 6
        self.asked += 1
        boxes = list(streets.people()[frame].values())[missing:]
        cars = [(Kind.VEHICLE, Box(0, 0, 5, 5))] * (2 + missing)
        return [*((Kind.PERSON, box) for box in boxes), *cars]


def test_counts_before_and_after_are_held_against_the_truth() -> None:
    made = count(streets.frames(), streets.frames(), streets.people(), Script(), step=6)
    assert made.errors == {"before": [0, 0, 0, 0], "after": [1, 1, 1, 1]}
    assert made.found["after"] == {0: [False] * 4, 1: [True] * 4, 2: [True] * 4, 3: [True] * 4}
    assert made.vehicles == [1, 1, 1, 1]


def test_what_was_found_before_is_not_looked_for_again() -> None:
    known: dict[int, list[tuple[Kind, Box]]] = {}
    script = Script()
    count(streets.frames(), streets.frames(), streets.people(), script, step=6, known=known)
    again = count(
        streets.frames(), streets.frames(), streets.people(), Blind(), step=6, known=known
    )
    assert again.errors == {"before": [0, 0, 0, 0], "after": [4, 4, 4, 4]}
    assert sorted(known) == [0, 6, 12, 18]


class Blind:
    """Finds nobody."""

    def find(self, pixels: Picture) -> list[tuple[Kind, Box]]:
        return []


def test_a_known_error_has_the_known_psnr() -> None:
    (old, *_) = streets.frames()
    worse = old.yuv.copy()
    worse[::2, :, 0] += 2
    worse[1::2, :, 0] -= 2
    found = quality(old, replace(old, yuv=worse))
    assert found is not None
    # 10 log10(255² / 4)
    assert found.psnr_db == pytest.approx(42.11, abs=0.01)
    assert 0.98 < found.ssim < 1
    assert found.masked == 0


def test_what_is_covered_plays_no_part_in_quality() -> None:
    (old, *_) = streets.frames()
    (hidden, *_) = streets.frames(bare=False)
    found = quality(old, hidden)
    assert found is not None
    assert (found.psnr_db, round(found.ssim, 6)) == (99, 1)
    assert found.masked == pytest.approx(0.5, abs=0.02)


def test_a_picture_covered_everywhere_has_no_quality() -> None:
    (old, *_) = streets.frames()
    assert quality(old, replace(old, yuv=np.full_like(old.yuv, 98))) is None


def test_times_are_compared_from_the_first_frame_on() -> None:
    blank = np.zeros((2, 2, 3), np.uint8)
    before = [Frame(Fraction(n, 25), blank) for n in range(3)]
    later = [Frame(Fraction(n, 25) + 7, blank) for n in range(3)]
    assert moved_ms(before, later) == 0
    later[2] = Frame(Fraction(2, 25) + 7 + Fraction(3, 1000), blank)
    assert moved_ms(before, later) == pytest.approx(3)
    with pytest.raises(ValueError, match="shorter"):
        moved_ms(before, later[:2])
