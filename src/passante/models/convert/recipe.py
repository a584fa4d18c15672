"""How a network becomes the smaller one that `passante compress` chose, written down as numbers.

Everything that was measured on pictures or sounds stands in the recipe; what is left is elementwise
arithmetic on the parent's own weights, so that the same parent and recipe give the same bytes
everywhere. The networks that ship are made this way when they are first fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources

import msgspec
import numpy as np
from numpy.typing import NDArray

from passante.models.convert import quantise as integers
from passante.models.convert.network import Graph, Node

_DIGITS = 6
"""That numbers of a recipe keep: what rounds to one of 255 steps needs no more."""


@dataclass(frozen=True, slots=True)
class Recipe(integers.Recipe):
    """What is done to a network in floating point before it becomes one in integers, and how."""

    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    tops: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """Rectified tensor that one depthwise layer reads -> what each channel is divided by before it
    and multiplied by after it. This is done first."""
    added: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """What a layer with weights gives -> what is added to its bias, channel by channel."""
    gone: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Rectified tensor that one depthwise layer reads -> channels of which that layer makes nothing
    but 0, once rectified. They go before anything else is done."""

    def short(self) -> Recipe:
        """The same with numbers of few digits, as it is written and carried out."""
        return replace(
            self,
            tops={name: tuple(map(_short, row)) for name, row in self.tops.items()},
            added={name: tuple(map(_short, row)) for name, row in self.added.items()},
            ranges={name: (_short(low), _short(high)) for name, (low, high) in self.ranges.items()},
            keep=tuple(sorted(self.keep)),
        )

    def without(self, gone: Mapping[str, tuple[int, ...]]) -> Recipe:
        """The same with channels left out that come to nothing."""
        tops = {
            name: tuple(top for at, top in enumerate(row) if at not in set(gone.get(name, ())))
            for name, row in self.tops.items()
        }
        return replace(self, tops=tops, gone=dict(gone))

    def to_json(self) -> bytes:
        """As `read` reads it: a name a line."""
        text = msgspec.json.encode(self)
        return msgspec.json.format(text, indent=0).replace(b",\n", b",").replace(b'],"', b'],\n"')


@dataclass(frozen=True, slots=True)
class Pair:
    """A rectified layer and the depthwise one that alone reads it."""

    before: Node
    rectified: str
    """The tensor between them."""
    after: Node
    beyond: tuple[str, Node] | None = None
    """What the depthwise layer gives, rectified, and the convolution of all channels that alone
    reads it; None where something else does."""


def named(name: str) -> Recipe:
    """The recipe of a network that ships."""
    return read(resources.files(__package__).joinpath("recipes", f"{name}.json").read_bytes())


def read(text: bytes) -> Recipe:
    """A recipe from JSON."""
    return msgspec.json.decode(text, type=Recipe)


def by_recipe(
    make: Callable[[list[bytes]], bytes], name: str
) -> Callable[[list[bytes]], bytes]:  # fmt: skip
    """A conversion that carries out the recipe of this name on what another conversion gives."""

    def convert(parts: list[bytes]) -> bytes:
        return carried_out(Graph.read(make(parts)), named(name)).to_bytes()

    return convert


def carried_out(graph: Graph, recipe: Recipe) -> Graph:
    """The smaller network.

    Args:
        graph: In float32, as `passante compress` put it in order.
        recipe: What was chosen.
    """
    return integers.quantise(shaped(graph, recipe), recipe)


def shaped(graph: Graph, recipe: Recipe) -> Graph:
    """The network with its channels evened out and its biases moved, still in floating point."""
    new = graph.copy()
    new.constants = dict(new.constants)
    for pair in pairs(new):
        if pair.rectified in recipe.gone:
            _leave_out(new, pair, recipe.gone[pair.rectified])
    for pair in pairs(new):
        if pair.rectified in recipe.tops:
            reach = np.array(recipe.tops[pair.rectified], np.float64)
            _scale(new, pair.before, 1 / reach, bias=True)
            _scale(new, pair.after, reach, bias=False)
    makers = new.makers()
    for name, numbers in recipe.added.items():
        _add(new, makers[name], numbers)
    return new


