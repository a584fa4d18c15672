"""Makes the small taggers: channels of YAMNet pruned, what is left taught what YAMNet says.

    python -m training.tagger.fit TEACHER.onnx FRAMES.npz STUDENTS.zip [--device cuda]
        [--shares 0.5,0.4] [--steps 6000] [--minutes 7]

FRAMES.npz comes from `gather`. Needs numpy, onnx, onnxruntime and torch alone. For each share of
channels a student goes into STUDENTS.zip, in floating point, its weights in 16 bits as those of the
teacher may be; `passante compress` makes integers of it and judges it.
"""

from __future__ import annotations

import argparse
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.compress.distil import Lesson, teach
from passante.compress.graph import Graph, Node
from passante.compress.prune import Pruner
from passante.compress.running import run, session

FRAMES, BANDS = 96, 64
LOW, HIGH = -7.0, 6.0
"""What the 256 steps of frames span; as in `gather`, which needs more packages."""
BATCH = 384
LEARNT = 2000
"""Patches that tell what channels are worth."""
JUDGED = 1500
SEED = 20_262


class Sounds:
    """Patches of sounds, alone and mixed, as loud as chance has it."""

    # Any: torch has no types where it is not installed.
    def __init__(self, kept: NDArray[np.uint8], lengths: NDArray[np.int32], device: str) -> None:
        import torch  # noqa: PLC0415 - an extra

        self._torch: Any = torch
        self._device = device
        ends = np.cumsum(lengths)
        long = lengths >= FRAMES
        starts = [
            np.arange(end - length, end - FRAMES + 1, 8)
            for end, length in zip(ends[long], lengths[long], strict=True)
        ]
        self.starts = np.concatenate(starts)
        self._starts = torch.as_tensor(self.starts, device=device)
        self._kept = torch.as_tensor(kept, device=device)
        self._dice = torch.Generator(device=device).manual_seed(SEED)

    def batches(self, name: str, size: int) -> Iterator[Mapping[str, Any]]:
        """Batches without end, of the teacher's input."""
        while True:
            yield {name: self.mixed(size, varied=True)}

    def mixed(self, size: int, *, varied: bool = False) -> Any:
        """(size, 96, 64): half of it two sounds at once; energies of sounds add up.

        Args:
            size: How many.
            varied: Backwards, through filters, higher or lower, with textures of chance as well:
                what a network says of these is as good to learn from.
        """
        torch, dice, device = self._torch, self._dice, self._device

        def chance(*shape: int) -> Any:
            return torch.rand(shape, generator=dice, device=device)

        one, other = (self._varied(self._some(size)) if varied else self._some(size)
                      for _ in range(2))  # fmt: skip
        if varied:
            other = torch.where(chance(size, 1, 1) < 0.3, self._texture(size), other)
        one = one + (chance(size, 1, 1) * 7 - 5)
        other = other + (chance(size, 1, 1) * 7 - 6)
        other = torch.where(chance(size, 1, 1) < 0.5, other, torch.full_like(other, -20.0))
        noise = (
            chance(size, 1, 1) * 6 - 9 + 0.5 * torch.randn(one.shape, generator=dice, device=device)
        )
        energy = torch.logaddexp(torch.logaddexp(one, other), noise)
        return torch.clamp(energy, min=float(np.log(1e-3)), max=HIGH)

    def _varied(self, patches: Any) -> Any:
        """Half of them backwards; all through a filter, and moved along the bands."""
        torch, dice, device = self._torch, self._dice, self._device
        size = len(patches)
        back = torch.rand((size, 1, 1), generator=dice, device=device) < 0.3
        patches = torch.where(back, patches.flip(1), patches)
        curve = torch.randn((size, 1, 6), generator=dice, device=device) * 1.5
        patches = patches + torch.nn.functional.interpolate(curve, BANDS, mode="linear")
        moved = torch.randint(-6, 7, (size, 1, 1), generator=dice, device=device)
        index = (torch.arange(BANDS, device=device)[None, None] + moved).clamp(0, BANDS - 1)
        return torch.gather(patches, 2, index.expand(size, FRAMES, BANDS))

    def _texture(self, size: int) -> Any:
        """Smooth fields of chance, coarse or fine in time and in pitch."""
        torch, dice, device = self._torch, self._dice, self._device
        grid = [
            int(torch.randint(2, most, (1,), generator=dice, device=device)) for most in (48, 32)
        ]
        field = torch.randn((size, 1, *grid), generator=dice, device=device) * 2
        whole = torch.nn.functional.interpolate(
            field, (FRAMES, BANDS), mode="bilinear", align_corners=False
        )
        return whole[:, 0] - 1.0

    def _some(self, size: int) -> Any:
        torch = self._torch
        at = torch.randint(len(self._starts), (size,), generator=self._dice, device=self._device)
        index = self._starts[at][:, None] + torch.arange(FRAMES, device=self._device)[None]
        return self._kept[index].float() * ((HIGH - LOW) / 255) + LOW


