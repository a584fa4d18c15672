import numpy as np
import onnxruntime
import pytest

from passante.compress.calibrate import histograms
from passante.compress.cost import fusion
from passante.compress.histogram import Method
from passante.compress.running import run, session
from passante.compress.sensitivity import distance_db, outputs
from passante.models.convert.network import Graph
from passante.models.convert.quantise import Recipe, ends, layers, quantise, tensors
from unit.compress.networks import classifier, pictures, street


def recipe(graph, feeds, **rest):
    found = histograms(graph, tensors(graph), feeds)
    return Recipe({k: v.range(Method.MIN_MAX) for k, v in found.items()}, **rest)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("kept", ["none", "ends", "all"])
def test_integers_say_nearly_what_floating_point_does(signed, kept):
    graph, feeds = street(), pictures()
    keep = {"none": frozenset(), "ends": ends(graph),
            "all": frozenset(node.name for node in layers(graph))}[kept]  # fmt: skip
    whole = quantise(graph, recipe(graph, feeds, keep=keep, signed=signed))
    assert distance_db(outputs(graph, feeds), outputs(whole, feeds)) > 25


def test_every_layer_gets_an_integer_kernel():
    graph, feeds = street(), pictures()
    found = fusion(quantise(graph, recipe(graph, feeds)).to_bytes())
    assert (found.whole, found.layers) == (5, 5)


def test_levels_of_a_picture_are_taken_as_they_are():
    graph, feeds = street(), pictures()
    whole = quantise(graph, recipe(graph, feeds))
    assert "Cast" not in {node.op for node in whole.nodes}
    assert whole.constants["levels.step"] == 1


def test_rectification_needs_no_node_of_its_own():
    graph, feeds = street(), pictures()
    assert "Relu" not in {node.op for node in quantise(graph, recipe(graph, feeds)).nodes}


def test_a_classifier_with_a_product_of_matrices_works_as_well():
    graph = classifier()
    feeds = [{"input": np.random.default_rng(at).standard_normal((1, 3, 32, 32)).astype(np.float32)}
             for at in range(4)]  # fmt: skip
    whole = quantise(graph, recipe(graph, feeds))
    assert whole.output_names == ["classes"]
    assert distance_db(outputs(graph, feeds), outputs(whole, feeds)) > 20


def test_the_last_layers_are_those_that_no_other_follows():
    graph = street()
    names = {node.name: node.outputs[0] for node in graph.nodes}
    assert [names[name] for name in ends(graph)] == ["maps"]


def test_the_same_recipe_gives_the_same_bytes():
    graph, feeds = street(), pictures()
    chosen = recipe(graph, feeds)
    assert quantise(graph, chosen).to_bytes() == quantise(street(), chosen).to_bytes()


def test_the_given_network_is_not_changed():
    graph, feeds = street(), pictures()
    before = graph.to_bytes()
    quantise(graph, recipe(graph, feeds))
    assert graph.to_bytes() == before


def test_a_tensor_that_is_an_output_as_well_keeps_its_name():
    graph, feeds = street(), pictures()
    graph.outputs.insert(0, type(graph.outputs[0])("both", 1, None))
    whole = quantise(graph, recipe(graph, feeds))
    both, maps = run(session(whole.to_bytes()), feeds[0])
    assert both.shape[1] == 8
    assert maps.shape[1] == 5


def test_the_last_product_of_matrices_is_not_rounded():
    graph = classifier()
    feeds = [{"input": np.random.default_rng(at).standard_normal((1, 3, 32, 32)).astype(np.float32)}
             for at in range(4)]  # fmt: skip
    whole = quantise(graph, recipe(graph, feeds))
    (last,) = [node for node in whole.nodes if node.op == "Gemm"]
    assert not [n for n in whole.nodes if n.op == "QuantizeLinear" and n.inputs[0] in last.outputs]
    assert fusion(whole.to_bytes()).whole == len(layers(graph))


@pytest.mark.parametrize("wide", [False, True])
def test_packed_weights_are_small_in_the_file_and_right_in_use(monkeypatch, wide):
    monkeypatch.setattr("passante.models.convert.quantise._WORTH_PACKING", 0 if wide else 1 << 30)
    graph, feeds = street(), pictures()
    every = frozenset(node.name for node in layers(graph))
    packed = quantise(graph, recipe(graph, feeds, keep=every, packed=True))
    whole = [v for v in packed.constants.values() if v.dtype == np.int8 and v.ndim == 4]
    assert len(whole) == (len(every) if wide else 0)
    assert distance_db(outputs(graph, feeds), outputs(packed, feeds)) > (35 if wide else 100)
    assert fusion(packed.to_bytes()).whole == 0


def test_products_of_matrices_are_packed_along_their_channels(monkeypatch):
    monkeypatch.setattr("passante.models.convert.quantise._WORTH_PACKING", 0)
    graph = classifier()
    every = frozenset(node.name for node in layers(graph))
    gemm = next(node for node in graph.nodes if node.op == "Gemm")
    given = graph.constants[gemm.inputs[1]]
    feeds = [{"input": np.ones((1, 3, 32, 32), np.float32)}]
    packed = quantise(graph, recipe(graph, feeds, keep=every, packed=True))
    steps = packed.constants[f"{gemm.outputs[0]}.packed.step"]
    channels = 0 if gemm.attributes.get("transB", 0) else 1
    assert steps.shape[channels] == given.shape[channels]
    assert steps.size == given.shape[channels]


def test_what_a_layer_reads_has_a_range_whatever_stays_in_floating_point():
    graph, feeds = classifier(), [{"input": np.ones((1, 3, 32, 32), np.float32)}]
    ranges = recipe(graph, feeds).ranges
    for node in layers(graph):
        quantise(graph, Recipe(ranges, (node.name,)))


def test_a_single_layer_in_floating_point_stays_so_when_the_file_is_loaded():
    graph, feeds = street(), pictures()
    deep = layers(graph)[1]
    weight = graph.constants[deep.inputs[1]]
    factors = np.geomspace(0.003, 1, len(weight)).astype(np.float32)[:, None, None, None]
    graph.constants[deep.inputs[1]] = weight * factors
    found = {}
    for parted in (False, True):
        order = recipe(graph, feeds, keep=frozenset({deep.name}), parted=parted)
        data = quantise(graph, order).to_bytes()
        found[parted] = distance_db(_plain(data, feeds), outputs(Graph.read(data), feeds))
    assert found[True] > found[False] + 20


def test_nothing_is_parted_where_no_single_layer_stays_in_floating_point():
    graph, feeds = street(), pictures()
    for keep in (frozenset(), ends(graph)):
        one, other = (recipe(graph, feeds, keep=keep, parted=parted) for parted in (False, True))
        assert quantise(graph, one).to_bytes() == quantise(graph, other).to_bytes()


def _plain(data, feeds):
    """What a file says where ONNX Runtime carries it out as it stands."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    network = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return [network.run(None, feed) for feed in feeds]
