"""A student for one fixed camera: it learns from what the large network sees in its own footage.

The early part of a recording is learnt from, a later one is judged on. Nothing leaves the device,
and no frame is kept: views are held in memory while it learns, and go with the process.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.compress.build import Builder, Built, Wanted
from passante.compress.candidate import Candidate
from passante.compress.data import Collection
from passante.compress.distil import Running
from passante.compress.student import STRIDE, StudentFinder, architecture
from passante.compress.subject import Subject
from passante.compress.tasks.looking import Looking, Seen
from passante.core.errors import CompressionError, SettingsError
from passante.models.convert.network import Graph

Tell = Callable[[str], None]

LEARNT = 0.6
"""Share of a recording that is learnt from."""
JUDGED = 0.3
"""Share at its end that is judged on; what lies between belongs to neither."""
FRAMES = 240
"""Frames that are learnt from at most: held in memory, 0.7 MB each."""
_LARGER = 1.5
"""How much closer the teacher looks than the student."""
_FEWEST = 20
_CALIBRATED = 48
_SHIFT = 16
"""px by which views are moved while learning: cameras sway."""
_SIZES = 0.1
"""Weight of sizes and places beside the heat."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a student is taught."""

    width: int = 32
    blocks: int = 4
    steps: int = 500
    batch: int = 6
    rate: float = 3e-3
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One view and what the teacher saw in it."""

    pixels: NDArray[np.uint8]
    """(height, width, 3), RGB."""
    boxes: NDArray[np.float32]
    """(n, 4), px of the view."""
    scores: NDArray[np.float32]


def student_task(task: Looking) -> Looking:
    """How a student is asked in place of its teacher."""
    return replace(
        task, finder=lambda network, low: StudentFinder(network, task.marks, threshold=low)
    )


def build(
    subject: Subject, footage: Collection, course: Course, wanted: Wanted, tell: Tell
) -> Built:
    """The teacher, a student of it in floating point, and one in integers.

    Raises:
        SettingsError: There is too little footage.
        CompressionError: torch is not installed, or the teacher sees nothing to learn from.
    """
    assert isinstance(subject.task, Looking)
    if len(footage) < _FEWEST:
        raise SettingsError(f"{footage.path.name}: too short: {len(footage)} frames to learn from")
    tell(f"looking at {len(footage)} frames with the teacher")
    teacher = subject.runner("teacher", subject.repaired.graph.to_bytes())
    examples = list(_examples(subject.task, teacher, footage))
    seen = sum(len(example.boxes) for example in examples)
    if not seen:
        raise CompressionError(f"the teacher sees no {subject.task.marks} in this footage")
    tell(f"teaching a student from {seen} boxes in {len(examples)} frames")
    graph = teach(architecture(width=course.width, blocks=course.blocks, seed=course.seed),
                  examples, course, tell)  # fmt: skip
    some = footage.some(_CALIBRATED)
    own = Builder(subject, some, replace(wanted, kept=(), smaller=False, mixed=False), tell)
    parent = own.parent()
    taught = replace(
        subject,
        task=student_task(subject.task),
        repaired=replace(subject.repaired, graph=graph),
        published=False,
    )
    students = Builder(taught, some, replace(wanted, kept=(), smaller=False, mixed=False), tell)
    made = students.build()
    renamed = [_student(candidate) for candidate in made.candidates]
    made.candidates[:] = [parent, *renamed]
    made.notes.append(
        f"student of {seen} boxes in {len(examples)} frames, {course.steps} steps, width "
        f"{course.width}, {course.blocks} blocks, seed {course.seed}"
    )
    return made


def _student(candidate: Candidate) -> Candidate:
    return replace(
        candidate,
        name=f"student-{candidate.name}",
        made_by=f"student of this camera; {candidate.made_by}",
        is_parent=False,
        student=True,
        # Beside its own floating point, not beside the teacher, whose outputs mean other things.
        drift_db=candidate.drift_db,
    )


def _examples(task: Looking, teacher: Any, footage: Collection) -> Iterator[Example]:
    """What the teacher sees when it looks closely, in px of the student's view."""
    width, height = (round(side * _LARGER / 32) * 32 for side in task.size)
    close = replace(task, size=(width, height))
    for item in footage:
        seen: Seen = close.ask(teacher, item)
        assert item.frame is not None
        view = item.frame.view(*task.size)
        mine = np.array([kind is task.marks for kind in seen.kinds], bool).reshape(-1)
        shift = np.array([view.area.x0, view.area.y0] * 2, np.float32)
        boxes = (seen.boxes[mine] - shift) * np.float32(view.scale)
        yield Example(view.pixels, boxes.astype(np.float32), seen.scores[mine])


