"""Pictures as captured, and pictures that finders have looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Any, NoReturn

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.clock import to_ns
from passante.core.errors import BoundaryError
from passante.core.geometry import Box, PixelBox
from passante.core.media import LAYOUTS, VideoFormat
from passante.core.names import Kind, StreamId
from passante.inside.observation import Region

Plane = NDArray[np.uint8] | NDArray[np.uint16]
Grey = NDArray[np.uint8]


def _refuse(what: str) -> NoReturn:
    raise BoundaryError(f"{what} cannot be copied or pickled: it never leaves this process")


_TURNS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
_DARK = 100.0
"""A view is dark if only one pixel in fifty is brighter than this, of 255."""
_LIT = 200.0
"""What such a pixel is raised to."""
_GAIN = 8.0
"""By how much at most: beyond, noise is all there is."""
_NOISY = 3.0
"""Gain from which noise is smoothed away first."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A small upright RGB picture of part of a frame, for a finder to look at."""

    pixels: NDArray[np.uint8]
    """(height, width, 3), RGB, padded right and below with grey where the shape differs."""
    scale: float
    """View pixels for each frame pixel."""
    area: Box
    """What part of the coded frame it shows, px."""
    rotation: int
    """Degrees clockwise by which the frame was turned to stand upright."""

    def lit(self) -> View:
        """The view with its brightness stretched where it is dark; itself where it is not."""
        black, bright = np.percentile(self.pixels[::4, ::4, 1], (2, 98))
        if bright >= _DARK:
            return self
        gain = min(_GAIN, _LIT / max(bright - black, 1.0))
        stretched = (np.arange(256) - black) * gain
        curve = np.clip(stretched, 0, 255).astype(np.uint8)
        # What is raised so much is mostly noise: smoothed first, faces stand out of it again.
        calm = cv2.GaussianBlur(self.pixels, (0, 0), 1.0) if gain > _NOISY else self.pixels
        pixels = np.asarray(cv2.LUT(calm, curve), np.uint8)
        return View(pixels, self.scale, self.area, self.rotation)

    def to_frame(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes (n, 4) in px of this view as boxes (n, 4) in px of the coded frame."""
        b = np.asarray(boxes, np.float32).reshape(-1, 4) / np.float32(self.scale)
        wide, high = np.float32(self.area.width), np.float32(self.area.height)
        x0, y0, x1, y1 = b[:, 0], b[:, 1], b[:, 2], b[:, 3]
        match self.rotation:
            case 90:
                x0, y0, x1, y1 = y0, high - x1, y1, high - x0
            case 180:
                x0, y0, x1, y1 = wide - x1, high - y1, wide - x0, high - y0
            case 270:
                x0, y0, x1, y1 = wide - y1, x0, wide - y0, x1
            case _:
                pass
        shift = np.array([self.area.x0, self.area.y0] * 2, np.float32)
        return np.stack([x0, y0, x1, y1], axis=1).astype(np.float32) + shift

    def __repr__(self) -> str:
        return f"View(shape={self.pixels.shape})"

    def __reduce__(self) -> NoReturn:
        _refuse("a view of a raw frame")


@dataclass(frozen=True, slots=True, eq=False)
class RawFrame:
    """One picture exactly as decoded. Read-only; compares by identity; prints no pixel."""

    stream: StreamId
    seq: int
    """Counts frames of the stream from 0; a gap is a lost frame."""
    pts: int
    """Presentation time in ticks of `time_base`, exactly as in the container."""
    time_base: Fraction
    """Seconds a tick."""
    format: VideoFormat
    planes: tuple[Plane, ...]
    """uint8 or uint16; shapes by `format.plane_shape`. Never written to."""
    captured_at: datetime | None = None
    """Aware UTC, where the source knows it."""
    owner: Any = field(default=None, repr=False)
    """Whatever keeps the memory of `planes` alive (the decoder's frame). Any: it is never used."""

    def __post_init__(self) -> None:
        if len(self.planes) != self.format.layout.planes:
            raise ValueError(f"{self.format.layout.name} has {self.format.layout.planes} planes")
        wanted = np.uint8 if self.format.layout.depth == 8 else np.uint16
        for number, plane in enumerate(self.planes):
            shape = self.format.plane_shape(number)
            if plane.shape != shape or plane.dtype != wanted:
                raise ValueError(f"plane {number} is {plane.dtype} {plane.shape}, not {shape}")
            plane.setflags(write=False)

    @property
    def pts_ns(self) -> int:
        """Presentation time in ns, rounded down."""
        return to_ns(self.pts, self.time_base)

    def grey(self, size: tuple[int, int] | None = None, area: PixelBox | None = None) -> Grey:
        """Brightness of `area` (whole frame: None) as uint8, in coded orientation.

        Args:
            size: (width, height) in px to shrink it to; as it is where None.
            area: Must lie within the picture.
        """
        cut = self.planes[0]
        if area is not None:
            cut = cut[area.top : area.bottom, area.left : area.right]
        if size is not None and size != (cut.shape[1], cut.shape[0]):
            small = _resized(cut, size)
        else:
            small = np.asarray(cut)
        shift = self.format.layout.depth - 8
        return np.ascontiguousarray(np.right_shift(small, shift) if shift else small, np.uint8)

    def upright(self) -> RawFrame:
        """The frame turned as a viewer sees it; itself where it stands upright as it is stored.

        Colour of half the width (4:2:2) that comes to lie on its side is carried at full size.
        """
        form = self.format
        if not form.rotation:
            return self
        planes, layout = self.planes, form.layout
        if form.rotation != 180 and layout.chroma_x != layout.chroma_y:
            colour = (plane.repeat(2, axis=1)[:, : form.width] for plane in planes[1:])
            planes = (planes[0], *colour)
            layout = LAYOUTS[layout.name.replace("422", "444")]
        turned = tuple(_turned(plane, form.rotation) for plane in planes)
        return replace(self, format=replace(form.upright, layout=layout), planes=turned)

    def view(
        self, width: int, height: int, area: Box | None = None, *, most: float = math.inf
    ) -> View:
        """A small upright RGB picture of `area` (whole frame: None) that fits (height, width).

        It is enlarged `most` times at most. Aspect ratio is kept, always: the rest is padded with
        grey. Costs about 0.2 CPU ms for
        640x360 from 720p, since planes are shrunk before they become RGB.
        """
        form = self.format
        inner = (area or Box(0, 0, form.width, form.height)).cover(
            form.width, form.height, step_x=form.layout.chroma_x, step_y=form.layout.chroma_y
        )
        if inner is None:
            raise ValueError("the area lies outside the picture")
        sideways = form.rotation in (90, 270)
        room_w, room_h = (height, width) if sideways else (width, height)
        scale = min(room_w / inner.width, room_h / inner.height, most)
        size = (
            min(room_w, max(1, round(inner.width * scale))),
            min(room_h, max(1, round(inner.height * scale))),
        )
        parts = []
        for number, plane in enumerate(self.planes):
            step_x, step_y = (form.layout.chroma_x, form.layout.chroma_y) if number else (1, 1)
            cut = plane[
                inner.top // step_y : -(-inner.bottom // step_y),
                inner.left // step_x : -(-inner.right // step_x),
            ]
            small = _resized(cut, size)
            if form.layout.depth > 8:
                small = (small.astype(np.uint16) >> (form.layout.depth - 8)).astype(np.uint8)
            parts.append(small)
        rgb = _to_rgb(parts, form)
        if form.rotation:
            rgb = np.rot90(rgb, k=-form.rotation // 90)
        canvas = np.full((height, width, 3), 114, np.uint8)
        canvas[: rgb.shape[0], : rgb.shape[1]] = rgb
        box = Box(inner.left, inner.top, inner.right, inner.bottom)
        return View(canvas, scale, box, form.rotation)

    def __repr__(self) -> str:
        return f"RawFrame({self.stream}, seq={self.seq}, {self.format.width}x{self.format.height})"

    def __reduce__(self) -> NoReturn:
        _refuse("a raw frame")

    def __copy__(self) -> NoReturn:
        _refuse("a raw frame")

    def __deepcopy__(self, memo: object) -> NoReturn:
        _refuse("a raw frame")


def _turned(plane: Plane, clockwise: int) -> NDArray[Any]:
    """A plane turned by 90, 180 or 270 degrees."""
    return np.asarray(cv2.rotate(plane, _TURNS[clockwise]), plane.dtype)


def _resized(plane: Plane, size: tuple[int, int]) -> NDArray[Any]:
    """A plane at another size, (width, height) px; the same plane where it has it already.

    It is halved as often as it can be, by averaging four samples, before the rest is interpolated:
    fifty times faster than averaging areas at any other ratio.
    """
    wide, high = size
    cut: NDArray[Any] = plane
    while cut.shape[1] >= 2 * wide and cut.shape[0] >= 2 * high:
        half = (cut.shape[1] // 2, cut.shape[0] // 2)
        even = cut[: 2 * half[1], : 2 * half[0]]
        cut = np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), plane.dtype)
    if cut.shape == (high, wide):
        return cut
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_LINEAR), plane.dtype)


