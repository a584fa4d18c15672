import importlib.util
from dataclasses import replace

import numpy as np
import pytest

from passante.compress import site
from passante.compress.build import Wanted
from passante.compress.centres import Course
from passante.compress.data import Collection, Item
from passante.compress.student import CELLS, architecture
from passante.compress.subject import find
from passante.compress.tasks.outcome import What
from passante.core.errors import CompressionError, SettingsError
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.testing import raw_frame, video_format
from standins import Clip
from unit.compress.made import quality, share
from unit.compress.networks import classifier, street

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed: an extra"
)


def test_a_recording_is_split_so_that_the_later_stretch_is_not_learnt_from(tmp_path):
    path = Clip(frames=40).write(tmp_path / "c.mp4")
    learnt, judged = site.footage(path, 20)
    early = [int(item.name.split("#")[1]) for item in learnt]
    late = [int(item.name.split("#")[1]) for item in judged]
    assert max(early) < 24
    assert min(late) >= 28


def subject(tmp_path, graph=None, **more):
    path = tmp_path / "n.onnx"
    path.write_bytes((graph or street()).to_bytes())
    return find(str(path), **more)


def test_only_finders_are_taught(tmp_path):
    with pytest.raises(SettingsError, match="only finders"):
        site.for_camera(subject(tmp_path, classifier()))


def test_a_person_finders_vehicles_do_not_count(tmp_path):
    given = subject(tmp_path, task="find.face", size=(64, 32))
    assert site.for_camera(given).task.only


def test_too_little_footage_is_an_error(tmp_path):
    path = Clip(frames=10).write(tmp_path / "c.mp4")
    learnt, _ = site.footage(path, 5)
    given = site.for_camera(subject(tmp_path, task="find.face", size=(64, 32)))
    with pytest.raises(SettingsError, match="too short"):
        site.build(given, learnt, Course(), Wanted(), print)


def test_a_teacher_that_sees_nothing_teaches_nothing(tmp_path):
    path = Clip(frames=60).write(tmp_path / "c.mp4")
    learnt, _ = site.footage(path, 5)
    blind = street()
    blind.constants["maps.bias"] = np.full(5, -50, np.float32)
    given = site.for_camera(subject(tmp_path, blind, task="find.face", size=(64, 32)))
    with pytest.raises(CompressionError, match="sees no face"):
        site.build(given, learnt, Course(), Wanted(), lambda _: None)


@needs_torch
def test_teacher_and_students_stand_side_by_side(tmp_path):
    path = Clip(frames=60).write(tmp_path / "c.mp4")
    learnt, _ = site.footage(path, 5)
    keen = street()
    keen.constants["maps.weight"] = keen.constants["maps.weight"] * 0
    keen.constants["maps.bias"] = np.array([2, 1, 1, 0, 0], np.float32)
    given = site.for_camera(subject(tmp_path, keen, task="find.face", size=(64, 32)))
    course = Course(width=16, steps=3)
    built = site.build(replace(given), learnt, course, Wanted(), lambda _: None)
    names = [candidate.name for candidate in built.candidates]
    assert names[0] == "fp32"
    assert "student-fp32" in names
    assert "student-int8" in names
    assert [c.student for c in built.candidates] == [False] + [True] * (len(names) - 1)


def keen():
    """Faces everywhere, all of the same size."""
    graph = street()
    graph.constants["maps.weight"] = graph.constants["maps.weight"] * 0
    graph.constants["maps.bias"] = np.array([2, 1, 1, 0, 0], np.float32)
    return graph


def test_scores_are_settled_where_little_is_found_in_vain(tmp_path):
    path = Clip(frames=40).write(tmp_path / "c.mp4")
    blind = street()
    blind.constants["maps.bias"] = np.full(5, -50, np.float32)
    given = site.for_camera(subject(tmp_path, blind, task="find.face", size=(64, 32)))
    teacher = given.runner("teacher", given.repaired.graph.to_bytes())
    student = architecture(width=16, blocks=(1, 1, 1))
    student.constants[f"{CELLS}.bias"][:4] += 4
    new, score = site.settled(student, given, teacher, Collection(path, most=8))
    assert 0.2 < score < 0.8
    task = site.student_task(given.task)
    runner = replace(given, published=False).runner("student", new.to_bytes())
    asked = [task.ask(runner, item) for item in Collection(path, most=8)]
    assert sum(int((seen.scores > given.task.sure + 1e-4).sum()) for seen in asked) <= 2
    assert sum(len(seen.scores) for seen in asked) > 8
    again, score = site.settled(new, given, teacher, Collection(path, most=8))
    assert score == pytest.approx(given.task.sure, abs=1e-3)
    assert again.constants[f"{CELLS}.bias"] == pytest.approx(new.constants[f"{CELLS}.bias"])


