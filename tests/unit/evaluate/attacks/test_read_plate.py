from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from passante.core.geometry import Box
from passante.core.names import Kind
from passante.evaluate.attacks import read_plate
from passante.evaluate.pictures import Picture, Shown
from passante.evaluate.rates import Verdict
from passante.evaluate.subjects import operators, untouched
from unit.evaluate.portraits import method

BOX = Box(10, 20, 58, 32)
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ23456789"


def plate(number: int) -> Shown:
    """A plate whose characters are columns of grey, for a reader that knows this writing."""
    rng = np.random.default_rng(number)
    text = "".join(LETTERS[place] for place in rng.integers(0, len(LETTERS), 6))
    pixels = np.full((40, 80, 3), 255, np.uint8)
    for place, letter in enumerate(text):
        pixels[20:32, 10 + 8 * place : 18 + 8 * place] = 4 + 8 * LETTERS.index(letter)
    return Shown(f"{number}", pixels, BOX, text)


class Barcode:
    name = "barcode"

    def read(self, line: Picture) -> str:
        middle = line[line.shape[0] // 2, :, 0].astype(int)
        # the rim that the attack adds is one pixel wide
        places = [middle[1 + 4 + 8 * place] for place in range(6)]
        return "".join(LETTERS[level // 8 % len(LETTERS)] for level in places)


class Blind:
    name = "blind"

    def read(self, line: Picture) -> str:
        return "AAAAAA"


PLATES = [plate(number) for number in range(30)]


def one_letter_hidden(pixels: Picture, boxes: Sequence[Box]) -> Picture:
    made = pixels.copy()
    made[:, 10:18] = 0
    return made


def test_a_method_that_hides_nothing_is_caught() -> None:
    (one,) = read_plate.attack(PLATES, [method(untouched)], Barcode())
    assert one.rate.share == 1
    assert one.verdict is Verdict.LEAKED


def test_a_plate_with_one_letter_hidden_is_as_good_as_read() -> None:
    (one,) = read_plate.attack(PLATES, [method(one_letter_hidden)], Barcode())
    assert one.verdict is Verdict.LEAKED


def test_a_fill_resists() -> None:
    (one,) = read_plate.attack(PLATES, operators(Kind.PLATE), Barcode())
    assert one.rate.successes == 0
    assert one.verdict is Verdict.RESISTED


def test_a_blind_reader_proves_nothing() -> None:
    (one,) = read_plate.attack(PLATES, [method(untouched)], Blind())
    assert one.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("said", "read", "edits"),
    [("AB12", "AB12", 0), ("AB12", "A812", 1), ("AB12", "B12", 1), ("AB12", "", 4), ("", "X", 1)],
)
def test_distance_counts_changes(said: str, read: str, edits: int) -> None:
    assert read_plate.distance(said, read) == edits


@pytest.mark.parametrize(
    ("truth", "read", "good"),
    [
        ("RK 550 AO", "rk-550ao", True),
        ("W0530II", "WO53011", True),
        ("RK550AO", "RK550A", True),
        ("RK550AO", "RK50A", False),
        ("RK550AO", "", False),
    ],
)
def test_what_counts_as_read(truth: str, read: str, good: bool) -> None:
    assert read_plate.is_read(truth, read) is good


def test_repeated_columns_are_one_character_and_a_gap_makes_two() -> None:
    best = np.array([0, 1, 1, 0, 1, 2, 2, 0], np.intp)
    assert read_plate.decode(best, ["", "A", "B"]) == "AAB"
