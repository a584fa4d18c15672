"""Intervals that hold a true share or a true rate 95 times in 100."""

from __future__ import annotations

import math
from collections.abc import Callable

_Z = 1.959963984540054
"""97.5 % point of the normal distribution."""
_TAIL = 0.025
_HALVINGS = 80


def wilson(successes: float, trials: float) -> tuple[float, float]:
    """Of a share, by Wilson's score; (0, 1) without trials."""
    if trials <= 0:
        return 0.0, 1.0
    share, z2 = successes / trials, _Z * _Z / trials
    middle = (share + z2 / 2) / (1 + z2)
    half = _Z / (1 + z2) * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials))
    # at the ends the interval touches them, but for rounding
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == trials else min(1.0, middle + half)
    return low, high


def difference(lost: int, won: int, trials: int) -> tuple[float, float]:
    """Of the difference of two shares of the same things, first less second, -1 to 1.

    Agresti and Min (2005): half a thing is added to each of the four cells, so that there is an
    interval where none differs.

    Args:
        lost: Things of the first share alone.
        won: Things of the second alone.
        trials: Things in all.
    """
    if trials <= 0:
        return -1.0, 1.0
    gap, apart, count = lost - won, lost + won + 1.0, trials + 2.0
    half = _Z * math.sqrt(apart - gap * gap / count) / count
    return max(-1.0, gap / count - half), min(1.0, gap / count + half)


def garwood(count: int) -> tuple[float, float]:
    """Of the mean of a Poisson count, exactly (Garwood, 1936)."""
    low = 0.0 if count == 0 else _solve(lambda mean: 1 - below(count - 1, mean) - _TAIL, count)
    return low, _solve(lambda mean: _TAIL - below(count, mean), count)


def below(count: int, mean: float) -> float:
    """Probability that a Poisson count of this mean is `count` or less."""
    if mean <= 0:
        return 1.0
    logs = (k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(count + 1))
    return min(1.0, math.fsum(math.exp(one) for one in logs))


def _solve(rising: Callable[[float], float], count: int) -> float:
    """Where a rising function passes 0."""
    low, high = 0.0, count + 10 * math.sqrt(count + 1) + 10
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
