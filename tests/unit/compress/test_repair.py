import numpy as np
import onnx
import pytest

from passante.compress.repair import noise, repair
from passante.core.errors import ModelContractError
from passante.models.convert.network import Graph, Node, Value
from unit.compress.networks import FLOAT, SIZES, conv, street


def brought(opset=9):
    """A file as they come: old, weights among the inputs, no names, a batch of ten."""
    chance = np.random.default_rng(3)
    graph = Graph(name="old", opset=opset)
    graph.inputs = [Value("x", FLOAT, (10, 3, 32, 32))]
    graph.outputs = [Value("y", FLOAT, (10, 4, 32, 32))]
    conv(graph, "c", "x", chance.standard_normal((4, 3, 3, 3)))
    figures = [
        graph.weight(f"bn{i}", np.abs(chance.standard_normal(4)).astype(np.float32) + 0.1)
        for i in range(4)
    ]
    graph.node("BatchNormalization", ["c", *figures], "n", epsilon=1e-3)
    graph.node("Relu", ["n"], "y")
    for node in graph.nodes:
        node.name = ""
    model = graph.to_model()
    for item in model.graph.initializer:
        model.graph.input.append(
            onnx.helper.make_tensor_value_info(item.name, item.data_type, list(item.dims))
        )
    return model.SerializeToString()


def test_everything_wrong_with_an_old_file_is_put_in_order_and_explained():
    repaired = repair(brought(), {"x": (1, 3, 64, 96)})
    said = " ".join(change.what for change in repaired.changes)
    for word in ("listed as inputs", "names of their own", "opset 17 instead of 9",
                 "takes any size", "normalisations folded"):  # fmt: skip
        assert word in said
    assert [node.op for node in repaired.graph.nodes] == ["Conv", "Relu"]
    assert all(change.why for change in repaired.changes)
    assert repaired.difference < 1e-5


def test_a_network_in_order_is_left_as_it_is():
    graph = street()
    repaired = repair(graph.to_bytes(), SIZES)
    assert repaired.changes == ()
    assert repaired.graph.to_bytes() == graph.to_bytes()


def test_an_input_of_any_size_needs_a_word_about_which():
    with pytest.raises(ModelContractError, match="any size") as caught:
        repair(street().to_bytes())
    assert "--size" in caught.value.hint


def test_an_operation_nobody_knows_is_an_error_and_no_traceback():
    graph = street()
    graph.nodes.insert(0, Node("Telepathy", ["image"], ["unread"], "t", {}, "com.example"))
    graph.domains["com.example"] = 1
    graph.outputs.append(Value("unread", FLOAT, None))
    with pytest.raises(ModelContractError, match="cannot run"):
        repair(graph.to_bytes(), SIZES)


def test_noise_has_the_type_and_shape_of_the_input_and_is_the_same_each_time():
    graph = street()
    first, second = noise(graph, SIZES)["image"], noise(graph, SIZES)["image"]
    assert first.dtype == np.uint8
    assert first.shape == SIZES["image"]
    assert np.array_equal(first, second)


def test_an_input_of_words_is_refused():
    graph = street()
    graph.inputs.append(Value("words", onnx.TensorProto.STRING, (1,)))
    with pytest.raises(ModelContractError, match="words"):
        noise(graph, SIZES)
