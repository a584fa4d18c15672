import pytest

from passante.compress.cost import multiplications
from passante.compress.prune import BLOCK, Pruner, places
from passante.compress.sensitivity import distance_db, outputs
from passante.models.convert.network import Graph, Value
from unit.compress.networks import SIZES, classifier, conv, pictures, street


def test_channels_between_two_layers_can_go_and_those_of_sums_cannot():
    (place,) = places(street(wide=32), SIZES)
    assert (place.before.outputs[0], place.after.outputs[0]) == ("expand", "project")
    assert [node.outputs[0] for node in place.deep] == ["deep"]
    assert place.channels == 32


def test_a_classifier_loses_channels_before_its_product_of_matrices():
    graph = classifier()
    found = places(graph, {})
    assert found == []  # eight channels are one block: nothing is left to go


def test_the_wanted_share_is_reached_in_blocks_and_says_nearly_the_same():
    graph, feeds = street(wide=48), pictures(6)
    pruned = Pruner(graph, feeds, SIZES).to(0.8)
    (gone,) = pruned.gone.values()
    assert gone[1] % BLOCK == 0
    assert multiplications(pruned.graph, SIZES) <= 0.82 * multiplications(graph, SIZES)
    assert distance_db(outputs(graph, feeds), outputs(pruned.graph, feeds)) > 20
    assert "channels less" in pruned.words


def test_fewer_multiplications_lose_more():
    graph, feeds = street(wide=48), pictures(6)
    pruner = Pruner(graph, feeds, SIZES)
    true = outputs(graph, feeds)
    distances = [
        distance_db(true, outputs(pruner.to(share).graph, feeds)) for share in (0.9, 0.75, 0.6)
    ]
    assert distances == sorted(distances, reverse=True)


def test_the_given_network_is_not_changed():
    graph = street(wide=32)
    before = graph.to_bytes()
    Pruner(graph, pictures(), SIZES).to(0.7)
    assert graph.to_bytes() == before


def test_a_network_without_such_places_is_left_alone():
    graph = Graph(name="one")
    graph.inputs = [Value("x", 1, (1, 3, 8, 8))]
    graph.outputs = [Value("c", 1, None)]
    conv(graph, "c", "x", street().constants["first.weight"])
    assert Pruner(graph, [], {}).to(0.5) is None


@pytest.mark.parametrize("share", [0.99, 1.0])
def test_nothing_asked_is_nothing_taken(share):
    graph = street(wide=32)
    pruned = Pruner(graph, pictures(), SIZES).to(share)
    assert pruned is None or multiplications(pruned.graph, SIZES) > 0.8 * multiplications(
        graph, SIZES
    )


def test_an_even_share_of_channels_is_left_everywhere():
    pruned = Pruner(street(wide=48), pictures(), SIZES).evenly(0.5)
    assert list(pruned.gone.values()) == [(48, 24)]
