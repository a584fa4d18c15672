"""A student for one fixed camera: it learns from what the large network sees in its own footage.

The early part of a recording is learnt from, the next decides from which score on the student is
sure, and the last one judges it. Nothing leaves the device, and no frame is kept: views are held in
memory while it learns, and go with the process.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from passante.analyse.finder import Finder
from passante.compress.build import Builder, Built, Wanted
from passante.compress.candidate import Candidate
from passante.compress.centres import Course, Example, Tell, teach
from passante.compress.data import Collection
from passante.compress.student import CELLS, HEATS, StudentFinder, architecture
from passante.compress.subject import Subject
from passante.compress.tasks.looking import FOUND, Looking, Seen, in_vain
from passante.compress.tasks.outcome import Quality, Runner, Share, What
from passante.core.errors import CompressionError, SettingsError
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View
from passante.models.convert.network import Graph

LEARNT = 0.6
"""Share of a recording that is learnt from."""
SETTLED = 0.68
"""Share of it before which, after that, it is settled from which score on the student is sure."""
JUDGED = 0.3
"""Share at its end that is judged on; what lies before it belongs to nothing."""
FRAMES = 400
"""Frames that are learnt from at most: held in memory, 0.7 MB each."""
_LARGER = 1.5
"""How much closer the teacher looks than the student."""
_FEWEST = 20
_CALIBRATED = 48
_UNSURE = 0.25
"""What the teacher says less surely than this is not learnt."""
_SETTLING = 40
_IN_VAIN = 0.25
"""Things an item that a student may find in vain where its scores are settled: half of what the
gate lets pass."""
_LEAST, _MOST = 0.05, 0.8
"""Between them lies the score that becomes the product's."""
_SWAY = 8
"""px of its view by which the teacher's is moved at most: half the finest step of the finder of
people."""


