"""How well scores tell what is there from what is not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def average_precision(true: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    """Mean of the precision at every true one, highest score first; 0 where nothing is true.

    Equal scores count as one step, so that their order plays no part.
    """
    if not true.any():
        return 0.0
    order = np.argsort(-scores, kind="stable")
    hits, ranked = true[order], scores[order]
    last = np.append(ranked[1:] != ranked[:-1], True)
    found, seen = np.cumsum(hits)[last], np.flatnonzero(last) + 1
    gained = np.diff(found, prepend=0)
    return float((gained * found / seen).sum() / found[-1])


def threshold_for(scores: NDArray[np.floating], allowed: float) -> float:
    """The lowest threshold that at most `allowed` of these scores reach."""
    ranked = np.sort(scores)[::-1]
    count = int(allowed)
    if count >= ranked.size:
        return float("-inf")
    return float(np.nextafter(ranked[count], np.inf))
