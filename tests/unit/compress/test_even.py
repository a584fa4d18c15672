import numpy as np
import pytest

from passante.compress.calibrate import watch
from passante.compress.even import drift, silent, tops
from passante.compress.sensitivity import distance_db, outputs
from passante.models.convert.network import Graph
from passante.models.convert.quantise import quantise
from passante.models.convert.recipe import Recipe, shaped
from unit.compress.networks import pictures, street
from unit.models.convert.test_quantise import recipe


def evened(graph: Graph) -> Graph:
    return shaped(graph, Recipe(tops=tops(graph, pictures())))


def test_evening_out_changes_no_result():
    graph, feeds = street(), pictures()
    before = outputs(graph, feeds)
    assert list(tops(graph, feeds)) == ["expand.relu"]
    assert distance_db(before, outputs(evened(graph), feeds)) > 100


def test_channels_reach_equally_high_afterwards():
    found = {}

    def visit(name, values):
        top = values.max(axis=(0, 2, 3))
        found[name] = np.maximum(found.get(name, top), top)

    watch(evened(street()), ["expand.relu"], pictures(), visit)
    alive = found["expand.relu"][found["expand.relu"] > 0.01]
    assert alive.min() > 0.9
    assert alive.max() < 2


def test_what_integers_are_off_on_average_is_taken_off():
    graph, feeds = street(), pictures()
    chosen = recipe(graph, feeds)
    before = drift(graph, quantise(graph, chosen), feeds)
    moved = shaped(graph, Recipe(added=before))
    after = drift(graph, quantise(moved, chosen), feeds)["maps"]
    assert np.abs(after).mean() < np.abs(before["maps"]).mean()


def test_no_pair_is_no_work():
    graph = street()
    graph.nodes = [node for node in graph.nodes if node.op != "Relu"]
    assert tops(graph, iter(())) == {}


def test_drift_of_a_network_from_itself_is_nothing():
    graph, feeds = street(), pictures()
    assert drift(graph, graph, feeds)["maps"] == pytest.approx(np.zeros(5))


def test_rows_of_numbers_that_come_and_go_have_no_drift():
    graph = street()
    graph.nodes[-1].outputs = ["cells"]
    shape = graph.weight("shape", np.array([1, -1, 5], np.int64))
    graph.node("Reshape", ["cells", shape], "maps")
    graph.nodes[-1].name = "flat"
    feeds = [*pictures(1), *pictures(1, height=48)]
    assert drift(graph, graph, feeds) == {}


def muted(channels: list[int]) -> Graph:
    """A network of which one depthwise layer makes nothing of these channels."""
    graph = street()
    bias = np.full(16, 10, np.float32)
    bias[channels] = -1e4
    graph.constants["deep.bias"] = bias
    return graph


def test_channels_that_come_to_nothing_are_found_and_a_multiple_of_eight_stays():
    silenced = [0, 2, 3, 5, 7, 8, 11, 13, 14]
    assert silent(muted(silenced), pictures()) == {"expand.relu": tuple(silenced[:8])}
    assert silent(muted(silenced[:7]), pictures()) == {}


def test_without_channels_that_come_to_nothing_all_results_stay():
    graph, feeds = muted(list(range(0, 16, 2))), pictures()
    gone = silent(graph, feeds)
    slim = shaped(graph, Recipe(gone=gone))
    assert distance_db(outputs(graph, feeds), outputs(slim, feeds)) > 100
    assert slim.constants[slim.makers()["deep"].inputs[1]].shape == (8, 1, 3, 3)
    assert graph.constants[graph.makers()["deep"].inputs[1]].shape == (16, 1, 3, 3)


def test_a_recipe_without_channels_evens_out_those_that_are_left():
    graph, feeds = muted(list(range(8))), pictures()
    chosen = Recipe(tops=tops(graph, feeds)).without(silent(graph, feeds))
    assert len(chosen.tops["expand.relu"]) == 8
    made = shaped(graph, chosen)
    assert distance_db(outputs(graph, feeds), outputs(made, feeds)) > 100
