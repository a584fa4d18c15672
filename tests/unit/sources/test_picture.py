"""Pictures are turned upright before anything looks, and carried without what is around them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from passante.core.errors import DecodeError, SourceLostError, SourceUnavailableError
from passante.core.media import MediaKind
from passante.inside.video import RawFrame
from passante.sources import PictureSource, open_source


def scene(rows: int = 48, columns: int = 64) -> np.ndarray:
    """A picture that looks different from every side, smooth enough for JPEG; BGR."""
    down, across = np.mgrid[0:rows, 0:columns]
    made = np.stack([across * 3, down * 4, (across + down) * 2], axis=2).clip(0, 255)
    made[4:20, 4:12] = (20, 60, 220)
    return made.astype(np.uint8)


def exif(orientation: int, *, big: bool = False, place: bool = False) -> bytes:
    """A TIFF directory with an orientation, and with a pointer to a place."""
    order = ">" if big else "<"
    entries = [struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)]
    if place:
        entries.append(struct.pack(f"{order}HHII", 0x8825, 4, 1, 200))
    head = (b"MM\0*" if big else b"II*\0") + struct.pack(f"{order}IH", 8, len(entries))
    return head + b"".join(entries) + b"\0\0\0\0"


def jpeg(picture: np.ndarray, tiff: bytes = b"", quality: int = 95, extra: bytes = b"") -> bytes:
    data = bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])
    body = b"Exif\0\0" + tiff
    app = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body if tiff else b""
    return data[:2] + app + extra + data[2:]


def png(picture: np.ndarray, chunks: dict[bytes, bytes]) -> bytes:
    data = bytes(cv2.imencode(".png", picture)[1])
    made = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks.items()
    )
    return data[:33] + made + data[33:]  # behind IHDR


def webp(picture: np.ndarray, tiff: bytes, quality: int) -> bytes:
    """The extended form, with an EXIF chunk behind the picture."""
    data = bytes(cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, quality])[1])
    rows, columns = picture.shape[:2]
    size = struct.pack("<I", columns - 1)[:3] + struct.pack("<I", rows - 1)[:3]
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x08\0\0\0" + size
    padded = tiff + b"\0" * (len(tiff) % 2)
    body = extended + data[12:] + b"EXIF" + struct.pack("<I", len(tiff)) + padded
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def opened(path: Path, data: bytes, **how: bool) -> tuple[PictureSource, RawFrame]:
    path.write_bytes(data)
    source = open_source(path, **how)
    assert isinstance(source, PictureSource)
    frames = list(source)
    source.close()
    assert len(frames) == 1
    return source, frames[0]


def upright(picture: np.ndarray, orientation: int) -> np.ndarray:
    """What a viewer shows, worked out by the words of the standard: where row 0, column 0 lies."""
    across, down = picture[:, ::-1], picture[::-1]
    on_its_side = picture.swapaxes(0, 1)
    return {
        1: picture,  # top, left
        2: across,  # top, right
        3: across[::-1],  # bottom, right
        4: down,  # bottom, left
        5: on_its_side,  # left, top
        6: on_its_side[:, ::-1],  # right, top
        7: on_its_side[::-1, ::-1],  # right, bottom
        8: on_its_side[::-1],  # left, bottom
    }[orientation]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(48, 64), (47, 63)])
def test_a_jpeg_is_turned_as_its_exif_says(
    orientation: int, size: tuple[int, int], tmp_path: Path
) -> None:
    stored = scene(*size)
    source, frame = opened(tmp_path / "a.jpg", jpeg(stored, exif(orientation, big=True)))
    form = frame.format
    seen = frame.view(form.width, form.height).pixels[..., ::-1]
    wanted = upright(stored, orientation)
    assert seen.shape == wanted.shape
    assert np.abs(seen.astype(int) - wanted.astype(int)).mean() < 4
    assert form.rotation == 0
    assert source.info.kind is MediaKind.PICTURE
    assert source.info.dropped == ("EXIF metadata",)


@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_png_and_webp_are_turned_too(orientation: int, tmp_path: Path) -> None:
    stored, tiff = scene(), exif(orientation)
    files = {
        "a.png": png(stored, {b"eXIf": tiff}),
        "lossless.webp": webp(stored, tiff, 101),
        "lossy.webp": webp(stored, tiff, 95),
    }
    for name, data in files.items():
        _, frame = opened(tmp_path / name, data)
        form = frame.format
        seen = frame.view(form.width, form.height).pixels[..., ::-1].astype(int)
        wanted = upright(stored, orientation).astype(int)
        assert seen.shape == wanted.shape
        assert np.abs(seen - wanted).mean() < (5 if name == "lossy.webp" else 0.01)
    assert opened(tmp_path / "a.webp", files["lossy.webp"])[0].info.video.quality == 90  # type: ignore[union-attr]


def test_a_png_keeps_every_bit_that_is_carried(tmp_path: Path) -> None:
    stored = scene()
    _, frame = opened(tmp_path / "a.png", bytes(cv2.imencode(".png", stored)[1]))
    green, blue, red = frame.planes
    assert (np.stack([blue, green, red], axis=2) == stored).all()
    grey = stored[..., 0]
    _, frame = opened(tmp_path / "g.png", bytes(cv2.imencode(".png", grey)[1]))
    assert (frame.planes[0] == grey).all()
    deep = stored.astype(np.uint16) * 257
    _, frame = opened(tmp_path / "d.png", bytes(cv2.imencode(".png", deep)[1]))
    assert frame.format.layout.depth == 12
    assert np.abs(frame.planes[0].astype(int) - (deep[..., 1] >> 4)).max() <= 1


def test_what_lies_around_a_picture_is_named_without_its_content(tmp_path: Path) -> None:
    segments = {
        0xE1: b"http://ns.adobe.com/xap/1.0/\0secret",
        0xE2: b"ICC_PROFILE\0\1\1secret",
        0xED: b"Photoshop 3.0\0secret",
        0xFE: b"secret",
    }
    extra = b"".join(
        bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body
        for marker, body in segments.items()
    )
    data = jpeg(scene(), exif(1, place=True), extra=extra) + b"secret film behind it"
    source, _ = opened(tmp_path / "a.jpg", data)
    assert source.info.dropped == (
        "EXIF metadata",
        "EXIF location",
        "XMP metadata",
        "colour profile",
        "IPTC metadata",
        "comment",
        "data behind the picture",
    )
    chunks = {b"tEXt": b"Comment\0secret", b"tIME": b"\x07\xea\1\1\1\1\1"}
    source, _ = opened(tmp_path / "a.png", png(scene(), chunks))
    assert source.info.dropped == ("text metadata", "creation time")


def test_transparency_is_named_only_where_there_is_any(tmp_path: Path) -> None:
    opaque = np.dstack([scene(), np.full((48, 64), 255, np.uint8)])
    source, _ = opened(tmp_path / "a.png", bytes(cv2.imencode(".png", opaque)[1]))
    assert source.info.dropped == ()
    opaque[0, 0, 3] = 7
    source, _ = opened(tmp_path / "b.png", bytes(cv2.imencode(".png", opaque)[1]))
    assert source.info.dropped == ("transparency",)


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_what_a_picture_does_not_show_is_not_shown_by_ours(name: str, tmp_path: Path) -> None:
    hole = np.dstack([scene(), np.full((48, 64), 255, np.uint8)])
    hole[8:24, 16:40, 3] = 0
    _, frame = opened(tmp_path / name, bytes(cv2.imencode(Path(name).suffix, hole)[1]))
    assert all((plane[8:24, 16:40] == 255).all() for plane in frame.planes)


@pytest.mark.parametrize("quality", [40, 75, 90, 97])
def test_the_quality_of_a_jpeg_is_read_off_its_tables(quality: int, tmp_path: Path) -> None:
    source, _ = opened(tmp_path / "a.jpg", jpeg(scene(), quality=quality))
    assert source.info.video is not None
    assert source.info.video.quality == pytest.approx(quality, abs=2)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_a_truncated_picture_is_refused_or_kept_and_said(name: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (96, 96, 3), np.uint8)
    data = bytes(cv2.imencode(name[1:], noise, [cv2.IMWRITE_WEBP_QUALITY, 90])[1])
    path = tmp_path / name
    path.write_bytes(data[: len(data) * 6 // 10])
    with pytest.raises(SourceLostError, match="truncated"):
        open_source(path)
    if name != "a.jpg":  # the other decoders take all or nothing
        with pytest.raises(DecodeError):
            open_source(path, allow_truncated=True)
        return
    source = open_source(path, allow_truncated=True)
    assert source.truncated
    assert len(list(source)) == 1


def test_a_picture_that_only_starts_like_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xda\0\4ab" + b"nothing of a picture " * 20 + b"\xff\xd9")
    with pytest.raises(DecodeError) as caught:
        open_source(path)
    assert caught.value.hint


def test_a_small_file_that_states_a_huge_picture_is_refused(tmp_path: Path) -> None:
    """Unpacked it would take all memory, and the rest of a folder would stay undone."""
    side = 16_400
    flat = zlib.compress(bytes(side // 8 + 1) * side, 1)
    data = b"\x89PNG\r\n\x1a\n"
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    for kind, body in ((b"IHDR", head), (b"IDAT", flat), (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + kind + body
        data += struct.pack(">I", zlib.crc32(kind + body))
    assert len(data) < 1_000_000
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(DecodeError, match="cannot be decoded") as caught:
        open_source(path)
    assert "268 million pixels" in caught.value.hint


def test_a_text_named_like_a_picture_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_text("no picture at all\n" * 50)
    with pytest.raises(SourceUnavailableError):
        open_source(path)


@pytest.mark.parametrize("name", ["a.png", "photo", "a.mp4"])
def test_a_name_does_not_make_a_jpeg_anything_else(name: str, tmp_path: Path) -> None:
    source, _ = opened(tmp_path / name, jpeg(scene()))
    assert source.info.container == "jpeg"


def test_malformed_surroundings_never_raise(tmp_path: Path) -> None:
    whole = jpeg(scene(), exif(6, place=True))
    for at in range(2, 80):
        broken = bytearray(whole)
        broken[at] ^= 0xFF
        path = tmp_path / "a.jpg"
        path.write_bytes(bytes(broken))
        try:
            assert len(list(open_source(path))) == 1
        except (DecodeError, SourceLostError, SourceUnavailableError) as error:
            assert error.hint  # noqa: PT017  (either is right, but nothing else)