def _to_rgb(parts: list[NDArray[Any]], form: VideoFormat) -> NDArray[np.uint8]:
    """Full-size uint8 planes of one shape as RGB (height, width, 3)."""
    if form.layout.rgb:
        green, blue, red = parts
        return np.asarray(cv2.merge([red, green, blue]), np.uint8)
    if form.layout.planes == 1:
        return np.asarray(cv2.merge([parts[0]] * 3), np.uint8)
    # ITU-T H.273 matrix coefficients: 1 is BT.709, 9 BT.2020, else BT.601.
    k_red, k_blue = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593)}.get(
        form.colour.matrix, (0.299, 0.114)
    )
    k_green = 1 - k_red - k_blue
    gain_y, gain_c, floor = (
        (1.0, 1.0, 0.0) if form.colour.full_range else (255 / 219, 255 / 224, 16)
    )
    r_v = 2 * (1 - k_red) * gain_c
    b_u = 2 * (1 - k_blue) * gain_c
    g_u, g_v = -b_u * k_blue / k_green, -r_v * k_red / k_green
    base = -floor * gain_y
    matrix = np.array(
        [
            [gain_y, 0, r_v, base - 128 * r_v],
            [gain_y, g_u, g_v, base - 128 * (g_u + g_v)],
            [gain_y, b_u, 0, base - 128 * b_u],
        ],
        np.float32,
    )
    return np.asarray(cv2.transform(cv2.merge(parts), matrix), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedFrame:
    """A raw frame with everything sensitive that was found in it."""

    raw: RawFrame
    regions: tuple[Region, ...]
    looked: frozenset[Kind]
    """What the finders that stand behind `regions` can find."""
    scene: tuple[Plane, ...] | None = None
    """The empty background of a fixed camera, planes like `raw.planes`, or None while unknown."""

    def __repr__(self) -> str:
        return f"AnalysedFrame({self.raw!r}, regions={len(self.regions)})"

    def __reduce__(self) -> NoReturn:
        _refuse("an analysed frame")

    def __copy__(self) -> NoReturn:
        _refuse("an analysed frame")

    def __deepcopy__(self, memo: object) -> NoReturn:
        _refuse("an analysed frame")
