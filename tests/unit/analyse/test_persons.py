from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from passante.analyse.persons import PersonFinder
from passante.analyse.ssd import anchors, overlap
from passante.core.geometry import Box
from passante.core.names import Kind, Sort
from passante.inside.video import View
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from passante.models.store import find

BACKGROUND = 114


class Scripted:
    """Says at each size of picture what it was told to: {width: [(box, logit, column)]}, px."""

    ref = "scripted@1"

    def __init__(self, said: dict[int, list[tuple[Box, float, int]]]) -> None:
        self._said = said
        self.sizes: list[tuple[int, int]] = []

    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        _, height, width, _ = arrays[0].shape
        self.sizes.append((width, height))
        where = anchors(width, height)
        found = np.zeros((1, len(where), 10), np.float32)
        found[..., 4:] = -9
        for box, logit, column in self._said.get(width, []):
            anchor = nearest(where, box)
            found[0, anchor, :4] = encoded(where[anchor], box)
            found[0, anchor, column] = logit
        return (found,)


def nearest(where: NDArray[np.float32], box: Box) -> int:
    """Number of the anchor that lies best on a box."""
    half = where[:, 2:] / 2
    edges = np.concatenate([where[:, :2] - half, where[:, :2] + half], axis=1)
    return int(overlap(np.array([box.x0, box.y0, box.x1, box.y1], np.float32), edges).argmax())


def encoded(anchor: NDArray[np.float32], box: Box) -> list[float]:
    """A box as the network would say it."""
    x, y, width, height = anchor.tolist()
    across, down = box.centre
    return [
        (down - y) / height * 10,
        (across - x) / width * 10,
        np.log(box.height / height) * 5,
        np.log(box.width / width) * 5,
    ]


def view(width: int, height: int, *, scale: float = 1.0) -> View:
    pixels = np.full((height, width, 3), BACKGROUND, np.uint8)
    return View(pixels, scale, Box(0, 0, width / scale, height / scale), 0)


def likelihood(logit: float) -> float:
    return 1 / (1 + float(np.exp(-logit)))


def test_a_view_is_halved_until_the_largest_anchors_span_it() -> None:
    network = Scripted({})
    found = PersonFinder(network).look(view(960, 544))
    assert network.sizes == [(960, 544), (480, 272), (240, 136)]
    assert len(found) == 0
    assert found.by == "scripted@1"


def test_boxes_come_in_pixels_of_the_frame_whatever_size_they_were_seen_at() -> None:
    said = {320: [(Box(100, 40, 180, 180), 2.0, 4)]}
    found = PersonFinder(Scripted(said)).look(view(640, 384, scale=0.5))
    np.testing.assert_allclose(found.boxes, [[400, 160, 720, 720]], atol=0.01)


def test_people_and_vehicles_are_told_apart_and_may_share_a_place() -> None:
    rider, van = Box(100, 100, 150, 200), Box(10, 10, 110, 60)
    network = Scripted({300: [(rider, 1, 4), (rider, 2, 5), (van, 0, 9)]})
    found = PersonFinder(network).look(view(300, 300))
    assert found.kinds == (Kind.PERSON, Kind.VEHICLE, Kind.VEHICLE)
    assert frozenset(found.kinds) == PersonFinder(network).kinds
    assert found.sorts == (None, Sort.BICYCLE, Sort.TRUCK)


def test_a_vehicle_seen_at_two_sizes_is_of_the_sort_that_is_surer() -> None:
    van = Box(100, 100, 300, 220)
    network = Scripted({640: [(van, 1, 6)], 320: [(half(van), 2, 8)]})
    found = PersonFinder(network).look(view(640, 480))
    assert found.sorts == (Sort.BUS,)


def half(box: Box) -> Box:
    return Box(box.x0 / 2, box.y0 / 2, box.x1 / 2, box.y1 / 2)


@pytest.mark.parametrize(
    ("person", "better"), [(Box(300, 100, 342, 185), 640), (Box(200, 40, 360, 360), 320)]
)
def test_one_person_seen_at_two_sizes_is_one_with_the_better_box_and_the_higher_score(
    person: Box, better: int
) -> None:
    said = {
        640: [(person.shifted(3, 0), -1.0 if better == 640 else 2.0, 4)],
        320: [(half(person), 2.0 if better == 640 else -1.0, 4)],
    }
    found = PersonFinder(Scripted(said)).look(view(640, 384))
    wanted = person.shifted(3, 0) if better == 640 else person
    np.testing.assert_allclose(
        found.boxes, [[wanted.x0, wanted.y0, wanted.x1, wanted.y1]], atol=0.02
    )
    np.testing.assert_allclose(found.scores, [likelihood(2)], rtol=1e-5)


