"""Real frames: the Romanian night and day rides whose plates were marked (MIT licence).

Not every plate in them is marked, so what lies beside the marked vehicles is given out as a place
to ignore. Often the real plate is taken out and one of another country hung in its place, under
the light that was there.
"""

from __future__ import annotations

import csv
import enum
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.plates.render import camera, plate, scene
from training.plates.render.canvas import Canvas
from training.plates.render.dice import Floats, Picture, between, chance, log_between, pick, whole
from training.plates.render.labels import Label, sort_out
from training.plates.render.scene import Look, Sample

BESIDE, ABOVE = 1.9, 280.0
"""How far a marked vehicle reaches to each side of its plate, in widths of the plate; above which
row of a frame (pixels) there are no plates."""
HELD_FROM_S = 1100.0
"""Frames from this second of a ride on are kept back for testing."""


class Part(enum.Enum):
    """Which frames."""

    TRAINING = enum.auto()
    HELD = enum.auto()
    ALL = enum.auto()


@dataclass(frozen=True, slots=True)
class Frame:
    """A real frame.

    picture: uint8 (height, width, 3), RGB. plates: float32 (n, 4, 2), corners of the marked boxes.
    unknown: float32 (m, 4, 2), where there may be plates nobody marked.
    """

    picture: Picture
    plates: Floats
    unknown: Floats


