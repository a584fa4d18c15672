import importlib.util

import numpy as np
import pytest

from passante.compress import distil
from passante.compress.prune import Pruner
from passante.compress.sensitivity import distance_db, outputs
from passante.core.errors import CompressionError
from unit.compress.networks import SIZES, classifier, pictures, street

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed: an extra"
)


def test_without_torch_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(distil, "have_torch", lambda: False)
    with pytest.raises(CompressionError) as caught:
        distil.Running(street())
    assert "passante[compress]" in caught.value.hint


@needs_torch
@pytest.mark.parametrize("graph", [street(), classifier()], ids=["street", "classifier"])
def test_torch_computes_what_the_network_does(graph):
    import torch  # noqa: PLC0415 - an extra

    name = graph.inputs[0].name
    feed = pictures(1)[0]["image"] if name == "image" else np.ones((1, 3, 32, 32), np.float32)
    said = distil.Running(graph).run({name: torch.as_tensor(feed)})
    (true,) = outputs(graph, [{name: feed}])[0]
    assert said[graph.output_names[0]].numpy() == pytest.approx(true, abs=1e-3)


@needs_torch
def test_a_student_comes_nearer_to_its_teacher():
    teacher, feeds = street(wide=48), pictures(8)
    student = Pruner(teacher, feeds, SIZES).to(0.55).graph
    student.constants["maps.weight"] = student.constants["maps.weight"] * 0.5
    true = outputs(teacher, feeds)
    before = distance_db(true, outputs(student, feeds))
    batches = ({"image": feed["image"]} for _ in range(20) for feed in feeds)
    told = []
    lesson = distil.Lesson(steps=100, rate=1e-2)
    taught = distil.teach(student, teacher, batches, lesson, lambda *args: told.append(args))
    assert distance_db(true, outputs(taught, feeds)) > before + 2
    assert told[-1][0] == 99


@needs_torch
def test_an_operation_that_no_student_can_have_is_said():
    graph = street()
    graph.nodes[0].op = "Telepathy"
    with pytest.raises(CompressionError, match="Telepathy"):
        distil.Running(graph)