def test_two_people_side_by_side_stay_two_at_every_size() -> None:
    people = [Box(300, 100, 342, 185), Box(330, 100, 372, 185)]
    said = {
        640: [(person, 1.0, 4) for person in people],
        320: [(half(person), 1.0, 4) for person in people],
    }
    assert len(PersonFinder(Scripted(said)).look(view(640, 384))) == 2


def test_a_threshold_decides_what_counts() -> None:
    said = {300: [(Box(10, 10, 60, 110), 0.0, 4)]}
    assert len(PersonFinder(Scripted(said), threshold=0.49).look(view(300, 300))) == 1
    assert len(PersonFinder(Scripted(said), threshold=0.51).look(view(300, 300))) == 0


def test_half_the_street_is_a_person_only_if_that_is_sure() -> None:
    street = Box(5, 5, 290, 240)
    for logit, count in ((-1.0, 0), (1.0, 1)):
        found = PersonFinder(Scripted({300: [(street, logit, 4)]})).look(view(300, 300))
        assert len(found) == count


def test_a_large_vehicle_counts_even_if_it_is_not_sure() -> None:
    lorry = Box(5, 5, 290, 240)
    found = PersonFinder(Scripted({300: [(lorry, -1.0, 9)]})).look(view(300, 300))
    assert found.kinds == (Kind.VEHICLE,)


@pytest.mark.parametrize(("members", "count"), [(3, 4), (4, 4)])
def test_a_crowd_is_its_members_and_not_one_large_person(members: int, count: int) -> None:
    crowd = (Box(20, 60, 190, 200), 1.0, 4)
    people = [(Box(30 + 40 * i, 100, 50 + 40 * i, 150), 1.0, 4) for i in range(members)]
    found = PersonFinder(Scripted({300: [crowd, *people]})).look(view(300, 300))
    assert len(found) == count


@pytest.mark.parametrize(("logit", "count"), [(0.0, 1), (1.0, 2)])
def test_a_person_with_the_surroundings_is_another_one_only_if_that_is_sure(
    logit: float, count: int
) -> None:
    somebody = (Box(150, 60, 190, 160), 3.0, 4)
    around = (Box(90, 60, 200, 165), logit, 4)
    found = PersonFinder(Scripted({300: [somebody, around]})).look(view(300, 300))
    assert len(found) == count


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0, float("nan")])
def test_a_threshold_that_is_no_score_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        PersonFinder(Scripted({}), threshold=threshold)


def walkers(data_dir: Path, every: int) -> list[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
    """Frames, RGB, with the boxes (n, 4) of the people on them."""
    truth: dict[int, list[list[float]]] = defaultdict(list)
    with (data_dir / "video" / "pets09_s2l1.gt.txt").open(encoding="ascii") as lines:
        for row in csv.reader(lines):
            x, y, width, height = (float(number) for number in row[2:6])
            truth[int(row[0])].append([x, y, x + width, y + height])
    frames = []
    with av.open(str(data_dir / "video" / "pets09_s2l1.avi")) as file:
        for number, frame in enumerate(file.decode(video=0), 1):
            if number % every == 1:
                boxes = np.array(truth[number], np.float32).reshape(-1, 4)
                frames.append((frame.to_ndarray(format="rgb24"), boxes))
    return frames


@pytest.mark.data
@pytest.mark.models("find.person")
def test_walkers_on_a_real_square_are_found(data_dir: Path) -> None:
    finder = PersonFinder(OnnxSession(find(DEFAULTS["find.person"])))
    seen = people = 0
    for pixels, boxes in walkers(data_dir, 100):
        small = np.asarray(cv2.resize(pixels, (512, 384), interpolation=cv2.INTER_AREA), np.uint8)
        found = finder.look(View(small, 512 / 768, Box(0, 0, 768, 576), 0))
        mine = found.boxes[: found.kinds.count(Kind.PERSON)]
        mine = mine[found.scores[: len(mine)] > 0.2]
        people += len(boxes)
        seen += sum(bool((overlap(box, mine) > 0.4).any()) for box in boxes)
    assert people > 30
    assert seen >= 0.9 * people