def main() -> int:
    """Prune, teach, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("frames", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--shares", default="0.5,0.4")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--minutes", type=float, default=7)
    parser.add_argument("--learnt", type=int, default=LEARNT)
    options = parser.parse_args()
    teacher = Graph.read(options.teacher.read_bytes())
    teacher.constants = {
        name: values.astype(np.float32) if values.dtype == np.float16 else values
        for name, values in teacher.constants.items()
    }
    _hurry()
    given = np.load(options.frames)
    learning, judging = halves(given["frames"], given["lengths"], options.device)
    name = teacher.inputs[0].name
    some = [{name: learning.mixed(8).cpu().numpy()} for _ in range(options.learnt // 8)]
    pruner = Pruner(teacher, some, {name: (1, FRAMES, BANDS)})
    judged = judging.mixed(JUDGED).cpu().numpy()
    truth = run(session(teacher.to_bytes()), {name: judged})
    shares = [float(word) for word in options.shares.split(",")]
    began = time.monotonic()
    for number, share in enumerate(shares):
        pruned = pruner.evenly(share)
        assert pruned is not None
        tell(f"{share}: {pruned.words}")
        tell(f"before: {compared(pruned.graph, name, judged, truth)}")
        until = began + 60 * options.minutes * (number + 1) / len(shares)
        batches = timed(learning.batches(name, BATCH), until, options.steps)
        lesson = Lesson(steps=options.steps, rate=1.5e-3, device=options.device, seed=SEED)
        student = teach(
            pruned.graph, teacher, batches, lesson,
            lambda step, loss: tell(f"  step {step}, loss {loss:.4f}"),
        )  # fmt: skip
        tell(f"after: {compared(student, name, judged, truth)}")
        with zipfile.ZipFile(options.out, "a", zipfile.ZIP_DEFLATED) as archive:
            halve(student)
            archive.writestr(f"tagger-{round(100 * share)}.onnx", student.to_bytes())
    return 0


def halve(graph: Graph) -> None:
    """Keep weights in 16 bits, each with a node that widens it, in place."""
    for name, values in list(graph.constants.items()):
        if values.dtype == np.float32:
            graph.constants[f"{name}.half"] = graph.constants.pop(name).astype(np.float16)
            graph.nodes.insert(
                0, Node("Cast", [f"{name}.half"], [name], f"{name}.widen", {"to": 1})
            )


def _hurry() -> None:
    """Let products of matrices round to ten bits, which is plenty for learning."""
    import torch  # noqa: PLC0415 - an extra

    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True


def halves(
    kept: NDArray[np.uint8], lengths: NDArray[np.int32], device: str
) -> tuple[Sounds, Sounds]:
    """Nine tenths of all sounds to learn from, the last tenth to be judged on."""
    cut = len(lengths) * 9 // 10
    at = int(lengths[:cut].sum())
    return (
        Sounds(kept[:at], lengths[:cut], device),
        Sounds(kept[at:], lengths[cut:], device),
    )


def timed(
    batches: Iterator[Mapping[str, Any]], until: float, steps: int
) -> Iterator[Mapping[str, Any]]:
    """Batches, until so many were taken or it is that late."""
    for _ in range(steps):
        if time.monotonic() > until:
            tell("  out of time")
            return
        yield next(batches)


def compared(
    student: Graph, name: str, patches: NDArray[np.float32], truth: list[NDArray[Any]]
) -> str:
    """How often the likeliest class is the teacher's, and how far embeddings are apart."""
    logits, embedding = run(session(student.to_bytes()), {name: patches})
    same = float((logits.argmax(axis=1) == truth[0].argmax(axis=1)).mean())
    gap = float(((embedding - truth[1]) ** 2).mean() / truth[1].var())
    return f"likeliest class the same {same:.4f}, embedding off by {gap:.4f} of its variance"


def tell(line: str) -> None:
    """Say how it goes, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
