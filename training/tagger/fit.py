"""Makes the small tagger: YAMNet with fewer channels, taught what YAMNet says.

    python -m training.tagger.fit yamnet-1.0.0.onnx FRAMES.npz STUDENT.onnx [--minutes 40]

FRAMES.npz comes from `gather`. Needs numpy, onnx and torch. First channels go and what is left is
adjusted (`narrow`), then the later layers learn, then all of them, at last with what they give and
their weights rounded as integers will be. What comes out is in floating point; `passante compress`
makes integers of it and judges it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.tagger import narrow
from training.tagger.chain import Chain, Network, read, write
from training.tagger.mixing import Sounds

WIDTHS = (48, 96, 96, 192, 192, 384, 384, 384, 384, 160, 128, 256)
"""Channels after each pointwise layer but the last: multiples of 16, as the kernels take them."""
CODE = 128
"""Numbers between the embedding and the classes."""
LEARNT = 3000
"""Patches by which what is left is adjusted."""
CHOSEN = 1200
"""Patches of these that tell which channels go."""
JUDGED = 1000
POOL = 8192
"""Patches that are held with what YAMNet says of them."""
BATCH, FRESH = 48, 16
"""Patches of one step, and how many of the pool are made anew in it."""
RATE = 2e-3
"""Largest step of a weight, beside the usual size of the weights of its layer."""
FRONT = 11
"""Layers that do not move at first."""
FEATURES = (10, 18)
"""Layers whose results are to be like YAMNet's: where the map is halved for the third time, and the
last before one common swing of all channels drowns the rest."""
LATER, ROUNDED = 0.2, 0.72
"""Shares of the time after which all layers learn, and from which on they are rounded."""
KEPT = 0.998
"""Of the running mean of the weights, from one step to the next."""
SEED = 20_263


@dataclass(slots=True)
class Pool:
    """Patches and what YAMNet says of them, in 16 bits; a part of it is made anew at every step."""

    sounds: Sounds
    teacher: Network
    kept: dict[int, torch.Tensor]
    patches: torch.Tensor
    embedding: torch.Tensor
    features: dict[int, torch.Tensor]
    filled: int = 0

    @classmethod
    def empty(cls, sounds: Sounds, teacher: Network, left: Mapping[int, NDArray[np.int64]]) -> Pool:
        """Room for all of them."""
        half = torch.float16
        return cls(
            sounds, teacher, {number: torch.from_numpy(left[number]) for number in FEATURES},
            torch.zeros((POOL, 96, 64), dtype=half), torch.zeros((POOL, 1024), dtype=half), {},
        )  # fmt: skip

    def renew(self, count: int) -> None:
        """Make some anew."""
        made = self.sounds.mixed(count, varied=True)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            embedding, features = self.teacher.run(made, FEATURES)
        if self.filled < POOL:
            at = torch.arange(self.filled, min(POOL, self.filled + count))
            self.filled += len(at)
        else:
            at = torch.randint(POOL, (count,))
        few = len(at)
        self.patches[at] = made[:few].half()
        self.embedding[at] = embedding[:few].half()
        for number, kept in self.kept.items():
            some = features[number][:few, kept].half()
            if number not in self.features:
                self.features[number] = torch.zeros((POOL, *some.shape[1:]), dtype=torch.float16)
            self.features[number][at] = some

    def some(self, count: int) -> tuple[torch.Tensor, torch.Tensor, dict[int, torch.Tensor]]:
        """Patches, embeddings and features."""
        at = torch.randint(self.filled, (count,))
        features = {number: values[at].float() for number, values in self.features.items()}
        return self.patches[at].float(), self.embedding[at].float(), features


class Rounding:
    """Numbers rounded as integers of 8 bits will be; what is learnt stays as fine as it is."""

    def __init__(self, network: Network, patches: torch.Tensor) -> None:
        """Find the highest number of each layer's results, by the least square error."""
        self.tops = []
        with torch.no_grad():
            results = network.run(patches, range(len(network.chain.layers)))[1]
        for values in results.values():
            some = values.flatten()[:: max(1, values.numel() // 200_000)]
            tops = [float(some.max()) * share for share in (1.0, 0.85, 0.7, 0.55, 0.4, 0.3)]
            errors = [float(((self._to(some, top) - some) ** 2).mean()) for top in tops]
            self.tops.append(tops[int(np.argmin(errors))])

    @staticmethod
    def _to(values: torch.Tensor, top: float) -> torch.Tensor:
        return torch.fake_quantize_per_tensor_affine(values, max(top, 1e-6) / 255, 0, 0, 255)

    def result(self, number: int, values: torch.Tensor) -> torch.Tensor:
        """What a layer gives."""
        return self._to(values, self.tops[number])

    @staticmethod
    def weight(values: torch.Tensor) -> torch.Tensor:
        """Weights of a layer, one step for each channel."""
        steps = values.detach().abs().amax(dim=(1, 2, 3)) / 127 + 1e-9
        zeros = torch.zeros(len(values), dtype=torch.int32)
        return torch.fake_quantize_per_channel_affine(values, steps, zeros, 0, -127, 127)


def main() -> int:
    """Narrow, teach, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("frames", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    teacher = read(options.teacher.read_bytes())
    given = np.load(options.frames)
    learning, judging = halves(given["frames"], given["lengths"])
    known = Network(teacher)
    patches = torch.cat([learning.mixed(500, varied=True) for _ in range(LEARNT // 500)])
    widths = [int(word) for word in options.widths.split(",")]
    student, left = narrow.narrow(teacher, widths, patches[:CHOSEN], code=CODE)
    student = narrow.refitted(teacher, student, left, patches)
    judged = judging.mixed(JUDGED)
    judge = Judge(teacher, judged, known.run(judged)[0])
    tell(f"adjusted: {judge.words(student)}")
    pool = Pool.empty(learning, known, left)
    student = teach(student, pool, judge, options.minutes * 60, options.out)
    tell(f"taught: {judge.words(student)}")
    return 0


def teach(student: Chain, pool: Pool, judge: Judge, seconds: float, out: Path) -> Chain:
    """The student after so much time."""
    network = Network(student, learns=True)
    mean = [weight.detach().clone() for weight in network.weights]
    sizes = [float(weight.detach().square().mean().sqrt()) for weight in network.weights]
    adam = torch.optim.Adam(
        [
            {"params": [weight], "size": size}
            for weight, size in zip(network.weights, sizes, strict=True)
        ],
        betas=(0.9, 0.98),
    )
    for _ in range(32):
        pool.renew(64)
    losses = Losses(judge.teacher, pool)
    began = said = time.monotonic()
    step = 0
    rounding: Rounding | None = None
    while (done := (time.monotonic() - began) / seconds) < 1:
        first = FRONT if done < LATER else 0
        if done >= ROUNDED and rounding is None:
            rounding = Rounding(network, pool.some(256)[0])
        network.rounding = rounding
        rate = RATE * min(1.0, step / 100) * (1 + float(np.cos(np.pi * done))) / 2
        for group in adam.param_groups:
            group["lr"] = rate * group["size"]
        pool.renew(FRESH if pool.filled == POOL else 2 * FRESH)
        patches, embedding, wanted = pool.some(BATCH)
        mine, features = network.run(patches, FEATURES, still=first)
        loss = losses(mine, embedding, features, wanted, done)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.weights, 2.0)
        adam.step()
        step += 1
        kept = min(KEPT, step / (step + 10))
        with torch.no_grad():
            for average, weight in zip(mean, network.weights, strict=True):
                average.lerp_(weight, 1 - kept)
        if time.monotonic() - said > seconds / 12:
            said = time.monotonic()
            now = network.learnt(mean)
            tell(f"step {step}, {done:.0%}, loss {float(loss.detach()):.4f}: {judge.words(now)}")
            out.write_bytes(write(now, judge.moments()))
    made = network.learnt(mean)
    out.write_bytes(write(made, judge.moments()))
    tell(f"{step} steps")
    return made


class Losses:
    """How far the student is from the teacher: embedding, classes, and one layer within."""

    def __init__(self, teacher: Chain, pool: Pool) -> None:
        self._dense = torch.from_numpy(teacher.dense)
        self._bias = torch.from_numpy(teacher.bias)
        _, embedding, features = pool.some(1024)
        self._embedding = float(embedding.var())
        known = embedding @ self._dense + self._bias
        weight = self._weight(known)
        spread = (known - known.mean(0)) ** 2
        self._classes = float((weight * spread).sum() / weight.sum())
        self._features = {
            number: values.var(dim=(0, 2, 3))[:, None, None] + 1e-2
            for number, values in features.items()
        }

    def __call__(
        self,
        mine: torch.Tensor,
        embedding: torch.Tensor,
        features: Mapping[int, torch.Tensor],
        wanted: Mapping[int, torch.Tensor],
        done: float,
    ) -> torch.Tensor:
        """One number; classes count by how likely the teacher has them."""
        within = sum(
            ((features[number] - values) ** 2 / self._features[number]).mean()
            for number, values in wanted.items()
        )
        known = embedding @ self._dense + self._bias
        weight = self._weight(known)
        said = mine @ self._dense + self._bias
        classes = (weight * (said - known) ** 2).sum() / weight.sum() / self._classes
        gap = ((mine - embedding) ** 2).mean() / self._embedding
        return gap + 0.4 * classes + 0.3 * (1 - done) * within

    @staticmethod
    def _weight(known: torch.Tensor) -> torch.Tensor:
        """How much each class counts, by how likely the teacher has it."""
        return 0.02 + torch.sigmoid(known)


class Judge:
    """How near a student is to the teacher on sounds that it has not learnt from."""

    def __init__(self, teacher: Chain, patches: torch.Tensor, embedding: torch.Tensor) -> None:
        self.teacher = teacher
        self._patches = patches
        self._embedding = embedding

    def moments(self) -> NDArray[np.float64]:
        """Second moments of the teacher's embedding."""
        values = self._embedding.double()
        return np.asarray((values.T @ values / len(values)).numpy())

    def words(self, student: Chain) -> str:
        """How often the likeliest class is the teacher's, and how far embeddings are apart."""
        with torch.no_grad():
            mine = torch.cat([Network(student).run(one)[0] for one in self._patches.split(128)])
        dense, bias = torch.from_numpy(self.teacher.dense), torch.from_numpy(self.teacher.bias)
        said, known = (values @ dense + bias for values in (mine, self._embedding))
        same = float((said.argmax(1) == known.argmax(1)).float().mean())
        gap = float(((mine - self._embedding) ** 2).mean() / self._embedding.var())
        return f"likeliest class the same {same:.3f}, embedding off by {gap:.4f} of its variance"


def halves(kept: NDArray[np.uint8], lengths: NDArray[np.int32]) -> tuple[Sounds, Sounds]:
    """Nineteen twentieths of all sounds to learn from, every twentieth to be judged on."""
    ends = np.cumsum(lengths)
    parts = [kept[end - length : end] for end, length in zip(ends, lengths, strict=True)]
    sides = []
    for judging in (False, True):
        chosen = [at for at in range(len(parts)) if (at % 20 == 7) is judging]
        sides.append(Sounds(np.concatenate([parts[at] for at in chosen]), lengths[chosen], "cpu"))
    return sides[0], sides[1]


def tell(line: str) -> None:
    """Say how it goes, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
