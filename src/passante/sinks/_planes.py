"""Protected planes as a frame for an encoder, with as few copies as the encoder allows."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from passante.core.media import LAYOUTS, PixelLayout

Planes = tuple[NDArray[Any], ...]


def frame_of(planes: Planes, layout: PixelLayout) -> av.VideoFrame:
    """A frame of these planes; no copy where they already lie in one I420 buffer."""
    whole = _one_buffer(planes, layout)
    if whole is not None:
        return av.VideoFrame.from_numpy_buffer(whole, format=layout.name)
    rows, columns = planes[0].shape
    frame = av.VideoFrame(columns, rows, layout.name)
    for plane, memory in zip(planes, frame.planes, strict=True):
        view: NDArray[Any] = np.ndarray(
            plane.shape,
            plane.dtype,
            buffer=memory,  # type: ignore[arg-type]  # it has the buffer protocol, untyped
            strides=(memory.line_size, plane.itemsize),
        )
        np.copyto(view, plane)
    return frame


def _one_buffer(planes: Planes, layout: PixelLayout) -> NDArray[Any] | None:
    """The one array (height * 3 / 2, width) that holds all three planes, if there is one."""
    whole = planes[0].base
    rows, columns = planes[0].shape
    if (
        layout.name != "yuv420p"
        # PyAV rounds the height of a wrapped picture down to a multiple of four: 270 becomes 268,
        # and the last rows of brightness are shown as colour.
        or rows % 4
        or columns % 2
        or not isinstance(whole, np.ndarray)
        or whole.size != rows * columns * 3 // 2
        or whole.dtype != np.uint8
        or not whole.flags.c_contiguous
    ):
        return None
    at = whole.ctypes.data
    for plane in planes:
        if plane.ctypes.data != at or not plane.flags.c_contiguous:
            return None
        at += plane.nbytes
    return whole.reshape(rows * 3 // 2, columns)


def family_of(layout: PixelLayout) -> str:
    """The layout's name without "p" and depth: "yuv420", "gbr", "gray"."""
    return layout.name.removesuffix(f"{layout.depth}le").removesuffix("p")


def in_family(family: str, depth: int) -> PixelLayout:
    """The layout of a family at a depth."""
    stem = family if family == "gray" else f"{family}p"
    return LAYOUTS[stem if depth == 8 else f"{stem}{depth}le"]


def with_full_colour(planes: Planes, layout: PixelLayout) -> tuple[Planes, PixelLayout]:
    """The same picture at 4:4:4: each chroma sample is repeated, so nothing is lost or blurred."""
    rows, columns = planes[0].shape
    grown = [planes[0]]
    for plane in planes[1:]:
        wide = plane.repeat(layout.chroma_x, axis=1) if layout.chroma_x > 1 else plane
        tall = wide.repeat(layout.chroma_y, axis=0) if layout.chroma_y > 1 else wide
        grown.append(tall[:rows, :columns])
    return tuple(grown), in_family("yuv444", layout.depth)


def with_neutral_colour(planes: Planes, layout: PixelLayout) -> tuple[Planes, PixelLayout]:
    """A grey picture as 4:2:0 without colour, which every player knows."""
    made = in_family("yuv420", layout.depth)
    rows, columns = planes[0].shape
    chroma = np.full((-(-rows // 2), -(-columns // 2)), layout.middle, planes[0].dtype)
    return (planes[0], chroma, chroma), made


def turned(planes: Planes, layout: PixelLayout, clockwise: int) -> tuple[Planes, PixelLayout]:
    """The picture turned by 90, 180 or 270 degrees."""
    rows, columns = planes[0].shape
    lies = clockwise in (90, 270)
    uneven = (columns % layout.chroma_x, rows % layout.chroma_y) != (0, 0)
    # Half-width colour cannot lie on its side, and halves do not line up from an odd far edge.
    if layout.planes == 3 and (uneven or (lies and layout.chroma_x != layout.chroma_y)):
        planes, layout = with_full_colour(planes, layout)
    return tuple(np.rot90(plane, -clockwise // 90) for plane in planes), layout
