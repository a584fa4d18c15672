"""Structured pruning: whole channels go, in blocks of eight, where they are missed least.

Channels are taken out between two layers of which the second alone reads what the first gives,
through rectifications, poolings and depthwise layers. How much each block is missed is told by
`surgeon`; over all such places together those blocks go first that cost least for the
multiplications they save, until the wanted share is left. The second layer is adjusted by least
squares, so that much is given back before any training.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.compress.calibrate import watch
from passante.compress.cost import multiplications
from passante.compress.running import Feed
from passante.compress.surgeon import Cut, Moments, adjusted, order
from passante.models.convert.network import Graph, Node

BLOCK = 8
"""Channels go in blocks of so many: kernels take them so, and others would be paid for idle."""
_PASSING = {"Relu", "Clip", "LeakyRelu", "Sigmoid", "HardSwish", "MaxPool", "AveragePool",
            "GlobalAveragePool", "Flatten"}  # fmt: skip
_HALVINGS = 40


@dataclass(slots=True, eq=False)
class Place:
    """Channels between two layers that can be taken out."""

    before: Node
    """Gives the channels."""
    deep: list[Node]
    """Depthwise layers in between."""
    after: Node
    """Reads the channels, alone."""
    channels: int
    saved: float
    """Multiplications that one channel costs in one run."""
    moments: Moments = field(init=False)
    cut: Cut = field(init=False)

    def __post_init__(self) -> None:
        self.moments = Moments(self.channels)


@dataclass(frozen=True, slots=True, eq=False)
class Pruned:
    """A network with fewer channels."""

    graph: Graph
    gone: Mapping[str, tuple[int, int]]
    """Node that gives them -> channels before and after."""
    words: str


class Pruner:
    """Takes channels out of one network; what they are worth is learnt once."""

    def __init__(
        self, graph: Graph, feeds: Iterable[Feed], sizes: Mapping[str, tuple[int, ...]]
    ) -> None:
        """Learn what each channel is worth.

        Args:
            graph: A repaired network; it is not changed.
            feeds: What it usually sees.
            sizes: Input -> shape, for counting.
        """
        self._graph = graph
        self._sizes = sizes
        self._whole = multiplications(graph, sizes)
        self._places = places(graph, sizes)
        if self._places:
            _learn(graph, self._places, feeds)

    def to(self, share: float) -> Pruned | None:
        """The network with about this share of its multiplications; None where nothing can go."""
        spent = _spent(self._graph, self._sizes)
        return self._without(
            _choose(self._places, spent, sum(spent.values()) - self._whole * (1 - share))
        )

    def evenly(self, share: float) -> Pruned | None:
        """The network with about this share of its channels at every place: one to be taught."""
        goes = {}
        for place in self._places:
            kept = max(BLOCK, round(place.channels * share / BLOCK) * BLOCK)
            goes[place.before.name] = max(0, place.channels - kept)
        return self._without(goes)

    def _without(self, goes: Mapping[str, int]) -> Pruned | None:
        new = self._graph.copy()
        own = {node.name: node for node in new.nodes}
        gone = {}
        for place in self._places:
            count = goes[place.before.name]
            if count:
                _take_out(new, own, place, place.cut.order[:count])
                gone[place.before.name] = (place.channels, place.channels - count)
        if not gone:
            return None
        new.prune()
        left = multiplications(new, self._sizes) / self._whole
        channels = sum(before - after for before, after in gone.values())
        words = f"{channels} channels less in {len(gone)} places, {left:.0%} of multiplications"
        return Pruned(new, gone, words)


def places(graph: Graph, sizes: Mapping[str, tuple[int, ...]]) -> list[Place]:
    """Where channels can be taken out."""
    readers, outputs = graph.readers(), set(graph.output_names)
    spent = _spent(graph, sizes)
    found = []
    for node in graph.nodes:
        if not _is_dense(graph, node, readers):
            continue
        deep: list[Node] = []
        name, channels = node.outputs[0], len(graph.constants[node.inputs[1]])
        while name not in outputs and len(readers.get(name, [])) == 1:
            after = readers[name][0]
            if _is_deep(graph, after, readers, name):
                deep.append(after)
            elif after.op not in _PASSING or after.inputs[0] != name or after.domain:
                if _is_last(graph, after, readers, name, channels):
                    cost = sum(spent.get(n.name, 0.0) for n in (node, *deep, after)) / channels
                    found.append(Place(node, deep, after, channels, cost))
                break
            name = after.outputs[0]
    return [place for place in found if place.channels > BLOCK]


def _spent(graph: Graph, sizes: Mapping[str, tuple[int, ...]]) -> dict[str, float]:
    """Node -> its multiplications."""
    fixed = graph.copy()
    for value in fixed.inputs:
        value.shape = sizes.get(value.name, value.shape)
    for value in fixed.outputs:
        value.shape = None
    shapes = fixed.shapes()
    found = {}
    for node in fixed.nodes:
        if node.op in ("Conv", "Gemm") and node.inputs[1] in graph.constants:
            weight = graph.constants[node.inputs[1]]
            at = [n for n in shapes.get(node.outputs[0], ())[2:] if isinstance(n, int)]
            found[node.name] = float(weight.size * math.prod(at))
    return found


def _mine(graph: Graph, node: Node, readers: Mapping[str, list[Node]]) -> bool:
    """Whether the weights of a layer are constants that no other reads."""
    given = [name for name in node.inputs[1:] if name]
    return all(name in graph.constants and len(readers.get(name, [])) == 1 for name in given)


def _is_dense(graph: Graph, node: Node, readers: Mapping[str, list[Node]]) -> bool:
    return (
        node.op == "Conv" and node.attributes.get("group", 1) == 1 and _mine(graph, node, readers)
    )


def _is_deep(
    graph: Graph, node: Node, readers: Mapping[str, list[Node]], name: str
) -> bool:  # fmt: skip
    if node.op != "Conv" or node.inputs[0] != name or not _mine(graph, node, readers):
        return False
    weight = graph.constants[node.inputs[1]]
    return bool(weight.shape[1] == 1 and node.attributes.get("group", 1) == len(weight) > 1)


def _is_last(
    graph: Graph, node: Node, readers: Mapping[str, list[Node]], name: str, channels: int
) -> bool:
    if node.op not in ("Conv", "Gemm") or node.inputs[0] != name:
        return False
    if not _mine(graph, node, readers):
        return False
    weight = graph.constants[node.inputs[1]]
    if node.op == "Conv":
        plain = node.attributes.get("group", 1) == 1 and set(weight.shape[2:]) == {1}
        return plain and weight.shape[1] == channels
    flat = node.op == "Gemm" and not node.attributes.get("transA", 0)
    return flat and channels == weight.shape[1 if node.attributes.get("transB", 0) else 0]


def _learn(graph: Graph, todo: list[Place], feeds: Iterable[Feed]) -> None:
    by_name = {place.after.inputs[0]: place for place in todo}

    def visit(name: str, values: NDArray[Any]) -> None:
        flat = np.moveaxis(values, 1, 0).reshape(values.shape[1], -1)
        by_name[name].moments.add(flat)

    watch(graph, list(by_name), feeds, visit)
    for place in todo:
        weight, _ = _numbers(graph, place.after)
        place.cut = order(weight, place.moments.matrix(), least=BLOCK, block=BLOCK)


def _choose(todo: list[Place], spent: Mapping[str, float], whole: float) -> dict[str, int]:
    """How many channels go at each place, so that layers cost no more than `whole` together."""
    low, high = 0.0, 1e12
    best = {place.before.name: 0 for place in todo}
    for _ in range(_HALVINGS):
        middle = math.sqrt(max(low, 1e-18) * high)
        goes = {place.before.name: _within(place, middle) for place in todo}
        if _left(todo, spent, goes) <= whole:
            high, best = middle, goes
        else:
            low = middle
            if high == 1e12:
                best = goes
    return best


def _left(todo: list[Place], spent: Mapping[str, float], goes: Mapping[str, int]) -> float:
    """Multiplications that are left; a layer between two places shrinks on both sides."""
    shares = dict.fromkeys(spent, 1.0)
    for place in todo:
        share = 1 - goes[place.before.name] / place.channels
        for node in (place.before, *place.deep, place.after):
            shares[node.name] *= share
    return sum(cost * shares[name] for name, cost in spent.items())


def _within(place: Place, price: float) -> int:
    """Channels that go while a block loses less than this for each million multiplications."""
    first = place.channels % BLOCK or BLOCK
    count = 0
    for step in range(first, len(place.cut.losses), BLOCK):
        lost = _harm(place.cut.losses[step]) - _harm(place.cut.losses[count])
        if lost > price * place.saved * (step - count) / 1e6:
            break
        count = step
    return count


def _harm(loss: float) -> float:
    """What a loss of so much power, 0 to 1, means: without bound where hardly any is left."""
    return loss / max(1e-6, 1 - loss)


def _numbers(
    graph: Graph, node: Node
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Weights (outputs, inputs) and biases (outputs,) of a layer of single places."""
    weight = graph.constants[node.inputs[1]].astype(np.float64)
    if node.op == "Gemm":
        weight = weight if node.attributes.get("transB", 0) else weight.T
    weight = weight.reshape(len(weight), -1)
    bias = np.zeros(len(weight))
    if len(node.inputs) > 2 and node.inputs[2]:
        bias = graph.constants[node.inputs[2]].astype(np.float64).reshape(-1)
    return weight, bias


