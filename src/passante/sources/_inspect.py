"""A file before any library parses it: is it there, what does it start with, is all of it there.

Containers state their own size in their first bytes, so a file that was cut off is told from a
whole one in a few reads, before an hour of work goes into it.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, assert_never

from passante.core.errors import SourceUnavailableError


class Family(StrEnum):
    """What the first bytes of a file say that it is."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    ISO = "mp4"
    MATROSKA = "matroska"
    RIFF = "riff"
    OGG = "ogg"
    FOREIGN_PICTURE = "picture of another kind"
    OTHER = "other"


_ISO_PICTURES = {b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"mif1", b"avif")}
_START = 4096
"""How much of the beginning is looked at, in bytes."""
_OGG_PAGE = 65_307
"""The largest page there can be, in bytes."""
PICTURES = frozenset({Family.JPEG, Family.PNG, Family.WEBP})


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the bytes of a file say about it."""

    family: Family
    size_bytes: int
    missing: str = ""
    """What is missing of the end, in words; "" where the file is whole or does not tell."""
    index_missing: bool = False
    """A recording without the index (moov) that says where its frames lie."""
    states_length: bool = False
    """An MP3 with a header that counts its frames; without, its length is a guess."""


def inspect(path: Path) -> Inspected:
    """Look at the first bytes and the frame of a file; raises SourceUnavailableError."""
    name = path.name or str(path)
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise SourceUnavailableError(
            f"{name}: no such file", hint="check the path for typing errors"
        ) from error
    except OSError as error:
        raise SourceUnavailableError(
            f"{name}: cannot be reached ({_reason(error)})", hint="check the path and the disk"
        ) from error
    if stat.S_ISDIR(found.st_mode):
        raise SourceUnavailableError(
            f"{name}: is a folder, not a file", hint="name one file, or give the folder as input"
        )
    if not stat.S_ISREG(found.st_mode):
        raise SourceUnavailableError(
            f"{name}: is no regular file", hint="copy the recording into a file first"
        )
    try:
        with path.open("rb") as file:
            if found.st_size == 0:
                raise SourceUnavailableError(
                    f"{name}: is empty (0 bytes)",
                    hint="the copy or the recording failed; fetch the file again",
                )
            return _read(file, found.st_size)
    except PermissionError as error:
        raise SourceUnavailableError(
            f"{name}: no permission to read it", hint="give your user read permission on the file"
        ) from error
    except OSError as error:
        raise SourceUnavailableError(
            f"{name}: cannot be read ({_reason(error)})", hint="check the disk it lies on"
        ) from error


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _read(file: BinaryIO, size: int) -> Inspected:
    head = file.read(16)
    family = _family(head)
    missing, index_missing, counts = "", False, False
    match family:
        case Family.JPEG | Family.PNG | Family.FOREIGN_PICTURE:
            pass
        case Family.RIFF | Family.WEBP:
            promised = int.from_bytes(head[4:8], "little") + 8
            # Recorders that write as they go leave the size at 0 or at the largest number.
            if 8 < promised < 0xFFFF_FFF0:
                missing = _bytes(promised - size)
        case Family.ISO:
            missing, index_missing = _iso_missing(file, size)
        case Family.MATROSKA:
            missing = _bytes(_matroska_short(file, size))
        case Family.OGG:
            missing = _ogg_missing(file, size)
        case Family.OTHER:
            file.seek(0)
            start = file.read(_START)
            missing = _transport_missing(start, size)
            counts = _counts_frames(file, start)
        case _:
            assert_never(family)
    return Inspected(family, size, missing, index_missing, counts)


def _family(head: bytes) -> Family:
    if head[:4] == b"RIFF":
        return Family.WEBP if head[8:12] == b"WEBP" else Family.RIFF
    bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
    if bitmap or head[:4] in {b"II*\0", b"MM\0*"} or head[4:12] in _ISO_PICTURES:
        return Family.FOREIGN_PICTURE
    if head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp"}:
        return Family.ISO
    starts = {
        b"\xff\xd8\xff": Family.JPEG,
        b"\x89PNG\r\n\x1a\n": Family.PNG,
        b"\x1a\x45\xdf\xa3": Family.MATROSKA,
        b"OggS": Family.OGG,
    }
    return next((known for start, known in starts.items() if head.startswith(start)), Family.OTHER)


def _transport_missing(start: bytes, size: int) -> str:
    """MPEG transport streams come in packets of 188 bytes, on discs of 192."""
    for packet, sync in ((188, 0), (192, 4)):
        if start[sync::packet][:5] == b"G" * 5:
            return _bytes(-size % packet)
    return ""


def _bytes(short: int) -> str:
    return f"at least {short} of its bytes are missing" if short > 0 else ""


def _ogg_missing(file: BinaryIO, size: int) -> str:
    """The last page of an Ogg file (RFC 3533) says that it is the last, and is all there."""
    file.seek(max(0, size - _OGG_PAGE))
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27 or not tail[at + 5] & 4:
        return "its last page is missing"
    lacing = tail[at + 27 : at + 27 + tail[at + 26]]
    end = at + 27 + tail[at + 26] + sum(lacing)
    return _bytes(end - len(tail))


def _counts_frames(file: BinaryIO, start: bytes) -> bool:
    """Whether the first frame of an MP3 is a header that counts the others."""
    if start.startswith(b"ID3"):
        # Four times seven bits, so that no byte looks like the start of a frame.
        length = sum((byte & 0x7F) << 7 * (3 - n) for n, byte in enumerate(start[6:10]))
        file.seek(10 + length)
        start = file.read(_START)
    return b"Xing" in start[:256] or b"Info" in start[:256]


def _iso_missing(file: BinaryIO, size: int) -> tuple[str, bool]:
    """What is missing of an MP4, and whether that is its index.

    Walks the top-level boxes of ISO 14496-12; the last may promise more than there is.
    """
    at, index, media = 0, False, False
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return _bytes(8 - len(head)), media and not index
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0:
            length = size - at
        if length < 8:
            break
        index |= kind == b"moov" and at + length <= size
        media |= kind in {b"mdat", b"moof"}
        at += length
    return _bytes(at - size), media and not index


def _matroska_short(file: BinaryIO, size: int) -> int:
    """By how many bytes the file is shorter than its segment; 0 where none is stated."""
    file.seek(0)
    head = file.read(4096)
    at = 4
    length, at = _vint(head, at)
    if length is None:
        return 0
    at += length
    if head[at : at + 4] != b"\x18\x53\x80\x67":
        return 0
    length, at = _vint(head, at + 4)
    return 0 if length is None else at + length - size


def _vint(data: bytes, at: int) -> tuple[int | None, int]:
    """The variable-length number at `at` (RFC 8794), None if unknown, and where it ends."""
    if at >= len(data) or data[at] == 0:
        return None, at + 1
    width = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
    return (None if value == (1 << 7 * width) - 1 else value), at + width
