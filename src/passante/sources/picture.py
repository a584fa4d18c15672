"""Pictures: JPEG, PNG and WebP, turned upright before anything looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from av.packet import Packet
from numpy.typing import NDArray

from passante.core.errors import DecodeError, SourceLostError, SourceUnavailableError
from passante.core.media import (
    LAYOUTS,
    Colour,
    MediaInfo,
    MediaKind,
    PixelLayout,
    VideoFormat,
    VideoStream,
)
from passante.core.names import StreamId
from passante.inside.video import Plane, RawFrame
from passante.sources import _decode
from passante.sources._inspect import Family, Inspected
from passante.sources._picture_file import surroundings

_STREAM = StreamId("picture")
_ORIENTATIONS = {
    1: (0, False), 2: (0, True), 3: (2, False), 4: (2, True),
    5: (3, True), 6: (1, False), 7: (1, True), 8: (3, False),
}  # fmt: skip
"""For each orientation: quarter turns clockwise, after mirroring left to right or not."""
_DECODERS = {Family.JPEG: "mjpeg", Family.PNG: "png", Family.WEBP: "webp"}


class PictureSource:
    """One picture, upright: the orientation that EXIF states is applied to its pixels.

    Attributes:
        notes: What a report should say about the reading, in plain words, without content.
        truncated: True where the file ends before its end.
    """

    def __init__(self, path: Path, inspected: Inspected, *, allow_truncated: bool = False) -> None:
        self.notes: list[str] = []
        self.truncated = False
        name = path.name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SourceUnavailableError(
                f"{name}: cannot be read ({error.strerror})", hint="check the disk it lies on"
            ) from error
        around = surroundings(data, inspected.family)
        if not around.complete:
            if not allow_truncated:
                raise SourceLostError(
                    f"{name}: is truncated: its end is missing",
                    hint="fetch the whole file, or keep what is readable with --allow-truncated",
                )
            self.truncated = True
            self.notes.append("truncated: its end is missing")
        frame = _decoded(data, inspected.family, name)
        alpha = _decode.opacity_of(frame, frame.width, frame.height) is not None
        self._format, self._planes = _upright(frame, around.orientation, inspected.family)
        self._info = MediaInfo(
            kind=MediaKind.PICTURE,
            container=str(inspected.family),
            video=VideoStream(
                stream=_STREAM,
                format=self._format,
                time_base=Fraction(1),
                rate=None,
                frames=1,
                codec=_DECODERS[inspected.family],
                quality=None if around.lossless else around.quality or 90,
            ),
            audio=(),
            duration_ns=None,
            dropped=around.dropped + (("transparency",) if alpha else ()),
        )

    @property
    def info(self) -> MediaInfo:
        """What the file holds."""
        return self._info

    def __iter__(self) -> Iterator[RawFrame]:
        """The one picture."""
        yield RawFrame(
            stream=_STREAM,
            seq=0,
            pts=0,
            time_base=Fraction(1),
            format=self._format,
            planes=self._planes,
        )

    def close(self) -> None:
        """Nothing is held open; may be called twice."""


def _decoded(data: bytes, family: Family, name: str) -> av.VideoFrame:
    hint = (
        "open it in a viewer to see whether it is sound; animations, and pictures of more than "
        "268 million pixels (the library's limit), are not read"
    )
    try:
        context = av.CodecContext.create(_DECODERS[family], "r")
        assert isinstance(context, av.VideoCodecContext)  # all three decode pictures
        frames = [*context.decode(Packet(data)), *context.decode(None)]
    except (FFmpegError, ValueError) as error:
        said = getattr(error, "strerror", None) or type(error).__name__
        raise DecodeError(f"{name}: the picture cannot be decoded ({said})", hint=hint) from error
    if not frames:
        raise DecodeError(f"{name}: holds no picture that can be decoded", hint=hint)
    return frames[0]


def _upright(
    frame: av.VideoFrame, orientation: int, family: Family
) -> tuple[VideoFormat, tuple[Plane, ...]]:
    """The planes as the scene stood, and their format."""
    layout, target = _decode.carried_as(frame.format.name)
    if orientation != 1 and not _turns_alone(layout, frame.width, frame.height):
        full = f"yuv444p{'' if layout.depth == 8 else f'{layout.depth}le'}"
        layout = LAYOUTS[full]
        target = full.replace("yuv", "yuvj") if frame.format.name.startswith("yuvj") else full
    shown = _decode.converted(frame, target, frame.width, frame.height)
    planes = tuple(
        np.ascontiguousarray(_oriented(plane, orientation))
        for plane in _decode.planes_of(shown, layout)
    )
    rows, columns = planes[0].shape
    made = VideoFormat(
        width=columns,
        height=rows,
        layout=layout,
        colour=Colour(
            primaries=int(frame.color_primaries),
            transfer=int(frame.color_trc),
            matrix=int(frame.colorspace),
            # Only WebP, which is video inside, keeps head room; the others state no range.
            full_range=layout.rgb or family is not Family.WEBP,
        ),
    )
    return made, planes


def _turns_alone(layout: PixelLayout, width: int, height: int) -> bool:
    """Whether planes can be turned each for itself: square steps and no half step at an edge."""
    if layout.planes == 1 or layout.chroma_x == layout.chroma_y == 1:
        return True
    return layout.chroma_x == layout.chroma_y and width % 2 == 0 and height % 2 == 0


def _oriented(plane: Plane, orientation: int) -> NDArray[Any]:
    """A plane after undoing an EXIF orientation (TIFF 6.0, tag 274)."""
    quarters, mirrored = _ORIENTATIONS[orientation]
    return np.rot90(np.fliplr(plane) if mirrored else plane, -quarters)
