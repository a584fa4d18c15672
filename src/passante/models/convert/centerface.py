"""CenterFace, as it was published in 2019, made into networks that run well today.

The published file is of opset 9, fixed to ten pictures of 32x32, lists its weights among its
inputs and names no node. Repaired, it takes one picture of any size as it lies in memory, and gives
one map; nothing else changes but the order of some additions:

* batch normalisation is folded into the weights before it;
* an up-sampling convolution whose steps do not overlap becomes a 1x1 convolution, four channels of
  which are then laid out as 2x2 pixels: that can be done in integers (`recipes/centerface-int8`);
* the three heads that say where faces are become one; the head for eyes, nose and mouth is left
  out, since nothing here has a use for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import onnx
from numpy.typing import NDArray

from passante.models.convert._graph import GraphWriter, weights_of

Weights = NDArray[np.float32]

_SOURCE_INPUT = "input.1"
_ENDS = ("536", "537", "538", "539", "540")
_HEADS = ("536", "538", "539")
"""Before the sigmoid: heat (1 channel), log of height and width (2), offset down and across (2)."""

OUTPUT = "maps"
"""Name of the last layer and of the only output."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A convolution and what is done to its result; or an addition, which has no weights."""

    name: str
    inputs: tuple[str, ...]
    """Names of the layers it reads, or "input"."""
    weight: Weights | None = None
    """(out, in / groups, rows, columns)."""
    bias: Weights | None = None
    """(out,)."""
    stride: int = 1
    groups: int = 1
    relu: bool = False
    unfold: bool = False
    """Four channels in a row become 2x2 pixels at the end."""


def repair(parts: list[bytes]) -> bytes:
    """The published file as one of opset 17 for one picture of any size, float32 inside."""
    graph = _started()
    ends = {"input": graph.node("Cast", ["planes"], "input", to=onnx.TensorProto.FLOAT)}
    for layer in layers(parts[0]):
        given = [ends[name] for name in layer.inputs]
        if layer.weight is None or layer.bias is None:
            end = graph.node("Add", given, layer.name)
        else:
            graph.weight(f"{layer.name}.weight", layer.weight)
            graph.weight(f"{layer.name}.bias", layer.bias)
            end = _conv(graph, layer, given)
        if layer.relu:
            end = graph.node("Relu", [end], f"{layer.name}.relu")
        ends[layer.name] = _unfolded(graph, end) if layer.unfold else end
    return graph.to_bytes()


def _started() -> GraphWriter:
    graph = GraphWriter("centerface")
    graph.input("image", np.uint8, [1, "height", "width", 3])
    graph.output(OUTPUT, np.float32, [1, 5, "rows", "columns"])
    graph.node("Transpose", ["image"], "planes", perm=[0, 3, 1, 2])
    return graph


def _conv(graph: GraphWriter, layer: Layer, given: list[str]) -> str:
    """The convolution of a layer, whose weights the graph has under the layer's name."""
    assert layer.weight is not None
    side = layer.weight.shape[2]
    return graph.node(
        "Conv",
        [*given, f"{layer.name}.weight", f"{layer.name}.bias"],
        layer.name,
        group=layer.groups,
        kernel_shape=[side, side],
        pads=[side // 2] * 4,
        strides=[layer.stride] * 2,
    )


def _unfolded(graph: GraphWriter, given: str) -> str:
    return graph.node("DepthToSpace", [given], f"{given}.unfolded", blocksize=2, mode="CRD")


def layers(data: bytes) -> list[Layer]:
    """The layers of the published file, in order of running, under names of our own."""
    graph = onnx.load_model_from_string(data).graph
    weights = weights_of(graph)
    names = {_SOURCE_INPUT: "input"}
    layers: list[Layer] = []
    heads: dict[str, list[Weights]] = {}
    for node in graph.node:
        given = tuple(names[name] for name in node.input if name in names)
        constants = [weights[name] for name in node.input if name in weights]
        end = node.output[0]
        match node.op_type:
            case "Conv" if end in _ENDS:
                heads[end] = constants
            case "Conv":
                layers.append(_read_conv(f"conv{len(layers):02}", given, constants, node))
            case "ConvTranspose":
                layers.append(_unfolding(f"conv{len(layers):02}", given, constants[0]))
            case "Add":
                layers.append(Layer(f"add{len(layers):02}", given))
            case "BatchNormalization":
                layers[-1] = _normalised(layers[-1], constants, node)
            case "Relu":
                layers[-1] = replace(layers[-1], relu=True)
            case _:
                pass
        if end not in _ENDS:
            names[end] = layers[-1].name
    return [
        *layers,
        Layer(
            OUTPUT,
            (layers[-1].name,),
            np.concatenate([heads[head][0] for head in _HEADS]),
            np.concatenate([heads[head][1] for head in _HEADS]),
        ),
    ]


def _read_conv(
    name: str, given: tuple[str, ...], constants: list[Weights], node: onnx.NodeProto
) -> Layer:
    settings = {item.name: onnx.helper.get_attribute_value(item) for item in node.attribute}
    weight, bias = constants
    return Layer(name, given, weight, bias, stride=settings["strides"][0], groups=settings["group"])


def _unfolding(name: str, given: tuple[str, ...], weight: Weights) -> Layer:
    """A 2x2 up-sampling convolution, weights (in, out, 2, 2), as a 1x1 one with 4 x the outputs."""
    flat = weight.transpose(1, 2, 3, 0).reshape(-1, weight.shape[0], 1, 1)
    return Layer(name, given, flat, np.zeros(len(flat), np.float32), unfold=True)


def _normalised(layer: Layer, constants: list[Weights], node: onnx.NodeProto) -> Layer:
    """A layer with the batch normalisation after it folded in."""
    assert layer.weight is not None
    assert layer.bias is not None
    (epsilon,) = (item.f for item in node.attribute if item.name == "epsilon")
    copies = 4 if layer.unfold else 1
    gamma, beta, mean, variance = (np.repeat(c.astype(np.float64), copies) for c in constants)
    factor = gamma / np.sqrt(variance + epsilon)
    return replace(
        layer,
        weight=(layer.weight * factor[:, None, None, None]).astype(np.float32),
        bias=((layer.bias - mean) * factor + beta).astype(np.float32),
    )
