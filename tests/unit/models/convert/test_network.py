import numpy as np
import onnx
import pytest

from passante.compress.running import run, session
from passante.core.errors import ModelContractError
from passante.models.convert.network import Graph, parsed
from unit.compress.networks import pictures, street


def test_what_is_read_and_written_computes_the_same_and_has_the_same_bytes_again():
    data = street().to_bytes()
    again = Graph.read(data)
    assert again.to_bytes() == data
    (feed,) = pictures(1)
    for a, b in zip(run(session(data), feed), run(session(again.to_bytes()), feed), strict=True):
        assert np.array_equal(a, b)


def test_what_no_output_needs_goes_with_its_weights():
    graph = street()
    graph.node("Relu", ["both"], "unread")
    graph.weight("loose", np.ones(3, np.float32))
    assert [node.outputs for node in graph.prune()] == [["unread"]]
    assert "loose" not in graph.constants


def test_shapes_follow_from_those_of_the_inputs():
    shapes = street(size=(32, 48)).shapes()
    assert shapes["first"] == (1, 8, 16, 24)
    assert shapes["expand.weight"] == (16, 8, 1, 1)


def test_tensors_that_inner_graphs_read_are_known():
    inner = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["outer"], ["inner"])], "branch", [],
        [onnx.helper.make_tensor_value_info("inner", 1, None)],
    )  # fmt: skip
    graph = Graph()
    graph.node("If", ["flag"], "chosen", then_branch=inner, else_branch=inner)
    assert "outer" in graph.readers()


@pytest.mark.parametrize("data", [b"", b"no network at all", b"\x08\x08"])
def test_what_is_no_network_is_refused(data):
    with pytest.raises(ModelContractError):
        parsed(data)


def test_weights_in_files_beside_it_are_refused():
    model = street().to_model()
    model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    with pytest.raises(ModelContractError, match="files beside"):
        parsed(model.SerializeToString())
