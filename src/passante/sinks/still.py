"""One protected picture with a grid and drawings over it: for setting a camera up."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.errors import BoundaryError, SinkError
from passante.core.media import VideoFormat
from passante.core.shapes import Point
from passante.outside.media import Outbound, ProtectedFrame
from passante.sinks import _planes
from passante.sinks._partial import PartialFile, sink_error

_STEPS = 10
"""Grid lines each way."""
_GRID = (255, 255, 255)
_COLOURS = ((255, 176, 0), (100, 143, 255), (220, 38, 127), (254, 97, 0), (120, 94, 240))
"""Told apart by most people who see colours differently (IBM's palette)."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Something drawn over a still, px of the upright picture."""

    name: str
    points: tuple[Point, ...]
    closed: bool
    """A zone; else a line, with an arrow from its left to its right side: its `forward`."""
    arrow: str = ""
    """What stands at the arrow."""


class StillSink:
    """Keeps one protected picture, and writes it as PNG with a grid, or as a page to draw on.

    Args:
        target: A name in .png or .html.
        at_ns: Stream time of the picture; the first one from then on, or the last there is.
        outlines: What is drawn over it.
        overwrite: Whether what stands there may be replaced.
        source: The input; it is never written over.
    """

    def __init__(
        self,
        target: Path,
        *,
        at_ns: int,
        outlines: tuple[Outline, ...] = (),
        overwrite: bool = False,
        source: Path | None = None,
    ) -> None:
        self._name, self._at_ns, self._outlines = target.name, at_ns, outlines
        self._page = target.suffix.lower() == ".html"
        self._file = PartialFile(target, overwrite=overwrite, source=source)
        self._kept: ProtectedFrame | None = None
        self._ended = False

    def write(self, item: Outbound, /) -> None:
        """Keep a picture, if it is the one."""
        if not isinstance(item, ProtectedFrame):
            raise BoundaryError("a still is of a protected picture, nothing else")
        if self._kept is None or self._kept.pts_ns < self._at_ns:
            self._kept = item

    def close(self) -> None:
        """Write the picture; may be called twice."""
        if self._ended:
            return
        self._ended = True
        if self._kept is None:
            self._file.discard()
            raise SinkError(f"{self._name}: there is no picture to write")
        try:
            drawn = upright(self._kept)
            form = self._kept.format.upright
            if self._page:
                data = page(drawn, self._outlines, form).encode()
            else:
                data = _png(with_grid(drawn, self._outlines, form))
            self._file.path.write_bytes(data)
        except (OSError, ValueError) as error:
            self._file.discard()
            raise sink_error(self._name, error) from error
        self._file.commit()

    def abort(self) -> None:
        """Leave nothing behind; may be called at any time."""
        self._ended = True
        self._file.discard()


def upright(item: ProtectedFrame) -> NDArray[np.uint8]:
    """A protected picture as RGB (height, width, 3), turned as a viewer sees it."""
    frame = _planes.frame_of(item.planes, item.format.layout)
    colour = item.format.colour
    frame.colorspace, frame.color_range = colour.matrix, 2 if colour.full_range else 1
    shown = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    return np.ascontiguousarray(np.rot90(shown, -item.format.rotation // 90))


def with_grid(
    picture: NDArray[np.uint8], outlines: tuple[Outline, ...], form: VideoFormat
) -> NDArray[np.uint8]:
    """The picture with a grid in tenths, numbered, and with everything drawn."""
    made = picture.copy()
    size = max(0.35, min(form.width, form.height) / 1000)
    thick = max(1, round(min(form.width, form.height) / 500))
    lines = made.copy()
    for step in range(1, _STEPS):
        x, y = form.width * step // _STEPS, form.height * step // _STEPS
        cv2.line(lines, (x, 0), (x, form.height), _GRID, thick)
        cv2.line(lines, (0, y), (form.width, y), _GRID, thick)
    made = np.asarray(cv2.addWeighted(lines, 0.4, made, 0.6, 0), np.uint8)
    for step in range(1, _STEPS):
        x, y = form.width * step // _STEPS, form.height * step // _STEPS
        _text(made, f".{step}", (x + 3, round(28 * size)), size, _GRID)
        _text(made, f".{step}", (3, y - 4), size, _GRID)
    for number, outline in enumerate(outlines):
        _draw(made, outline, _COLOURS[number % len(_COLOURS)], thick + 1, size)
    return made


def _draw(
    picture: NDArray[np.uint8],
    outline: Outline,
    colour: tuple[int, int, int],
    thick: int,
    size: float,
) -> None:
    points = np.round(np.array(outline.points)).astype(np.int32)
    cv2.polylines(picture, [points], outline.closed, colour, thick, cv2.LINE_AA)
    x, y = points.mean(axis=0)
    if not outline.closed:
        (x0, y0), (x1, y1) = points[0], points[-1]
        length = max(1.0, float(np.hypot(x1 - x0, y1 - y0)))
        reach = 40 * size * 2
        # A quarter turn from the way along the line, to the right as seen in the picture.
        tip = round(x - (y1 - y0) / length * reach), round(y + (x1 - x0) / length * reach)
        cv2.arrowedLine(picture, (round(x), round(y)), tip, colour, thick, cv2.LINE_AA, 0, 0.35)
        _text(picture, outline.arrow, (tip[0] + 4, tip[1]), size, colour)
    left, top = points.min(axis=0)
    where = (int(left) + 4, int(top) + round(24 * size) + 4)
    _text(picture, outline.name, where, 1.2 * size, colour)


def _text(
    picture: NDArray[np.uint8],
    text: str,
    at: tuple[int, int],
    size: float,
    colour: tuple[int, int, int],
) -> None:
    face, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(1.5 * size))
    cv2.putText(picture, text, at, face, size, (0, 0, 0), thick + 2, cv2.LINE_AA)
    cv2.putText(picture, text, at, face, size, colour, thick, cv2.LINE_AA)


def _png(picture: NDArray[np.uint8]) -> bytes:
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    context = av.CodecContext.create("png", "w")
    assert isinstance(context, av.VideoCodecContext)  # it encodes pictures
    context.width, context.height, context.pix_fmt = frame.width, frame.height, "rgb24"
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


def page(picture: NDArray[np.uint8], outlines: tuple[Outline, ...], form: VideoFormat) -> str:
    """A page to click zones and lines on, which writes their TOML; it loads nothing from elsewhere.

    Args:
        picture: Protected, RGB (height, width, 3).
        outlines: What is there already, in px.
        form: Of the picture.
    """
    text = resources.files(__package__).joinpath("still.html").read_text(encoding="utf-8")
    known = [
        {
            "name": one.name,
            "closed": one.closed,
            "points": [[x / form.width, y / form.height] for x, y in one.points],
        }
        for one in outlines
    ]
    data = base64.b64encode(_png(picture)).decode()
    # "<" in a name would end the script; JSON has another way to write it.
    return (
        text.replace("{{picture}}", data)
        .replace("{{known}}", json.dumps(known).replace("<", "\\u003c"))
        .replace("{{size}}", html.escape(f"{form.width} x {form.height}"))
    )
