from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from passante.analyse.faces import FaceFinder, decode
from passante.core.errors import ModelContractError
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.video import View
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession

Array = NDArray[np.float32]


def quiet(rows: int = 16, columns: int = 24) -> Array:
    """A map on which there is no face."""
    maps = np.zeros((1, 5, rows, columns), np.float32)
    maps[0, 0] = -9
    return maps


def hill(
    maps: Array, cell: tuple[int, int], score: float, high: float = 12, wide: float = 12
) -> None:
    """Put a face of this height and width, px, on a cell."""
    maps[0, :3, *cell] = np.log([score / (1 - score), high / 4, wide / 4])


def view(pixels: NDArray[np.uint8], **changes: Any) -> View:
    height, width = pixels.shape[:2]
    fields: dict[str, Any] = {"scale": 1.0, "area": Box(0, 0, width, height), "rotation": 0}
    return View(pixels, **(fields | changes))


class Scripted:
    """Gives the same map for every picture, and remembers the pictures."""

    ref = "scripted@1"

    def __init__(self, maps: Array) -> None:
        self.maps = maps
        self.seen: list[NDArray[np.uint8]] = []

    def run(self, *arrays: NDArray[np.uint8]) -> tuple[Array, ...]:
        self.seen.extend(arrays)
        return (self.maps,)


def finder(maps: Array, **settings: float) -> tuple[FaceFinder, Scripted]:
    session = Scripted(maps)
    return FaceFinder(session, **settings), session  # type: ignore[arg-type]  # a fake


def test_a_hill_is_a_face_where_the_map_says() -> None:
    maps = quiet()
    hill(maps, (5, 7), 0.8, high=20, wide=12)
    maps[0, 3:, 5, 7] = (0.25, -0.5)
    boxes, scores = decode(maps, 0.2)
    x, y = (7 - 0.5 + 0.5) * 4, (5 + 0.25 + 0.5) * 4
    np.testing.assert_allclose(boxes, [[x - 6, y - 10, x + 6, y + 10]], atol=1e-4)
    np.testing.assert_allclose(scores, [0.8], atol=1e-5)


def test_a_map_without_hills_has_no_face() -> None:
    boxes, scores = decode(quiet(), 0.2)
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)
    assert boxes.dtype == scores.dtype == np.float32


@pytest.mark.parametrize(("threshold", "found"), [(0.29, 1), (0.31, 0)])
def test_the_threshold_is_a_score(threshold: float, found: int) -> None:
    maps = quiet()
    hill(maps, (1, 1), 0.3, 10, 10)
    assert len(decode(maps, threshold)[0]) == found


def test_neighbouring_cells_are_one_face_and_the_box_is_around_those_nearly_as_sure() -> None:
    maps = quiet()
    hill(maps, (5, 5), 0.9, 24, 24)
    hill(maps, (5, 6), 0.8, 24, 24)
    hill(maps, (5, 4), 0.3, 24, 24)
    boxes, scores = decode(maps, 0.2)
    np.testing.assert_allclose(boxes, [[22 - 12, 22 - 12, 26 + 12, 22 + 12]], atol=1e-4)
    np.testing.assert_allclose(scores, [0.9], atol=1e-5)


def test_two_faces_side_by_side_stay_two() -> None:
    maps = quiet()
    hill(maps, (5, 4), 0.6, 12, 12)
    hill(maps, (5, 7), 0.9, 12, 12)
    boxes, scores = decode(maps, 0.2)
    np.testing.assert_allclose(scores, [0.9, 0.6], atol=1e-5)
    assert boxes[0, 0] == boxes[1, 2]


def test_a_map_that_holds_no_numbers_is_refused() -> None:
    maps = quiet()
    maps[0, 0, 3, 3] = np.nan
    with pytest.raises(ModelContractError, match="no number"):
        decode(maps, 0.2)


@given(st.integers(0, 2**32 - 1))
def test_whatever_the_map_says_boxes_are_finite_sorted_and_around_their_cell(seed: int) -> None:
    maps = np.random.default_rng(seed).normal(0, 4, (1, 5, 8, 8)).astype(np.float32)
    maps[0, 1:3] *= 50
    boxes, scores = decode(maps, 0.2)
    assert np.isfinite(boxes).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    assert (np.diff(scores) <= 0).all()
    assert len(boxes) >= (maps[0, 0] > 2).any()


