"""Decoded frames as raw items: planes are views on the decoder's memory, sound becomes float."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from passante.core.media import LAYOUTS, PixelLayout
from passante.inside.video import Plane

FULL_RANGE = 2
"""AVCOL_RANGE_JPEG."""

_DEPTHS = (8, 10, 12)
_OPAQUE = 255


def carried_as(format_name: str) -> tuple[PixelLayout, str]:
    """The layout in which a picture of FFmpeg's `format_name` is carried.

    Returns:
        The layout, and the name of the format to convert to; the same name where none is needed.
    """
    plain = format_name.replace("yuvj", "yuv")
    if plain in LAYOUTS:
        return LAYOUTS[plain], format_name
    described = av.VideoFormat(format_name, 64, 64)
    parts = [part for part in described.components if not part.is_alpha]
    widest = max((part.bits for part in parts), default=8)
    depth = next((bits for bits in _DEPTHS if bits >= widest), _DEPTHS[-1])
    if described.has_palette or described.is_rgb or described.is_bayer:
        family = "gbrp"
    elif len(parts) == 1:
        family = "gray"
    else:
        # 4:1:1 and 4:1:0 have fewer columns of colour still; 4:4:0 has fewer rows only.
        narrow, low = described.chroma_width(64) < 64, described.chroma_height(64) < 64
        family = {
            (True, True): "yuv420p",
            (True, False): "yuv422p",
            (False, True): "yuv444p",
            (False, False): "yuv444p",
        }[narrow, low]
    layout = LAYOUTS[family if depth == 8 else f"{family}{depth}le"]
    full = format_name.startswith("yuvj")
    return layout, layout.name.replace("yuv", "yuvj") if full else layout.name


def converted(frame: av.VideoFrame, target: str, width: int, height: int) -> av.VideoFrame:
    """The frame in another format or size by swscale; range and colours keep their meaning.

    What is see-through is laid on white: what nobody was shown stays unseen.
    """
    if (frame.format.name, frame.width, frame.height) == (target, width, height):
        return frame
    pts, time_base, colour_range = frame.pts, frame.time_base, frame.color_range
    made = frame.reformat(
        width=width,
        height=height,
        format=target,
        src_color_range=colour_range or None,
        dst_color_range=colour_range or None,
    )
    made.pts = pts
    if time_base is not None:
        made.time_base = time_base
    if (opacity := opacity_of(frame, width, height)) is not None:
        _lay_on_white(made, opacity)
    return made


def opacity_of(frame: av.VideoFrame, width: int, height: int) -> NDArray[np.uint8] | None:
    """How opaque a frame is at another size, (height, width), 255: fully; None where all is."""
    described = frame.format
    if not described.has_palette and not any(part.is_alpha for part in described.components):
        return None
    shown = frame.reformat(width=width, height=height, format="rgba")
    opacity = np.asarray(shown.to_ndarray()[..., 3], np.uint8)
    return None if opacity.min() == _OPAQUE else opacity


def _lay_on_white(frame: av.VideoFrame, opacity: NDArray[np.uint8]) -> None:
    """Change a frame of our own in place; each colour sample is as opaque as its least pixel."""
    layout = LAYOUTS[frame.format.name.replace("yuvj", "yuv")]
    limited = not layout.rgb and frame.color_range != FULL_RANGE and "yuvj" not in frame.format.name
    full = (1 << layout.depth) - 1
    white = (235 << layout.depth - 8) if limited and layout.planes > 1 else full
    for number, plane in enumerate(_views(frame, layout)):
        colour = number > 0 and not layout.rgb
        share = _least(opacity, layout.chroma_x, layout.chroma_y) if colour else opacity
        ground = layout.middle if colour else white
        seen = (plane * np.float32(1) - ground) * (share / np.float32(_OPAQUE)) + ground
        np.copyto(plane, np.rint(seen), where=share < _OPAQUE, casting="unsafe")


def _least(opacity: NDArray[np.uint8], across: int, down: int) -> NDArray[np.uint8]:
    """The least of every `across` x `down` pixels; the last may be fewer."""
    rows, columns = opacity.shape
    padded = np.pad(opacity, ((0, -rows % down), (0, -columns % across)), "edge")
    blocks = padded.reshape(-(-rows // down), down, -(-columns // across), across)
    least: NDArray[np.uint8] = blocks.min(axis=(1, 3))
    return least


def planes_of(frame: av.VideoFrame, layout: PixelLayout) -> tuple[Plane, ...]:
    """Read-only views on the planes of a frame; nothing is copied and line padding is skipped."""
    views = _views(frame, layout)
    for view in views:
        view.setflags(write=False)
    return tuple(views)


def _views(frame: av.VideoFrame, layout: PixelLayout) -> list[NDArray[Any]]:
    dtype = np.dtype(np.uint8 if layout.depth == 8 else np.uint16)
    views: list[NDArray[Any]] = []
    for plane in frame.planes[: layout.planes]:
        # A negative line size means that the rows lie bottom up in memory.
        stride = plane.line_size
        memory: Any = plane  # it has the buffer protocol, which its annotations do not say
        offset = -stride * (plane.height - 1) if stride < 0 else 0
        view: NDArray[Any] = np.ndarray(
            (plane.height, plane.width),
            dtype,
            buffer=memory,
            offset=offset,
            strides=(stride, dtype.itemsize),
        )
        views.append(view)
    return views


def mirrored(plane: Plane) -> Plane:
    """The plane with left and right exchanged, in memory of its own."""
    made: NDArray[Any] = np.ascontiguousarray(plane[:, ::-1])
    return made


_SCALE: dict[Any, tuple[float, float]] = {
    np.dtype(np.uint8): (128.0, 1 / 128),
    np.dtype(np.int16): (0.0, 1 / 32768),
    np.dtype(np.int32): (0.0, 1 / 2147483648),
}
"""By kind of sample: what stands for silence, and the factor to -1..1."""


def samples_of(frame: av.AudioFrame) -> NDArray[np.float32]:
    """The sound of a frame as float32 (channels, n); whole numbers become -1 to 1."""
    data: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        data = data.reshape(-1, frame.layout.nb_channels).T
    if data.dtype in _SCALE:
        zero, scale = _SCALE[data.dtype]
        # 32-bit samples go through double: float32 alone would round before it scales.
        data = data.astype(np.float64 if data.dtype == np.int32 else np.float32)
        data = (data - zero) * scale
    return np.ascontiguousarray(data, np.float32)
