from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from passante.analyse.corners import CELL
from passante.analyse.finder import Finder
from passante.analyse.plates import PlateFinder, likely_plate_zones, search_area
from passante.analyse.video import AnalyseVideo, AnalysisSettings, Finders
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from passante.testing import ScriptedFinder, detections, drive, raw_frame, video_format

Picture = NDArray[np.uint8]


class Painted:
    """A network that sees plates in these places, whatever it is shown: px (x, y, x, y)."""

    ref = "painted@1.0.0"

    def __init__(self, *plates: tuple[int, int, int, int], score: float = 0.9) -> None:
        self._plates, self._logit = plates, np.log(score / (1 - score))
        self.shown: list[tuple[int, ...]] = []

    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        self.shown.append(arrays[0].shape)
        _, high, wide, _ = arrays[0].shape
        maps = np.full((1, 10, high // CELL, wide // CELL), -9, np.float32)
        for x0, y0, x1, y1 in self._plates:
            corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
            column, row = (corners.mean(axis=0) // CELL).astype(int)
            middle = (np.array([column, row]) + 0.5) * CELL
            maps[0, :2, row, column] = self._logit, 0
            maps[0, 2:, row, column] = ((corners - middle) / 16).ravel()
        return (maps,)


def whole(picture: Picture) -> View:
    """A view that shows all of a picture, pixel for pixel."""
    return View(picture, 1.0, Box(0, 0, picture.shape[1], picture.shape[0]), 0)


def covered(plate: Box, found: Detections) -> float:
    """Share of a plate under the union of all boxes."""
    spot = plate.cover(10**6, 10**6)
    assert spot is not None
    under = np.zeros((spot.height, spot.width), bool)
    for edges in found.boxes:
        box = Box(*map(float, edges)).shifted(-spot.left, -spot.top)
        part = box.cover(spot.width, spot.height)
        if part is not None:
            under[part.top : part.bottom, part.left : part.right] = True
    return float(under.mean())


# The finder ----------------------------------------------------------------------------------


def test_it_names_its_kind_and_its_model() -> None:
    finder: Finder = PlateFinder(Painted())
    assert finder.kinds == {Kind.PLATE}
    assert finder.model == "painted@1.0.0"
    found = finder.look(whole(np.zeros((64, 64, 3), np.uint8)))
    assert len(found) == 0
    assert found.by == "painted@1.0.0"


def test_boxes_reach_a_little_beyond_the_corners() -> None:
    (box,) = PlateFinder(Painted((100, 90, 180, 110))).look(blank(320, 192)).boxes
    assert box[:2].tolist() == pytest.approx([100 - 4.5, 90 - 4.5])
    assert box[2:].tolist() == pytest.approx([180 + 4.5, 110 + 4.5])


@pytest.mark.parametrize(("wide", "high"), [(320, 192), (300, 170), (33, 31)])
def test_a_view_of_any_size_is_shown_in_whole_multiples(wide: int, high: int) -> None:
    network = Painted()
    PlateFinder(network).look(blank(wide, high))
    (shape,) = network.shown
    assert shape[1] % 32 == shape[2] % 32 == 0
    assert 0 <= shape[1] - high < 32
    assert 0 <= shape[2] - wide < 32


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_are_given_in_pixels_of_the_frame(rotation: int) -> None:
    sideways = rotation in (90, 270)
    area = Box(400, 200, 496, 360) if sideways else Box(400, 200, 560, 296)
    view = View(np.zeros((192, 320, 3), np.uint8), 2.0, area, rotation)
    (box,) = PlateFinder(Painted((140, 91, 180, 101))).look(view).boxes
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    assert (x, y) == pytest.approx(area.centre, abs=1.5)
    assert bool(box[3] - box[1] > box[2] - box[0]) is sideways


def blank(wide: int, high: int) -> View:
    return whole(np.zeros((high, wide, 3), np.uint8))


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.1])
def test_a_threshold_that_finds_all_or_nothing_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        PlateFinder(Painted(), threshold=threshold)


def test_a_faint_plate_counts_only_below_the_threshold() -> None:
    faint = Painted((100, 90, 180, 100), score=0.35)
    assert len(PlateFinder(faint, threshold=0.3).look(blank(320, 192))) == 1
    assert len(PlateFinder(faint, threshold=0.4).look(blank(320, 192))) == 0


# The seam ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "finder",
    [
        PlateFinder(Painted((100, 90, 180, 100))),
        ScriptedFinder({Kind.PLATE}, [detections((95, 85, 185, 105), kind=Kind.PLATE)]),
    ],
    ids=["ours", "another"],
)
def test_any_finder_of_plates_can_take_its_place(finder: Finder) -> None:
    form = video_format(320, 192)
    car = detections((20, 10, 300, 182), kind=Kind.VEHICLE)
    stage = AnalyseVideo(
        Finders(people=ScriptedFinder({Kind.PERSON, Kind.VEHICLE}, [car]), plates=finder),
        AnalysisSettings(plate_prior=False),
        needed=frozenset({Kind.VEHICLE, Kind.PLATE}),
    )
    frames = drive(stage, [raw_frame(number, form, seed=None) for number in range(5)])
    assert len(frames) == 5
    for frame in frames:
        assert Kind.PLATE in frame.looked
        plates = [region.box for region in frame.regions if region.kind is Kind.PLATE]
        assert plates
        assert all(plate.intersection(Box(20, 10, 300, 182)) is not None for plate in plates)


