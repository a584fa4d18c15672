"""SSD-MobileNetV2 (TensorFlow model zoo, 2018-03-29) as a network for pictures of any size.

The published file is a frozen TensorFlow graph for 300x300 and 90 classes. Of it remain the
convolutions: one after the other with batch normalisation folded in, and at six places heads that
say for each anchor where a thing is and what it is, for the six classes of the street alone. That
halves the work. Scores, boxes and anchors are left to the finder.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.convert._graph import GraphWriter
from passante.models.convert.graphdef import read_constants

CLASSES = ("person", "bicycle", "car", "motorcycle", "bus", "truck")
"""What the last columns of the output are about."""

Weights = NDArray[np.float32]

_COCO = (1, 2, 3, 4, 6, 8)
_ALL_CLASSES = 91
_SHAPES = (3, 6, 6, 6, 6, 6)
"""Anchors at each place of the six maps."""
_ROOT = "FeatureExtractor/MobilenetV2"
_BLOCKS = 17
_HALVING = (1, 3, 6, 13)
_ADDING = (2, 4, 5, 7, 8, 9, 11, 12, 14, 15)
"""Blocks that change neither size nor channels: what they read is added to what they give."""
_FIRST_HEAD = 13
_EXTRA = ((2, 256, 512), (3, 128, 256), (4, 128, 256), (5, 64, 128))

# TensorFlow's SAME padding at 300x300, which the weights were trained with, by the parity of the
# size that is halved: an odd one gets a row at both ends, an even one at its end alone. The second
# row there is read by odd sizes only, so that n becomes ceil(n / 2) for every n.
_NONE, _BOTH, _END = [0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 2, 2]
_ODD_AT_300 = (
    "expanded_conv_3/depthwise",  # 75 to 38
    "expanded_conv_13/depthwise",  # 19 to 10
    "layer_19_2_Conv2d_3_3x3_s2_256_depthwise",  # 5 to 3
    "layer_19_2_Conv2d_4_3x3_s2_256_depthwise",  # 3 to 2
)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A convolution with what follows it, or an addition."""

    name: str
    given: tuple[str, ...]
    """Names of the layers that it reads."""
    weight: Weights | None = None
    """(out, in / groups, rows, columns), or None for an addition."""
    bias: Weights | None = None
    stride: int = 1
    relu: bool = True
    """Whether the result is limited to 0 to 6."""
    columns: int = 0
    """Of a head: numbers an anchor. 0 for all others."""


def convert(parts: list[bytes]) -> bytes:
    """The detector in float32.

    Input `image`: uint8 (1, height, width, 3), RGB. Output `anchors`: float32 (1, n, 10), for every
    anchor its box encoding (y, x, height, width) and a logit for each of CLASSES; n runs over maps
    from fine to coarse, then rows, columns and shapes.

    Raises:
        ModelContractError: The file is not that detector.
    """
    return _write(layers(parts[0]))


def layers(data: bytes) -> list[Layer]:
    """The layers of the published file in order of running.

    Raises:
        ModelContractError: The file is not that detector.
    """
    weights = read_constants(data)
    try:
        return _backbone(weights)
    except KeyError as missing:
        raise ModelContractError(f"the graph has no constant {missing}") from missing


def _backbone(weights: Mapping[str, Weights]) -> list[Layer]:
    found = [_first(weights)]
    for number in range(_BLOCKS):
        name = f"expanded_conv_{number}" if number else "expanded_conv"
        before = found[-1].name
        if number:
            found.append(_conv(weights, f"{name}/expand", before))
        if number == _FIRST_HEAD:
            expanded = found[-1].name
        stride = 2 if number in _HALVING else 1
        found.append(_conv(weights, f"{name}/depthwise", found[-1].name, stride))
        found.append(_conv(weights, f"{name}/project", found[-1].name, relu=False))
        if number in _ADDING:
            found.append(Layer(f"{name}/add", (before, found[-1].name), relu=False))
    found.append(_conv(weights, "Conv_1", found[-1].name))
    heads = _heads(weights, 0, expanded) + _heads(weights, 1, found[-1].name)
    for number, inner, outer in _EXTRA:
        wide_name = f"layer_19_2_Conv2d_{number}_3x3_s2_{outer}"
        found.append(_conv(weights, f"layer_19_1_Conv2d_{number}_1x1_{inner}", found[-1].name))
        found.append(_conv(weights, f"{wide_name}_depthwise", found[-1].name, 2))
        found.append(_conv(weights, wide_name, found[-1].name))
        heads += _heads(weights, number, found[-1].name)
    return found + heads


def _first(weights: Mapping[str, Weights]) -> Layer:
    """The first convolution, which reads the picture's own 0 to 255 instead of -1 to 1."""
    weight, bias = _folded(weights, "Conv")
    # fsum rounds once, so that the order of additions plays no part.
    sums = np.array([math.fsum(map(float, channel.ravel())) for channel in weight])
    scaled = (weight.astype(np.float64) / 127.5).astype(np.float32)
    return Layer("Conv", ("levels",), scaled, (bias - sums).astype(np.float32), 2)


