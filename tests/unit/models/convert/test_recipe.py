import numpy as np
import pytest

from passante.compress.calibrate import histograms
from passante.compress.histogram import Method
from passante.models.convert import recipe as recipes
from passante.models.convert.network import Graph
from passante.models.convert.quantise import ends, tensors
from passante.models.convert.recipe import (
    Recipe,
    by_recipe,
    carried_out,
    has_bias,
    joined,
    pairs,
    read,
    shaped,
)
from unit.compress.networks import pictures, street


def chosen(graph: Graph) -> Recipe:
    seen = histograms(graph, tensors(graph), pictures())
    ranges = {name: one.range(Method.MIN_MAX) for name, one in seen.items()}
    return Recipe(ranges, tuple(ends(graph)), added={"maps": (0.1, 0.0, 0.0, 0.0, 1 / 3)}).short()


def test_pairs_are_a_rectified_layer_and_the_depthwise_one_after_it():
    assert [pair.rectified for pair in pairs(street())] == ["expand.relu"]


def test_what_is_written_down_makes_the_same_bytes_again():
    graph = street()
    order = chosen(graph)
    again = read(order.to_json())
    assert again == order
    assert carried_out(graph, again).to_bytes() == carried_out(street(), order).to_bytes()


def test_numbers_are_short_before_they_are_used():
    assert chosen(street()).added["maps"][4] == 0.333333


def test_what_is_added_moves_an_output_by_as_much():
    graph = street()
    moved = shaped(graph, Recipe(added={"maps": (0.5, 0.0, 0.0, 0.0, 0.0)}))
    before = graph.constants[graph.makers()["maps"].inputs[2]]
    after = moved.constants[moved.makers()["maps"].inputs[2]]
    np.testing.assert_allclose(after - before, [0.5, 0, 0, 0, 0], atol=1e-6)
    assert "maps.level" not in graph.constants


def test_only_a_convolution_with_a_bias_can_be_moved():
    assert has_bias(street(), "maps")
    assert not has_bias(street(), "image")


def test_two_rows_are_added_up():
    assert joined({"a": (1.0, 2.0)}, {"a": (0.5, 0.0), "b": (3.0,)}) == {
        "a": (1.5, 2.0),
        "b": (3.0,),
    }


def test_a_conversion_by_recipe_starts_from_what_another_gives(monkeypatch: pytest.MonkeyPatch):
    order = chosen(street())
    monkeypatch.setattr(recipes, "named", {"street": order}.get)
    made = by_recipe(lambda _: street().to_bytes(), "street")([b""])
    assert made == carried_out(Graph.read(street().to_bytes()), order).to_bytes()


def test_what_goes_is_written_down_too():
    order = Recipe(gone={"expand.relu": (1, 4)})
    assert read(order.to_json()) == order
    made = shaped(street(), read(order.to_json()))
    assert made.constants[made.makers()["expand"].inputs[1]].shape[0] == 14
    assert made.makers()["deep"].attributes["group"] == 14


def test_only_what_a_pointwise_layer_alone_reads_can_lose_channels():
    graph = street()
    (pair,) = pairs(graph)
    assert pair.beyond is not None
    assert pair.beyond[0] == "deep.relu"
    graph.node("Relu", ["deep.relu"], "another")
    (pair,) = pairs(graph)
    assert pair.beyond is None