def load(folder: Path, part: Part = Part.TRAINING) -> tuple[Frame, ...]:
    """The frames of a folder with `plates.csv` and `images/`; about 2.7 MB each in memory."""
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    with (folder / "plates.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if row["region"] == "ro" and _belongs(row["image"], part):
                x, y = float(row["left"]), float(row["top"])
                box = (x, y, x + float(row["box_width"]), y + float(row["box_height"]))
                boxes.setdefault(row["image"], []).append(box)
    return tuple(_frame(folder / name, boxes[name]) for name in sorted(boxes))


def second_of(name: str) -> float:
    """The second of the ride a frame is from: `ro_dayride-1_001_t00148p0.jpg` gives 148."""
    whole_part, _, tenth = Path(name).stem.rpartition("_t")[2].partition("p")
    return float(f"{whole_part}.{tenth or 0}")


def _belongs(name: str, part: Part) -> bool:
    held = second_of(name) >= HELD_FROM_S
    return part is Part.ALL or held == (part is Part.HELD)


def _frame(path: Path, boxes: list[tuple[float, float, float, float]]) -> Frame:
    data = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if data is None:
        raise FileNotFoundError(path)
    picture = np.ascontiguousarray(data[:, :, ::-1], dtype=np.uint8)
    high, wide = picture.shape[:2]
    known = sorted(
        ((x0 + x1) / 2 - BESIDE * (x1 - x0), (x0 + x1) / 2 + BESIDE * (x1 - x0))
        for x0, _, x1, _ in boxes
    )
    gaps: list[Floats] = []
    reached = 0.0
    for left, right in [*known, (float(wide), float(wide))]:
        if left > reached:
            gaps.append(_corners(reached, ABOVE, left, float(high)))
        reached = max(reached, right)
    unknown = np.stack(gaps) if gaps else np.zeros((0, 4, 2), np.float32)
    return Frame(picture, np.stack([_corners(*box) for box in boxes]), unknown)


def _corners(x0: float, y0: float, x1: float, y1: float) -> Floats:
    return np.asarray([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def render(
    rng: np.random.Generator,
    frames: tuple[Frame, ...],
    *,
    width: int,
    height: int,
    view: Look = "frame",
) -> Sample:
    """A piece of a real frame: moved, scaled, turned, mirrored, its colours and plates changed."""
    frame = pick(rng, frames)
    picture = frame.picture
    if chance(rng, 0.6):
        picture = _rehung(rng, picture, frame.plates)
    chosen = frame.plates[whole(rng, 0, len(frame.plates) - 1)]
    move = _move(rng, chosen, width, height, view)
    canvas = Canvas(scene.background(rng, width, height, 0.4 * height), 1.0)
    high, wide = picture.shape[:2]
    edge = _corners(0, 0, wide, high)
    canvas.paste(picture, np.full((high, wide), 255, np.uint8), edge, _moved(edge, move))
    labels = []
    for number, quad in enumerate(frame.plates, start=1):
        seen = _clockwise(_moved(quad, move))
        cv2.fillConvexPoly(canvas.owner, np.round(seen).astype(np.int32), (number,))
        labels.append(Label(number, seen))
    made = _taken(rng, canvas.colours)
    asked, ignored = sort_out(labels, canvas.owner, made)
    unknown = [_moved(quad, move) for quad in frame.unknown]
    beside = np.stack(unknown) if unknown else np.zeros((0, 4, 2), np.float32)
    return Sample(made, asked, np.concatenate([ignored, beside]).astype(np.float32))


def _move(rng: np.random.Generator, quad: Floats, width: int, height: int, view: Look) -> Floats:
    """The homography (3, 3) from a frame to the sample."""
    across = float(quad[1, 0] - quad[0, 0])
    least, most = (12, 0.3 * width) if view == "frame" else (22, 0.5 * width)
    aim = log_between(rng, least, most)
    scale = min(aim / across, 2.2)
    angle = float(rng.normal(0, 0.06)) if chance(rng, 0.85) else between(rng, -0.5, 0.5)
    mirror = -1.0 if chance(rng, 0.5) else 1.0
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    turned = np.asarray([[mirror * c, -s, 0], [mirror * s, c, 0], [0, 0, 1]])
    turned[0, 1] += scale * rng.normal(0, 0.08)
    turned[:2, :2] *= np.asarray([[between(rng, 0.75, 1.15)], [between(rng, 0.85, 1.15)]])
    x, y = turned[:2, :2] @ quad.mean(axis=0)
    spot = (between(rng, 0.15, 0.85) * width, between(rng, 0.2, 0.9) * height)
    turned[:2, 2] = spot[0] - x, spot[1] - y
    lean = np.eye(3)
    lean[2, :2] = rng.normal(0, 0.15, 2) / (width, height)
    to, back = np.eye(3), np.eye(3)
    to[:2, 2], back[:2, 2] = (-spot[0], -spot[1]), spot
    return np.asarray(back @ lean @ to @ turned, np.float32)


def _moved(points: Floats, move: Floats) -> Floats:
    there = cv2.perspectiveTransform(points[None].astype(np.float32), move.astype(np.float64))
    return np.asarray(there[0], np.float32)


def _clockwise(quad: Floats) -> Floats:
    """Corners in order again after a mirror has changed left and right."""
    x, y = quad[:, 0], quad[:, 1]
    area = float(x @ np.roll(y, -1) - y @ np.roll(x, -1))
    return quad if area > 0 else np.ascontiguousarray(quad[[1, 0, 3, 2]])


def _rehung(rng: np.random.Generator, picture: Picture, plates: Floats) -> Picture:
    """The frame with other plates where the marked ones were."""
    canvas = Canvas(picture.copy(), 1.0)
    for quad in plates:
        (x0, y0), (x1, y1) = quad[0].astype(int), quad[2].astype(int) + 1
        old = canvas.colours[y0:y1, x0:x1]
        if old.size == 0:
            continue
        bright = np.percentile(old.reshape(-1, 3), 75, axis=0)
        width = float(quad[1, 0] - quad[0, 0]) * between(rng, 0.94, 1.08)
        drawn = plate.render(rng, width=int(np.clip(1.2 * width, 48, 340)))
        high, wide = drawn.alpha.shape
        tall = width * float(drawn.corners[2, 1] - drawn.corners[0, 1])
        tall /= float(drawn.corners[1, 0] - drawn.corners[0, 0])
        if tall > 2.2 * (y1 - y0):
            continue
        _filled(canvas.colours, (x0, y0, x1, y1))
        middle = quad.mean(axis=0)
        half = np.asarray((width / 2, tall / 2))
        target = _corners(*(middle - half), *(middle + half))
        target += (rng.normal(0, 0.01 * width, (4, 2))).astype(np.float32)
        lit = np.clip(drawn.picture * (bright / between(rng, 190, 235)), 0, 255).astype(np.uint8)
        frame = _corners(0, 0, wide, high)
        hang = cv2.getPerspectiveTransform(drawn.corners, target)
        outer = _moved(frame, np.asarray(hang, np.float32))
        canvas.paste(lit, drawn.alpha, frame, outer)
        near = canvas.colours[max(y0 - 4, 0) : y1 + 4, max(x0 - 4, 0) : x1 + 4]
        near[...] = cv2.GaussianBlur(near, (0, 0), between(rng, 0.5, 1.3))
    return canvas.colours


def _filled(picture: Picture, box: tuple[int, int, int, int]) -> None:
    """Paint over a box with what is above and below it, in place."""
    x0, y0, x1, y1 = box
    high, wide = picture.shape[:2]
    x0, y0, x1, y1 = max(x0 - 2, 0), max(y0 - 2, 1), min(x1 + 2, wide), min(y1 + 2, high - 1)
    above, below = picture[y0 - 1, x0:x1].astype(np.float32), picture[y1, x0:x1].astype(np.float32)
    t = np.linspace(0, 1, y1 - y0, dtype=np.float32)[:, None, None]
    picture[y0:y1, x0:x1] = above * (1 - t) + below * t


def _taken(rng: np.random.Generator, picture: Picture) -> Picture:
    """The piece as another camera would have taken it: other balance, exposure, lens and codec."""
    seen = picture.astype(np.float32)
    if chance(rng, 0.65):
        means = seen.reshape(-1, 3).mean(axis=0) + 4
        share = np.float32(between(rng, 0.5, 1.0))
        seen = seen * (means.mean() / means) ** share
    seen = camera.exposed(rng, seen, dark=True)
    if chance(rng, 0.6):
        seen = camera.lens(rng, seen)
    return camera.codec(rng, camera.sensor(rng, seen, dark=False))