def pairs(graph: Graph) -> list[Pair]:
    """Layers whose channels can be evened out."""
    readers, makers = graph.readers(), graph.makers()
    found = []
    for node in graph.nodes:
        if node.op != "Conv" or not _is_depthwise(graph, node):
            continue
        name = node.inputs[0]
        relu = makers.get(name)
        if relu is None or relu.op != "Relu" or len(readers[name]) != 1:
            continue
        before = makers.get(relu.inputs[0])
        plain = (
            before is not None
            and before.op == "Conv"
            and len(readers[relu.inputs[0]]) == 1
            and all(other in graph.constants for other in before.inputs[1:])
        )
        outputs = set(graph.output_names)
        if plain and before is not None and not outputs & {name, relu.inputs[0]}:
            found.append(Pair(before, name, node, _beyond(graph, node)))
    return found


def _beyond(graph: Graph, deep: Node) -> tuple[str, Node] | None:
    """What rectifies a depthwise layer alone gives, and the convolution that alone reads that."""
    readers = graph.readers()
    outputs = set(graph.output_names)
    rectifying = readers.get(deep.outputs[0], [])
    if len(rectifying) != 1 or rectifying[0].op != "Relu" or deep.outputs[0] in outputs:
        return None
    name = rectifying[0].outputs[0]
    after = readers.get(name, [])
    plain = (
        len(after) == 1
        and name not in outputs
        and after[0].op == "Conv"
        and after[0].attributes.get("group", 1) == 1
        and after[0].inputs[1] in graph.constants
        and all(other in graph.constants for other in deep.inputs[1:])
    )
    return (name, after[0]) if plain else None


def _leave_out(graph: Graph, pair: Pair, gone: Sequence[int]) -> None:
    """Channels of which the depthwise layer makes nothing but 0: nothing that is left changes."""
    assert pair.beyond is not None
    weight = graph.constants[pair.beyond[1].inputs[1]]
    kept = np.setdiff1d(np.arange(weight.shape[1]), gone)
    for node in (pair.before, pair.after):
        for at, name in enumerate(node.inputs[1:], start=1):
            node.inputs[at] = f"{node.outputs[0]}.left.{at}"
            graph.constants[node.inputs[at]] = np.ascontiguousarray(graph.constants[name][kept])
    pair.after.attributes["group"] = len(kept)
    name = f"{pair.beyond[1].outputs[0]}.left.in"
    graph.constants[name] = np.ascontiguousarray(weight[:, kept])
    pair.beyond[1].inputs[1] = name


def has_bias(graph: Graph, name: str) -> bool:
    """Whether a tensor comes from a convolution with a bias that can be moved."""
    node = graph.makers().get(name)
    if node is None or node.op != "Conv" or len(node.inputs) < 3:
        return False
    bias = graph.constants.get(node.inputs[2])
    return bias is not None and bias.dtype == np.float32


def _add(graph: Graph, node: Node, numbers: Sequence[float]) -> None:
    bias = graph.constants[node.inputs[2]]
    name = f"{node.outputs[0]}.level"
    graph.constants[name] = (bias + np.array(numbers, np.float64)).astype(np.float32)
    node.inputs[2] = name


def _is_depthwise(graph: Graph, node: Node) -> bool:
    weight = graph.constants.get(node.inputs[1])
    return (
        weight is not None
        and weight.ndim == 4
        and weight.shape[1] == 1
        and node.attributes.get("group", 1) == weight.shape[0]
    )


def _scale(graph: Graph, node: Node, factors: NDArray[np.float64], *, bias: bool) -> None:
    weight = graph.constants[node.inputs[1]]
    name = f"{node.outputs[0]}.even"
    graph.constants[f"{name}.weight"] = (weight * factors[:, None, None, None]).astype(np.float32)
    node.inputs[1] = f"{name}.weight"
    if bias and len(node.inputs) > 2:
        old = graph.constants[node.inputs[2]]
        graph.constants[f"{name}.bias"] = (old * factors).astype(np.float32)
        node.inputs[2] = f"{name}.bias"


def _short(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def joined(
    one: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]]
) -> dict[str, tuple[float, ...]]:
    """What two rows of `Recipe.added` add together."""
    found = {name: tuple(row) for name, row in one.items()}
    for name, row in other.items():
        before = found.get(name, (0.0,) * len(row))
        found[name] = tuple(a + b for a, b in zip(before, row, strict=True))
    return found
