import importlib.util
from dataclasses import replace

import numpy as np
import pytest

from passante.compress import site
from passante.compress.build import Wanted
from passante.compress.runner import Direct
from passante.compress.student import STRIDE, architecture
from passante.compress.subject import find
from passante.core.errors import CompressionError, SettingsError
from standins import Clip
from unit.compress.networks import classifier, street

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed: an extra"
)


def example(*boxes, width=96, height=64, seed=0):
    """A dark picture with a bright square in each box."""
    pixels = np.random.default_rng(seed).integers(0, 60, (height, width, 3)).astype(np.uint8)
    for x0, y0, x1, y1 in boxes:
        pixels[int(y0) : int(y1), int(x0) : int(x1)] = 230
    found = np.array(boxes, np.float32).reshape(-1, 4)
    return site.Example(pixels, found, np.full(len(found), 0.9, np.float32))


def test_the_target_is_hot_at_centres_and_tells_sizes():
    target = site.targets(example([16, 8, 32, 40]), (16, 24))
    (cell,) = target.cells
    assert target.heat[tuple(cell)] == 1
    assert 0 < target.heat[cell[0], cell[1] + 1] < 1
    high, wide, down, across = target.shapes[0]
    assert np.exp([high, wide]) * STRIDE == pytest.approx([32, 16])
    assert (cell[1] + across + 0.5) * STRIDE == pytest.approx(24)
    assert (cell[0] + down + 0.5) * STRIDE == pytest.approx(24)


def test_what_lies_outside_is_no_target():
    assert len(site.targets(example([200, 8, 220, 30]), (16, 24)).cells) == 0


def test_a_view_moved_aside_takes_its_boxes_along():
    given = example([40, 20, 60, 44])
    for seed in range(5):
        moved = site.varied(given, np.random.default_rng(seed))
        x0, y0, x1, y1 = moved.boxes[0].astype(int)
        inside = moved.pixels[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].mean()
        assert inside > 2 * moved.pixels.mean()


@needs_torch
def test_a_student_learns_to_see_what_its_teacher_sees():
    chance = np.random.default_rng(1)
    corners = chance.integers(0, [60, 30], (24, 2))
    examples = [example([x, y, x + 20, y + 24], seed=at) for at, (x, y) in enumerate(corners)]
    told = []
    course = site.Course(width=16, blocks=1, steps=60, batch=4, rate=1e-2)
    graph = site.teach(architecture(width=16, blocks=1), examples, course, told.append)
    losses = [float(line.rsplit(" ", 1)[1]) for line in told]
    assert losses[-1] < 0.5 * losses[0]
    (maps,) = Direct("s", graph.to_bytes()).run(examples[0].pixels[None])
    row, column = np.unravel_index(maps[0, 0].argmax(), maps.shape[2:])
    x, y = corners[0]
    assert x - 8 < (column + 0.5) * STRIDE < x + 28
    assert y - 8 < (row + 0.5) * STRIDE < y + 32


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
        site.build(given, learnt, site.Course(), Wanted(), print)


def test_a_teacher_that_sees_nothing_teaches_nothing(tmp_path):
    path = Clip(frames=60).write(tmp_path / "c.mp4")
    learnt, _ = site.footage(path, 5)
    blind = street()
    blind.constants["maps.bias"] = np.full(5, -50, np.float32)
    given = site.for_camera(subject(tmp_path, blind, task="find.face", size=(64, 32)))
    with pytest.raises(CompressionError, match="sees no face"):
        site.build(given, learnt, site.Course(), Wanted(), lambda _: None)


@needs_torch
def test_teacher_and_students_stand_side_by_side(tmp_path):
    path = Clip(frames=60).write(tmp_path / "c.mp4")
    learnt, _ = site.footage(path, 5)
    keen = street()
    keen.constants["maps.weight"] = keen.constants["maps.weight"] * 0
    keen.constants["maps.bias"] = np.array([2, 1, 1, 0, 0], np.float32)
    given = site.for_camera(subject(tmp_path, keen, task="find.face", size=(64, 32)))
    course = site.Course(width=16, blocks=1, steps=3)
    built = site.build(replace(given), learnt, course, Wanted(), lambda _: None)
    names = [candidate.name for candidate in built.candidates]
    assert names[0] == "fp32"
    assert "student-fp32" in names
    assert "student-int8" in names
    assert [c.student for c in built.candidates] == [False] + [True] * (len(names) - 1)
