"""Two repairs that cost nothing at run time and give back much of what rounding takes.

One step serves all channels of a tensor, so a channel that reaches a hundredth as high as another
would keep two steps of 255. What a rectified layer is divided by, the depthwise layer after it is
multiplied by: that changes no result (Nagel et al. 2019, "Data-free quantization"). And what the
integers are off on average, channel by channel, can be taken off the biases of the last layers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.compress.calibrate import watch
from passante.compress.graph import Graph, Node
from passante.compress.running import Feed, run, session

_SHARE = 99.99
_FLOOR = 1e-3
"""A channel that hardly ever fires would otherwise be blown up without bound."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A rectified layer and the depthwise one that alone reads it."""

    before: Node
    rectified: str
    """The tensor between them."""
    after: Node


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
            found.append(Pair(before, name, node))
    return found


def even(graph: Graph, feeds: Iterable[Feed]) -> int:
    """Even out the channels of every pair of layers that allows it, in place; gives how many."""
    todo = pairs(graph)
    if not todo:
        return 0
    tops: dict[str, NDArray[np.float64]] = {}

    def visit(name: str, values: NDArray[Any]) -> None:
        flat = np.moveaxis(values, 1, 0).reshape(values.shape[1], -1)
        at = int((flat.shape[1] - 1) * _SHARE / 100)
        top = np.partition(flat, at, axis=1)[:, at].astype(np.float64)
        tops[name] = np.maximum(tops.get(name, top), top)

    watch(graph, [pair.rectified for pair in todo], feeds, visit)
    for pair in todo:
        top = tops[pair.rectified]
        if not top.max() > 0:
            continue
        reach = np.maximum(top, top.max() * _FLOOR)
        _scale(graph, pair.before, 1 / reach, bias=True)
        _scale(graph, pair.after, reach, bias=False)
    return len(todo)


def drift(true: Graph, whole: Graph, feeds: Sequence[Feed]) -> dict[str, NDArray[np.float64]]:
    """By how much the outputs of a network in integers lie above the true ones on average.

    Returns:
        Output -> mean difference of each channel; maps alone (count, channels, rows, columns).
    """
    networks = session(true.to_bytes()), session(whole.to_bytes())
    sums: dict[str, NDArray[np.float64]] = {}
    for feed in feeds:
        for name, a, b in zip(
            true.output_names, *(run(network, feed) for network in networks), strict=True
        ):
            if a.dtype == np.float32 and a.ndim == 4:
                axes = tuple(at for at in range(a.ndim) if at != 1)
                gap = (b.astype(np.float64) - a).mean(axis=axes)
                sums[name] = sums.get(name, 0) + gap / len(feeds)
    return sums


def take_off(graph: Graph, drifts: dict[str, NDArray[np.float64]]) -> int:
    """Take a drift off the biases of the layers that give these outputs; gives how many."""
    makers = graph.makers()
    done = 0
    for name, gap in drifts.items():
        node = makers.get(name)
        if node is None or node.op != "Conv" or len(node.inputs) < 3:
            continue
        bias = graph.constants.get(node.inputs[2])
        if bias is None or bias.shape != gap.shape or bias.dtype != np.float32:
            continue
        graph.constants[f"{name}.level"] = (bias - gap).astype(np.float32)
        node.inputs[2] = f"{name}.level"
        done += 1
    return done


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
