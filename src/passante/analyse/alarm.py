"""From scores to incidents: when something begins, when it has ended, and when it really began.

A kind is told when its score, smoothed over a few looks, passes its threshold and the sound stands
out of what is usual there. It has ended when the score has stayed below a lower threshold for a
second. The onset is where the level rose most within the window that first told it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.analyse.logmel import FRAMES
from passante.core.names import EventKind, Phase

_QUIET_LOOKS = 4
"""Looks below the lower threshold until something has ended: about a second."""

_BEFORE, _AFTER = 12, 4
"""Frames before and after an onset whose levels are compared."""

_CLEAR_RISE_DB = 4.0
"""A rise by less than this is no onset: then the middle of the window stands for it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """When a kind is told."""

    kind: EventKind
    on: float
    """Score from which it is told, 0 to 1."""
    off: float
    """Score below which it ends."""
    looks: int
    """How many looks of 0.24 s a score is averaged over."""
    standing_db: float
    """How far the loudest frame has to stand out of what is usual."""
    false_alarms_per_day: float | None = None
    """As estimated at this threshold."""

    def __post_init__(self) -> None:
        if not 0 <= self.off <= self.on <= 1:
            raise ValueError(f"{self.kind}: 0 <= off <= on <= 1 does not hold")
        if self.looks < 1:
            raise ValueError(f"{self.kind}: a score is averaged over one look at least")


@dataclass(frozen=True, slots=True)
class Heard:
    """Something began or ended, in frames of 10 ms of its stream."""

    kind: EventKind
    phase: Phase
    start: int
    end: int
    score: float
    standing_db: float


class Alarm:
    """Watches the score of one kind."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._scores: deque[float] = deque(maxlen=limit.looks)
        self._told: Heard | None = None
        self._quiet = 0

    def push(self, score: float, first: int, standing: NDArray[np.float32]) -> Heard | None:
        """What there is to tell after one more look.

        Args:
            score: Of the kind, 0 to 1.
            first: Number of the look's first frame in the stream.
            standing: (`FRAMES`,) dB, as in a `Look`.
        """
        self._scores.append(score)
        # a stream that has just begun has no looks before it: they count as 0
        smooth = sum(self._scores) / self.limit.looks
        last = first + FRAMES
        loudest = float(standing.max())
        if self._told is None:
            if smooth < self.limit.on or loudest < self.limit.standing_db:
                return None
            start = first + onset(standing)
            self._quiet = 0
            self._told = Heard(self.limit.kind, Phase.BEGAN, start, last, smooth, loudest)
            return self._told
        told = self._told
        self._quiet = self._quiet + 1 if smooth < self.limit.off else 0
        self._told = Heard(
            told.kind,
            Phase.BEGAN,
            told.start,
            told.end if self._quiet else last,
            max(told.score, smooth),
            told.standing_db if self._quiet else max(told.standing_db, loudest),
        )
        return self.flush() if self._quiet >= _QUIET_LOOKS else None

    def flush(self) -> Heard | None:
        """The end of what still went on."""
        told, self._told = self._told, None
        if told is None:
            return None
        # the last window that told it holds its end somewhere: the middle is the best guess
        end = max(told.start + 1, told.end - FRAMES // 2)
        return Heard(told.kind, Phase.ENDED, told.start, end, told.score, told.standing_db)


def onset(standing: NDArray[np.float32]) -> int:
    """The frame of a window at which the level rises most; its middle where none is clear."""
    sums = np.concatenate([[0.0], np.cumsum(standing, dtype=np.float64)])
    at = np.arange(_BEFORE, standing.size - _AFTER + 1)
    before = (sums[at] - sums[at - _BEFORE]) / _BEFORE
    after = (sums[at + _AFTER] - sums[at]) / _AFTER
    rise = after - before
    best = int(rise.argmax())
    return int(at[best]) if rise[best] >= _CLEAR_RISE_DB else standing.size // 2
