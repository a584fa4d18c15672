import numpy as np
import pytest

from passante.compress.runner import (
    AsPublished,
    Direct,
    Noting,
    is_as_published,
    only_input,
    picture_size,
)
from passante.core.errors import ModelContractError
from passante.models.convert.network import Graph, Value
from unit.compress.networks import FLOAT, classifier, conv, pictures, street


def test_a_network_is_asked_by_the_order_of_its_inputs():
    (feed,) = pictures(1)
    direct = Direct("street", street().to_bytes())
    (maps,) = direct.run(feed["image"])
    assert direct.ref == "street"
    assert maps.shape == (1, 5, 16, 24)


def test_what_a_network_is_fed_is_noted():
    feeds = pictures(2)
    noting = Noting(Direct("street", street().to_bytes()))
    for feed in feeds:
        noting.run(feed["image"])
    assert [list(feed) for feed in noting.feeds] == [["image"], ["image"]]
    assert np.array_equal(noting.feeds[1]["image"], feeds[1]["image"])


def published():
    """The shape of CenterFace as it was published: four outputs, heat after a sigmoid."""
    chance = np.random.default_rng(4)
    graph = Graph(name="published")
    graph.inputs = [Value("x", FLOAT, (1, 3, 32, 32))]
    base = conv(graph, "base", "x", chance.standard_normal((8, 3, 3, 3)) / 900, strides=[2, 2])
    for name, channels in (("heat", 1), ("size", 2), ("offset", 2), ("points", 10)):
        conv(graph, name, base, chance.standard_normal((channels, 8, 1, 1)))
        graph.outputs.append(Value("likely" if name == "heat" else name, FLOAT, None))
    graph.node("Sigmoid", ["heat"], "likely")
    for number, node in enumerate(graph.nodes):
        node.name = f"n{number}"
    return graph


def test_centerface_as_it_was_published_is_known_and_asked_like_ours():
    graph = published()
    assert is_as_published(graph)
    assert not is_as_published(street())
    network = AsPublished(Direct("published", graph.to_bytes()))
    picture = pictures(1, 32, 32)[0]["image"]
    (maps,) = network.run(picture)
    assert maps.shape == (1, 5, 16, 16)
    assert network.ref == "published"
    heat = Direct("p", graph.to_bytes()).run(picture.transpose(0, 3, 1, 2).astype(np.float32))[0]
    assert 1 / (1 + np.exp(-maps[0, 0])) == pytest.approx(heat[0, 0], abs=1e-5)


def test_the_size_of_a_fixed_picture_is_known():
    assert picture_size(classifier()) == (32, 32, 3, False)
    assert picture_size(street()) is None
    assert picture_size(street(size=(16, 24))) == (24, 16, 3, True)


def test_networks_of_several_inputs_are_refused():
    graph = street()
    graph.inputs.append(Value("more", FLOAT, (1,)))
    assert only_input(street()) == "image"
    with pytest.raises(ModelContractError, match="2 inputs"):
        only_input(graph)
