"""Taking inputs out of a layer so that what it gives changes least (optimal brain surgeon).

After Hassibi and Stork (1993), for whole inputs of a layer: with the second moments of what the
layer reads, the loss of leaving one input out, once all other weights have been adjusted for it,
is known beforehand, and so are the adjusted weights. No training is needed, and no data is kept:
the moments of a layer of n inputs are n times n numbers, however much was seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

_DAMPING = 1e-4
"""Of the mean power of all inputs, added to each: keeps what never fires from being divided by."""

_SHRINKAGE = 0.1
"""Of the mean power of all inputs, where there were as many places as inputs."""


class Moments:
    """Second moments of what a layer reads, a constant 1 for its biases included."""

    def __init__(self, inputs: int) -> None:
        self._sums: Matrix = np.zeros((inputs + 1, inputs + 1))
        self._count = 0

    def add(self, values: NDArray[np.float32], *, most: int = 4096) -> None:
        """Take in (inputs, places), of which `most` at regular distances count."""
        some = values[:, :: -(-values.shape[1] // most)].astype(np.float64)
        ones = np.ones((1, some.shape[1]))
        whole = np.concatenate([some, ones])
        self._sums += whole @ whole.T
        self._count += some.shape[1]

    def matrix(self) -> Matrix:
        """(inputs + 1, inputs + 1), the more damped the less was seen.

        With hardly more places than inputs, least squares would fit what was seen by chance.
        """
        mean = self._sums / max(1, self._count)
        inputs = len(mean) - 1
        damping = _SHRINKAGE * inputs / max(1, self._count) * np.trace(mean[:-1, :-1]) / inputs
        return np.asarray(mean + np.diag([*[float(damping)] * inputs, 0.0]), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """The order in which inputs go, and what each step costs."""

    order: tuple[int, ...]
    """Inputs, the least missed first."""
    losses: Matrix
    """(len(order) + 1,): share of the layer's output power that is lost after so many."""


def order(weight: Matrix, moments: Matrix, *, least: int, block: int = 1) -> Cut:
    """In which order inputs are to go, down to `least` of them.

    Args:
        weight: (outputs, inputs).
        moments: Of the inputs, with the constant last.
        least: How many stay at the end.
        block: How many go at once, before the others are adjusted.
    """
    inverse: Matrix = np.asarray(np.linalg.inv(_damped(moments)), np.float64)
    centred = moments[:-1, :-1] - np.outer(moments[:-1, -1], moments[-1, :-1])
    now = np.concatenate([weight, np.zeros((len(weight), 1))], axis=1)
    power = float(((weight @ centred) * weight).sum()) or 1.0
    left = np.ones(weight.shape[1], bool)
    gone: list[int] = []
    losses = [0.0]
    while left.sum() > least:
        count = int(min(block, left.sum() - least))
        costs = (now[:, :-1] ** 2).sum(axis=0) / np.maximum(np.diag(inverse)[:-1], 1e-30)
        worst = np.argsort(np.where(left, costs, np.inf), kind="stable")[:count]
        inner = np.linalg.inv(inverse[np.ix_(worst, worst)])
        columns = now[:, worst]
        # What it costs to leave these out together.
        lost = max(0.0, float(((columns @ inner) * columns).sum())) / abs(power)
        losses += [losses[-1] + lost * (at + 1) / count for at in range(count)]
        now -= columns @ (inner @ inverse[worst])
        now[:, worst] = 0
        inverse -= inverse[:, worst] @ (inner @ inverse[worst])
        inverse[worst] = inverse[:, worst] = 0
        left[worst] = False
        gone += worst.tolist()
    return Cut(tuple(gone), np.array(losses))


def adjusted(
    weight: Matrix, bias: Matrix, moments: Matrix, gone: tuple[int, ...]
) -> tuple[Matrix, Matrix]:
    """Weights (outputs, inputs left) and biases (outputs,) once these inputs are gone.

    The least squares of what the layer gave with all of them.
    """
    inputs = weight.shape[1]
    kept = [at for at in range(inputs) if at not in set(gone)]
    chosen = [*kept, inputs]
    damped = _damped(moments)
    whole = np.concatenate([weight, bias[:, None]], axis=1)
    new = np.linalg.solve(damped[np.ix_(chosen, chosen)], damped[chosen] @ whole.T).T
    return new[:, :-1], new[:, -1]


def _damped(moments: Matrix) -> Matrix:
    damping = _DAMPING * float(np.trace(moments[:-1, :-1])) / max(1, len(moments) - 1)
    extra = np.full(len(moments), damping + 1e-12)
    extra[-1] = 1e-9
    return moments + np.diag(extra)
