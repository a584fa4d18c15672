"""Fits the head: two small layers on what a tagger says of mixtures and on how they rise and fall.

    python -m training.sounds.fit GATHERED.npz... [--network TAGGER.onnx] [--write | --out FILE]

Prints average precision over recordings that were left out in turn (by recording, never by
window), beside that of the tagger's own classes on the same windows. A logistic curve (Platt,
1999) brings every kind to a scale from 0 to 1. Where it helps on what was left out, a share of the
tagger's own number is added; a kind without recordings has that alone. Another tagger with the
same outputs may be named: `logits` (n, 521) and `embedding` (n, 1024) for patches (n, 96, 64).
--write puts the head into the package.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from passante.analyse.kinds import KINDS
from passante.analyse.logmel import patches
from passante.analyse.tagger import EMBEDDING
from passante.analyse.traits import traits
from passante.core.names import EventKind
from passante.evaluate.packaged import PACKAGED
from passante.evaluate.precision import average_precision
from passante.models import store
from passante.models.catalogue import card
from training.sounds import head as head_file
from training.sounds import sources
from training.sounds.learn import Layers, learn
from training.sounds.mix import STEP

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "src/passante/models/weights/street-sounds-1.1.0.onnx"

FOLDS = 4
SEED = 11
HIDDEN = 48
SOFTER = 2.0
"""By how much the curve is stretched: else the surest scores could not be told from 1."""
RARE = 0.25
"""How much all windows with a kind count beside all those without."""
ALIKE = 0.5
"""How much a shot counts against explosions, and an explosion against shots."""

SHARES = (0.0, 0.15, 0.3, 0.6, 1.0)
"""Of the tagger's own number that may be added to that of the layers."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Windows with what they hold."""

    inputs: Array
    """(n, embedding, groups and traits), as they come."""
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
        """Windows that hold nothing of it; of those that hold a bit nobody knows."""
        return np.asarray((self.kind != column) | (self.holds == 0))


