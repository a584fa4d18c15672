"""Teaching a student where things are: a map that is hot at centres, and sizes around them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.compress.distil import Running
from passante.compress.student import MULTIPLE, STRIDE
from passante.models.convert.network import Graph

Tell = Callable[[str], None]

_PIECE = (320, 256)
"""Width and height of what is learnt from at a time, px of the view."""
_AROUND = 0.7
"""Share of pieces that lie around something: the rest lie anywhere."""
_WARM = 0.02
"""Share of the largest step size that the first step has."""
_RISE = 60
"""Steps over which it grows."""
_MEMORY = 0.995
"""Of the mean over steps that becomes the student."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a student is taught."""

    width: int = 48
    steps: int = 1300
    batch: int = 8
    rate: float = 2.5e-3
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One view and what the teacher saw in it."""

    pixels: NDArray[np.uint8]
    """(height, width, 3), RGB."""
    boxes: NDArray[np.float32]
    """(n, 4), px of the view."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What a student should say of one view."""

    heat: NDArray[np.float32]
    """(rows, columns): 1 at centres, falling off around them."""
    cells: NDArray[np.int64]
    """(n, 2): row and column of every centre."""
    shapes: NDArray[np.float32]
    """(n, 4): logarithms of height and width in cells, offset of the centre down and across."""


def teach(graph: Graph, examples: Sequence[Example], course: Course, tell: Tell) -> Graph:
    """The student after the course: the mean of its weights over the last steps.

    Heat is learnt with the loss of penalty-reduced centres (Zhou et al. 2019, "Objects as points"),
    sizes and places with mean distance at centres.

    Raises:
        CompressionError: torch is not installed.
    """
    learning = Running(graph, device=course.device, learns=True)
    import torch  # noqa: PLC0415 - an extra, known to be there by now

    torch.manual_seed(course.seed)
    chance = np.random.default_rng(course.seed)
    weights = list(learning.weights.values())
    means = [weight.detach().clone() for weight in weights]
    adam = torch.optim.AdamW(weights, lr=course.rate, weight_decay=1e-4)
    for step in range(course.steps):
        fall = (1 + math.cos(math.pi * step / course.steps)) / 2
        for group in adam.param_groups:
            group["lr"] = course.rate * min(1.0, _WARM + step / _RISE) * fall
        chosen = [examples[at] for at in chance.integers(0, len(examples), course.batch)]
        batch = [piece(example, chance) for example in chosen]
        pixels = np.stack([example.pixels for example in batch])
        maps = learning.run({"image": torch.as_tensor(pixels, device=course.device)})["maps"]
        truth = [targets(example, maps.shape[2:]) for example in batch]
        loss = _loss(torch, maps, truth, course.device)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 5.0)
        adam.step()
        kept = min(_MEMORY, (step + 1) / (step + 20))
        with torch.no_grad():
            for mean, weight in zip(means, weights, strict=True):
                mean.mul_(kept).add_(weight, alpha=1 - kept)
        if step % 100 == 0 or step == course.steps - 1:
            tell(f"  step {step} of {course.steps}, loss {float(loss.detach()):.3f}")
    with torch.no_grad():
        for mean, weight in zip(means, weights, strict=True):
            weight.copy_(mean)
    return learning.learnt()


def piece(example: Example, chance: np.random.Generator) -> Example:
    """A part of a view, darker or brighter, mirrored or not; mostly around something."""
    high, wide = example.pixels.shape[:2]
    width, height = (
        min(most, side // MULTIPLE * MULTIPLE)
        for most, side in zip(_PIECE, (wide, high), strict=True)
    )
    left, top = (
        int(chance.integers(0, wide - width + 1)),
        int(chance.integers(0, high - height + 1)),
    )
    if len(example.boxes) and chance.random() < _AROUND:
        x0, y0, x1, y1 = example.boxes[chance.integers(len(example.boxes))]
        left = int(np.clip((x0 + x1) / 2 - chance.uniform(0.1, 0.9) * width, 0, wide - width))
        top = int(np.clip((y0 + y1) / 2 - chance.uniform(0.1, 0.9) * height, 0, high - height))
    pixels = example.pixels[top : top + height, left : left + width].astype(np.float32)
    pixels = pixels * chance.uniform(0.75, 1.25) + chance.uniform(-12, 12)
    boxes = example.boxes - np.array([left, top, left, top], np.float32)
    if chance.random() < 0.5:
        pixels = pixels[:, ::-1]
        boxes = boxes[:, [2, 1, 0, 3]] * np.array([-1, 1, -1, 1], np.float32)
        boxes = boxes + np.array([width, 0, width, 0], np.float32)
    levels = np.ascontiguousarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return Example(levels, boxes.astype(np.float32))


def targets(example: Example, shape: Iterable[int]) -> Target:
    """What a student should say of a view, on a map of (rows, columns)."""
    rows, columns = shape
    heat = np.zeros((rows, columns), np.float32)
    cells: list[tuple[int, int]] = []
    shapes: list[tuple[float, float, float, float]] = []
    down, across = np.mgrid[0:rows, 0:columns].astype(np.float32)
    for x0, y0, x1, y1 in example.boxes:
        x, y = (x0 + x1) / 2 / STRIDE - 0.5, (y0 + y1) / 2 / STRIDE - 0.5
        column, row = round(float(x)), round(float(y))
        if not (0 <= row < rows and 0 <= column < columns):
            continue
        wide, high = (x1 - x0) / STRIDE, (y1 - y0) / STRIDE
        spread = ((across - column) / max(0.7, wide / 6)) ** 2
        spread += ((down - row) / max(0.7, high / 6)) ** 2
        heat = np.maximum(heat, np.exp(-spread / 2))
        heat[row, column] = 1
        cells.append((row, column))
        shapes.append((math.log(max(high, 0.5)), math.log(max(wide, 0.5)), y - row, x - column))
    return Target(
        heat,
        np.array(cells, np.int64).reshape(-1, 2),
        np.array(shapes, np.float32).reshape(-1, 4),
    )


# Any: torch has no types where it is not installed.
def _loss(torch: Any, maps: Any, truth: Sequence[Target], device: str) -> Any:
    heat = torch.as_tensor(np.stack([target.heat for target in truth]), device=device)
    said = torch.clamp(torch.sigmoid(maps[:, 0]), 1e-5, 1 - 1e-5)
    centre = heat == 1
    hit = -(((1 - said) ** 2) * torch.log(said))[centre].sum()
    miss = -(((1 - heat) ** 4) * said**2 * torch.log(1 - said))[~centre].sum()
    count = max(1, int(centre.sum()))
    loss = (hit + miss) / count
    for number, target in enumerate(truth):
        if len(target.cells):
            at = torch.as_tensor(target.cells, device=device)
            given = maps[number, 1:, at[:, 0], at[:, 1]].T
            wanted = torch.as_tensor(target.shapes, device=device)
            gap = torch.nn.functional.smooth_l1_loss(given, wanted, reduction="sum")
            loss = loss + gap / count
    return loss
