"""What protected recordings are still good for: counting, looking at, knowing when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.core.names import Kind
from passante.evaluate.footage import Frame, Truth
from passante.evaluate.leakage import Mask, covered
from passante.evaluate.pictures import Picture

_SAME = 0.5
"""A box found is a person where it overlaps the true one by more than this (IoU)."""
_AROUND = 9
"""Pixels around what is covered that play no part in quality: the codec blurs over the edge."""
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""The usual constants of structural similarity."""


Found = list[tuple[Kind, Box]]
"""What is where, px."""


class Counter(Protocol):
    """Counts people as somebody would who gets the recording."""

    def find(self, pixels: Picture) -> Found:
        """People and vehicles, px."""
        ...


@dataclass(slots=True)
class Counts:
    """Counting on one recording, before and after."""

    errors: dict[str, list[float]] = field(default_factory=lambda: {"before": [], "after": []})
    """Of each frame: how far the count is from the truth, or for vehicles from that before."""
    found: dict[str, dict[int, list[bool]]] = field(
        default_factory=lambda: {"before": {}, "after": {}}
    )
    """Number of a person -> for each frame whether they were found."""
    vehicles: list[float] = field(default_factory=list)
    """Of each frame: by how many vehicles the count after differs from that before."""


def count(
    before: Iterable[Frame],
    after: Iterable[Frame],
    people: Truth,
    counter: Counter,
    *,
    step: int,
    known: dict[int, Found] | None = None,
) -> Counts:
    """Count on every `step`th frame of a recording and of what came out of it.

    Args:
        before: The recording.
        after: What came out of it.
        people: Who is where.
        counter: Counts.
        step: Every so manieth frame is counted on.
        known: Frame -> what was found on it before, from one call to the next.
    """
    made = Counts()
    known = {} if known is None else known
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        if number % step:
            continue
        truth = people.get(number, {})
        vehicles = []
        for when, frame in (("before", old), ("after", new)):
            first = when == "before"
            seen = known[number] if first and number in known else counter.find(frame.rgb)
            if first:
                known[number] = seen
            persons = [box for kind, box in seen if kind is Kind.PERSON]
            vehicles.append(len(seen) - len(persons))
            if people:
                made.errors[when].append(abs(len(persons) - len(truth)))
            for who, box in truth.items():
                hit = any(box.iou(other) > _SAME for other in persons)
                made.found[when].setdefault(who, []).append(hit)
        made.vehicles.append(abs(vehicles[0] - vehicles[1]))
    return made


@dataclass(frozen=True, slots=True)
class Quality:
    """How a picture looks where nothing was covered."""

    psnr_db: float
    """Of brightness."""
    ssim: float
    """Mean structural similarity of brightness, -1 to 1."""
    masked: float
    """Share of the picture that was covered."""


def quality(old: Frame, new: Frame) -> Quality | None:
    """Compare one frame outside what was covered; None where all of it was."""
    mask = covered(old.yuv, new.yuv)
    outside = ~_grown(mask)
    if not outside.any():
        return None
    first, second = (frame.yuv[:, :, 0].astype(np.float64) for frame in (old, new))
    error = float(((first - second)[outside] ** 2).mean())
    psnr = 99.0 if error == 0 else min(99.0, 10 * float(np.log10(255**2 / error)))
    return Quality(psnr, float(_similarity(first, second)[outside].mean()), float(mask.mean()))


def _grown(mask: Mask) -> Mask:
    side = 2 * _AROUND + 1
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def _similarity(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Structural similarity at each pixel, Gaussian windows of deviation 1.5 px."""

    def smooth(plane: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(cv2.GaussianBlur(plane, (11, 11), 1.5), np.float64)

    mean_1, mean_2 = smooth(first), smooth(second)
    spread_1 = smooth(first * first) - mean_1 * mean_1
    spread_2 = smooth(second * second) - mean_2 * mean_2
    shared = smooth(first * second) - mean_1 * mean_2
    above = (2 * mean_1 * mean_2 + _C1) * (2 * shared + _C2)
    below = (mean_1**2 + mean_2**2 + _C1) * (spread_1 + spread_2 + _C2)
    return np.asarray(above / below, np.float64)


def moved_ms(before: Iterable[Frame], after: Iterable[Frame]) -> float:
    """The most that the time of a frame, from the first one on, differs from what it was, ms.

    Raises:
        ValueError: One of them has more frames.
    """
    times = [(old.pts_s, new.pts_s) for old, new in zip(before, after, strict=True)]
    if not times:
        return 0.0
    first_old, first_new = times[0]
    return max(float(abs((old - first_old) - (new - first_new))) * 1000 for old, new in times)
