from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from passante.core.geometry import Box
from passante.evaluate.fairness import FEW, Marked, angle, groups, measure, tone, typology
from passante.evaluate.pictures import Picture
from passante.evaluate.results import Figure, Subject
from passante.evaluate.subjects import BASELINES

SUBJECT = Subject("a method", ours=True)


def skin(light: float, yellow: float) -> Picture:
    """One colour of CIE L*a*b*, with a* of 12."""
    lab = np.full((20, 20, 3), (light, 12, yellow), np.float32)
    rgb = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    return np.asarray((255 * rgb).round(), np.uint8)


def crowd(number: int) -> Marked:
    """A large face on the left and a small one on the right, on noise."""
    noise = np.random.default_rng(number).integers(60, 160, (100, 160, 3)).astype(np.uint8)
    faces = (Box(10, 20, 60, 80), Box(120, 40, 130, 50))
    return Marked(str(number), noise, faces, ("without_mask", "with_mask"))


CROWDS = [crowd(number) for number in range(FEW)]


def only_large(pixels: Picture, boxes: Sequence[Box]) -> Picture:
    """A method that does not cover small faces."""
    return BASELINES["solid box"](pixels, [box for box in boxes if box.width > 20])


def shares(found: list[Figure], respect: str) -> dict[str, float]:
    begin = f"faces covered, {respect}: "
    return {one.what[len(begin) :]: one.value for one in found if one.what.startswith(begin)}


def test_who_is_covered_less_well_is_told() -> None:
    found = list(measure(CROWDS, SUBJECT, only_large, seed=1))
    assert shares(found, "size") == {"0 to 12 px": 0.0, "48 px and more": 100.0}
    assert shares(found, "covering") == {"with a mask": 0.0, "without a mask": 100.0}


def test_groups_of_few_are_called_so() -> None:
    found = list(measure(CROWDS[:3], SUBJECT, only_large, seed=1))
    assert all(one.what.endswith("too few to say") for one in found)


def test_every_group_has_its_count_and_interval() -> None:
    for one in measure(CROWDS, SUBJECT, only_large, seed=1):
        assert one.n
        assert one.low is not None
        assert one.high is not None
        assert one.low <= one.value <= one.high


@pytest.mark.parametrize(("light", "yellow", "angle"), [(70, 20, 45), (50, 20, 0), (30, 20, -45)])
def test_the_angle_is_as_defined(light: float, yellow: float, angle: float) -> None:
    assert typology(skin(light, yellow)) == pytest.approx(angle, abs=3)


def test_tones_are_in_three_broad_groups() -> None:
    names = [tone(skin(light, 20)).split(" ")[0] for light in (75, 52, 25)]
    assert names == ["lighter", "middle", "darker"]


def test_no_tone_is_estimated_of_small_or_masked_faces() -> None:
    picture = crowd(1).pixels
    assert "tone of skin, estimated" in groups(picture, Box(10, 20, 60, 80), "without_mask")
    assert "tone of skin, estimated" not in groups(picture, Box(10, 20, 60, 80), "with_mask")
    assert "tone of skin, estimated" not in groups(picture, Box(10, 20, 22, 32), "without_mask")


def test_a_face_beyond_the_picture_has_a_size_and_no_light() -> None:
    assert "light" not in groups(crowd(1).pixels, Box(500, 500, 520, 520), "face")


class Eyes:
    """Sees every face that is not one colour."""

    name = "eyes"

    def find(self, pixels: Picture) -> list[Box]:
        places = (Box(10, 20, 60, 80), Box(120, 40, 130, 50))
        cuts = [pixels[int(b.y0) : int(b.y1), int(b.x0) : int(b.x1)] for b in places]
        return [box for box, cut in zip(places, cuts, strict=True) if cut.std() > 1]


def test_who_is_still_found_afterwards_is_told() -> None:
    found = [
        one
        for one in measure(CROWDS, SUBJECT, only_large, seed=1, detector=Eyes())
        if one.what.startswith("faces found afterwards, size")
    ]
    assert {one.what.rpartition(": ")[2]: one.value for one in found} == {
        "0 to 12 px": 100.0,
        "48 px and more": 0.0,
    }


@pytest.mark.parametrize(("shade", "said"), [(0, "facing"), (1, "turned")])
def test_a_face_like_itself_in_a_mirror_faces_the_camera(shade: int, said: str) -> None:
    across = np.abs(np.linspace(-1, 1, 80)) if shade == 0 else np.linspace(0, 1, 80)
    grey = np.tile(60 + 120 * across, (80, 1))
    pixels = np.stack([grey] * 3, axis=2).astype(np.uint8)
    assert angle(pixels, Box(0, 0, 80, 80)).endswith(said)


def test_a_grey_picture_tells_no_tone_of_skin() -> None:
    grey = np.full((40, 40, 3), 120, np.uint8)
    assert "tone of skin, estimated" not in groups(grey, Box(0, 0, 40, 40), "portrait")
