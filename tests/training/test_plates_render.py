"""What a training picture promises: the same for a seed, plates where the quads say."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from training.plates.render import layouts, plate
from training.plates.render.canvas import Canvas
from training.plates.render.labels import LEAST_WIDTH_PX, Label, across, sort_out
from training.plates.render.scene import Look, Sample, render

SIZES: dict[Look, tuple[int, int]] = {"frame": (384, 224), "vehicle": (192, 192)}


def samples(view: Look, count: int = 25) -> list[Sample]:
    width, height = SIZES[view]
    return [
        render(np.random.default_rng(seed), width=width, height=height, view=view)
        for seed in range(count)
    ]


def signed_area(quad: np.ndarray) -> float:
    x, y = quad[:, 0], quad[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


@pytest.mark.parametrize("view", SIZES)
def test_the_same_seed_draws_the_same_sample(view: Look) -> None:
    for first, second in zip(samples(view, 6), samples(view, 6), strict=True):
        np.testing.assert_array_equal(first.picture, second.picture)
        np.testing.assert_array_equal(first.quads, second.quads)
        np.testing.assert_array_equal(first.ignore, second.ignore)


@pytest.mark.parametrize("view", SIZES)
def test_pictures_and_quads_have_the_shapes_they_promise(view: Look) -> None:
    width, height = SIZES[view]
    for sample in samples(view):
        assert sample.picture.shape == (height, width, 3)
        assert sample.picture.dtype == np.uint8
        for quads in (sample.quads, sample.ignore):
            assert quads.dtype == np.float32
            assert quads.shape[1:] == (4, 2)
            assert np.isfinite(quads).all()


@pytest.mark.parametrize("view", SIZES)
def test_every_plate_asked_for_is_clockwise_and_mostly_inside(view: Look) -> None:
    width, height = SIZES[view]
    seen = 0
    for sample in samples(view):
        whole = np.asarray([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        for quad in sample.quads:
            seen += 1
            area = signed_area(quad)
            assert area > 0
            inside, _ = cv2.intersectConvexConvex(quad, whole)
            assert inside / area > 0.45
            assert across(quad) >= LEAST_WIDTH_PX
    assert seen > 10


def test_the_plate_is_where_the_quad_says() -> None:
    canvas = Canvas(np.full((120, 160, 3), 40, np.uint8), 1.0)
    drawn = plate.render(np.random.default_rng(3), width=120, region="eu")
    high, wide = drawn.alpha.shape
    frame = np.asarray([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    move = cv2.getPerspectiveTransform(
        frame, np.asarray([[30, 40], [120, 50], [118, 80], [28, 66]], np.float32)
    )
    target = cv2.perspectiveTransform(frame[None], move)[0]
    quad = cv2.perspectiveTransform(drawn.corners[None], move)[0]
    canvas.paste(drawn.picture, drawn.alpha, frame, target, owner=1)
    inside = np.zeros(canvas.owner.shape, np.uint8)
    cv2.fillConvexPoly(inside, np.round(quad).astype(np.int32), 1)
    core = cv2.erode(inside, np.ones((5, 5), np.uint8)) > 0
    assert (canvas.owner[core] == 1).mean() > 0.99
    beyond = cv2.dilate(inside, np.ones((25, 25), np.uint8)) == 0
    assert not (canvas.owner[beyond] == 1).any()
    changed = (canvas.colours != 40).any(axis=2)
    assert changed[core].mean() > 0.9


@pytest.mark.parametrize("region", layouts.REGIONS)
def test_every_region_has_plates_that_can_be_drawn(region: str) -> None:
    assert any(layout.region == region for layout in layouts.LAYOUTS)
    for seed in range(6):
        drawn = plate.render(np.random.default_rng(seed), width=180, region=region)
        assert drawn.region == region
        assert drawn.picture.shape[:2] == drawn.alpha.shape
        left, top = drawn.corners.min(axis=0)
        right, bottom = drawn.corners.max(axis=0)
        assert right - left == 180
        inside = drawn.picture[int(top) : int(bottom), int(left) : int(right)]
        assert inside.std() > 8, "a plate without writing"


@pytest.mark.parametrize("layout", layouts.LAYOUTS)
def test_every_pattern_becomes_a_text_of_its_own_signs(layout: layouts.Layout) -> None:
    for pattern in layout.patterns:
        made = layouts.text(np.random.default_rng(1), pattern)
        assert len(made) == len(pattern)
        for sign, letter in zip(pattern, made, strict=True):
            assert letter in layouts.SCRIPTS.get(sign, sign)


def square(left: float, top: float, wide: float, high: float) -> np.ndarray:
    return np.asarray(
        [[left, top], [left + wide, top], [left + wide, top + high], [left, top + high]], np.float32
    )


def labelled(quad: np.ndarray, seen: np.ndarray, picture: np.ndarray) -> tuple[int, int]:
    owner = np.zeros(picture.shape[:2], np.uint8)
    owner[seen[1] : seen[3], seen[0] : seen[2]] = 1
    asked, ignored = sort_out([Label(1, quad)], owner, picture)
    return len(asked), len(ignored)


@pytest.mark.parametrize(
    ("quad", "seen", "spread", "counted"),
    [
        (square(10, 10, 40, 10), (10, 10, 50, 20), 60, (1, 0)),
        (square(10, 10, 6, 4), (10, 10, 16, 14), 60, (0, 1)),
        (square(10, 10, 40, 10), (10, 10, 22, 20), 60, (0, 1)),
        (square(10, 10, 40, 10), (10, 10, 12, 20), 60, (0, 0)),
        (square(10, 10, 40, 10), (10, 10, 50, 20), 1, (0, 1)),
        (square(-30, 10, 40, 10), (0, 10, 10, 20), 60, (0, 1)),
        (square(-10, 10, 40, 10), (0, 10, 30, 20), 60, (1, 0)),
    ],
    ids=["plain", "tiny", "mostly hidden", "hidden", "black night", "cut off", "a corner outside"],
)
def test_plates_nobody_could_see_are_not_asked_for(
    quad: np.ndarray, seen: tuple[int, ...], spread: int, counted: tuple[int, int]
) -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(100 - spread, 101 + spread, (60, 80, 3)).astype(np.uint8)
    assert labelled(quad, np.asarray(seen), picture) == counted


def test_a_holder_around_a_hidden_plate_does_not_count_as_the_plate() -> None:
    owner = np.zeros((60, 80), np.uint8)
    owner[0:60, 50:80] = 1
    picture = np.random.default_rng(0).integers(0, 255, (60, 80, 3)).astype(np.uint8)
    asked, ignored = sort_out([Label(1, square(10, 10, 40, 10))], owner, picture)
    assert (len(asked), len(ignored)) == (0, 0)
