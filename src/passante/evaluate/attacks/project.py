"""Learning from labelled vectors what tells people apart: discriminant analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""(n, d), each of length 1."""

Projection = Callable[[Vectors], NDArray[np.float64]]
"""(n, d) -> (n, k)."""


def discriminant(people: Sequence[Vectors], *, shrink: float = 0.2, most: int = 100) -> Projection:
    """Linear discriminant analysis (Fisher): directions in which people differ and copies do not.

    Args:
        people: Of each person, recordings.
        shrink: Share of the spread within people that is taken to be the same in all directions:
            few recordings overrate how well they are alike.
        most: Directions that are kept.
    """
    rows = np.concatenate(people).astype(np.float64)
    centre = rows.mean(axis=0)
    means = np.stack([one.mean(axis=0) for one in people]).astype(np.float64) - centre
    weights = np.array([len(one) for one in people], np.float64)
    away = np.concatenate([one - one.mean(axis=0) for one in people]).astype(np.float64)
    within = away.T @ away / max(1, len(rows) - len(people))
    level = float(np.trace(within)) / len(within) + 1e-9
    within = (1 - shrink) * within + shrink * level * np.eye(len(within))
    values, vectors = np.linalg.eigh(within)
    whiten = vectors / np.sqrt(values) @ vectors.T
    turned = means @ whiten
    between = (turned * weights[:, None]).T @ turned / weights.sum()
    spread, directions = np.linalg.eigh(between)
    kept = directions[:, np.argsort(spread)[::-1][: min(most, len(people) - 1)]]
    matrix = whiten @ kept

    def project(asked: Vectors) -> NDArray[np.float64]:
        return np.asarray((asked - centre) @ matrix)

    return project
