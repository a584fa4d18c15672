"""Fits the head: logistic regression on what YAMNet says of mixtures, class by class.

    python -m training.sounds.fit GATHERED.npz [--write]

Prints, for every kind, average precision over recordings that were left out in turn (by recording,
never by window), beside that of YAMNet's own classes on the same windows. A kind for which the
head is not better keeps YAMNet's classes alone. --write puts the head into the package.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from passante.analyse.kinds import KINDS
from passante.evaluate.precision import average_precision
from training.sounds import head as head_file
from training.sounds import sources

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "src/passante/models/weights/street-sounds-1.0.0.onnx"

FOLDS = 4
ON_EMBEDDING, ON_GROUPS = 3e-3, 3e-4
"""How much large weights cost."""
AGAINST = 4.0
"""What all windows without a kind weigh together, where all with it weigh 1."""

Array = NDArray[np.float32]


def main() -> int:
    """Fit, say how good it is, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gathered", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    data = np.load(options.gathered)
    inputs, scale = standardised(data["embedding"], groups(data["logits"]))
    wanted, weights = targets(data["kind"], data["holds"], data["clip"])
    names = data["names"]
    fold = np.array(
        [
            int(FOLDS * sources.share(str(names[clip]) if clip >= 0 else str(row // 14)))
            for row, clip in enumerate(data["clip"])
        ]
    )
    own = inputs[:, 1024 : 1024 + len(KINDS)]
    outside = np.zeros((len(inputs), len(KINDS)), np.float32)
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        head = fit(inputs[train], wanted[train], weights[train])
        outside[test] = inputs[test] @ head[:, :-1].T + head[:, -1]
    better = []
    for column, kind in enumerate(KINDS):
        used = weights[:, column] > 0
        true = wanted[used, column] > 0
        ours = average_precision(true, outside[used, column])
        theirs = average_precision(true, own[used, column])
        better.append(ours > theirs)
        sys.stdout.write(
            f"{kind:12} {int(true.sum()):6} windows  head {ours:.3f}  YAMNet {theirs:.3f}\n"
        )
    head = fit(inputs, wanted, weights)
    if options.write:
        data = head_file.write(folded(head, scale, better))
        FILE.write_bytes(data)
        sys.stdout.write(f"{hashlib.sha256(data).hexdigest()} {len(data)}\n")
    return 0


def groups(logits: NDArray[np.float16]) -> Array:
    """(n, groups): the highest number of each group of classes, within limits."""
    found = [logits[:, list(classes)].max(axis=1) for classes in head_file.GROUPS]
    return np.clip(np.stack(found, axis=1).astype(np.float32), head_file.LOWEST, head_file.HIGHEST)


def standardised(embedding: NDArray[np.float16], group: Array) -> tuple[Array, tuple[Array, Array]]:
    """All inputs of the head with mean 0 and spread 1, and both."""
    inputs = np.concatenate([embedding.astype(np.float32), group], axis=1)
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + np.float32(0.05)
    return (inputs - mean) / spread, (mean, spread)


def targets(
    kind: NDArray[np.int8], holds: NDArray[np.int8], clip: NDArray[np.int32]
) -> tuple[Array, Array]:
    """(n, kinds) what each window holds, and what it weighs: every recording alike."""
    wanted = np.zeros((len(kind), len(KINDS)), np.float32)
    weights = np.ones_like(wanted)
    for column in range(len(KINDS)):
        mine = kind == column
        wanted[mine & (holds == 1), column] = 1
        weights[mine & (holds != 1), column] = 0
        held = wanted[:, column] > 0
        if held.any():
            _, place, count = np.unique(clip[held], return_inverse=True, return_counts=True)
            weights[held, column] = 1 / np.minimum(count[place], 60)
            weights[held, column] /= weights[held, column].sum()
        others = ~held & (weights[:, column] > 0)
        weights[others, column] *= AGAINST / others.sum()
    return wanted, weights


def fit(inputs: Array, wanted: Array, weights: Array) -> Array:
    """(kinds, inputs + 1): weights and, last, biases."""
    count, width = len(KINDS), inputs.shape[1]
    start = np.zeros((count, width + 1), np.float32)
    start[np.arange(count), 1024 + np.arange(count)] = 1
    cost = np.full(width + 1, ON_EMBEDDING, np.float32)
    cost[1024:-1], cost[-1] = ON_GROUPS, 0
    sign = 1 - 2 * wanted

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        head = flat.reshape(count, width + 1).astype(np.float32)
        margin = sign * (inputs @ head[:, :-1].T + head[:, -1])
        value = float((weights * np.logaddexp(0, margin)).sum())
        slope = weights * sign / (1 + np.exp(-margin))
        gradient = np.concatenate([slope.T @ inputs, slope.sum(axis=0)[:, None]], axis=1)
        moved = head - start
        value += float((cost * moved * moved).sum())
        return value, (gradient + 2 * cost * moved).astype(np.float64).ravel()

    found = minimize(
        loss,
        start.astype(np.float64).ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 120},
    )
    return np.asarray(found.x.reshape(count, width + 1), np.float32)


def folded(head: Array, scale: tuple[Array, Array], better: list[bool]) -> Array:
    """The head for inputs as they come; kinds that gain nothing keep YAMNet's number."""
    mean, spread = scale
    made = np.empty_like(head)
    made[:, :-1] = head[:, :-1] / spread
    made[:, -1] = head[:, -1] - made[:, :-1] @ mean
    for column, gains in enumerate(better):
        if not gains:
            made[column] = 0
            made[column, 1024 + column] = 1
    return made


if __name__ == "__main__":
    sys.exit(main())
