import numpy as np
import pytest

from passante.compress.cost import fusion, held, multiplications, parameters
from passante.core.errors import ModelContractError
from passante.models.convert.network import Graph, Node, Value
from passante.models.convert.quantise import quantise
from unit.compress.networks import SIZES, classifier, pictures, street
from unit.models.convert.test_quantise import recipe

BY_HAND = 16 * 24 * (8 * 3 * 9 + 16 * 8 + 16 * 9 + 8 * 16 + 5 * 8)


def test_multiplications_are_those_counted_by_hand():
    assert multiplications(street(), SIZES) == BY_HAND
    assert multiplications(classifier(), {}) == 16 * 16 * 8 * 27 + 8 * 4


def test_what_a_layer_reads_and_gives_is_counted_without_its_weights():
    graph = Graph(
        [Node("MatMul", ["x", "w"], ["y"], "m")], {"w": np.ones((6, 5), np.float32)},
        [Value("x", 1, ("n", 6))], [Value("y", 1, None)],
    )  # fmt: skip
    assert held(graph, {"x": (2, 6)}) == {"m": 2 * 6 + 2 * 5}
    assert held(graph, {}) == {"m": 0}


def test_in_integers_they_are_the_same():
    graph, feeds = street(), pictures()
    whole = quantise(graph, recipe(graph, feeds))
    assert multiplications(whole, SIZES) == BY_HAND


def test_a_product_of_matrices_counts():
    graph = Graph(
        [Node("MatMul", ["x", "w"], ["y"], "m")], {"w": np.ones((6, 5), np.float32)},
        [Value("x", 1, (2, 6))], [Value("y", 1, None)],
    )  # fmt: skip
    assert multiplications(graph, {}) == 2 * 6 * 5


def test_parameters_are_weights_and_no_biases():
    assert parameters(street()) == 8 * 27 + 16 * 8 + 16 * 9 + 8 * 16 + 5 * 8


def test_floating_point_has_no_integer_kernel():
    found = fusion(street().to_bytes())
    assert found.whole == 0
    assert found.share == 0
    assert found.layers == 5


def test_a_network_that_cannot_run_is_an_error_of_ours():
    with pytest.raises(ModelContractError):
        fusion(b"nothing")
