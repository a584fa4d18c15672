import numpy as np
import pytest

from passante.compress.calibrate import watch
from passante.compress.even import drift, even, pairs, take_off
from passante.compress.quantise import quantise
from passante.compress.sensitivity import distance_db, outputs
from unit.compress.networks import pictures, street
from unit.compress.test_quantise import recipe


def test_pairs_are_a_rectified_layer_and_the_depthwise_one_after_it():
    assert [pair.rectified for pair in pairs(street())] == ["expand.relu"]


def test_evening_out_changes_no_result():
    graph, feeds = street(), pictures()
    before = outputs(graph, feeds)
    assert even(graph, feeds) == 1
    assert distance_db(before, outputs(graph, feeds)) > 100


def test_channels_reach_equally_high_afterwards():
    graph, feeds = street(), pictures()
    even(graph, feeds)
    tops = {}

    def visit(name, values):
        top = values.max(axis=(0, 2, 3))
        tops[name] = np.maximum(tops.get(name, top), top)

    watch(graph, ["expand.relu"], feeds, visit)
    alive = tops["expand.relu"][tops["expand.relu"] > 0.01]
    assert alive.min() > 0.9
    assert alive.max() < 2


def test_what_integers_are_off_on_average_is_taken_off():
    graph, feeds = street(), pictures()
    chosen = recipe(graph, feeds)
    before = drift(graph, quantise(graph, chosen), feeds)["maps"]
    moved = graph.copy()
    assert take_off(moved, {"maps": before}) == 1
    after = drift(graph, quantise(moved, chosen), feeds)["maps"]
    assert np.abs(after).mean() < np.abs(before).mean()


def test_an_output_that_no_layer_gives_is_left_alone():
    assert take_off(street(), {"image": np.zeros(3)}) == 0


def test_no_pair_is_no_work():
    graph = street()
    graph.nodes = [node for node in graph.nodes if node.op != "Relu"]
    assert pairs(graph) == []
    assert even(graph, iter(())) == 0


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
