"""Making a graph smaller without changing what it computes.

Each function changes a graph in place and says what it did, in words for the report.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from passante.compress.running import run, session
from passante.models.convert.network import Graph, Node, Value

_CHANCE = {"RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial"}
_NOTHING = {"Identity", "Dropout"}
_LARGEST = 64 * 1024 * 1024
"""Elements beyond which a folded constant would cost more than it saves."""


def fold_constants(graph: Graph) -> int:
    """Compute once what depends on no input; gives how many nodes went."""
    for node in list(graph.nodes):
        if node.op == "Constant" and "value" in node.attributes:
            graph.constants[node.outputs[0]] = onnx.numpy_helper.to_array(node.attributes["value"])
            graph.nodes.remove(node)
    shapes = graph.shapes()
    known = set(graph.constants)
    ready: list[Node] = []
    for node in graph.nodes:
        if node.op in _CHANCE or node.captured or node.domain:
            continue
        fixed = node.op == "Shape" and all(
            isinstance(n, int) for n in shapes.get(node.inputs[0], ("",))
        )
        if fixed and len(node.attributes) == 0:
            graph.constants[node.outputs[0]] = np.array(shapes[node.inputs[0]], np.int64)
            known.add(node.outputs[0])
        elif all(name in known for name in node.inputs if name) and (
            node.inputs or node.op == "Constant"
        ):
            ready.append(node)
            known.update(node.outputs)
    fixed_shapes = [n for n in graph.nodes if n.op == "Shape" and n.outputs[0] in graph.constants]
    if ready:
        _compute(graph, ready)
    gone = [*ready, *fixed_shapes]
    graph.nodes = [node for node in graph.nodes if not any(node is other for other in gone)]
    return len(gone)


def _compute(graph: Graph, ready: list[Node]) -> None:
    inside = {name for node in ready for name in node.outputs if name}
    rest = [node for node in graph.nodes if not any(node is other for other in ready)]
    read = {name for node in rest for name in (*node.inputs, *node.captured)}
    wanted = sorted(inside & (read | set(graph.output_names)))
    part = Graph(
        ready, graph.constants, (), [Value(name, 0, None) for name in wanted],
        opset=graph.opset, domains=graph.domains,
    )  # fmt: skip
    part.prune()
    model = onnx.shape_inference.infer_shapes(part.to_model())
    kinds = {item.name: item.type.tensor_type.elem_type for item in model.graph.value_info}
    for item in model.graph.output:
        item.type.tensor_type.elem_type = item.type.tensor_type.elem_type or kinds[item.name]
    results = run(session(model.SerializeToString(), optimise=False), {})
    graph.constants.update(zip(wanted, results, strict=True))


def drop_idle(graph: Graph) -> int:
    """Take out nodes that hand on what they are given; gives how many."""
    outputs = set(graph.output_names)
    gone = 0
    for node in list(graph.nodes):
        if node.op not in _NOTHING or node.domain or node.outputs[0] in outputs:
            continue
        if any(node.outputs[0] in other.captured for other in graph.nodes):
            continue
        graph.replace(node.outputs[0], node.inputs[0])
        graph.nodes.remove(node)
        gone += 1
    return gone


def fold_normalisation(graph: Graph) -> int:
    """Put normalisations with fixed figures into the convolution before; gives how many."""
    folded = 0
    for node in list(graph.nodes):
        if node.op != "BatchNormalization" or any(
            n not in graph.constants for n in node.inputs[1:]
        ):
            continue
        before = _only_source(graph, node, ("Conv", "ConvTranspose", "Gemm"))
        if before is None:
            continue
        gamma, beta, mean, variance = (
            graph.constants[name].astype(np.float64) for name in node.inputs[1:5]
        )
        factor = gamma / np.sqrt(variance + node.attributes.get("epsilon", 1e-5))
        if _scale_outputs(graph, before, factor, beta - mean * factor):
            _take_over(graph, before, node)
            folded += 1
    return folded


def fold_scaling(graph: Graph) -> int:
    """Put a product with, or sum of, a number for each channel into the convolution before."""
    folded = 0
    for node in list(graph.nodes):
        if node.op not in ("Mul", "Add", "Sub", "Div"):
            continue
        name = node.inputs[1]
        if name not in graph.constants:
            continue
        before = _only_source(graph, node, ("Conv",))
        if before is None:
            continue
        channels = graph.constants[before.inputs[1]].shape[0]
        values = graph.constants[name].astype(np.float64)
        flat = values.reshape(-1)
        fits = values.size == 1 or (
            values.size == channels and values.ndim >= 3 and values.shape[-3] == channels
        )
        if not fits or (node.op == "Div" and not flat.all()):
            continue
        each = np.broadcast_to(flat, (channels,))
        one, none = np.ones(channels), np.zeros(channels)
        factor, more = {
            "Mul": (each, none),
            "Div": (1 / np.where(each == 0, 1, each), none),
            "Add": (one, each),
            "Sub": (one, -each),
        }[node.op]
        if _scale_outputs(graph, before, factor, more):
            _take_over(graph, before, node)
            folded += 1
    return folded


def unfold_upsampling(graph: Graph) -> int:
    """Turn up-sampling convolutions whose steps do not overlap into 1x1 ones; gives how many.

    What such a layer writes at each place depends on one input place alone: a 1x1 convolution gives
    all of it as channels, which are then laid out as pixels. That can be done in integers.
    """
    changed = 0
    for node in list(graph.nodes):
        if node.op != "ConvTranspose" or node.inputs[1] not in graph.constants:
            continue
        weight = graph.constants[node.inputs[1]]
        side = weight.shape[2] if weight.ndim == 4 else 0
        settings = node.attributes
        plain = (
            side > 1
            and weight.shape[3] == side
            and list(settings.get("strides", [1, 1])) == [side, side]
            and not any(settings.get("pads", [0]))
            and not any(settings.get("output_padding", [0]))
            and "output_shape" not in settings
            and settings.get("group", 1) == 1
            and set(settings.get("dilations", [1])) == {1}
        )
        if not plain:
            continue
        flat = weight.transpose(1, 2, 3, 0).reshape(-1, weight.shape[0], 1, 1)
        name = node.outputs[0]
        inputs = [node.inputs[0], graph.weight(f"{name}.flat", np.ascontiguousarray(flat))]
        if len(node.inputs) > 2:
            bias = np.repeat(graph.constants[node.inputs[2]], side * side)
            inputs.append(graph.weight(f"{name}.bias", bias))
        at = next(i for i, other in enumerate(graph.nodes) if other is node)
        graph.nodes[at : at + 1] = [
            Node("Conv", inputs, [f"{name}.channels"], f"{node.name}.channels",
                 {"kernel_shape": [1, 1], "strides": [1, 1], "pads": [0, 0, 0, 0], "group": 1}),
            Node("DepthToSpace", [f"{name}.channels"], [name], node.name,
                 {"blocksize": side, "mode": "CRD"}),
        ]  # fmt: skip
        changed += 1
    return changed


def _only_source(graph: Graph, node: Node, ops: tuple[str, ...]) -> Node | None:
    """What makes the first input of a node, where nothing else reads it and its weights."""
    name = node.inputs[0]
    before = graph.makers().get(name)
    if before is None or before.op not in ops or name in graph.output_names:
        return None
    if len(graph.readers()[name]) != 1 or before.inputs[1] not in graph.constants:
        return None
    if len(before.inputs) > 2 and before.inputs[2] not in graph.constants:
        return None
    return before


def _scale_outputs(
    graph: Graph, node: Node, factor: NDArray[np.float64], more: NDArray[np.float64]
) -> bool:
    """Multiply what a layer gives, channel by channel, and add to it; False where it cannot be."""
    weight = graph.constants[node.inputs[1]]
    settings = node.attributes
    match node.op:
        case "Conv":
            shape = (-1,) + (1,) * (weight.ndim - 1)
        case "ConvTranspose" if settings.get("group", 1) == 1:
            shape = (1, -1) + (1,) * (weight.ndim - 2)
        case "Gemm" if settings.get("beta", 1.0) == 1.0 and settings.get("alpha", 1.0) == 1.0:
            shape = (-1, 1) if settings.get("transB", 0) else (1, -1)
        case _:
            return False
    bias: NDArray[Any] = np.zeros(len(factor))
    if len(node.inputs) > 2 and node.inputs[2]:
        bias = graph.constants[node.inputs[2]]
    name = node.outputs[0]
    new = (weight.astype(np.float64) * factor.reshape(shape)).astype(weight.dtype)
    graph.constants[f"{name}.folded.weight"] = new
    graph.constants[f"{name}.folded.bias"] = (bias * factor + more).astype(weight.dtype)
    node.inputs = [node.inputs[0], f"{name}.folded.weight", f"{name}.folded.bias"]
    return True


def _take_over(graph: Graph, before: Node, node: Node) -> None:
    """Let a node give what the one after it gave, which goes."""
    graph.nodes = [other for other in graph.nodes if other is not node]
    before.outputs[0] = node.outputs[0]
