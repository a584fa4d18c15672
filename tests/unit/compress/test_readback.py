import pytest

from passante.compress.cost import fusion
from passante.compress.fold import drop_idle
from passante.compress.readback import is_whole, read_back
from passante.compress.sensitivity import distance_db, outputs
from passante.models.convert.quantise import quantise
from unit.compress.networks import pictures, street
from unit.models.convert.test_quantise import recipe


@pytest.mark.parametrize("signed", [False, True])
def test_a_network_in_integers_is_read_back_into_floating_point(signed):
    graph, feeds = street(), pictures()
    whole = quantise(graph, recipe(graph, feeds, signed=signed))
    again = whole.copy()
    assert is_whole(again)
    assert read_back(again) > 10
    drop_idle(again)
    again.prune()
    assert not is_whole(again)
    assert fusion(again.to_bytes()).whole == 0
    assert distance_db(outputs(whole, feeds), outputs(again, feeds)) > 30


def test_what_was_read_back_can_be_made_whole_again():
    graph, feeds = street(), pictures()
    again = quantise(graph, recipe(graph, feeds))
    read_back(again)
    drop_idle(again)
    again.prune()
    found = fusion(quantise(again, recipe(again, feeds)).to_bytes())
    assert found.whole == found.layers == 5


def test_a_network_in_floating_point_is_left_as_it_is():
    graph = street()
    before = graph.to_bytes()
    assert not is_whole(graph)
    assert read_back(graph) == 0
    assert graph.to_bytes() == before
