import numpy as np
import onnx
import pytest

from passante.compress import fold
from passante.compress.running import run, session
from passante.models.convert.network import Graph, Node, Value
from unit.compress.networks import FLOAT, conv


def started(shape=(1, 3, 8, 8)):
    graph = Graph(name="small")
    graph.inputs = [Value("x", FLOAT, shape)]
    graph.outputs = [Value("y", FLOAT, None)]
    return graph, np.random.default_rng(5)


def results(graph, shape=(1, 3, 8, 8)):
    feed = {"x": np.random.default_rng(6).standard_normal(shape).astype(np.float32)}
    for number, node in enumerate(graph.nodes):
        node.name = node.name or f"n{number}"
    return run(session(graph.to_bytes(), optimise=False), feed)[0]


def same(graph, step, count=1, shape=(1, 3, 8, 8)):
    before = results(graph, shape)
    assert step(graph) == count
    graph.prune()
    assert results(graph, shape) == pytest.approx(before, abs=1e-4)
    return [node.op for node in graph.nodes]


def test_what_depends_on_no_input_is_computed_once():
    graph, _ = started()
    value = onnx.numpy_helper.from_array(np.float32(2))
    graph.nodes.append(Node("Constant", [], ["two"], "c", {"value": value}))
    graph.node("Add", ["two", "two"], "four")
    graph.node("Mul", ["x", "four"], "y")
    assert same(graph, fold.fold_constants) == ["Mul"]


def test_the_shape_of_a_fixed_input_is_a_constant():
    graph, _ = started()
    graph.node("Shape", ["x"], "shape")
    graph.node("Reshape", ["x", "shape"], "y")
    assert same(graph, fold.fold_constants) == ["Reshape"]


def test_chance_is_never_folded():
    graph, _ = started()
    graph.node("RandomNormal", [], "noise", shape=[1, 3, 8, 8])
    graph.node("Add", ["x", "noise"], "y")
    assert fold.fold_constants(graph) == 0


def test_nodes_that_do_nothing_go():
    graph, _ = started()
    graph.node("Identity", ["x"], "same")
    graph.node("Relu", ["same"], "y")
    assert same(graph, fold.drop_idle) == ["Relu"]


@pytest.mark.parametrize("op", ["Conv", "ConvTranspose"])
def test_normalisation_goes_into_the_weights_before_it(op):
    graph, chance = started()
    shape = (4, 3, 3, 3) if op == "Conv" else (3, 4, 3, 3)
    conv(graph, "c", "x", chance.standard_normal(shape), chance.standard_normal(4))
    graph.nodes[-1].op = op
    figures = [
        graph.weight(f"f{i}", (np.abs(chance.standard_normal(4)) + 0.1).astype(np.float32))
        for i in range(4)
    ]
    graph.node("BatchNormalization", ["c", *figures], "y")
    assert same(graph, fold.fold_normalisation) == [op]


def test_normalisation_stays_where_something_else_reads_the_layer():
    graph, chance = started()
    conv(graph, "c", "x", chance.standard_normal((4, 3, 3, 3)))
    figures = [graph.weight(f"f{i}", np.ones(4, np.float32)) for i in range(4)]
    graph.node("BatchNormalization", ["c", *figures], "n")
    graph.node("Add", ["n", "c"], "y")
    assert fold.fold_normalisation(graph) == 0


@pytest.mark.parametrize("op", ["Mul", "Add", "Sub", "Div"])
def test_a_number_for_each_channel_goes_into_the_weights(op):
    graph, chance = started()
    conv(graph, "c", "x", chance.standard_normal((4, 3, 3, 3)))
    each = graph.weight("each", np.array([1, 2, -3, 4], np.float32).reshape(1, 4, 1, 1))
    graph.node(op, ["c", each], "y")
    assert same(graph, fold.fold_scaling) == ["Conv"]


def test_numbers_that_are_not_one_for_each_channel_stay():
    graph, chance = started()
    conv(graph, "c", "x", chance.standard_normal((4, 3, 3, 3)))
    graph.node("Mul", ["c", graph.weight("m", np.ones((1, 1, 1, 8), np.float32))], "y")
    assert fold.fold_scaling(graph) == 0


def test_an_upsampling_convolution_becomes_one_of_a_single_place():
    graph, chance = started()
    weight = graph.weight("w", chance.standard_normal((3, 4, 2, 2)).astype(np.float32))
    bias = graph.weight("b", chance.standard_normal(4).astype(np.float32))
    graph.node("ConvTranspose", ["x", weight, bias], "y", strides=[2, 2], kernel_shape=[2, 2])
    assert same(graph, fold.unfold_upsampling) == ["Conv", "DepthToSpace"]


def test_one_whose_steps_overlap_stays():
    graph, chance = started()
    weight = graph.weight("w", chance.standard_normal((3, 4, 3, 3)).astype(np.float32))
    graph.node("ConvTranspose", ["x", weight], "y", strides=[2, 2], kernel_shape=[3, 3])
    assert fold.unfold_upsampling(graph) == 0
