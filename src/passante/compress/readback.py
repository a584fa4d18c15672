"""Reading a network in integers back into floating point, so that it can be worked on.

Weights keep the values that their integers stand for. What was rounded is no longer; but a rounding
node also cuts off what lies beyond its range, which is how rectifications are written there: that
stays, as a limit.
"""

from __future__ import annotations

import numpy as np
import onnx

from passante.models.convert.network import Graph, Node


def is_whole(graph: Graph) -> bool:
    """Whether a network is in integers already."""
    return any(node.op == "QuantizeLinear" for node in graph.nodes)


def read_back(graph: Graph) -> int:
    """Turn rounding and reading nodes into floating point, in place; gives how many."""
    makers = graph.makers()
    changed = 0
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.op == "QuantizeLinear":
            nodes.append(_limit(graph, node))
        elif node.op != "DequantizeLinear":
            nodes.append(node)
            continue
        elif node.inputs[0] in graph.constants:
            graph.constants[node.outputs[0]] = _values(graph, node)
        elif _rounded_before(graph, node.inputs[0], makers):
            nodes.append(Node("Identity", [node.inputs[0]], node.outputs, node.name))
        else:
            nodes += _from_levels(graph, node)
        changed += 1
    graph.nodes = nodes
    return changed


def _rounded_before(graph: Graph, name: str, makers: dict[str, Node]) -> bool:
    """Whether whole numbers come from a rounding node, rather than from an input."""
    while name in makers:
        if makers[name].op == "QuantizeLinear":
            return True
        name = makers[name].inputs[0]
    return False


def _scale(graph: Graph, node: Node) -> tuple[np.float64, np.float64, int, int]:
    """Step, number of zero, and the least and largest number."""
    size = np.float64(graph.constants[node.inputs[1]].reshape(-1)[0])
    zero = graph.constants[node.inputs[2]]
    limits = np.iinfo(zero.dtype)
    return size, np.float64(zero.reshape(-1)[0]), int(limits.min), int(limits.max)


def _limit(graph: Graph, node: Node) -> Node:
    size, zero, least, most = _scale(graph, node)
    name = node.outputs[0]
    ends = [
        graph.weight(f"{name}.{word}", np.array((end - zero) * size, np.float32))
        for word, end in (("low", least), ("high", most))
    ]
    return Node("Clip", [node.inputs[0], *ends], [name], node.name)


def _values(graph: Graph, node: Node) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    whole = graph.constants[node.inputs[0]].astype(np.float64)
    size = graph.constants[node.inputs[1]].astype(np.float64)
    zero = graph.constants[node.inputs[2]].astype(np.float64)
    if size.ndim:
        shape = [1] * whole.ndim
        shape[node.attributes.get("axis", 1)] = -1
        size, zero = size.reshape(shape), zero.reshape(shape)
    return ((whole - zero) * size).astype(np.float32)


def _from_levels(graph: Graph, node: Node) -> list[Node]:
    """Levels of a picture, which were never rounded, as floating point."""
    size, zero, _, _ = _scale(graph, node)
    name, to = node.outputs[0], onnx.TensorProto.FLOAT
    if size == 1 and zero == 0:
        return [Node("Cast", [node.inputs[0]], [name], node.name, {"to": to})]
    numbers = [
        graph.weight(f"{name}.{word}", np.array(value, np.float32))
        for word, value in (("zero", zero), ("size", size))
    ]
    return [
        Node("Cast", [node.inputs[0]], [f"{name}.levels"], f"{node.name}.levels", {"to": to}),
        Node("Sub", [f"{name}.levels", numbers[0]], [f"{name}.from_zero"], f"{node.name}.zero"),
        Node("Mul", [f"{name}.from_zero", numbers[1]], [name], node.name),
    ]
