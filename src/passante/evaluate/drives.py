"""Recordings of vehicles that drive by, made from pictures whose plates are known.

Few recordings of traffic say what the plates read. So each picture is moved through a recording of
its own as a vehicle comes nearer: it grows and crosses the view. What is made knows the text and,
on every frame, the place of the plate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.evaluate.footage import Clip, encode, frames
from passante.evaluate.pictures import Picture, Shown
from passante.evaluate.results import Subject
from passante.evaluate.subjects import Hide

WIDE, HIGH = 640, 480
FRAMES = 16
_RATE = 12
_NEAR, _FAR = 0.22, 0.1
"""Width of the plate in widths of the view, when the vehicle is nearest and at first."""
_DRIFT = 0.12
"""How far the plate moves either way across the view, in widths of it."""
_BACKDROP = 96
"""Grey beyond the edge of the picture."""


@dataclass(frozen=True, slots=True)
class Drive:
    """One vehicle that passes."""

    clip: Clip
    answer: str
    """What its plate says."""
    places: tuple[Box, ...]
    """Where the plate is, px, for each frame."""


def drives(shown: Sequence[Shown], folder: Path, *, seed: int) -> list[Drive]:
    """A recording for each picture, nothing hidden yet; made once and kept in `folder`.

    Args:
        shown: Vehicles with their plates.
        folder: Where the recordings are put.
        seed: Decides from which side each of them comes.
    """
    rng = np.random.default_rng(seed)
    made = []
    for number, one in enumerate(shown):
        moves = path_of(one, float(rng.choice((-1.0, 1.0))), float(rng.uniform(-0.05, 0.05)))
        target = folder / f"drive-{number}.mp4"
        if not target.exists():
            encode(target, (to_yuv(_view(one.pixels, move)) for move in moves), rate=_RATE)
        places = tuple(_moved(one.box, move) for move in moves)
        made.append(Drive(Clip(target.stem, target), one.answer, places))
    return made


def path_of(one: Shown, side: float, rise: float) -> list[NDArray[np.float64]]:
    """(2, 3) for each frame: from the picture to the view, px."""
    x, y = one.box.centre
    found = []
    for part in np.linspace(0.0, 1.0, FRAMES):
        scale = WIDE * (_FAR + (_NEAR - _FAR) * part) / max(1.0, one.box.width)
        at_x = WIDE * (0.5 + side * _DRIFT * (1 - 2 * part))
        at_y = HIGH * (0.55 + rise + 0.1 * part)
        found.append(np.array([[scale, 0, at_x - scale * x], [0, scale, at_y - scale * y]]))
    return found


def hidden(drive: Drive, subject: Subject, hide: Hide, folder: Path) -> Path:
    """The same by a method that is given the true place of the plate on every frame."""
    target = folder / f"{subject.name.replace(' ', '-').replace('%', '')}-{drive.clip.name}.mp4"
    if not target.exists():
        pictures = (
            to_yuv(hide(frame.rgb, [box]))
            for frame, box in zip(frames(drive.clip.path), drive.places, strict=True)
        )
        encode(target, pictures, rate=_RATE)
    return target


def seen(path: Path, drive: Drive) -> Iterator[tuple[Picture, Box]]:
    """Every frame of a version of a drive with the true place of the plate.

    A frame that a version lacks is one that cannot be read.
    """
    for frame, box in zip(frames(path), drive.places, strict=False):
        yield frame.rgb, box


def to_yuv(pixels: Picture) -> NDArray[np.uint8]:
    """(height, width, 3): Y, U, V as `Frame.rgb` turns them back."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2YUV), np.uint8)


def _view(pixels: Picture, move: NDArray[np.float64]) -> Picture:
    scale = float(move[0, 0])
    if scale < 0.5:  # nothing but a mean makes a picture so much smaller without aliasing
        step = 0.5 / scale
        size = (max(1, round(pixels.shape[1] / step)), max(1, round(pixels.shape[0] / step)))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        across, down = size[0] / pixels.shape[1], size[1] / pixels.shape[0]
        pixels = np.asarray(small, np.uint8)
        move = move @ np.diag([1 / across, 1 / down, 1.0])
    made = cv2.warpAffine(
        pixels, move, (WIDE, HIGH), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT,
        borderValue=(_BACKDROP,) * 3,
    )  # fmt: skip
    return np.asarray(made, np.uint8)


def _moved(box: Box, move: NDArray[np.float64]) -> Box:
    left, top = move @ (box.x0, box.y0, 1)
    right, bottom = move @ (box.x1, box.y1, 1)
    return Box(float(left), float(top), float(right), float(bottom))
