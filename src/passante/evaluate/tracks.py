"""Scores of tracks against the truth, by the published definitions.

- MOTA, MOTP and identity switches: Bernardin and Stiefelhagen, CLEAR MOT, 2008.
- IDF1: Ristani et al., Performance measures for multi-target, multi-camera tracking, 2016.
- HOTA, DetA, AssA: Luiten et al., HOTA: a higher order metric, 2021.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.core.assign import assign
from passante.core.geometry import Box

Tracks = Mapping[int, Mapping[int, Box]]
"""Frame -> number of a track -> its box, px."""

_OVERLAP = 0.5
"""Intersection over union from which a box is the true one, for CLEAR MOT and IDF1."""
_ALPHAS = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Thresholds that HOTA is averaged over."""
_LOYALTY = 1000.0
"""CLEAR MOT keeps a pair of the frame before as long as it still overlaps enough."""


@dataclass(frozen=True, slots=True)
class TrackScore:
    """How well tracks follow the truth. Shares are 0 to 1; MOTA may be negative."""

    mota: float
    idf1: float
    hota: float
    det_a: float
    ass_a: float
    recall: float
    precision: float
    switches: int
    truth: int
    """True boxes."""
    found: int
    """Boxes given."""


def score(truth: Tracks, found: Tracks) -> TrackScore:
    """Score `found` against `truth`; frames that neither has do not count.

    Raises:
        ValueError: There is no truth to score against.
    """
    frames = sorted({*truth, *found})
    overlaps = [_overlaps(truth.get(frame, {}), found.get(frame, {})) for frame in frames]
    total = sum(len(truth.get(frame, {})) for frame in frames)
    given = sum(len(found.get(frame, {})) for frame in frames)
    if total == 0:
        raise ValueError("there is no truth to score against")
    hits, switches = _clear(overlaps)
    identities = _identity_hits(overlaps)
    det_a, ass_a, hota = _hota(overlaps, total, given)
    return TrackScore(
        mota=1 - (total - hits + given - hits + switches) / total,
        idf1=2 * identities / (total + given),
        hota=hota,
        det_a=det_a,
        ass_a=ass_a,
        recall=hits / total,
        precision=hits / given if given else 0.0,
        switches=switches,
        truth=total,
        found=given,
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """One frame: who is there, who was found, and how much they overlap."""

    truth: tuple[int, ...]
    found: tuple[int, ...]
    iou: NDArray[np.float64]
    """(truth, found)."""


def _overlaps(truth: Mapping[int, Box], found: Mapping[int, Box]) -> _Frame:
    return _Frame(tuple(truth), tuple(found), overlap(list(truth.values()), list(found.values())))


def overlap(first: list[Box], second: list[Box]) -> NDArray[np.float64]:
    """Intersection over union of each of `first` with each of `second`: (first, second)."""
    a = np.array([(b.x0, b.y0, b.x1, b.y1) for b in first], np.float64).reshape(-1, 1, 4)
    b = np.array([(b.x0, b.y0, b.x1, b.y1) for b in second], np.float64).reshape(1, -1, 4)
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    areas = np.prod(a[..., 2:] - a[..., :2], axis=2) + np.prod(b[..., 2:] - b[..., :2], axis=2)
    return np.asarray(shared / np.maximum(areas - shared, 1e-9), np.float64)


def _clear(frames: list[_Frame]) -> tuple[int, int]:
    """Hits and identity switches."""
    hits = switches = 0
    last: dict[int, int] = {}
    before: dict[int, int] = {}
    for frame in frames:
        gain = np.where(frame.iou >= _OVERLAP, frame.iou, 0)
        for row, who in enumerate(frame.truth):
            if before.get(who) in frame.found:
                column = frame.found.index(before[who])
                if gain[row, column] > 0:
                    gain[row, column] += _LOYALTY
        before = {}
        for row, column in assign(gain):
            who, number = frame.truth[row], frame.found[column]
            hits += 1
            switches += last.get(who, number) != number
            last[who] = before[who] = number
    return hits, switches


def _identity_hits(frames: list[_Frame]) -> int:
    """Boxes that are right under the best one-to-one pairing of whole tracks."""
    together: Counter[tuple[int, int]] = Counter()
    for frame in frames:
        for row, column in zip(*np.nonzero(frame.iou >= _OVERLAP), strict=True):
            together[frame.truth[row], frame.found[column]] += 1
    if not together:
        return 0
    truth = sorted({who for who, _ in together})
    found = sorted({number for _, number in together})
    gain: NDArray[np.float64] = np.zeros((len(truth), len(found)))
    for (who, number), times in together.items():
        gain[truth.index(who), found.index(number)] = times
    return int(sum(gain[pair] for pair in assign(gain)))


def _hota(frames: list[_Frame], total: int, given: int) -> tuple[float, float, float]:
    """DetA, AssA and HOTA, each the mean over all thresholds."""
    shown: Counter[int] = Counter(who for frame in frames for who in frame.truth)
    made: Counter[int] = Counter(number for frame in frames for number in frame.found)
    # Pairs that go well together over the whole recording are preferred on each frame.
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for frame in frames:
        rows = frame.iou.sum(axis=1, keepdims=True)
        columns = frame.iou.sum(axis=0, keepdims=True)
        weight = frame.iou / np.maximum(rows + columns - frame.iou, 1e-9)
        for row, column in zip(*np.nonzero(weight), strict=True):
            shared[frame.truth[row], frame.found[column]] += float(weight[row, column])
    alike = {
        pair: times / (shown[pair[0]] + made[pair[1]] - times) for pair, times in shared.items()
    }
    hits: dict[float, Counter[tuple[int, int]]] = {alpha: Counter() for alpha in _ALPHAS}
    for frame in frames:
        prior = np.array(
            [[alike.get((who, number), 0.0) for number in frame.found] for who in frame.truth]
        ).reshape(frame.iou.shape)
        # One pairing for all thresholds, as the reference implementation has it: it maximises
        # what goes together, the overlap within it, and is cut at each threshold.
        pairs = assign(prior * frame.iou)
        for alpha in _ALPHAS:
            for row, column in pairs:
                if frame.iou[row, column] >= alpha:
                    hits[alpha][frame.truth[row], frame.found[column]] += 1
    det, ass, hota = [], [], []
    for pairs_at in hits.values():
        right = pairs_at.total()
        detection = right / (total + given - right)
        association = sum(
            times * times / (shown[who] + made[number] - times)
            for (who, number), times in pairs_at.items()
        ) / max(1, right)
        det.append(detection)
        ass.append(association)
        hota.append(np.sqrt(detection * association))
    return float(np.mean(det)), float(np.mean(ass)), float(np.mean(hota))