def student_task(task: Looking) -> Looking:
    """How a student is asked in place of its teacher, and what counts as kept.

    Its boxes are its own: what the teacher found it has to find by the rule of what people have
    marked, and not with the teacher's very box.
    """
    return replace(
        task,
        finder=lambda network, low: StudentFinder(network, task.marks, threshold=low),
        logits=(5 * HEATS, 0, HEATS),
        same=FOUND,
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
    untaught = architecture(width=course.width, seed=course.seed)
    graph = teach(untaught, examples, course, tell)
    later = Collection(footage.path, most=_SETTLING, since=LEARNT, until=SETTLED)
    graph, score = settled(graph, subject, teacher, later)
    some = footage.some(_CALIBRATED)
    plain = replace(wanted, kept=(), smaller=False, mixed=False)
    parent = Builder(subject, some, plain, tell).parent()
    taught = replace(
        subject,
        task=student_task(subject.task),
        repaired=replace(subject.repaired, graph=graph),
        data=graph.to_bytes(),
        published=False,
    )
    made = Builder(taught, some, plain, tell).build()
    renamed = [_student(candidate) for candidate in made.candidates]
    made.candidates[:] = [parent, *renamed]
    made.notes.append(
        f"student of {seen} boxes in {len(examples)} frames, {course.steps} steps, width "
        f"{course.width}, seed {course.seed}; on {len(later)} later frames its score of "
        f"{score:.2f} was made {subject.task.sure:g}"
    )
    made.notes.append(
        "what a student keeps is counted beside what its teacher keeps of its own boxes where its "
        f"picture is moved by up to {_SWAY} px"
    )
    return made


def settled(
    graph: Graph, subject: Subject, teacher: Runner, footage: Collection
) -> tuple[Graph, float]:
    """The student with its scores moved, so that as sure as the product asks for is sure enough.

    Returns:
        The student, and the score that became the product's.
    """
    assert isinstance(subject.task, Looking)
    task = replace(student_task(subject.task), threshold=_LEAST)
    runner = replace(subject, published=False).runner("student", graph.to_bytes())
    vain: list[float] = []
    for item in footage:
        given = task.ask(runner, item)
        vain += given.scores[in_vain(subject.task.ask(teacher, item), given)].tolist()
    vain.sort(reverse=True)
    allowed = int(_IN_VAIN * len(footage))
    score = min(_MOST, max(_LEAST, vain[allowed] if len(vain) > allowed else 0.0))
    new = graph.copy()
    bias = graph.constants[f"{CELLS}.bias"].copy()
    bias[:HEATS] += math.log(subject.task.sure / (1 - subject.task.sure))
    bias[:HEATS] -= math.log(score / (1 - score))
    new.constants = {**graph.constants, f"{CELLS}.bias": bias}
    return new, score


def swayed(task: Looking, number: int) -> Looking:
    """The same task with what is looked at moved aside a little, another way for each number."""
    span = 2 * _SWAY + 1
    right, down = (step * (number + 1) % span - _SWAY for step in (5, 7))
    return replace(
        task, finder=lambda network, low: _Swayed(task.finder(network, low), right, down)
    )


def beside_itself(student: Quality, teacher: Quality) -> Quality:
    """A student's quality, what it keeps counted beside what its teacher keeps of its own boxes.

    Args:
        student: Beside the teacher.
        teacher: The same of the teacher itself, its pictures `swayed`.
    """
    rates = {share.group: share.rate for share in teacher.shares if share.what is What.KEPT}

    def beside(share: Share) -> Share:
        return replace(share, before=rates[share.group]) if share.what is What.KEPT else share

    return replace(student, shares=tuple(beside(share) for share in student.shares))


class _Swayed:
    """A finder whose view is moved before it looks, and whose boxes are moved back."""

    def __init__(self, finder: Finder, right: int, down: int) -> None:
        self._finder, self._right, self._down = finder, right, down

    @property
    def kinds(self) -> frozenset[Kind]:
        return self._finder.kinds

    @property
    def model(self) -> str:
        return self._finder.model

    def look(self, view: View) -> Detections:
        wide = np.pad(view.pixels, ((_SWAY, _SWAY), (_SWAY, _SWAY), (0, 0)), mode="edge")
        high, width = view.pixels.shape[:2]
        top, left = _SWAY - self._down, _SWAY - self._right
        pixels = np.ascontiguousarray(wide[top : top + high, left : left + width])
        found = self._finder.look(replace(view, pixels=pixels))
        aside = np.array([[self._right, self._down] * 2, [0, 0, 0, 0]], np.float32)
        moved, still = view.to_frame(aside)
        return replace(found, boxes=found.boxes - (moved - still))


def _student(candidate: Candidate) -> Candidate:
    """A candidate as what it is: its drift stays beside its own floating point.

    Beside the teacher it would say nothing, whose outputs mean other things.
    """
    return replace(
        candidate,
        name=f"student-{candidate.name}",
        made_by=f"student of this camera; {candidate.made_by}",
        is_parent=False,
        student=True,
    )


def _examples(task: Looking, teacher: Runner, footage: Collection) -> Iterator[Example]:
    """What the teacher sees when it looks closely, in px of the student's view."""
    width, height = (round(side * _LARGER / 32) * 32 for side in task.size)
    close = replace(task, size=(width, height))
    for item in footage:
        seen: Seen = close.ask(teacher, item)
        assert item.frame is not None
        view = item.frame.view(*task.size)
        mine = np.array([kind is task.marks for kind in seen.kinds], bool).reshape(-1)
        mine &= seen.scores >= min(_UNSURE, task.sure)
        yield Example(view.pixels, in_view(view, seen.boxes[mine]))


def in_view(view: View, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Boxes (n, 4) in px of the coded frame in px of a view of it: undoes `View.to_frame`."""
    area = view.area
    upright = (
        Box(*row)
        .shifted(-area.x0, -area.y0)
        .turned(round(area.width), round(area.height), view.rotation)
        for row in boxes.astype(float).tolist()
    )
    edges = np.array([(b.x0, b.y0, b.x1, b.y1) for b in upright], np.float32).reshape(-1, 4)
    return edges * np.float32(view.scale)


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