def teach(graph: Graph, examples: Sequence[Example], course: Course, tell: Tell) -> Graph:
    """The student after the course.

    Heat is learnt with the loss of penalty-reduced centres (Zhou et al. 2019, "Objects as points"),
    sizes and places with mean distance at centres.

    Raises:
        CompressionError: torch is not installed.
    """
    learning = Running(graph, device=course.device, learns=True)
    import torch  # noqa: PLC0415 - an extra, known to be there by now

    torch.manual_seed(course.seed)
    chance = np.random.default_rng(course.seed)
    adam = torch.optim.Adam(list(learning.weights.values()), lr=course.rate)
    for step in range(course.steps):
        done = step / course.steps
        for group in adam.param_groups:
            group["lr"] = (
                course.rate * min(1.0, done * 20 + 0.05) * (1 + math.cos(math.pi * done)) / 2
            )
        chosen = [examples[at] for at in chance.integers(0, len(examples), course.batch)]
        batch = [varied(example, chance) for example in chosen]
        pixels = np.stack([example.pixels for example in batch])
        maps = learning.run({"image": torch.as_tensor(pixels, device=course.device)})["maps"]
        truth = [targets(example, maps.shape[2:]) for example in batch]
        loss = _loss(torch, maps, truth, course.device)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(learning.weights.values()), 5.0)
        adam.step()
        if step % 100 == 0 or step == course.steps - 1:
            tell(f"  step {step} of {course.steps}, loss {float(loss.detach()):.3f}")
    return learning.learnt()


def varied(example: Example, chance: np.random.Generator) -> Example:
    """The same view a little aside, darker or brighter."""
    right, down = (int(n) for n in chance.integers(-_SHIFT, _SHIFT + 1, 2))
    moved = np.roll(example.pixels, (down, right), axis=(0, 1)).astype(np.float32)
    moved = moved * chance.uniform(0.7, 1.25) + chance.uniform(-12, 12)
    boxes = example.boxes + np.array([right, down, right, down], np.float32)
    return Example(np.clip(moved, 0, 255).astype(np.uint8), boxes, example.scores)


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What a student should say of one view."""

    heat: NDArray[np.float32]
    """(rows, columns): 1 at centres, falling off around them."""
    cells: NDArray[np.int64]
    """(n, 2): row and column of every centre."""
    shapes: NDArray[np.float32]
    """(n, 4): logarithms of height and width in cells, offset of the centre down and across."""


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
            loss = loss + _SIZES * 10 * gap / count
    return loss


def for_camera(subject: Subject) -> Subject:
    """A subject of which nothing counts but what a student is taught to find.

    Raises:
        SettingsError: It finds nothing in pictures.
    """
    if not isinstance(subject.task, Looking):
        raise SettingsError("only finders of things in pictures can be taught for a camera")
    return replace(subject, task=replace(subject.task, only=True))


def footage(path: Path, most: int) -> tuple[Collection, Collection]:
    """A recording in two: what is learnt from, and a later stretch of at most so many frames."""
    return (
        Collection(path, most=FRAMES, until=LEARNT),
        Collection(path, most=most, since=1 - JUDGED),
    )
