from dataclasses import replace

import pytest

from passante.compress import build
from passante.compress.build import Builder, Wanted
from passante.compress.cost import held
from passante.compress.data import Collection
from passante.compress.histogram import Method
from passante.compress.subject import find
from passante.models.convert.quantise import layers, quantise
from passante.models.convert.recipe import carried_out
from unit.compress import scenes
from unit.compress.networks import pictures, street
from unit.compress.test_run import brightness, colours
from unit.models.convert.test_quantise import recipe


def subject(tmp_path, data, **more):
    path = tmp_path / "n.onnx"
    path.write_bytes(data)
    return find(str(path), **more)


def built(given, items, wanted):
    told = []
    return Builder(given, items, wanted, told.append).build(), told


@pytest.fixture
def items(tmp_path):
    return Collection(colours(tmp_path / "cal", 6), most=6)


def names(found):
    return [candidate.name for candidate in found.candidates]


def test_every_way_of_making_it_smaller_is_tried(tmp_path, items):
    given = subject(tmp_path, brightness().to_bytes(), levels="0..1")
    found, told = built(given, items, Wanted(kept=(0.7,)))
    assert names(found)[:2] == ["fp32", "int8"]
    assert "pruned-70" in names(found)
    assert "pruned-70-int8" in names(found)
    assert found.candidates[0].is_parent
    assert set(Method) <= set(found.methods)
    assert any("calibrating" in line for line in told)


def test_integers_are_nearer_than_pruning_and_smaller_than_both(tmp_path, items):
    given = subject(tmp_path, brightness().to_bytes(), levels="0..1")
    found, _ = built(given, items, Wanted(kept=()))
    whole = next(one for one in found.candidates if one.name == "int8")
    assert whole.drift_db > 20
    assert whole.mmac == found.candidates[0].mmac


def test_a_finder_is_tried_at_smaller_views(tmp_path):
    folder = scenes.pictures(tmp_path / "a", 3)
    given = subject(tmp_path, street().to_bytes(), task="find.face", size=(128, 96))
    found, _ = built(given, Collection(folder, most=3), Wanted(kept=(), mixed=False))
    small = [one for one in found.candidates if one.size != (128, 96)]
    assert [one.size for one in small] == [(96, 64), (64, 64)]
    assert all(one.mmac < found.candidates[0].mmac for one in small)


def test_networks_made_elsewhere_stand_beside_the_others(tmp_path, items):
    given = subject(tmp_path, brightness().to_bytes(), levels="0..1")
    other = (("mine", brightness().to_bytes()),)
    found, _ = built(given, items, Wanted(kept=(), also=other))
    assert {"mine", "mine-int8"} <= set(names(found))


def test_a_network_in_integers_is_a_candidate_as_it_was_brought(tmp_path):
    folder = scenes.pictures(tmp_path / "a", 3)
    graph, feeds = street(), pictures(4, 96, 128)
    whole = quantise(graph, recipe(graph, feeds)).to_bytes()
    given = subject(tmp_path, whole, task="find.face", size=(128, 96))
    found, _ = built(given, Collection(folder, most=3), Wanted(kept=(), smaller=False, mixed=False))
    assert names(found)[:2] == ["fp32", "as-brought"]
    assert found.candidates[1].fusion.whole > 0


def test_inputs_that_are_many_are_looked_up_again(tmp_path, items, monkeypatch):
    given = subject(tmp_path, brightness().to_bytes(), levels="0..1")
    one, _ = built(given, items, Wanted(kept=()))
    monkeypatch.setattr(build, "_HELD_BYTES", 10)
    other, _ = built(given, items, Wanted(kept=()))
    assert [c.sha256 for c in one.candidates] == [c.sha256 for c in other.candidates]


def test_a_network_without_integer_kernels_is_left_as_it_is(tmp_path, items):
    graph = brightness()
    graph.nodes = [node for node in graph.nodes if node.op == "GlobalAveragePool"]
    graph.nodes[0].inputs = ["input"]
    graph.node("Flatten", ["pooled"], "classes")
    for number, node in enumerate(graph.nodes):
        node.name = f"n{number}"
    found, _ = built(subject(tmp_path, graph.to_bytes()), items, Wanted(kept=(0.5,)))
    assert names(found) == ["fp32"]
    assert any("no layer" in note for note in found.notes)
    assert any("no channels" in note for note in found.notes)
    assert replace(found.candidates[0]).whole is False


def test_a_finder_is_tried_with_its_first_layers_in_floating_point(tmp_path):
    folder = scenes.pictures(tmp_path / "a", 3)
    given = subject(tmp_path, street().to_bytes(), task="find.face", size=(128, 96))
    found, _ = built(given, Collection(folder, most=3), Wanted(kept=(), smaller=False))
    begun = next(one for one in found.candidates if one.name == "int8-begin-3")
    assert begun.kept_float == tuple(n.name for n in layers(given.repaired.graph)[:3])
    assert (begun.fusion.whole, begun.fusion.layers) == (2, 5)
    assert begun.recipe is not None
    assert begun.recipe.parted
    assert carried_out(given.repaired.graph, begun.recipe).to_bytes() == begun.data


def test_beside_the_first_layers_none_stays_in_floating_point_that_takes_more_memory(tmp_path):
    folder = scenes.pictures(tmp_path / "a", 3)
    given = subject(tmp_path, street().to_bytes(), task="find.face", size=(128, 96))
    found, _ = built(given, Collection(folder, most=3), Wanted(kept=(), smaller=False))
    graph = given.repaired.graph
    first = tuple(node.name for node in layers(graph)[:3])
    numbers = held(graph, {"image": (1, 96, 128, 3)})
    (mixed,) = (one for one in found.candidates if one.name == "int8-begin-3-mixed-1")
    (more,) = set(mixed.kept_float) - set(first)
    assert numbers[more] <= max(numbers[name] for name in first)
    assert mixed.recipe is not None
    assert carried_out(graph, mixed.recipe).to_bytes() == mixed.data
