"""Pictures go out in the format they came in, without anything around them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from passante.core.errors import BoundaryError, SettingsError, SinkError
from passante.sinks import OutputSettings, open_sink
from passante.sources import open_source
from recordings import Clip, carry, dressed, make

PLAIN = OutputSettings()


def written(path: Path, picture: np.ndarray, *options: int) -> Path:
    cv2.imwrite(str(path), picture, options)
    return path


@pytest.fixture
def scene() -> np.ndarray:
    noise = np.random.default_rng(3).integers(0, 256, (60, 83, 3), np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.uint8)


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_what_was_stored_without_loss_comes_out_bit_for_bit(
    name: str, scene: np.ndarray, tmp_path: Path
) -> None:
    source = written(tmp_path / name, scene, cv2.IMWRITE_WEBP_QUALITY, 101)
    out = carry(source, tmp_path / f"out_{name}", PLAIN)
    assert (cv2.imread(str(out)) == scene).all()


@pytest.mark.parametrize("factor", [1, 257])
def test_grey_and_deep_png_stay_what_they_are(
    factor: int, scene: np.ndarray, tmp_path: Path
) -> None:
    grey = scene[..., 0].astype(np.uint16 if factor > 1 else np.uint8) * factor
    source = written(tmp_path / "a.png", np.asarray(grey, np.uint16 if factor > 1 else np.uint8))
    seen = cv2.imread(str(carry(source, tmp_path / "out.png", PLAIN)), cv2.IMREAD_UNCHANGED)
    assert seen is not None
    assert seen.dtype == (np.uint16 if factor > 1 else np.uint8)
    assert np.abs(seen.astype(int) - grey.astype(int)).max() <= (0 if factor == 1 else 32)


@pytest.mark.parametrize("quality", [60, 80, 95])
def test_a_jpeg_comes_out_about_as_fine_and_about_as_large(quality: int, tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (240, 320, 3), np.uint8)
    original = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.5), np.uint8)
    source = written(tmp_path / "a.jpg", original, cv2.IMWRITE_JPEG_QUALITY, quality)
    out = carry(source, tmp_path / "out.jpg", PLAIN)
    before, after = cv2.imread(str(source)), cv2.imread(str(out))
    assert after.shape == before.shape
    loss = np.abs(before.astype(int) - original.astype(int)).mean()
    assert np.abs(after.astype(int) - before.astype(int)).mean() < loss
    assert 0.6 < out.stat().st_size / source.stat().st_size < 1.5


@pytest.mark.parametrize("name", ["grey.jpg", "odd.jpeg", "lossy.webp"])
def test_other_kinds_keep_their_size(name: str, scene: np.ndarray, tmp_path: Path) -> None:
    picture = scene[..., 0] if name == "grey.jpg" else scene[:59]
    source = written(tmp_path / name, picture, cv2.IMWRITE_WEBP_QUALITY, 80)
    before = cv2.imread(str(source))
    after = cv2.imread(str(carry(source, tmp_path / f"out_{name}", PLAIN)))
    assert after.shape == before.shape
    assert np.abs(after.astype(int) - before.astype(int)).mean() < 3


def test_nothing_but_the_picture_is_written(scene: np.ndarray, tmp_path: Path) -> None:
    for ending in ("jpg", "png", "webp"):
        source = written(tmp_path / f"a.{ending}", scene)
        data = carry(source, tmp_path / f"out.{ending}", PLAIN).read_bytes()
        for word in (b"Exif", b"EXIF", b"eXIf", b"tEXt", b"Lavc", b"XMP", b"ICCP", b"iCCP"):
            assert word not in data


def test_a_picture_can_change_its_format(scene: np.ndarray, tmp_path: Path) -> None:
    source = written(tmp_path / "a.png", scene)
    for name in ("b.jpg", "b.webp"):
        after = cv2.imread(str(carry(source, tmp_path / name, PLAIN)))
        assert np.abs(after.astype(int) - scene.astype(int)).mean() < 4


def test_an_ending_that_is_no_picture_is_refused(scene: np.ndarray, tmp_path: Path) -> None:
    info = open_source(written(tmp_path / "a.png", scene)).info
    with pytest.raises(SettingsError, match="a picture cannot be written"):
        open_sink(tmp_path / "b.mp4", info, PLAIN)
    with pytest.raises(SettingsError):
        open_sink(tmp_path / "b", info, PLAIN)


def test_nothing_stands_under_the_final_name_until_close(scene: np.ndarray, tmp_path: Path) -> None:
    source = open_source(written(tmp_path / "a.png", scene))
    sink = open_sink(tmp_path / "out.png", source.info, PLAIN)
    (frame,) = source
    with pytest.raises(BoundaryError):
        sink.write(frame)  # type: ignore[arg-type]
    sink.write(dressed(frame))
    with pytest.raises(SinkError, match="one picture only"):
        sink.write(dressed(frame))
    assert not (tmp_path / "out.png").exists()
    sink.close()
    sink.close()
    sink.abort()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "out.png"]


def test_an_aborted_or_empty_picture_leaves_nothing(scene: np.ndarray, tmp_path: Path) -> None:
    source = open_source(written(tmp_path / "a.png", scene))
    sink = open_sink(tmp_path / "out.png", source.info, PLAIN)
    for frame in source:
        sink.write(dressed(frame))
    sink.abort()
    sink.close()
    sink = open_sink(tmp_path / "out.png", source.info, PLAIN)
    with pytest.raises(SinkError, match="nothing was written"):
        sink.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_full_disk_is_told(
    scene: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = open_source(written(tmp_path / "a.png", scene))
    sink = open_sink(tmp_path / "out.png", source.info, PLAIN)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    (frame,) = source
    with pytest.raises(SinkError) as caught:
        sink.write(dressed(frame))
    assert "free some space" in caught.value.hint
    sink.abort()
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_film_is_not_written_as_a_picture(tmp_path: Path) -> None:
    info = open_source(make(tmp_path / "a.mp4", Clip())).info
    with pytest.raises(SettingsError, match="video cannot be written"):
        open_sink(tmp_path / "out.jpg", info, PLAIN)
