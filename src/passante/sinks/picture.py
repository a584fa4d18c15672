"""Protected pictures in the format they came in, with nothing but the picture in them."""

from __future__ import annotations

from pathlib import Path

import av
from av.codec.context import Flags
from av.error import FFmpegError

from passante.core.errors import BoundaryError, SettingsError, SinkError
from passante.core.media import MediaInfo, PixelLayout
from passante.outside.media import Outbound, ProtectedFrame
from passante.sinks import _planes
from passante.sinks._codecs import PICTURES
from passante.sinks._partial import PartialFile, sink_error
from passante.sinks.settings import OutputSettings

_LAMBDA = 118
"""FF_QP2LAMBDA: the unit in which encoders take a fixed quantiser."""


class PictureSink:
    """Writes one picture as JPEG, PNG or WebP, by the ending of its name."""

    def __init__(
        self,
        target: Path,
        info: MediaInfo,
        settings: OutputSettings,
        *,
        source: Path | None = None,
    ) -> None:
        kind = PICTURES.get(target.suffix.lower())
        if kind is None or info.video is None:
            raise SettingsError(
                f"{target.name}: a picture cannot be written as {target.suffix or 'that'}",
                hint=f"use one of {', '.join(PICTURES)}",
            )
        self._name = target.name
        self._kind = kind
        self._quality = info.video.quality
        self._file = PartialFile(target, overwrite=settings.overwrite, source=source)
        self._written = False
        self._closed = False

    def write(self, item: Outbound, /) -> None:
        """Encode the one picture; raises SinkError and nothing else but BoundaryError."""
        if not isinstance(item, ProtectedFrame):
            raise BoundaryError("a picture file takes a protected picture, nothing else")
        if self._written:
            raise SinkError(f"{self._name}: holds one picture only, and it has been written")
        try:
            self._file.path.write_bytes(_encoded(item, self._kind, self._quality))
        except (FFmpegError, ValueError, OSError) as error:
            raise sink_error(self._name, error) from error
        self._written = True

    def close(self) -> None:
        """Give the picture its final name; may be called twice."""
        if self._closed:
            return
        self._closed = True
        if not self._written:
            self._file.discard()
            raise SinkError(
                f"{self._name}: nothing was written to it",
                hint="the picture could not be protected; see the report",
            )
        self._file.commit()

    def abort(self) -> None:
        """Leave nothing behind; may be called at any time, also after `close`."""
        self._closed = True
        self._file.discard()


def _encoded(item: ProtectedFrame, kind: str, quality: int | None) -> bytes:
    """The bytes of a whole picture file."""
    planes, layout = item.planes, item.format.layout
    if layout.planes == 1 and kind != "png":
        planes, layout = _planes.with_neutral_colour(planes, layout)
    frame = _planes.frame_of(planes, layout)
    colour = item.format.colour
    frame.colorspace, frame.color_range = colour.matrix, 2 if colour.full_range else 1
    encoder, wanted, options = {
        "jpeg": ("mjpeg", _jpeg_layout(layout), {}),
        "png": ("png", _png_layout(layout), {}),
        "webp": ("libwebp", *_webp_layout(layout, quality)),
    }[kind]
    context = av.CodecContext.create(encoder, "w")
    assert isinstance(context, av.VideoCodecContext)  # all three encode pictures
    if wanted != frame.format.name:
        full = kind != "webp"
        frame = frame.reformat(format=wanted, dst_color_range=2 if full else 1)
        frame.color_range = 2 if full else 1
    context.width, context.height, context.pix_fmt = frame.width, frame.height, wanted
    context.time_base = item.time_base
    context.color_range = frame.color_range
    context.thread_count = 1
    context.flags |= Flags.bitexact
    if kind == "jpeg":
        quantiser = _quantiser(quality)
        context.qmin = context.qmax = quantiser
        context.qscale = True
        context.global_quality = quantiser * _LAMBDA
    context.options = options
    frame.pts, frame.time_base, frame.pict_type = 0, item.time_base, 0
    packets = [*context.encode(frame), *context.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def _quantiser(quality: int | None) -> int:
    """The encoder's quantiser (1 best to 31) that is at least as fine as a JPEG quality."""
    quality = 95 if quality is None else quality
    scale = 50 / quality if quality < 50 else 2 - quality / 50
    # Measured: a step of the encoder is as coarse as some 0.1 of the standard table at most.
    return max(1, min(31, int(scale / 0.1)))


def _jpeg_layout(layout: PixelLayout) -> str:
    return "yuvj444p" if layout.rgb else f"yuvj{_planes.family_of(layout)[3:]}p"


def _png_layout(layout: PixelLayout) -> str:
    if layout.planes == 1:
        return "gray" if layout.depth == 8 else "gray16be"
    return "rgb24" if layout.depth == 8 else "rgb48be"


def _webp_layout(layout: PixelLayout, quality: int | None) -> tuple[str, dict[str, str]]:
    if layout.rgb:
        return "bgra", {"lossless": "1"}
    return "yuv420p", {"quality": str(quality or 90)}
