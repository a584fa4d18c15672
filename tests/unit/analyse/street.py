"""A street of noise with textured squares moving in it, and a finder that sees squares."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np

from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.core.names import Kind, StreamId
from passante.inside.observation import Detections
from passante.inside.video import RawFrame, View
from passante.testing import video_format

BASE = Fraction(1, 25)
MARK = (200, 90)
"""(U, V) of a square: nothing else in the street has this colour."""


def frame(seq: int, form: VideoFormat, squares: list[Box], *, seed: int = 7) -> RawFrame:
    """One picture: blurred noise, the same on every frame, and squares with a texture."""
    random = np.random.default_rng(seed)
    noise = random.integers(40, 200, form.plane_shape(0)).astype(np.uint8)
    luma = np.asarray(cv2.GaussianBlur(noise, (0, 0), 2.0), np.uint8).copy()
    chroma = [np.full(form.plane_shape(i), 128, np.uint8) for i in (1, 2)]
    texture = np.kron(random.integers(0, 2, (6, 6)), np.ones((16, 16))).astype(np.uint8) * 120 + 60
    for square in squares:
        spot = square.cover(form.width, form.height, step_x=2, step_y=2)
        if spot is None:
            continue
        face = cv2.resize(texture, (spot.width, spot.height), interpolation=cv2.INTER_AREA)
        luma[spot.top : spot.bottom, spot.left : spot.right] = face
        for plane, value in zip(chroma, MARK, strict=True):
            plane[spot.top // 2 : spot.bottom // 2, spot.left // 2 : spot.right // 2] = value
    return RawFrame(StreamId("video"), seq, seq, BASE, form, (luma, *chroma))


class SquareFinder:
    """Sees a square where the marking colour is; can be made blind or to raise."""

    model = "squares@1.0.0"

    def __init__(
        self,
        kind: Kind = Kind.FACE,
        *,
        least_px: int = 6,
        score: float = 0.9,
        mood: Callable[[int], str] = lambda look: "well",
    ) -> None:
        """Finds nothing narrower than `least_px` of the view; `mood` gives "blind" or "fail"."""
        self._kind, self._least, self._score, self._mood = kind, least_px, score, mood
        self.looks = 0

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset({self._kind})

    def look(self, view: View) -> Detections:
        mood = self._mood(self.looks)
        self.looks += 1
        if mood == "fail":
            raise RuntimeError("the network fell over")
        red, green, blue = (view.pixels[..., i].astype(int) for i in range(3))
        marked = ((blue - red > 60) & (blue - green > 30)).astype(np.uint8)
        count, _, stats, _ = cv2.connectedComponentsWithStats(marked)
        boxes = [
            (x, y, x + w, y + h)
            for x, y, w, h, _ in stats[1:count]
            if min(w, h) >= self._least and mood != "blind"
        ]
        array = np.array(boxes, np.float32).reshape(-1, 4)
        return Detections(
            view.to_frame(array),
            np.full(len(boxes), self._score, np.float32),
            (self._kind,) * len(boxes),
            self.model,
        )


def street(width: int = 320, height: int = 240) -> VideoFormat:
    """A small 4:2:0 format."""
    return video_format(width, height)
