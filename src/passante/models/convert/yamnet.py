"""YAMNet (MobileNetV1 on log-mel patches, 521 classes of sound) made into ONNX without TensorFlow.

The published file is a checkpoint of variables; the layers are those of the public description:
a convolution, thirteen pairs of a depthwise and a pointwise one, each followed by batch
normalisation without a factor (epsilon 1e-4) and ReLU, the mean over the map, and one dense layer.
Given out are the numbers before the last sigmoid, which can be learned from and calibrated, and
the mean over the map, on which further heads can stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.convert._graph import GraphWriter
from passante.models.convert.checkpoint import read_variables

FRAMES, BANDS = 96, 64
"""Of one patch."""

CLASSES = 521
EMBEDDING = 1024

Weights = NDArray[np.float32]

_ROOT = "layer-1/layer/_func/_yamnet/layer_with_weights-"
_END = "/.ATTRIBUTES/VARIABLE_VALUE"
_EPSILON = 1e-4
_PAIRS = 13
_HALVING = (1, 3, 5, 11)
"""Pairs whose depthwise convolution halves the map."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A convolution with what follows it folded in; ReLU comes after."""

    name: str
    weight: Weights
    """(out, in / groups, rows, columns)."""
    bias: Weights
    stride: int
    group: int
    """1, or the number of channels where each is looked at alone."""


def convert(parts: list[bytes]) -> bytes:
    """Log-mel patches (n, 96, 64) to `logits` (n, 521) and `embedding` (n, 1024).

    Args:
        parts: Index and data file of the checkpoint.

    Raises:
        ModelContractError: The files are not that network.
    """
    convolutions, dense, bias = layers(parts)
    graph = GraphWriter("yamnet")
    graph.input("patches", np.float32, ["n", FRAMES, BANDS])
    graph.output("logits", np.float32, ["n", CLASSES])
    graph.output("embedding", np.float32, ["n", EMBEDDING])
    shape = graph.weight("plane", np.array([-1, 1, FRAMES, BANDS], np.int64))
    end = graph.node("Reshape", ["patches", shape], "planes")
    for layer in convolutions:
        weights = [
            graph.weight(f"{layer.name}.weight", layer.weight),
            graph.weight(f"{layer.name}.bias", layer.bias),
        ]
        end = convolution(graph, layer, [end, *weights])
        end = graph.node("Relu", [end], f"{layer.name}.relu")
    finish(graph, end, dense, bias)
    return graph.to_bytes()


def convolution(graph: GraphWriter, layer: Layer, given: list[str]) -> str:
    """The node of one convolution; gives the name of its result."""
    side = layer.weight.shape[2]
    # maps of even size that are halved get their row of padding at the end alone, as in TensorFlow
    pads = [0] * 4 if side == 1 else [0, 0, 1, 1] if layer.stride == 2 else [1] * 4
    return graph.node(
        "Conv",
        given,
        layer.name,
        group=layer.group,
        kernel_shape=[side, side],
        pads=pads,
        strides=[layer.stride] * 2,
    )


def finish(graph: GraphWriter, end: str, dense: Weights, bias: Weights) -> None:
    """The mean over the map and the dense layer."""
    mean = graph.node("GlobalAveragePool", [end], "mean")
    graph.node("Flatten", [mean], "embedding", axis=1)
    weights = [graph.weight("dense.weight", dense), graph.weight("dense.bias", bias)]
    graph.node("Gemm", ["embedding", *weights], "logits")


def layers(parts: list[bytes]) -> tuple[list[Layer], Weights, Weights]:
    """The convolutions in order of running, and weights (1024, 521) and biases of the last layer.

    Raises:
        ModelContractError: The files are not that network.
    """
    index, data = parts
    variables = read_variables(index, data)
    try:
        found = [_folded(variables, 0, "first", 2)]
        for pair in range(_PAIRS):
            number = 2 + 4 * pair
            stride = 2 if pair in _HALVING else 1
            found.append(_folded(variables, number, f"depthwise{pair}", stride))
            found.append(_folded(variables, number + 2, f"pointwise{pair}", 1))
        number = 2 + 4 * _PAIRS
        dense = _variable(variables, number, "kernel")
        return found, dense, _variable(variables, number, "bias")
    except KeyError as missing:
        raise ModelContractError(f"the checkpoint has no variable {missing}") from missing


def _folded(variables: Mapping[str, Weights], number: int, name: str, stride: int) -> Layer:
    """A convolution and the batch normalisation after it as one."""
    alone = name.startswith("depthwise")
    if alone:
        # from rows, columns, channels, 1
        weight = _variable(variables, number, "depthwise_kernel").transpose(2, 3, 0, 1)
    else:
        weight = _variable(variables, number, "kernel").transpose(3, 2, 0, 1)
    beta, mean, variance = (
        _variable(variables, number + 1, part).astype(np.float64)
        for part in ("beta", "moving_mean", "moving_variance")
    )
    factor = 1 / np.sqrt(variance + _EPSILON)
    scaled = weight.astype(np.float64) * factor[:, None, None, None]
    bias = (beta - mean * factor).astype(np.float32)
    group = len(weight) if alone else 1
    return Layer(name, np.ascontiguousarray(scaled.astype(np.float32)), bias, stride, group)


def _variable(variables: Mapping[str, Weights], number: int, part: str) -> Weights:
    return variables[f"{_ROOT}{number}/{part}{_END}"]