def test_a_student_whose_finds_are_all_right_is_asked_as_low_as_can_be(tmp_path):
    path = Clip(frames=40).write(tmp_path / "c.mp4")
    given = site.for_camera(subject(tmp_path, keen(), task="find.face", size=(64, 32)))
    teacher = given.runner("teacher", given.repaired.graph.to_bytes())
    silent = architecture(width=16, blocks=(1, 1, 1))
    silent.constants[f"{CELLS}.bias"][:4] -= 20
    _, score = site.settled(silent, given, teacher, Collection(path, most=4))
    assert score == 0.05


def test_a_picture_is_moved_another_way_for_each_number(tmp_path):
    path = Clip(frames=4).write(tmp_path / "c.mp4")
    given = site.for_camera(subject(tmp_path, keen(), task="find.face", size=(64, 32)))
    runner = given.runner("teacher", given.repaired.graph.to_bytes())
    item = next(iter(Collection(path, most=1)))
    plain = given.task.ask(runner, item)
    moved = [site.swayed(given.task, number).ask(runner, item) for number in range(3)]
    # It finds the same in every view, wherever that was moved: boxes differ by the way back.
    offsets = {tuple(np.round(seen.boxes[0] - plain.boxes[0], 3)) for seen in moved}
    assert len(offsets) == 3


class Bright:
    """Finds what is bright in a view."""

    kinds = frozenset({Kind.FACE})
    model = "bright"

    def look(self, view):
        down, across = np.nonzero(view.pixels[:, :, 1] > 200)
        box = [across.min(), down.min(), across.max() + 1, down.max() + 1]
        found = view.to_frame(np.array([box], np.float32))
        return Detections(found, np.ones(1, np.float32), (Kind.FACE,), self.model)


TURNS = pytest.mark.parametrize("degrees", [0, 90, 180, 270])


def turned(degrees):
    """A dark picture with a bright box, that a viewer turns."""
    dark = raw_frame(form=replace(video_format(160, 96), rotation=degrees), seed=None)
    luma = np.full_like(dark.planes[0], 40)
    luma[30:50, 64:104] = 235
    return replace(dark, planes=(luma, *dark.planes[1:]))


@TURNS
def test_what_is_found_in_a_picture_moved_aside_lies_where_it_was(tmp_path, degrees):
    task = site.for_camera(subject(tmp_path, task="find.face", size=(128, 96))).task
    task = replace(task, finder=lambda network, low: Bright())
    item = Item("a", "", np.zeros(256, bool), frame=turned(degrees))
    plain = task.ask(None, item).boxes
    for number in range(4):
        moved = site.swayed(task, number).ask(None, item).boxes
        assert moved == pytest.approx(plain, abs=0.01)


@TURNS
def test_a_box_of_a_frame_lies_in_its_view_where_it_is_seen(degrees):
    view = turned(degrees).view(128, 96, Box(20, 10, 140, 90))
    (box,) = site.in_view(view, Bright().look(view).boxes)
    left, top, right, bottom = box.round().astype(int)
    assert (view.pixels[top:bottom, left:right] > 200).all()
    assert (view.pixels > 200).all(axis=2).sum() == (right - left) * (bottom - top)
    assert site.in_view(view, np.zeros((0, 4), np.float32)).shape == (0, 4)


def test_what_a_student_keeps_stands_beside_what_its_teacher_keeps_of_itself():
    student = quality(share(90, 100), share(97, 100, what=What.RECALL, before=98))
    teacher = quality(share(92, 100), share(95, 100, what=What.RECALL, before=98))
    kept, found = site.beside_itself(student, teacher).shares
    assert kept.loss == pytest.approx(2)
    assert found.loss == pytest.approx(1)
