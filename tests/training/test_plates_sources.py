"""Photographs and faces from outside: taken in when they are there, done without when not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.plates.render import gather, glyphs, photos
from training.plates.render.scene import render


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """What was read in one test is not there in the next."""
    cached = (glyphs._atlas, glyphs.sign, photos._paths, photos._read)
    for read in cached:
        read.cache_clear()
    yield
    for read in cached:
        read.cache_clear()


def test_faces_of_an_atlas_join_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSANTE_PLATE_FONTS", "")
    own = glyphs.count()
    glyphs._atlas.cache_clear()
    strip = np.full((glyphs.ROWS, 30), 200, np.uint8)
    table = np.asarray([[ord("A"), 0, 20], [ord("京"), 20, 10]], np.int32)
    with (tmp_path / "atlas.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **{"face": strip, "face:signs": table})
    monkeypatch.setenv("PASSANTE_PLATE_FONTS", str(tmp_path / "atlas.npz"))
    assert glyphs.count() == own + 1
    assert glyphs.sign(own, "A").shape == (glyphs.ROWS, 20)
    assert glyphs.sign(0, "京").shape == (glyphs.ROWS, 10), "a face that lacks it borrows it"
    assert glyphs.sign(own, "B").any(), "a letter the face lacks is drawn with strokes"


def test_gathered_photographs_are_small_and_without_the_plates_seen_on_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = tmp_path / "clone" / "test_images", tmp_path / "out"
    source.mkdir(parents=True)
    picture = np.full((720, 1280, 3), 90, np.uint8)
    x, y, _, _ = gather.WANTED["test3.jpg"][0]
    cv2.rectangle(picture, (x - 5, y - 3), (x + 5, y + 3), (255, 255, 255), -1)
    for name in ("test3.jpg", "somebody.jpg"):
        cv2.imwrite(str(source / name), picture)
    assert gather.main([str(out), str(tmp_path / "clone")]) == 0
    assert [path.name for path in out.iterdir()] == ["test3.jpg"]
    kept = cv2.imread(str(out / "test3.jpg"))
    assert kept is not None
    assert max(kept.shape) == gather.LONGEST
    assert kept.max() < 130
    monkeypatch.setenv("PASSANTE_PLATE_BACKGROUNDS", str(out))
    drawn = photos.draw(np.random.default_rng(0))
    assert drawn is not None
    assert drawn.shape == kept.shape


def test_without_photographs_streets_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PASSANTE_PLATE_BACKGROUNDS", raising=False)
    assert photos.draw(np.random.default_rng(0)) is None
    assert render(np.random.default_rng(0), width=160, height=120).picture.std() > 5