def test_every_cell_above_the_threshold_lies_in_a_box_or_overlaps_a_surer_one() -> None:
    """No face is lost to the merging: what is dropped was the same face as one that is kept."""
    chance = np.random.default_rng(2)
    maps = quiet(32, 32)
    for row, column in chance.integers(0, 32, (60, 2)):
        hill(maps, (row, column), float(chance.uniform(0.25, 0.95)), 14, 14)
    boxes, _ = decode(maps, 0.2)
    rows, columns = np.nonzero(maps[0, 0] > -1)
    for x, y in zip((columns + 0.5) * 4, (rows + 0.5) * 4, strict=True):
        inside = np.minimum(boxes[:, 2:], (x + 7, y + 7)) - np.maximum(boxes[:, :2], (x - 7, y - 7))
        assert inside.min(axis=1).max() > 0


@pytest.mark.parametrize(
    ("size", "padded"), [((64, 96), (64, 96)), ((33, 65), (64, 96)), ((1, 1), (32, 32))]
)
def test_a_view_of_any_size_is_padded_to_the_right_and_below(
    size: tuple[int, int], padded: tuple[int, int]
) -> None:
    look, session = finder(quiet())
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3)).astype(np.uint8)
    look.look(view(pixels))
    (seen,) = session.seen
    assert seen.shape == (1, *padded, 3)
    np.testing.assert_array_equal(seen[0, : size[0], : size[1]], pixels)
    assert (seen[0, size[0] :] == 114).all()
    assert (seen[0, :, size[1] :] == 114).all()


def test_boxes_are_in_pixels_of_the_frame() -> None:
    maps = quiet()
    hill(maps, (5, 7), 0.8, high=20, wide=12)
    look, _ = finder(maps)
    pixels = np.zeros((64, 96, 3), np.uint8)
    found = look.look(view(pixels, scale=0.5, area=Box(100, 50, 292, 178)))
    np.testing.assert_allclose(found.boxes, [[148, 74, 172, 114]], atol=1e-4)
    assert found.kinds == (Kind.FACE,)
    assert found.by == look.model == "scripted@1"
    assert look.kinds == {Kind.FACE}


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.2])
def test_a_threshold_that_is_no_score_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        finder(quiet(), threshold=threshold)


@pytest.fixture(scope="module")
def real() -> FaceFinder:
    return FaceFinder(OnnxSession(store.find(DEFAULTS["find.face"])))


@pytest.mark.models("find.face")
def test_an_empty_wall_has_no_face(real: FaceFinder) -> None:
    wall = np.full((240, 320, 3), 130, np.uint8)
    wall[::40] = 90
    assert len(real.look(view(wall))) == 0


@pytest.mark.models("find.face")
def test_the_same_view_gives_the_same_boxes(real: FaceFinder) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (96, 128, 3)).astype(np.uint8)
    again = FaceFinder(OnnxSession(store.find(DEFAULTS["find.face"])))
    one, two = (look.look(view(pixels)) for look in (real, again))
    np.testing.assert_array_equal(one.boxes, two.boxes)
    np.testing.assert_array_equal(one.scores, two.scores)


@pytest.mark.models("find.face")
@pytest.mark.data
@pytest.mark.parametrize(
    ("height", "enlarged"), [(96, 1), (48, 1), (24, 1), (16, 1), (12, 2)], ids=str
)
def test_a_portrait_is_found_at_every_size_down_to_12_px(
    real: FaceFinder, data_dir: Path, height: int, enlarged: int
) -> None:
    """Portraits, each face shrunk to this height, on a wide grey picture."""
    paths = sorted((data_dir / "identities" / "images").glob("celeb_*"))[::4]
    assert len(paths) >= 10
    missed = [path.name for path in paths if not _finds(real, path, height, enlarged)]
    assert not missed


def _finds(look: FaceFinder, path: Path, height: int, enlarged: int) -> bool:
    picture = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    whole = look.look(view(np.asarray(picture, np.uint8)))
    box = whole.boxes[0]
    scale = height / float(box[3] - box[1])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    street = np.full((-(-small.shape[0] // 2) + 320, small.shape[1] + 320, 3), 114, np.uint8)
    street[100 : 100 + small.shape[0], 130 : 130 + small.shape[1]] = small[: street.shape[0] - 100]
    x, y = (box[:2] + box[2:]) / 2 * scale + (130, 100)
    shown = cv2.resize(street, None, fx=enlarged, fy=enlarged, interpolation=cv2.INTER_LINEAR)
    area = Box(0, 0, street.shape[1], street.shape[0])
    found = look.look(view(np.asarray(shown, np.uint8), scale=enlarged, area=area)).boxes
    inside = (found[:, 0] < x) & (x < found[:, 2]) & (found[:, 1] < y) & (y < found[:, 3])
    return bool(inside.any())
