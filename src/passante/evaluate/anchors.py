"""Simple listeners beside ours: how loud it is, and logistic regression on log-mel statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from passante.analyse.hearing import Look
from passante.analyse.kinds import KINDS

_LOUD_DB, _SPREAD_DB = 20.0, 5.0
_STEPS, _PACE, _COST = 300, 0.5, 1e-3

Array = NDArray[np.float32]


def energy(look: Look) -> Array:
    """The same score for every kind: how far the loudest frame stands out of what is usual."""
    margin = (float(look.standing.max()) - _LOUD_DB) / _SPREAD_DB
    return np.full(len(KINDS), 1 / (1 + np.exp(-margin)), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class LogMelRegression:
    """Logistic regression on mean, spread and peak of every band over a window."""

    mean: Array
    spread: Array
    weights: Array
    """(features + 1, kinds); the last row are biases."""

    def look(self, look: Look) -> Array:
        """(kinds,), 0 to 1."""
        inputs = (features(look.patch) - self.mean) / self.spread
        numbers = inputs @ self.weights[:-1] + self.weights[-1]
        return np.asarray(1 / (1 + np.exp(-np.clip(numbers, -30, 30))), np.float32)

    @classmethod
    def fitted(cls, patches: Sequence[Array], holds: NDArray[np.bool_]) -> Self:
        """Learned from windows and, (n, kinds), what each of them holds."""
        inputs = np.stack([features(patch) for patch in patches])
        mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + np.float32(1e-3)
        inputs = np.c_[(inputs - mean) / spread, np.ones(len(inputs), np.float32)]
        share = np.maximum(holds.mean(axis=0), 1 / len(holds))
        # what is there and what is not weigh the same
        balance = np.where(holds, 0.5 / share, 0.5 / np.maximum(1 - share, 1e-6)) / len(holds)
        weights = np.zeros((inputs.shape[1], holds.shape[1]))
        for _ in range(_STEPS):
            found = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
            weights -= _PACE * (inputs.T @ (balance * (found - holds)) + _COST * weights)
        return cls(mean, spread, weights.astype(np.float32))


def features(patch: Array) -> Array:
    """(192,) of a window (96, 64)."""
    return np.concatenate([patch.mean(axis=0), patch.std(axis=0), patch.max(axis=0)])