def main() -> int:
    """Fit, say how good it is, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gathered", type=Path, nargs="+")
    parser.add_argument("--network", type=Path, help="another tagger than YAMNet as it comes")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--out", type=Path, help="write the head there")
    options = parser.parse_args()
    network = options.network or store.place(card(PACKAGED))
    data = joined([load(path, network) for path in options.gathered])
    outside = np.zeros((len(data.kind), len(KINDS)), np.float32)
    for number in range(FOLDS):
        test = data.fold == number
        outside[test] = fit(data.part(~test)).numbers(data.inputs[test])
    own = data.inputs[:, EMBEDDING : EMBEDDING + len(KINDS)]
    ours, theirs = blended(data, outside, own)
    if options.write or options.out:
        written = head_file.write(fit(data), ours, theirs)
        place = options.out or FILE
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(written)
        sys.stdout.write(f"{hashlib.sha256(written).hexdigest()} {len(written)}\n")
    return 0


def blended(data: Gathered, outside: Array, own: Array) -> tuple[list[float], list[float]]:
    """How much the layers' number and the tagger's own count for each kind, and how good.

    A kind without a recording is left to the tagger.
    """
    ours, theirs = [], []
    for column, kind in enumerate(KINDS):
        used = data.with_kind(column) | data.without(column)
        true = data.with_kind(column)[used]
        said, known = outside[used, column], own[used, column]
        found = {one: average_precision(true, said + one * known) for one in SHARES}
        best = max(SHARES, key=lambda one: found[one]) if true.any() else 1.0
        ours.append(float(true.any()))
        theirs.append(best)
        sys.stdout.write(
            f"{kind:12} {int(true.sum()):6} windows  head {found[0.0]:.3f}, with {best:g} of the "
            f"tagger's own {found[best]:.3f}  tagger {average_precision(true, known):.3f}\n"
        )
    return ours, theirs


def load(path: Path, network: Path) -> Gathered:
    """What `gather` has written, looked at by a tagger."""
    data = np.load(path)
    logits, embedding, shape = seen(path, network)
    groups = [logits[:, list(classes)].max(axis=1) for classes in head_file.GROUPS]
    limited = np.clip(np.stack(groups, axis=1), head_file.LOWEST, head_file.HIGHEST)
    looks = data["holds"].shape[1]
    # a mixture without any sound has no recording to be left out with
    share = [
        sources.share(str(data["names"][clip]) if clip >= 0 else str(number))
        for number, clip in enumerate(data["clip"])
    ]
    return Gathered(
        np.concatenate([embedding, limited, shape], axis=1),
        np.repeat(data["kind"], looks),
        data["holds"].reshape(-1),
        np.repeat(np.array([int(FOLDS * one) for one in share]), looks),
    )


def seen(path: Path, network: Path) -> tuple[Array, Array, Array]:
    """Logits, embedding and traits of every window; kept beside the file for the next time."""
    kept = path.with_suffix(f".{hashlib.sha256(network.read_bytes()).hexdigest()[:12]}.npz")
    if not kept.exists():
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        session = ort.InferenceSession(
            network.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        name = session.get_inputs()[0].name
        found: list[list[Array]] = [[], [], []]
        for frames in np.load(path)["frames"]:
            windows = patches(frames.astype(np.float32), STEP)
            said = [*session.run(["logits", "embedding"], {name: windows}), traits(windows)]
            for several, one in zip(found, said, strict=True):
                several.append(one.astype(np.float16))
        logits, embedding, shape = (np.concatenate(several) for several in found)
        np.savez(kept, logits=logits, embedding=embedding, traits=shape)
    data = np.load(kept)
    return (
        data["logits"].astype(np.float32),
        data["embedding"].astype(np.float32),
        data["traits"].astype(np.float32),
    )


def joined(parts: Sequence[Gathered]) -> Gathered:
    """Windows of several files as one."""
    return Gathered(
        np.concatenate([one.inputs for one in parts]),
        np.concatenate([one.kind for one in parts]),
        np.concatenate([one.holds for one in parts]),
        np.concatenate([one.fold for one in parts]),
    )


def fit(data: Gathered) -> Layers:
    """Layers from inputs as they come to a calibrated number before the sigmoid for each kind."""
    mean, spread = data.inputs.mean(axis=0), data.inputs.std(axis=0) + np.float32(0.05)
    inputs = (data.inputs - mean) / spread
    layers = learn(inputs, wanted(data), weights(data), hidden=HIDDEN, seed=SEED)
    numbers = layers.numbers(inputs)
    second = layers.second.copy()
    for column in range(len(KINDS)):
        true = data.with_kind(column)
        if true.any():
            steep, height = curve(numbers[true, column], numbers[data.without(column), column])
            second[:, column] *= steep / SOFTER
            second[-1, column] += height / SOFTER
    first = layers.first.copy()
    first[:-1] /= spread[:, None]
    first[-1] -= mean @ first[:-1]
    return Layers(first, second)


def wanted(data: Gathered) -> Array:
    """(n, kinds): 1 where a window holds a kind."""
    return np.stack([data.with_kind(one) for one in range(len(KINDS))], axis=1).astype(np.float32)


def weights(data: Gathered) -> Array:
    """(n, kinds): how much each window counts for each kind."""
    made = np.zeros((len(data.kind), len(KINDS)), np.float32)
    alike = [KINDS.index(EventKind.BANG), KINDS.index(EventKind.EXPLOSION)]
    for column in range(len(KINDS)):
        true, false = data.with_kind(column), data.without(column)
        made[false, column] = 1
        if column in alike:
            other = alike[1 - alike.index(column)]
            made[data.with_kind(other), column] = ALIKE
        if true.any():
            made[true, column] = RARE * false.sum() / true.sum()
    return made


def curve(true: Array, false: Array) -> tuple[float, float]:
    """Factor and bias of the logistic curve that tells both apart, each side weighing the same."""
    numbers = np.concatenate([true, false]).astype(np.float64)
    aim = np.concatenate([np.ones(true.size), np.zeros(false.size)])
    counts = np.where(aim > 0, 0.5 / true.size, 0.5 / false.size)
    design = np.stack([numbers, np.ones_like(numbers)], axis=1)
    found = np.zeros(2)
    for _ in range(25):  # Newton: two numbers are found long before
        likely = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (counts * (likely - aim))
        bend = (design * (counts * likely * (1 - likely))[:, None]).T @ design
        found -= np.linalg.solve(bend + 1e-9 * np.eye(2), slope)
    return float(found[0]), float(found[1])


if __name__ == "__main__":
    sys.exit(main())
