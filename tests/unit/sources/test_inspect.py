"""What the first and last bytes of a file say, before any library parses it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passante.core.errors import SourceUnavailableError
from passante.sources._inspect import Family, inspect


def box(kind: bytes, body: bytes = b"", *, claims: int | None = None) -> bytes:
    return struct.pack(">I", len(body) + 8 if claims is None else claims) + kind + body


def page(body: bytes, *, last: bool) -> bytes:
    flags = 4 if last else 0
    return b"OggS\0" + bytes([flags]) + bytes(20) + bytes([1, len(body)]) + body


FTYP, MOOV, MDAT = box(b"ftyp", b"isom0000"), box(b"moov", bytes(40)), box(b"mdat", bytes(100))
EBML = b"\x1a\x45\xdf\xa3\x81\0" + b"\x18\x53\x80\x67"

CASES = {
    "whole mp4": (FTYP + MOOV + MDAT, Family.ISO, False, False),
    "index behind": (FTYP + MDAT + MOOV, Family.ISO, False, False),
    "cut in the media": (FTYP + MOOV + MDAT[:-30], Family.ISO, True, False),
    "cut in a box head": (FTYP + MOOV + MDAT[:5], Family.ISO, True, False),
    "cut before its index": (FTYP + MDAT, Family.ISO, False, True),
    "cut in its index": (FTYP + MDAT + MOOV[:-5], Family.ISO, True, True),
    "box to the end": (FTYP + MOOV + box(b"mdat", bytes(9), claims=0), Family.ISO, False, False),
    "wide box": (
        FTYP + MOOV + struct.pack(">I4sQ", 1, b"mdat", 16 + 50) + bytes(50),
        Family.ISO, False, False,
    ),
    "wide box, cut": (
        FTYP + MOOV + struct.pack(">I4sQ", 1, b"mdat", 16 + 50) + bytes(20),
        Family.ISO, True, False,
    ),
    "nonsense behind": (FTYP + MOOV + MDAT + bytes([0, 0, 0, 3]) + b"abcdef", Family.ISO, False,
                        False),
    "matroska": (EBML + b"\x8a" + bytes(10), Family.MATROSKA, False, False),
    "matroska, cut": (EBML + b"\x8a" + bytes(9), Family.MATROSKA, True, False),
    "matroska, live": (EBML + b"\x01" + b"\xff" * 7 + bytes(9), Family.MATROSKA, False, False),
    "wav": (b"RIFF" + struct.pack("<I", 24) + b"WAVE" + bytes(20), Family.RIFF, False, False),
    "wav, cut": (b"RIFF" + struct.pack("<I", 24) + b"WAVE" + bytes(9), Family.RIFF, True, False),
    "wav, live": (b"RIFF" + b"\xff" * 4 + b"WAVE" + bytes(9), Family.RIFF, False, False),
    "ogg": (page(b"a", last=False) + page(b"b", last=True), Family.OGG, False, False),
    "ogg, last page missing": (page(b"a", last=False), Family.OGG, True, False),
    "ogg, last page cut": (page(b"abcdef", last=True)[:-2], Family.OGG, True, False),
    "transport": ((b"G" + bytes(187)) * 6, Family.OTHER, False, False),
    "transport, cut": ((b"G" + bytes(187)) * 6 + b"Gab", Family.OTHER, True, False),
    "transport on a disc, cut": ((bytes(4) + b"G" + bytes(187)) * 6 + b"abc", Family.OTHER, True,
                                 False),
    "bitmap": (b"BM" + bytes(60), Family.FOREIGN_PICTURE, False, False),
    "words": (b"words " * 30, Family.OTHER, False, False),
}  # fmt: skip


@pytest.mark.parametrize(("data", "family", "missing", "index"), CASES.values(), ids=CASES)
def test_a_file_tells_what_it_is_and_whether_it_is_whole(
    data: bytes, family: Family, missing: bool, index: bool, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    seen = inspect(path)
    assert (seen.family, bool(seen.missing), seen.index_missing) == (family, missing, index)


@pytest.mark.parametrize("tag", [b"Xing", b"Info"])
def test_an_mp3_that_counts_its_frames_states_its_length(tag: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x"
    frame = b"\xff\xfb\x90\0" + bytes(32)
    for head in (b"", b"ID3\4\0\0\0\0\2\1" + bytes(257)):
        path.write_bytes(head + frame + tag + bytes(100))
        assert inspect(path).states_length
        path.write_bytes(head + frame + bytes(100))
        assert not inspect(path).states_length


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError, match="no regular file"):
        inspect(Path("/dev/null"))
    with pytest.raises(SourceUnavailableError, match="cannot be reached"):
        inspect(tmp_path / ("x" * 300))


@given(
    st.sampled_from([b"", FTYP, EBML, b"RIFF", b"OggS", b"ID3\4\0\0", b"\xff\xd8\xff"]),
    st.binary(min_size=1, max_size=300),
)
def test_any_bytes_can_be_looked_at(
    tmp_path_factory: pytest.TempPathFactory, start: bytes, rest: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(start + rest)
    assert inspect(path).size_bytes == len(start + rest)
