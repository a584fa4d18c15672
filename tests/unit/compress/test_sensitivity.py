from dataclasses import replace

import numpy as np
import pytest

from passante.compress.sensitivity import distance_db, outputs, sensitivities
from passante.models.convert.quantise import layers, quantise
from unit.compress.networks import pictures, street
from unit.models.convert.test_quantise import recipe


def test_the_layer_with_the_worst_range_gains_most():
    graph, feeds = street(), pictures()
    chosen = recipe(graph, feeds)
    deep = next(node for node in layers(graph) if node.outputs[0] == "project")
    graph.constants["project.weight"] = graph.constants["project.weight"].copy()
    graph.constants["project.weight"][:, 0] *= 40
    told = []
    found = sensitivities(graph, chosen, feeds[:2], lambda done, of: told.append((done, of)))
    assert found[0].layer in {deep.name, "Conv_7"}
    assert found[0].gain_db > 0
    assert told[-1] == (5, 5)


def test_layers_already_kept_are_not_tried():
    graph, feeds = street(), pictures()
    names = [node.name for node in layers(graph)]
    chosen = replace(recipe(graph, feeds), keep=frozenset(names[1:]))
    assert [item.layer for item in sensitivities(graph, chosen, feeds[:1])] == names[:1]


def test_distance_of_the_same_is_as_large_as_it_gets():
    same = outputs(street(), pictures(2))
    assert distance_db(same, same) == 120


def test_distance_is_signal_over_error():
    true = [[np.array([1.0, -1.0], np.float32)]]
    assert distance_db(true, [[np.array([1.1, -0.9], np.float32)]]) == pytest.approx(20, abs=0.01)


def test_outputs_that_are_no_fractions_do_not_count():
    whole = [[np.array([1, 2])]]
    assert distance_db(whole, whole) == 0
    assert quantise(street(), recipe(street(), pictures(1))).output_names == ["maps"]
