"""Graph models of TensorFlow.js, made into ONNX without TensorFlow.

A graph model is a JSON file (nodes in order of running, and where each weight lies) and the weights
one after another in a binary file, here and there as half-precision numbers. Pictures lie as
(height, width, channel) there and as (channel, height, width) in ONNX, so weights are laid out
anew; no number is changed, but that halves become floats.

Only what the networks of our cards are made of is known here; anything else is refused.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.convert._graph import GraphWriter

OUTPUT = "embedding"
"""Name of the only output."""

_SAME = b"SAME"
_PAIRS = {
    "Add": "Add",
    "AddV2": "Add",
    "Sub": "Sub",
    "Mul": "Mul",
    "Maximum": "Max",
    "Minimum": "Min",
}


def faceres(parts: list[bytes]) -> bytes:
    """The face descriptor of HSE-FaceRes: (n, 224, 224, 3) to (n, 1024)."""
    return _convert(parts, "faceres", end="global_pooling/Mean", size=1024)


def mobileface(parts: list[bytes]) -> bytes:
    """The face descriptor of MobileFace: (n, 112, 112, 3) to (n, 256)."""
    return _convert(parts, "mobileface", end="batchnorm0/add_1", size=256)


@dataclass(slots=True)
class _Made:
    """The ONNX graph so far, and what is known of its tensors."""

    graph: GraphWriter
    weights: Mapping[str, NDArray[Any]]  # Any: float32 or int32, as the file says
    ends: dict[str, str] = field(default_factory=dict)
    """Name in the graph model -> name in ours."""
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """(height, width) of tensors that are pictures, by the name in the graph model."""


# Any: a node is a table of JSON.
Node = Mapping[str, Any]


def _convert(parts: list[bytes], name: str, *, end: str, size: int) -> bytes:
    """The part of a graph model from its input to the node `end`."""
    try:
        model = json.loads(parts[0])
        nodes: list[Node] = model["modelTopology"]["node"]
        made = _Made(GraphWriter(name), _weights(model, parts[1]))
        for node in _needed(nodes, end):
            _OPERATIONS[node["op"]](made, node)
        made.graph.node("Identity", [made.ends[end]], OUTPUT)
        made.graph.output(OUTPUT, np.float32, ["n", size])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ModelContractError(f"this is no graph model that is known here: {error!r}") from error
    return made.graph.to_bytes()


def _weights(model: Mapping[str, Any], data: bytes) -> dict[str, NDArray[Any]]:
    found, at = {}, 0
    for item in model["weightsManifest"][0]["weights"]:
        stored = np.dtype(item.get("quantization", item)["dtype"]).newbyteorder("<")
        if stored.kind == "u":
            raise ValueError("weights in bytes are not known here")
        count = int(np.prod(item["shape"], dtype=np.int64))
        values = np.frombuffer(data, stored, count, at)
        found[item["name"]] = values.astype(item["dtype"]).reshape(item["shape"])
        at += count * stored.itemsize
    return found


def _needed(nodes: list[Node], end: str) -> list[Node]:
    """The nodes that `end` follows from, constants left out, each after those that it reads."""
    known = {node["name"]: node for node in nodes}
    order: list[Node] = []
    done: set[str] = set()
    waiting = [(end, False)]
    while waiting:
        name, read = waiting.pop()
        node = known[name]
        if read:
            order.append(node)
        elif name not in done:
            done.add(name)
            if node["op"] != "Const":
                waiting.append((name, True))
                waiting += [(given, False) for given in reversed(node.get("input", []))]
    return order


def _placeholder(made: _Made, node: Node) -> None:
    high, wide = (int(d["size"]) for d in node["attr"]["shape"]["shape"]["dim"][1:3])
    made.graph.input("image", np.float32, ["n", high, wide, 3])
    end = made.graph.node("Transpose", ["image"], "planes", perm=[0, 3, 1, 2])
    made.ends[node["name"]], made.sizes[node["name"]] = end, (high, wide)


def _conv(made: _Made, node: Node) -> None:
    given, kernel = node["input"]
    depthwise = node["op"] == "DepthwiseConv2dNative"
    values = made.weights[kernel]
    # (rows, columns, in, out) or (rows, columns, in, 1) -> (out, in / groups, rows, columns)
    values = values.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1))
    side = values.shape[2]
    step = int(node["attr"]["strides"]["list"]["i"][1])
    pads, sizes = [0, 0, 0, 0], []
    for axis, length in enumerate(made.sizes[given]):
        room = 0
        if base64.b64decode(node["attr"]["padding"]["s"]) == _SAME:
            room = max(0, (-(-length // step) - 1) * step + side - length)
        # an odd pixel is added at the end
        pads[axis], pads[axis + 2] = room // 2, room - room // 2
        sizes.append((length + room - side) // step + 1)
    made.ends[node["name"]] = made.graph.node(
        "Conv",
        [made.ends[given], made.graph.weight(kernel, values)],
        node["name"],
        group=len(values) if depthwise else 1,
        kernel_shape=[side, side],
        pads=pads,
        strides=[step, step],
    )
    made.sizes[node["name"]] = sizes[0], sizes[1]


def _pair(made: _Made, node: Node) -> None:
    """Arithmetic on two tensors, or on one and constants for each channel."""
    picture = next((made.sizes[name] for name in node["input"] if name in made.sizes), None)
    names = []
    for name in node["input"]:
        if name not in made.weights:
            names.append(made.ends[name])
            continue
        values = made.weights[name]
        if picture is not None and values.size > 1:
            names.append(made.graph.weight(f"{name}.channels", values.reshape(-1, 1, 1)))
        else:
            names.append(made.graph.weight(name, values))
    made.ends[node["name"]] = made.graph.node(_PAIRS[node["op"]], names, node["name"])
    if picture is not None:
        made.sizes[node["name"]] = picture


def _relu(made: _Made, node: Node) -> None:
    (given,) = node["input"]
    made.ends[node["name"]] = made.graph.node("Relu", [made.ends[given]], node["name"])
    made.sizes[node["name"]] = made.sizes[given]


def _pad(made: _Made, node: Node) -> None:
    given, amounts = node["input"]
    (_, _), (top, below), (left, right), (_, _) = made.weights[amounts].tolist()
    name = made.graph.weight(amounts, np.array([0, 0, top, left, 0, 0, below, right], np.int64))
    made.ends[node["name"]] = made.graph.node("Pad", [made.ends[given], name], node["name"])
    high, wide = made.sizes[given]
    made.sizes[node["name"]] = high + top + below, wide + left + right


def _mean(made: _Made, node: Node) -> None:
    """The mean over a whole picture: (n, channels)."""
    given, axes = node["input"]
    if made.weights[axes].tolist() != [1, 2] or given not in made.sizes:
        raise ValueError("a mean over other axes than those of a picture")
    pooled = made.graph.node("GlobalAveragePool", [made.ends[given]], f"{node['name']}.pooled")
    made.ends[node["name"]] = made.graph.node("Flatten", [pooled], node["name"])


def _flatten(made: _Made, node: Node) -> None:
    given, shape = node["input"]
    if made.weights[shape].tolist()[:1] != [-1] or made.weights[shape].size != 2:
        raise ValueError("a shape that is not one row for each picture")
    turned = made.graph.node(
        "Transpose", [made.ends[given]], f"{node['name']}.turned", perm=[0, 2, 3, 1]
    )
    made.ends[node["name"]] = made.graph.node("Flatten", [turned], node["name"])


def _product(made: _Made, node: Node) -> None:
    given, name = node["input"]
    weight = made.graph.weight(name, made.weights[name])
    made.ends[node["name"]] = made.graph.node("MatMul", [made.ends[given], weight], node["name"])


_OPERATIONS: Mapping[str, Callable[[_Made, Node], None]] = {
    "Placeholder": _placeholder,
    "Conv2D": _conv,
    "DepthwiseConv2dNative": _conv,
    **dict.fromkeys(_PAIRS, _pair),
    "Relu": _relu,
    "Pad": _pad,
    "Mean": _mean,
    "Reshape": _flatten,
    "MatMul": _product,
}
