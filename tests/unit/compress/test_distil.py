import importlib.util

import numpy as np
import pytest

from passante.compress import distil
from passante.compress.sensitivity import outputs
from passante.core.errors import CompressionError
from unit.compress.networks import classifier, pictures, street

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
def test_an_operation_that_no_student_can_have_is_said():
    graph = street()
    graph.nodes[0].op = "Telepathy"
    with pytest.raises(CompressionError, match="Telepathy"):
        distil.Running(graph)
