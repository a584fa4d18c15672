"""Real frames: their plates stay marked however they are moved, the held ones stay out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from training.plates.render import romanian
from training.plates.render.romanian import Part

BOX = (600, 400, 120, 30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two frames with one plate each, and a picture of another region."""
    (tmp_path / "images").mkdir()
    rows = ["image,width,height,left,top,box_width,box_height,text,region,source_set"]
    for name, region in (
        ("images/ro_dayride-1_001_t00148p0.jpg", "ro"),
        ("images/ro_dayride-1_001_t01200p5.jpg", "ro"),
        ("images/eu_1.jpg", "eu"),
    ):
        picture = np.full((720, 1280, 3), 70, np.uint8)
        x, y, wide, high = BOX
        cv2.rectangle(picture, (x, y), (x + wide - 1, y + high - 1), (240, 240, 240), -1)
        cv2.imwrite(str(tmp_path / name), picture)
        rows.append(f"{name},1280,720,{x},{y},{wide},{high},,{region},made")
    (tmp_path / "plates.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def test_held_frames_and_other_regions_are_not_trained_on(folder: Path) -> None:
    counts = {part: len(romanian.load(folder, part)) for part in Part}
    assert counts == {Part.TRAINING: 1, Part.HELD: 1, Part.ALL: 2}


def test_what_nobody_marked_lies_beside_the_vehicle(folder: Path) -> None:
    (frame,) = romanian.load(folder)
    reach = romanian.BESIDE * BOX[2]
    middle = BOX[0] + BOX[2] / 2
    lefts, rights = frame.unknown[:, 0, 0], frame.unknown[:, 1, 0]
    np.testing.assert_allclose(lefts, [0, middle + reach], atol=0.5)
    np.testing.assert_allclose(rights, [middle - reach, 1280], atol=0.5)


def test_the_marked_plate_stays_under_its_quad(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With plates and colours left as they are, the quad lies on the bright box."""
    monkeypatch.setattr(romanian, "_rehung", lambda _rng, picture, _plates: picture)
    monkeypatch.setattr(romanian, "_taken", lambda _rng, picture: picture)
    frames = romanian.load(folder)
    found = 0
    for seed in range(20):
        sample = romanian.render(np.random.default_rng(seed), frames, width=320, height=240)
        for quad in sample.quads:
            found += 1
            x, y = quad[:, 0], quad[:, 1]
            assert float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) > 0
            inside = np.zeros((240, 320), np.uint8)
            cv2.fillConvexPoly(inside, np.round(quad).astype(np.int32), 1)
            core = cv2.erode(inside, np.ones((3, 3), np.uint8)) > 0
            assert not core.any() or np.median(sample.picture[core]) > 180
    assert found > 10


def test_the_same_seed_draws_the_same_piece(folder: Path) -> None:
    frames = romanian.load(folder)
    first, second = (
        romanian.render(np.random.default_rng(4), frames, width=256, height=192, view="vehicle")
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.picture, second.picture)
    np.testing.assert_array_equal(first.quads, second.quads)
    np.testing.assert_array_equal(first.ignore, second.ignore)
