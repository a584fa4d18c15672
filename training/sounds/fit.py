"""Fits the head: linear discriminants on what YAMNet says of mixtures, kind by kind.

    python -m training.sounds.fit GATHERED.npz... [--write]

One covariance for all (Fisher, 1936), shrunk towards the identity; for each kind the difference of
the means of windows with it and without. A logistic curve (Platt, 1999) then brings every kind to
a scale from 0 to 1. Prints average precision over recordings that were left out in turn (by
recording, never by window), beside that of YAMNet's own classes on the same windows. A kind for
which the head is not better keeps YAMNet's classes alone. --write puts the head into the package.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from passante.analyse.kinds import KINDS
from passante.evaluate.precision import average_precision
from training.sounds import head as head_file
from training.sounds import sources

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "src/passante/models/weights/street-sounds-1.0.0.onnx"

FOLDS = 4
SHRINKAGE = 0.1
SOFTER = 3.0
"""By how much the curve is stretched: else the surest scores could not be told from 1."""
EMBEDDING = 1024
WINDOWS = 14
"""Of a mixture without any sound, which has no recording to be left out with."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Windows with what they hold."""

    inputs: Array
    """(n, embedding and groups), as they come."""
    kind: NDArray[np.int8]
    """(n,): column of the kind of the sound in the mixture, or -1."""
    holds: NDArray[np.int8]
    """(n,): 1 where the window holds it, 0 where not, -1 where a bit."""
    fold: NDArray[np.int64]
    """(n,): the same for all windows of a recording."""

    def part(self, rows: NDArray[np.bool_]) -> Gathered:
        """Some of the windows."""
        return Gathered(self.inputs[rows], self.kind[rows], self.holds[rows], self.fold[rows])

    def with_kind(self, column: int) -> NDArray[np.bool_]:
        """Windows that hold a kind."""
        return np.asarray((self.kind == column) & (self.holds == 1))

    def without(self, column: int) -> NDArray[np.bool_]:
        """Windows of mixtures in which it is not; of the others nobody knows."""
        return np.asarray(self.kind != column)


def main() -> int:
    """Fit, say how good it is, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gathered", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    data = joined([load(path) for path in options.gathered])
    outside = np.zeros((len(data.kind), len(KINDS)), np.float32)
    for number in range(FOLDS):
        test = data.fold == number
        head = fit(data.part(~test))
        outside[test] = data.inputs[test] @ head[:, :-1].T + head[:, -1]
    own = data.inputs[:, EMBEDDING : EMBEDDING + len(KINDS)]
    better = []
    for column, kind in enumerate(KINDS):
        used = data.with_kind(column) | data.without(column)
        true = data.with_kind(column)[used]
        ours, theirs = (average_precision(true, of[used, column]) for of in (outside, own))
        better.append(ours > theirs)
        sys.stdout.write(
            f"{kind:12} {int(true.sum()):6} windows  head {ours:.3f}  YAMNet {theirs:.3f}\n"
        )
    if options.write:
        written = head_file.write(own_where_not_better(fit(data), better))
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_bytes(written)
        sys.stdout.write(f"{hashlib.sha256(written).hexdigest()} {len(written)}\n")
    return 0


def load(path: Path) -> Gathered:
    """What `gather` has written."""
    data = np.load(path)
    logits = data["logits"].astype(np.float32)
    groups = [logits[:, list(classes)].max(axis=1) for classes in head_file.GROUPS]
    limited = np.clip(np.stack(groups, axis=1), head_file.LOWEST, head_file.HIGHEST)
    inputs = np.concatenate([data["embedding"].astype(np.float32), limited], axis=1)
    share = [sources.share(str(name)) for name in data["names"]]
    fold = [
        int(FOLDS * (share[clip] if clip >= 0 else sources.share(str(row // WINDOWS))))
        for row, clip in enumerate(data["clip"])
    ]
    return Gathered(inputs, data["kind"], data["holds"], np.array(fold))


def joined(parts: Sequence[Gathered]) -> Gathered:
    """Windows of several files as one."""
    return Gathered(
        np.concatenate([one.inputs for one in parts]),
        np.concatenate([one.kind for one in parts]),
        np.concatenate([one.holds for one in parts]),
        np.concatenate([one.fold for one in parts]),
    )


def fit(data: Gathered) -> Array:
    """(kinds, inputs + 1): weights and, last, biases, for inputs as they come."""
    mean, spread = data.inputs.mean(axis=0), data.inputs.std(axis=0) + np.float32(0.05)
    inputs = (data.inputs - mean) / spread
    covariance = inputs.T @ inputs / np.float32(len(inputs))
    covariance[np.diag_indices_from(covariance)] += np.float32(SHRINKAGE)
    known = [column for column in range(len(KINDS)) if data.with_kind(column).any()]
    apart = [
        inputs[data.with_kind(column)].mean(axis=0) - inputs[data.without(column)].mean(axis=0)
        for column in known
    ]
    directions = np.linalg.solve(covariance, np.stack(apart).T).T
    head = np.zeros((len(KINDS), inputs.shape[1] + 1), np.float32)
    # a kind nobody has a recording of is left to YAMNet's classes
    head[np.arange(len(KINDS)), EMBEDDING + np.arange(len(KINDS))] = 1
    for column, direction in zip(known, directions, strict=True):
        numbers = inputs @ direction
        steep, height = curve(numbers[data.with_kind(column)], numbers[data.without(column)])
        factor, bias = steep / SOFTER, height / SOFTER
        head[column, :-1] = factor * direction / spread
        head[column, -1] = bias - head[column, :-1] @ mean
    return head


def curve(true: Array, false: Array) -> tuple[float, float]:
    """Factor and bias of the logistic curve that tells both apart, each side weighing the same."""
    numbers = np.concatenate([true, false]).astype(np.float64)
    wanted = np.concatenate([np.ones(true.size), np.zeros(false.size)])
    weights = np.where(wanted > 0, 0.5 / true.size, 0.5 / false.size)
    design = np.stack([numbers, np.ones_like(numbers)], axis=1)
    found = np.zeros(2)
    for _ in range(25):  # Newton: two numbers are found long before
        likely = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (weights * (likely - wanted))
        bend = (design * (weights * likely * (1 - likely))[:, None]).T @ design
        found -= np.linalg.solve(bend + 1e-9 * np.eye(2), slope)
    return float(found[0]), float(found[1])


def own_where_not_better(head: Array, better: list[bool]) -> Array:
    """The head, with YAMNet's own number for kinds that gain nothing by it."""
    made = head.copy()
    for column, gains in enumerate(better):
        if not gains:
            made[column] = 0
            made[column, EMBEDDING + column] = 1
    return made


if __name__ == "__main__":
    sys.exit(main())