def _take_out(graph: Graph, own: Mapping[str, Node], place: Place, gone: tuple[int, ...]) -> None:
    kept = [at for at in range(place.channels) if at not in set(gone)]
    for node in (own[place.before.name], *(own[deep.name] for deep in place.deep)):
        for index, part in ((1, "weight"), (2, "bias")):
            if len(node.inputs) > index and node.inputs[index]:
                values = graph.constants[node.inputs[index]][kept]
                node.inputs[index] = f"{node.outputs[0]}.kept.{part}"
                graph.constants[node.inputs[index]] = np.ascontiguousarray(values)
    for deep in place.deep:
        node = own[deep.name]
        node.attributes = {**node.attributes, "group": len(kept)}
    node = own[place.after.name]
    weight, bias = _numbers(graph, node)
    weight, bias = adjusted(weight, bias, place.moments.matrix(), gone)
    shaped = weight.reshape(*weight.shape, 1, 1) if node.op == "Conv" else weight
    if node.op == "Gemm" and not node.attributes.get("transB", 0):
        shaped = weight.T
    name = f"{node.outputs[0]}.left"
    graph.constants[f"{name}.weight"] = np.ascontiguousarray(shaped, np.float32)
    graph.constants[f"{name}.bias"] = bias.astype(np.float32)
    node.inputs = [node.inputs[0], f"{name}.weight", f"{name}.bias"]