def _conv(
    weights: Mapping[str, Weights], name: str, given: str, stride: int = 1, *, relu: bool = True
) -> Layer:
    return Layer(name, (given,), *_folded(weights, name), stride, relu)


def _folded(weights: Mapping[str, Weights], name: str) -> tuple[Weights, Weights]:
    """Weights and biases of a convolution with the batch normalisation after it folded in."""
    path = f"{_ROOT}/{name}"
    deep = weights.get(f"{path}/depthwise_weights")
    # From rows, columns, in, out; of depthwise layers from rows, columns, channels, 1.
    if deep is None:
        weight = weights[f"{path}/weights"].transpose(3, 2, 0, 1)
    else:
        weight = deep.transpose(2, 3, 0, 1)
    norm = {
        part: weights[f"{path}/BatchNorm/{part}"].astype(np.float64)
        for part in ("gamma", "beta", "moving_mean", "moving_variance", "batchnorm/add/y")
    }
    factor = norm["gamma"] / np.sqrt(norm["moving_variance"] + norm["batchnorm/add/y"])
    bias = norm["beta"] - norm["moving_mean"] * factor
    return (
        (weight.astype(np.float64) * factor[:, None, None, None]).astype(np.float32),
        bias.astype(np.float32),
    )


def _heads(weights: Mapping[str, Weights], number: int, given: str) -> list[Layer]:
    """The two heads of a map: where, and which of CLASSES."""
    kept = np.array([s * _ALL_CLASSES + c for s in range(_SHAPES[number]) for c in _COCO])
    found = []
    for part, columns in (("BoxEncoding", 4), ("Class", len(CLASSES))):
        path = f"BoxPredictor_{number}/{part}Predictor"
        weight = weights[f"{path}/weights"].transpose(3, 2, 0, 1)
        bias = weights[f"{path}/biases"]
        if part == "Class":
            weight, bias = weight[kept], bias[kept]
        found.append(Layer(path, (given,), weight, bias, relu=False, columns=columns))
    return found


def _write(found: list[Layer]) -> bytes:
    """The file."""
    graph = GraphWriter("ssd-mobilenet-v2")
    graph.input("image", np.uint8, [1, "height", "width", 3])
    graph.output("anchors", np.float32, [1, "anchors", 4 + len(CLASSES)])
    # TensorFlow pads with 0 between -1 and 1: mid-grey.
    border = graph.weight("border", np.array([0, 0, 0, 0, 0, 2, 2, 0], np.int64))
    grey = graph.weight("grey", np.array(127, np.uint8))
    graph.node("Pad", ["image", border, grey], "bordered")
    graph.node("Transpose", ["bordered"], "planes", perm=[0, 3, 1, 2])
    graph.node("Cast", ["planes"], "levels", to=1)
    names = {"levels": "levels"}
    flat = []
    for layer in found:
        out = _layer(graph, layer, [names[name] for name in layer.given])
        names[layer.name] = out
        if layer.columns:
            flat.append(_flat(graph, layer, out))
    pairs = [
        graph.node("Concat", flat[at : at + 2], f"map{at // 2}", axis=2)
        for at in range(0, len(flat), 2)
    ]
    graph.node("Concat", pairs, "anchors", axis=1)
    return graph.to_bytes()


def _layer(graph: GraphWriter, layer: Layer, given: list[str]) -> str:
    """The nodes of one layer; gives the name of its result."""
    out = _operation(graph, layer, given)
    if not layer.relu:
        return out
    limits = [
        graph.weight("zero", np.array(0, np.float32)),
        graph.weight("six", np.array(6, np.float32)),
    ]
    return graph.node("Clip", [out, *limits], f"{layer.name}.relu")


def _operation(graph: GraphWriter, layer: Layer, given: list[str]) -> str:
    if layer.weight is None or layer.bias is None:
        return graph.node("Add", given, layer.name)
    graph.weight(f"{layer.name}.weight", layer.weight)
    graph.weight(f"{layer.name}.bias", layer.bias)
    out, across, side, _ = layer.weight.shape
    if side == 1 or layer.name == "Conv":
        pads = _NONE
    else:
        pads = _END if layer.stride == 2 and layer.name not in _ODD_AT_300 else _BOTH
    return graph.node(
        "Conv",
        [*given, f"{layer.name}.weight", f"{layer.name}.bias"],
        layer.name,
        group=out if across == 1 else 1,
        kernel_shape=[side, side],
        pads=pads,
        strides=[layer.stride] * 2,
    )


def _flat(graph: GraphWriter, layer: Layer, out: str) -> str:
    """The result of a head as (1, anchors of its map, columns)."""
    rows = graph.node("Transpose", [out], f"{layer.name}.rows", perm=[0, 2, 3, 1])
    shape = graph.weight(f"shape{layer.columns}", np.array([1, -1, layer.columns], np.int64))
    return graph.node("Reshape", [rows, shape], f"{layer.name}.flat")
