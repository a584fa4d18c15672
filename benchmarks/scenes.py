"""Street scenes in which every face is known: real moving faces in a real empty street.

Heads and shoulders are scaled to a face width in px and moved over the median of a surveillance
recording, in which next to nobody is left. Nothing stands below the shoulders, so that hardly
anything but the face gives a person away: for a finder of persons this is harder than a street.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import clips
from clips import Picture
from people import FACE_PX, Shot, people
from scoring import Ellipse, Mask, Truth


@cache
def street(data: Path, width: int, height: int) -> NDArray[np.float32]:
    """The empty street, RGB 0 to 255, (height, width, 3)."""
    wide = width / height > 768 / 576 or height > 576
    name = "mot17_03_first5s.mp4" if wide else "pets09_s2l1.avi"
    every = 5 if wide else 20
    shown = [p for n, p in enumerate(clips.pictures(data / "video" / name)) if n % every == 0]
    empty = np.median(np.stack(shown[:40]), axis=0).astype(np.float32)
    scale = max(width / empty.shape[1], height / empty.shape[0])
    size = (math.ceil(empty.shape[1] * scale), math.ceil(empty.shape[0] * scale))
    empty = np.asarray(cv2.resize(empty, size, interpolation=cv2.INTER_AREA), np.float32)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return empty[top : top + height, left : left + width]


@dataclass(frozen=True, slots=True)
class Pose:
    """A face at one moment: centre in px, width of the face in px, degrees clockwise."""

    x: float
    y: float
    width: float
    roll: float = 0.0


Path2D = Callable[[int], Pose]


@dataclass(frozen=True, slots=True)
class Scene:
    """A clip to be made."""

    name: str
    paths: list[Path2D]
    """One a track; a later one stands before an earlier one."""
    width: int = 768
    height: int = 576
    frames: int = 60
    light: float = 1.0
    noise: float = 1.5
    """Standard deviation in levels of 256: a sensor's."""
    grey: bool = False
    blur_px: int = 0
    hides: str = ""
    """ "upper" or "lower": half of every face is behind something."""
    counts: float = 0.0
    """Faces narrower than this, in px, are shown but not scored."""


def paste(canvas: NDArray[np.float32], shot: Shot, pose: Pose) -> tuple[Ellipse, Mask]:
    """Draw a person into `canvas`; where the face is, and which pixels the person takes."""
    scale = pose.width / FACE_PX
    size = (max(1, round(shot.alpha.shape[1] * scale)), max(1, round(shot.alpha.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(shot.pixels, size, interpolation=how)
    alpha = cv2.resize(shot.alpha, size, interpolation=how)
    mx = shot.x * size[0] / shot.alpha.shape[1] - 0.5
    my = shot.y * size[1] / shot.alpha.shape[0] - 0.5
    turn = cv2.getRotationMatrix2D((mx, my), -pose.roll, 1.0)
    # drawn on a square of its own around the face, of which the part within the picture is used
    side = 2 * (max(size) + 2)
    left, top = math.floor(pose.x - side / 2), math.floor(pose.y - side / 2)
    turn[:, 2] += (pose.x - left - 0.5 - mx, pose.y - top - 0.5 - my)
    layer = cv2.warpAffine(small, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(alpha, turn, (side, side))
    rows = slice(max(0, top), max(0, min(canvas.shape[0], top + side)))
    columns = slice(max(0, left), max(0, min(canvas.shape[1], left + side)))
    taken = np.zeros(canvas.shape[:2], bool)
    if rows.start < rows.stop and columns.start < columns.stop:
        here = (
            slice(rows.start - top, rows.stop - top),
            slice(columns.start - left, columns.stop - left),
        )
        part = cover[here][:, :, None]
        canvas[rows, columns] = canvas[rows, columns] * (1 - part) + layer[here] * part
        taken[rows, columns] = cover[here] > 0.5
    return Ellipse(pose.x, pose.y, pose.width / 2, shot.face_h * scale / 2, pose.roll), taken


def _board(canvas: NDArray[np.float32], face: Ellipse, hides: str) -> Mask:
    """Put a board before half of a face; the pixels it takes."""
    height, width = canvas.shape[:2]
    taken = np.zeros((height, width), bool)
    reach = face.half_h * 1.7
    top = face.y - reach if hides == "upper" else face.y
    rows = slice(max(0, round(top)), max(0, round(top + reach)))
    columns = slice(max(0, round(face.x - reach)), max(0, round(face.x + reach)))
    taken[rows, columns] = True
    canvas[taken] = (110, 95, 80)
    return taken


def render(scene: Scene, data: Path) -> tuple[Iterator[Picture], list[Mapping[int, Truth]]]:
    """The frames of a scene, and where every face is on each. Take all frames before the truth."""
    crowd = people(data)
    truths: list[Mapping[int, Truth]] = []

    def made() -> Iterator[Picture]:
        random = np.random.default_rng(7)
        for number in range(scene.frames):
            canvas = street(data, scene.width, scene.height).copy()
            poses = [path(number) for path in scene.paths]
            faces: list[Ellipse] = []
            before: list[Mask] = []  # one a face: what was drawn after it
            for track, pose in enumerate(poses):
                person = crowd[track % len(crowd)]
                face, taken = paste(canvas, person.shot(number + 7 * track), pose)
                faces.append(face)
                before = [*(mask | taken for mask in before), np.zeros_like(taken)]
            if scene.hides:
                for track, face in enumerate(faces):
                    before[track] |= _board(canvas, face, scene.hides)
            truths.append(
                {
                    track: Truth(face, _hidden(before[track], face), pose.width >= scene.counts)
                    for track, (face, pose) in enumerate(zip(faces, poses, strict=True))
                }
            )
            yield _camera(canvas, scene, random)

    return made(), truths


def _hidden(before: Mask, face: Ellipse) -> Mask | None:
    """What stands before a face, or None for nothing: most masks need not be kept."""
    return before if (before & face.mask(*before.shape)).any() else None


def _camera(canvas: NDArray[np.float32], scene: Scene, random: np.random.Generator) -> Picture:
    """What a camera makes of the light."""
    if scene.blur_px:
        canvas = np.asarray(cv2.blur(canvas, (scene.blur_px, 1)), np.float32)
    if scene.grey:
        canvas = np.repeat(canvas.mean(axis=2, keepdims=True), 3, axis=2)
    if scene.light < 1:
        # lifted, so that black as a fill differs from the darkest street
        canvas = canvas * scene.light + 12
    noisy = canvas + scene.noise * random.standard_normal(canvas.shape, np.float32)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
