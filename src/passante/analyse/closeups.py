"""Close-ups: many small areas of a frame packed into one picture, to be looked at in one go."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from passante.analyse.finder import Finder
from passante.core.geometry import Box
from passante.inside.observation import Detections
from passante.inside.video import RawFrame, View


def close_ups(
    frame: RawFrame,
    finder: Finder,
    areas: Iterable[Box],
    *,
    cell: tuple[int, int],
    around: float = 3.0,
    trust: float = 0.6,
    columns: int = 4,
    rows: int = 4,
) -> list[Detections]:
    """Look at many small areas at once: packed into one picture, a cell each.

    Args:
        frame: Where they are.
        finder: Who looks.
        areas: px of the coded frame.
        cell: Size of a cell, (width, height) px; each area is fitted into one.
        around: How many times its size is shown of each area.
        trust: What a score is worth here. Magnified walls look more like faces than small ones
            do: enough to confirm a known face, seldom enough to start a new one.
        columns: At most so many cells side by side.
        rows: At most so many below each other; more areas make more pictures.
    """
    width, height = cell
    whole = Box(0, 0, frame.format.width, frame.format.height)
    wanted = [box.scaled(around) for box in areas]
    shown = [box for box in wanted if box.intersection(whole) is not None]
    found = []
    for start in range(0, len(shown), columns * rows):
        batch = shown[start : start + columns * rows]
        across = min(columns, len(batch))
        down = math.ceil(len(batch) / across)
        canvas = np.full((down * height, across * width, 3), 114, np.uint8)
        views = []
        for number, box in enumerate(batch):
            # A few pixels of grey between cells keep neighbours from melting into one find.
            view = frame.view(width - 4, height - 4, box).lit()
            top, left = (number // across) * height, (number % across) * width
            canvas[top : top + height - 4, left : left + width - 4] = view.pixels
            views.append(view)
        size = Box(0, 0, canvas.shape[1], canvas.shape[0])
        raw = finder.look(View(canvas, 1.0, size, 0))
        limits = (frame.format.width, frame.format.height)
        found.append(_unpacked(raw, views, across, cell=cell, frame_size=limits, trust=trust))
    return found


def _unpacked(
    raw: Detections,
    views: list[View],
    across: int,
    *,
    cell: tuple[int, int],
    frame_size: tuple[int, int],
    trust: float,
) -> Detections:
    """Finds on a packed picture as finds on the frame; those between cells are dropped."""
    width, height = cell
    boxes, scores, kinds = [], [], []
    for box, score, kind in zip(raw.boxes, raw.scores, raw.kinds, strict=True):
        column = int((box[0] + box[2]) / 2 // width)
        row = int((box[1] + box[3]) / 2 // height)
        number = row * across + column
        if not (0 <= column < across and 0 <= number < len(views)):
            continue
        origin = np.array([column * width, row * height] * 2, np.float32)
        view = views[number]
        local = (box - origin)[None]
        if _cut_off(local[0], view, frame_size):
            continue
        boxes.append(view.to_frame(local.astype(np.float32))[0])
        scores.append(score * trust)
        kinds.append(kind)
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        tuple(kinds),
        raw.by,
    )


def _cut_off(local: NDArray[np.float32], view: View, frame_size: tuple[int, int]) -> bool:
    """Whether a find in a close-up goes on beyond it: it is somebody else, seen in part.

    What the edge of the whole frame cuts off is not meant: more of that is not to be had.
    """
    box = Box(*(float(edge) for edge in view.to_frame(local[None])[0]))
    slip = 2.0 / view.scale
    area = view.area
    return (
        (box.x0 < area.x0 + slip and area.x0 > 0)
        or (box.y0 < area.y0 + slip and area.y0 > 0)
        or (box.x1 > area.x1 - slip and area.x1 < frame_size[0])
        or (box.y1 > area.y1 - slip and area.y1 < frame_size[1])
    )
