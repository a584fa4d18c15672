"""How the values of a tensor are spread, kept in constant memory however many pass by.

ONNX Runtime's own calibration by percentile or entropy keeps every value of every picture: more
than 19 GB for 48 pictures. Here values are counted as they come, into bins of one width around
zero. Where a value lies beyond the last bin, bins are joined two by two and the range is twice as
wide; the width is always a power of two, so the order in which values come makes no difference.
"""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

_HALF = 4096
"""Bins on each side of zero."""
_SMALLEST = 2.0**-20
_LEVELS = 255
_STEPS = 40
"""How many ranges `entropy` tries."""
_ENDS, _NARROWEST = 81, 0.2
"""How many ends `least error` tries on each side, and the nearest to 0 in shares of the extreme."""


class Method(StrEnum):
    """How a range is chosen from what was seen."""

    MIN_MAX = "min-max"
    """All of it: nothing is cut off."""
    PERCENTILE = "percentile"
    """All but single values."""
    ENTROPY = "entropy"
    """What loses least information (Kullback-Leibler, after Migacz 2017)."""
    LEAST_ERROR = "least error"
    """Where what is cut off and what is rounded are least together, mean squares."""


class Histogram:
    """Counts of values in bins of one width around zero."""

    __slots__ = ("_counts", "_reach", "high", "low", "values")

    def __init__(self) -> None:
        self._counts = np.zeros(2 * _HALF, np.int64)
        self._reach = _SMALLEST
        self.low, self.high = math.inf, -math.inf
        """Lowest and highest value seen."""
        self.values = 0
        """How many were counted."""

    # A tensor may be of any floating type.
    def add(self, values: NDArray[np.floating], *, most: int = 1 << 17) -> None:
        """Take values in; the extremes of all of them, and counts of `most` at regular places."""
        flat = values.reshape(-1)
        if not flat.size:
            return
        low, high = float(flat.min()), float(flat.max())
        if not (math.isfinite(low) and math.isfinite(high)):
            raise ValueError("a value is no number")
        self.low, self.high = min(self.low, low), max(self.high, high)
        while max(-low, high) >= self._reach:
            self._widen()
        some = flat[:: -(-flat.size // most)].astype(np.float64)
        bins = np.floor(some * (_HALF / self._reach)).astype(np.int64) + _HALF
        self._counts += np.bincount(np.clip(bins, 0, 2 * _HALF - 1), minlength=2 * _HALF)
        self.values += some.size

    def range(self, method: Method, *, share: float = 99.999) -> tuple[float, float]:
        """Lowest and highest value that whole numbers should stand for.

        Args:
            method: How it is chosen.
            share: Of a percentile, in %.
        """
        if not self.values:
            return 0.0, 0.0
        match method:
            case Method.MIN_MAX:
                return self.low, self.high
            case Method.PERCENTILE:
                return self._percentile(share)
            case Method.ENTROPY:
                return self._entropy()
            case Method.LEAST_ERROR:
                return self._least_error()

    def _widen(self) -> None:
        pairs = self._counts.reshape(-1, 2).sum(axis=1)
        self._counts = np.zeros(2 * _HALF, np.int64)
        self._counts[_HALF // 2 : _HALF // 2 + _HALF] = pairs
        self._reach *= 2

    def _percentile(self, share: float) -> tuple[float, float]:
        """Ends beyond each of which lies (100 - share) % of what was counted."""
        beyond = self.values * (1 - share / 100)
        sums = np.cumsum(self._counts)
        first = int(np.searchsorted(sums, beyond, side="right"))
        last = int(np.searchsorted(sums, self.values - beyond, side="left"))
        width = self._reach / _HALF
        low, high = (first - _HALF) * width, (last + 1 - _HALF) * width
        return max(self.low, low), min(self.high, high)

    def _least_error(self) -> tuple[float, float]:
        """The range of least mean square error; what is 0 is always hit, and costs nothing."""
        width = self._reach / _HALF
        values = (np.arange(2 * _HALF, dtype=np.float64) - _HALF + 0.5) * width
        counts = self._counts.astype(np.float64)
        shares = np.linspace(_NARROWEST, 1, _ENDS)
        lows: NDArray[np.float64] = self.low * shares if self.low < 0 else np.zeros(1)
        highs: NDArray[np.float64] = self.high * shares if self.high > 0 else np.zeros(1)
        cut_low, below = _cut(values, counts, lows)
        cut_high, above = _cut(-values[::-1], counts[::-1], -highs)
        inside = counts.sum() - counts[_HALF] - below[:, None] - above
        step = (highs - lows[:, None]) / _LEVELS
        error = cut_low[:, None] + cut_high + np.maximum(inside, 0) * step**2 / 12
        row, column = np.unravel_index(np.argmin(error), error.shape)
        return float(lows[row]), float(highs[column])

    def _entropy(self) -> tuple[float, float]:
        """The range, shrunk evenly from both ends, whose 255 steps keep most of the shape."""
        best, chosen = math.inf, (self.low, self.high)
        width = self._reach / _HALF
        for step in range(_STEPS):
            keep = 0.3 + 0.7 * (1 - step / (_STEPS - 1))
            low, high = self.low * keep, self.high * keep
            first = max(0, math.floor(low / width) + _HALF)
            last = min(2 * _HALF, math.floor(high / width) + 1 + _HALF)
            loss = _divergence(self._counts, first, last)
            if loss < best:
                best, chosen = loss, (low, high)
        return chosen


def _cut(
    values: NDArray[np.float64], counts: NDArray[np.float64], ends: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum of squares that ends cut off of what lies below them, and how many values that are."""
    first = np.searchsorted(values, ends)
    sums = [np.concatenate([[0.0], np.cumsum(counts * values**n)])[first] for n in range(3)]
    return np.maximum(sums[2] - 2 * ends * sums[1] + ends**2 * sums[0], 0), sums[0]


def _divergence(counts: NDArray[np.int64], first: int, last: int) -> float:
    """What is lost where these bins become 255 steps, and what lies beyond goes to the ends."""
    inner = counts[first:last].astype(np.float64)
    if not inner.sum():
        return math.inf
    true = inner.copy()
    true[0] += counts[:first].sum()
    true[-1] += counts[last:].sum()
    group = np.minimum(np.arange(len(inner)) * _LEVELS // max(1, len(inner)), _LEVELS - 1)
    full = inner > 0
    members = np.bincount(group, weights=full, minlength=_LEVELS)
    sums = np.bincount(group, weights=inner, minlength=_LEVELS)
    spread = np.where(full, sums[group] / np.maximum(members[group], 1), 0.0)
    p, q = true / true.sum(), spread / spread.sum()
    # What was cut off may fall where nothing was: a count of nearly nothing stands there.
    both = p > 0
    return float((p[both] * np.log(p[both] / np.maximum(q[both], 1e-9))).sum())
