"""A small network of two layers, learnt with numpy alone: the same seed gives the same numbers.

Adam (Kingma and Ba, 2015) on the weighted cross entropy of each kind by itself, with mixup (Zhang
et al., 2018): pairs of windows, and what they hold, are mixed, since sounds do mix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

EPOCHS = 14
BATCH = 256
RATE = 1.5e-3
DECAY = 2e-4
DROP = 0.3
"""Share of the inputs, and of the hidden numbers, that are left out in turn."""
MIX = 0.3
"""Of mixup's beta distribution."""


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """inputs -> hidden -> kinds; biases last, as a row."""

    first: Array
    """(inputs + 1, hidden)."""
    second: Array
    """(hidden + 1, kinds)."""

    def numbers(self, inputs: Array) -> Array:
        """(n, kinds), before the sigmoid."""
        hidden = np.maximum(inputs @ self.first[:-1] + self.first[-1], 0)
        return np.asarray(hidden @ self.second[:-1] + self.second[-1], np.float32)


def learn(inputs: Array, wanted: Array, weights: Array, *, hidden: int, seed: int) -> Layers:
    """Layers that tell `wanted` from `inputs`.

    Args:
        inputs: (n, inputs), about 0 with a spread of about 1.
        wanted: (n, kinds), 0 or 1.
        weights: (n, kinds): how much each counts.
        hidden: Numbers between the layers.
        seed: Of all chance.
    """
    rng = np.random.default_rng(seed)
    first = np.zeros((inputs.shape[1] + 1, hidden), np.float32)
    first[:-1] = rng.standard_normal((inputs.shape[1], hidden)) * np.sqrt(2 / inputs.shape[1])
    second = np.zeros((hidden + 1, wanted.shape[1]), np.float32)
    second[:-1] = rng.standard_normal((hidden, wanted.shape[1])) * np.sqrt(1 / hidden)
    second[-1] = -2
    layers = Layers(first, second)
    moments = [np.zeros_like(one) for one in (first, first, second, second)]
    steps = EPOCHS * (len(inputs) // BATCH)
    for step in range(steps):
        rows = rng.integers(0, len(inputs), BATCH)
        others = rng.permutation(rows)
        share = rng.beta(MIX, MIX, (BATCH, 1)).astype(np.float32)
        part = share * inputs[rows] + (1 - share) * inputs[others]
        aim = share * wanted[rows] + (1 - share) * wanted[others]
        counts = share * weights[rows] + (1 - share) * weights[others]
        part *= (rng.random(part.shape, np.float32) > DROP) / np.float32(1 - DROP)
        middle = np.maximum(part @ layers.first[:-1] + layers.first[-1], 0)
        middle *= (rng.random(middle.shape, np.float32) > DROP) / np.float32(1 - DROP)
        said = middle @ layers.second[:-1] + layers.second[-1]
        slope = counts * (np.exp(-np.logaddexp(0, -said)) - aim) / BATCH
        back = (slope @ layers.second[:-1].T) * (middle > 0) / np.float32(1 - DROP)
        slopes = (
            np.concatenate([part.T @ back, back.sum(axis=0, keepdims=True)]),
            np.concatenate([middle.T @ slope, slope.sum(axis=0, keepdims=True)]),
        )
        # from the full rate down to nothing, along half a wave
        rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
        for number, one in enumerate((layers.first, layers.second)):
            mean, square = moments[2 * number], moments[2 * number + 1]
            mean += 0.1 * (slopes[number] - mean)
            square += 0.001 * (slopes[number] ** 2 - square)
            right = mean / (1 - 0.9 ** (step + 1))
            wide = np.sqrt(square / (1 - 0.999 ** (step + 1))) + 1e-8
            one[:] = one - np.float32(rate) * (right / wide + DECAY * one)
    return layers