# Where plates are ----------------------------------------------------------------------------


@pytest.mark.parametrize("x", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("y", [0.45, 0.6, 0.8, 0.9])
def test_a_plate_at_any_usual_place_lies_in_a_likely_zone(x: float, y: float) -> None:
    vehicle = Box(100, 200, 300, 360)
    plate = Box(0, 0, 44, 14).shifted(100 + 200 * x - 22, 200 + 160 * y - 7)
    assert any(zone.intersection(plate) == plate for zone in likely_plate_zones(vehicle))


def test_zones_lie_on_the_vehicle_and_leave_much_of_it_free() -> None:
    vehicle = Box(100, 200, 300, 360)
    zones = likely_plate_zones(vehicle)
    assert all(zone.intersection(vehicle) == zone for zone in zones)
    assert sum(zone.area for zone in zones) < 0.6 * vehicle.area


def test_what_is_searched_holds_the_zones_and_the_edge_of_the_vehicle_below() -> None:
    vehicle = Box(100, 200, 300, 360)
    area = search_area(vehicle)
    assert all(area.intersection(zone) == zone for zone in likely_plate_zones(vehicle))
    assert area.y1 > vehicle.y1
    assert area.y0 > vehicle.y0


# With the real network -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def finder() -> PlateFinder:
    return PlateFinder(OnnxSession(store.find(DEFAULTS["find.plate"])))


def drawn(rows: Sequence[str], *, letter_px: int, dark: bool = False) -> Picture:
    """A plate with a frame, its letters `letter_px` high."""
    scale, thick = letter_px / 22, max(1, round(letter_px / 11))
    sizes = [cv2.getTextSize(row, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)[0] for row in rows]
    edge = round(letter_px * 0.4)
    wide = max(size[0] for size in sizes) + 2 * edge
    high = len(rows) * (letter_px + edge) + edge
    paper, ink = ((30, 40, 120), (235, 235, 235)) if dark else ((225, 225, 220), (25, 25, 25))
    plate = np.full((high, wide, 3), paper, np.uint8)
    cv2.rectangle(plate, (0, 0), (wide - 1, high - 1), ink, max(1, thick // 2))
    for number, row in enumerate(rows):
        at = ((wide - sizes[number][0]) // 2, (number + 1) * (letter_px + edge))
        cv2.putText(plate, row, at, cv2.FONT_HERSHEY_SIMPLEX, scale, ink, thick, cv2.LINE_AA)
    return plate


def on_car(
    plate: Picture, at: tuple[int, int], *, tilt: float = 0.0, size: tuple[int, int] = (320, 192)
) -> tuple[Picture, Box]:
    """The back of a car that fills a picture of `size`, its plate's centre at `at`; and where."""
    wide, high = size
    picture = np.full((high, wide, 3), (96, 100, 104), np.uint8)
    cv2.rectangle(picture, (8, -40), (wide - 8, high - 24), (130, 30, 36), cv2.FILLED)
    cv2.rectangle(picture, (40, -40), (wide - 40, 30), (38, 42, 48), cv2.FILLED)
    for x in (10, wide - 50):
        cv2.rectangle(picture, (x, 50), (x + 40, 80), (200, 40, 20), cv2.FILLED)
    high_p, wide_p = plate.shape[:2]
    turn = cv2.getRotationMatrix2D((wide_p / 2, high_p / 2), -tilt, 1.0)
    turn[:, 2] += np.array(at) - (wide_p / 2, high_p / 2)
    layer = cv2.warpAffine(plate, turn, size, flags=cv2.INTER_AREA)
    shape = cv2.warpAffine(np.full((high_p, wide_p), 255, np.uint8), turn, size)
    picture[shape > 127] = layer[shape > 127]
    rows, columns = np.nonzero(shape > 127)
    where = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.6), np.uint8), where


@pytest.mark.models
@pytest.mark.parametrize(
    ("rows", "letter_px", "at", "tilt"),
    [
        (["RK-819AM"], 20, (160, 130), 0),
        (["RK-819AM"], 14, (160, 130), 0),
        (["RK-819AM"], 10, (160, 130), 0),
        (["RK-819AM"], 14, (90, 120), 12),
        (["RK-819AM"], 14, (230, 120), -12),
        (["B 01", "PHD"], 18, (160, 120), 0),
        (["B 01", "PHD"], 12, (160, 120), 0),
        (["AB 123", "CD"], 14, (200, 120), 6),
        (["RK-819AM"], 14, (160, 182), 0),
        (["RK-819AM"], 14, (66, 120), 0),
        (["OZL 2318"], 24, (160, 120), 0),
    ],
)
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.usefixtures("model_store")
def test_a_plate_drawn_on_a_car_is_covered(
    finder: PlateFinder,
    *,
    rows: list[str],
    letter_px: int,
    at: tuple[int, int],
    tilt: float,
    dark: bool,
) -> None:
    picture, plate = on_car(drawn(rows, letter_px=letter_px, dark=dark), at, tilt=tilt)
    assert covered(plate, finder.look(whole(picture))) > 0.9


@pytest.mark.models
@pytest.mark.usefixtures("model_store")
def test_whether_a_plate_is_seen_does_not_depend_on_its_neighbours(finder: PlateFinder) -> None:
    picture, plate = on_car(drawn(["RK-819AM"], letter_px=14), (160, 130))
    alone = finder.look(whole(picture))
    noise = np.random.default_rng(3).integers(0, 255, (192, 640, 3)).astype(np.uint8)
    beside = finder.look(whole(np.hstack([picture, noise])))
    assert covered(plate, alone) > 0.9
    assert covered(plate, beside) > 0.9


@pytest.mark.models
@pytest.mark.usefixtures("model_store")
def test_a_bare_car_has_no_plate(finder: PlateFinder) -> None:
    picture, _ = on_car(np.full((20, 60, 3), (130, 30, 36), np.uint8), (160, 130))
    assert len(finder.look(whole(picture))) == 0


# Measured: 65 of 65, 60 of 62, 8 of 8, 99 of 102. A floor is one to three plates below.
FLOORS = {"eu": 0.96, "us": 0.93, "br": 0.87, "ro": 0.94}


@pytest.mark.data
@pytest.mark.models
@pytest.mark.slow
@pytest.mark.usefixtures("model_store")
def test_recall_on_photographs_does_not_fall(finder: PlateFinder, data_dir: Path) -> None:
    with (data_dir / "plates" / "plates.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    hits: dict[str, list[bool]] = {region: [] for region in FLOORS}
    for row in rows:
        plate = _box_of(row)
        photo = cv2.imread(str(data_dir / "plates" / row["image"]))
        picture = np.asarray(cv2.cvtColor(photo, cv2.COLOR_BGR2RGB), np.uint8)
        found = finder.look(_close_up(picture, plate))
        hits[row["region"]].append(covered(plate, found) >= 0.8)
    recall = {region: float(np.mean(found)) for region, found in hits.items()}
    assert all(recall[region] >= floor for region, floor in FLOORS.items()), recall


def _box_of(row: dict[str, str]) -> Box:
    left, top = float(row["left"]), float(row["top"])
    return Box(left, top, left + float(row["box_width"]), top + float(row["box_height"]))


def _close_up(picture: Picture, plate: Box) -> View:
    """As of a vehicle four times as wide as its plate, in 320x192."""
    x, y = plate.centre
    half_w, half_h = plate.width * 2.2, plate.width * 1.32
    area = Box(x - half_w, y - half_h, x + half_w, y + half_h)
    part = area.cover(picture.shape[1], picture.shape[0])
    assert part is not None
    cut = picture[part.top : part.bottom, part.left : part.right]
    scale = min(320 / part.width, 192 / part.height)
    size = (max(1, int(part.width * scale)), max(1, int(part.height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas = np.full((192, 320, 3), 114, np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(cut, size, interpolation=how)
    return View(canvas, scale, Box(part.left, part.top, part.right, part.bottom), 0)
