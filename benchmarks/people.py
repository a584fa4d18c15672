"""Heads and shoulders cut out of real recordings and pictures, to be put into a scene."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import clips
from clips import Picture

FACE_PX = 72
"""Width of every face in its cutout."""

VIDEOS = (("egoblur_one_face_selfie", 101, 124), ("intel_head_pose_f", 1, 23))
"""(clip of data/video, first and last frame)."""

STILLS = (
    ("dlib_2008_001322.jpg", 90),
    ("dlib_2008_001009.jpg", 90),
    ("mask_537.jpg", 100),
    ("mask_236.jpg", 106),
    ("mask_521.jpg", 87),
    ("dlib_2008_001322.jpg", 76),
)
"""(picture of data/faces, width of the face's box in px)."""

Box = tuple[float, float, float, float]
"""left, top, width, height; px."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a person, cut out."""

    pixels: NDArray[np.float32]
    """(height, width, 3), RGB, 0 to 255."""
    alpha: NDArray[np.float32]
    """(height, width), 0 where the background was."""
    x: float
    """Middle of the face, px."""
    y: float
    face_h: float
    """Height of the face, px; its width is `FACE_PX`."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in one or many shots."""

    name: str
    shots: tuple[Shot, ...]

    def shot(self, number: int) -> Shot:
        """Forward and backward without a jump."""
        turn = max(1, 2 * len(self.shots) - 2)
        at = number % turn
        return self.shots[at if at < len(self.shots) else turn - at]


@cache
def people(data: Path) -> tuple[Person, ...]:
    """Two who move, six who do not, the same in every run."""
    moving = [_of_clip(data / "video", *clip) for clip in VIDEOS]
    still = [_of_picture(data / "faces", *picture) for picture in STILLS]
    return (*moving, *still)


def _of_clip(videos: Path, name: str, first: int, last: int) -> Person:
    """Boxes between annotated frames are interpolated."""
    with (videos / f"{name}.faces.csv").open() as file:
        rows = {int(row["frame"]): _box(row, "width", "height") for row in csv.DictReader(file)}
    at = sorted(rows)
    shots = []
    for number, picture in enumerate(clips.pictures(videos / f"{name}.mp4"), 1):
        if number > last:
            break
        if number >= first:
            left, top, width, height = (
                float(np.interp(number, at, [rows[frame][edge] for frame in at]))
                for edge in range(4)
            )
            shots.append(cut_out(picture, (left, top, width, height)))
    return Person(name, tuple(shots))


def _of_picture(faces: Path, name: str, width: int) -> Person:
    with (faces / "boxes.csv").open() as file:
        boxes = [
            _box(row, "box_width", "box_height")
            for row in csv.DictReader(file)
            if row["image"] == f"images/{name}"
        ]
    box = min(boxes, key=lambda box: abs(box[2] - width))
    return Person(f"{name}-{width}", (cut_out(clips.read_picture(faces / "images" / name), box),))


def _box(row: dict[str, str], wide: str, high: str) -> Box:
    return float(row["left"]), float(row["top"]), float(row[wide]), float(row[high])


def cut_out(picture: Picture, box: Box) -> Shot:
    """A person's head and shoulders without what is behind them, by their colours."""
    left, top, wide, high = box
    middle = left + wide / 2
    x0, y0 = max(0, int(middle - 1.25 * wide)), max(0, int(top - 0.55 * high))
    cut = picture[y0 : int(top + 1.9 * high), x0 : int(middle + 1.25 * wide)]
    scale = FACE_PX / wide
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(cut, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    x, y, high = (middle - x0) * scale, (top + high / 2 - y0) * scale, high * scale
    alpha = _alpha(small, x, y, high)
    return Shot(small.astype(np.float32), alpha, x, y, high)


def _alpha(small: Picture, x: float, y: float, high: float) -> NDArray[np.float32]:
    """Which pixels are the person's: a guess of their outline, refined by colour (GrabCut)."""
    rows, columns = np.mgrid[: small.shape[0], : small.shape[1]]
    face = np.hypot((columns - x) / (0.5 * FACE_PX), (rows - y) / (0.5 * high))
    head = np.hypot((columns - x) / (0.72 * FACE_PX), (rows - y + 0.05 * high) / (0.78 * high))
    below = (rows - y - 0.75 * high) / high
    marks = np.full(small.shape[:2], cv2.GC_PR_BGD, np.uint8)
    marks[head < 1] = cv2.GC_PR_FGD
    marks[(below > 0) & (np.abs(columns - x) < FACE_PX * (0.45 + 1.2 * below))] = cv2.GC_PR_FGD
    marks[face < 0.95] = cv2.GC_FGD
    marks[(rows < y + 0.3 * high) & (head > 1.35)] = cv2.GC_BGD
    marks[(below > -0.15) & (np.abs(columns - x) < 0.25 * FACE_PX)] = cv2.GC_FGD
    cv2.setRNGSeed(1)
    cv2.grabCut(
        np.ascontiguousarray(small[:, :, ::-1]),
        marks, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK,
    )  # fmt: skip
    mine = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.uint8)
    _, parts = cv2.connectedComponents(mine)
    mine = (parts == parts[round(y), round(x)]).astype(np.uint8)
    mine = cv2.morphologyEx(mine, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    soft = cv2.GaussianBlur(
        cv2.erode(mine, np.ones((3, 3), np.uint8)).astype(np.float32), (5, 5), 0
    )
    ends = np.clip((small.shape[0] - rows) / (0.12 * small.shape[0]), 0, 1)  # fades out below
    return np.asarray(soft * ends, np.float32)
