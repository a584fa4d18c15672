from __future__ import annotations

import numpy as np

from passante.core.geometry import Box
from passante.core.names import Kind
from passante.evaluate.attacks import find_face
from passante.evaluate.attacks.find_face import Crowd
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Verdict
from passante.evaluate.subjects import operators, untouched
from unit.evaluate.portraits import method


def crowd(number: int) -> Crowd:
    """A white disc, for a detector of white discs, each picture with one at another place."""
    pixels = np.full((90, 120, 3), 60, np.uint8)
    x, y = 10 + 3 * number, 8 + number
    pixels[y : y + 20, x : x + 20] = 250
    return Crowd(f"{number}", pixels, (Box(x, y, x + 20, y + 20),))


class White:
    name = "white"

    def find(self, pixels: Picture) -> list[Box]:
        rows, columns = np.nonzero(pixels[:, :, 0] > 240)
        if not rows.size:
            return []
        left, right, top, bottom = columns.min(), columns.max(), rows.min(), rows.max()
        return [Box(float(left), float(top), float(right + 1), float(bottom + 1))]


class Blind:
    name = "blind"

    def find(self, pixels: Picture) -> list[Box]:
        return []


CROWDS = [crowd(number) for number in range(30)]


def test_a_method_that_hides_nothing_is_caught() -> None:
    (one,) = find_face.attack(CROWDS, [method(untouched)], [White()], seed=1)
    assert one.rate.share == 1
    assert one.verdict is Verdict.LEAKED


def test_a_fill_resists() -> None:
    fill = next(
        one for one in operators(Kind.FACE) if one.subject.name == "operator fill, margin 0.1"
    )
    (one,) = find_face.attack(CROWDS, [fill], [White()], seed=1)
    assert one.verdict is Verdict.RESISTED


def test_a_blind_detector_proves_nothing() -> None:
    (one,) = find_face.attack(CROWDS, [method(untouched)], [Blind()], seed=1)
    assert one.verdict is Verdict.INCONCLUSIVE
