"""The parts of JPEG, PNG and WebP files around the picture: which way is up, what else is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from passante.sources._inspect import Family

_ORIENTATION, _GPS = 0x0112, 0x8825
_STANDARD_LUMA_MEAN = 57.6
"""Mean of the luma table in annex K of ITU-T T.81, which stands for quality 50."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a picture file holds besides the picture."""

    complete: bool
    """Its last marker is there."""
    orientation: int = 1
    """1 to 8 as in EXIF: how the stored rows and columns lie in the scene."""
    dropped: tuple[str, ...] = ()
    quality: int | None = None
    """1 to 100 as most JPEG writers count, or None."""
    lossless: bool = False


def surroundings(data: bytes, family: Family) -> Surroundings:
    """Walk the chunks of a picture file; what is malformed ends the walk, it never raises."""
    match family:
        case Family.JPEG:
            return _jpeg(data)
        case Family.PNG:
            return _png(data)
        case _:
            return _webp(data)


def _jpeg(data: bytes) -> Surroundings:
    at, exif, quality, found = 2, b"", None, []
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if marker == 0xE1 and body.startswith(b"Exif\0"):
            exif = exif or body[6:]
        elif marker == 0xE1:
            found.append("XMP metadata")
        elif marker == 0xE2 and body.startswith(b"ICC_PROFILE"):
            found.append("colour profile")
        elif marker == 0xED:
            found.append("IPTC metadata")
        elif marker == 0xFE:
            found.append("comment")
        elif marker == 0xDB and quality is None:
            quality = _quality(body)
        elif marker == 0xDA:
            break
        at += 2 + max(2, length)
    end = data.rfind(b"\xff\xd9")
    complete = end > at
    if complete and end + 2 < len(data.rstrip(b"\0")):
        found.append("data behind the picture")
    orientation, from_exif = _exif(exif)
    return Surroundings(complete, orientation, _once(from_exif + found), quality)


def _quality(table: bytes) -> int | None:
    """The quality that a quantisation table stands for, 1 to 100."""
    wide = table[:1] >= b"\x10"
    values = table[1:129:2] if wide else table[1:65]
    low = table[2:129:2] if wide else b""
    if len(values) < 64:
        return None
    total = sum(values) * 256 + sum(low) if wide else sum(values)
    scale = total / 64 / _STANDARD_LUMA_MEAN
    return max(1, min(100, round(50 / scale if scale > 1 else 100 - 50 * scale)))


def _png(data: bytes) -> Surroundings:
    exif, found, complete = b"", [], False
    for kind, body in _chunks(data, 8, "big", trailer=4):
        match kind:
            case b"eXIf":
                exif = body
            case b"tEXt" | b"zTXt" | b"iTXt":
                found.append("XMP metadata" if b"xmp" in body[:32].lower() else "text metadata")
            case b"tIME":
                found.append("creation time")
            case b"iCCP":
                found.append("colour profile")
            case b"acTL":
                found.append("further pictures of an animation")
            case b"IEND":
                complete = True
                break
            case _:
                pass
    orientation, from_exif = _exif(exif)
    return Surroundings(complete, orientation, _once(from_exif + found), lossless=True)


def _webp(data: bytes) -> Surroundings:
    exif, found, lossless = b"", [], False
    for kind, body in _chunks(data, 12, "little", trailer=0):
        match kind:
            case b"EXIF":
                exif = body.removeprefix(b"Exif\0\0")
            case b"XMP ":
                found.append("XMP metadata")
            case b"ICCP":
                found.append("colour profile")
            case b"VP8L":
                lossless = True
            case _:
                pass
    promised = int.from_bytes(data[4:8], "little") + 8
    orientation, from_exif = _exif(exif)
    complete = len(data) >= promised
    return Surroundings(complete, orientation, _once(from_exif + found), lossless=lossless)


def _chunks(data: bytes, at: int, order: str, *, trailer: int) -> Iterator[tuple[bytes, bytes]]:
    """(kind, body) of the chunks of a PNG (length first) or a RIFF (kind first)."""
    while at + 8 <= len(data):
        if order == "big":
            length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        else:
            length, kind = int.from_bytes(data[at + 4 : at + 8], "little"), data[at : at + 4]
        yield kind, data[at + 8 : at + 8 + length]
        # RIFF pads chunks to whole pairs of bytes; PNG ends each with a check sum.
        at += 8 + length + trailer + (length % 2 if order == "little" else 0)


def _exif(tiff: bytes) -> tuple[int, list[str]]:
    """Orientation and what else the first directory of EXIF data holds."""
    if len(tiff) < 8:
        return 1, []
    big = tiff[:2] == b"MM"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "big" if big else "little")

    found, orientation = ["EXIF metadata"], 1
    start = number(4, 4)
    for entry in range(number(start, 2)):
        at = start + 2 + 12 * entry
        if at + 12 > len(tiff):
            break
        tag = number(at, 2)
        if tag == _ORIENTATION:
            value = number(at + 8, 2)
            orientation = value if 1 <= value <= 8 else 1
        elif tag == _GPS:
            found.append("EXIF location")
    return orientation, found


def _once(phrases: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrases))
