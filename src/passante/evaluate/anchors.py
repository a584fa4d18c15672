"""Simple listeners beside ours: how loud it is, and logistic regression on log-mel statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from passante.analyse.kinds import KINDS

_LOUD_DB, _SPREAD_DB = 20.0, 5.0
_STEPS, _PACE, _COST = 300, 0.5, 1e-3

Array = NDArray[np.float32]


def energy(standing: Array) -> Array:
    """(n, kinds), the same for every kind: how far the loudest of (n, 96) frames stands out, dB."""
    margin = (standing.max(axis=1, keepdims=True) - _LOUD_DB) / _SPREAD_DB
    return np.repeat(1 / (1 + np.exp(-margin)), len(KINDS), axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class LogMelRegression:
    """Logistic regression on mean, spread and peak of every band over a window."""

    mean: Array
    spread: Array
    weights: Array
    """(features + 1, kinds); the last row are biases."""

    def look(self, inputs: Array) -> Array:
        """(n, kinds), 0 to 1, for the features of n windows."""
        inputs = (inputs - self.mean) / self.spread
        numbers = inputs @ self.weights[:-1] + self.weights[-1]
        return np.asarray(1 / (1 + np.exp(-np.clip(numbers, -30, 30))), np.float32)

    @classmethod
    def fitted(cls, inputs: Array, holds: NDArray[np.bool_]) -> Self:
        """Learned from the features of n windows and, (n, kinds), what each of them holds."""
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


def features(patches: Array) -> Array:
    """(n, 192) of windows (n, 96, 64)."""
    return np.concatenate([patches.mean(axis=1), patches.std(axis=1), patches.max(axis=1)], axis=1)
