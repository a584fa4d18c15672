"""The trained network as ONNX files: in 32-bit floating point, and in 8-bit integers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray

from passante.models.convert import _integers
from passante.models.convert._graph import GraphWriter
from training.plates.layers import MAPS, OUTPUT, Layer, Op

Weights = Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Of each convolution: weights (out, in / groups, side, side) and biases (out,), for pixels of 0 to
255."""
Ranges = Mapping[str, tuple[float, float]]
"""Of each layer: lowest and highest value of its result."""


def floating(layers: tuple[Layer, ...], weights: Weights, *, watch: bool = False) -> bytes:
    """The network in floating point.

    Args:
        layers: In order of running.
        weights: Of its convolutions.
        watch: Give the result of every layer, under its name, to see how far it reaches.
    """
    graph = _started("plates")
    ends = {"input": graph.node("Cast", ["planes"], "input", to=onnx.TensorProto.FLOAT)}
    for layer in layers:
        # A layer that is rectified has its name behind that, and another before it.
        name = f"{layer.name}.raw" if layer.relu else layer.name
        if layer.op is Op.CONV:
            weight, bias = weights[layer.name]
            graph.weight(f"{layer.name}.weight", weight)
            graph.weight(f"{layer.name}.bias", bias)
        end = _run(graph, layer, [ends[given] for given in layer.inputs], name)
        ends[layer.name] = graph.node("Relu", [end], layer.name) if layer.relu else end
        if watch and layer.name != OUTPUT:
            graph.output(layer.name, np.float32, [1, layer.channels, "?", "?"])
    return graph.to_bytes()


def integers(layers: tuple[Layer, ...], weights: Weights, ranges: Ranges) -> bytes:
    """The network in 8-bit integers, all but its last layer.

    Rectification needs no node here: the range of a rectified result starts at 0.
    """
    graph = _started("plates-int8")
    ends = {"input": _integers.reading(graph, "planes", "input", low=0, high=255)}
    steps = {"input": (0.0, 255.0), **ranges}
    for layer in layers:
        given = [ends[name] for name in layer.inputs]
        if layer.name == OUTPUT:
            weight, bias = weights[OUTPUT]
            graph.weight(f"{OUTPUT}.weight", weight)
            graph.weight(f"{OUTPUT}.bias", bias)
            _run(graph, layer, given, OUTPUT)
            break
        if layer.op is Op.CONV:
            weight, bias = weights[layer.name]
            step_in, _ = _integers.step(*steps[layer.inputs[0]])
            _integers.weights(graph, layer.name, weight, bias, step_in=step_in)
        if layer.op is Op.DOUBLE:
            # Whole numbers are copied as they are.
            whole = given[0].removesuffix(".dq") + ".q"
            low, high = steps[layer.name] = steps[layer.inputs[0]]
            end = _run(graph, layer, [whole], f"{layer.name}.q")
        else:
            low, high = steps[layer.name]
            end = _run(graph, layer, given, layer.name)
            end = _integers.rounded(graph, end, layer.name, low=low, high=high)
        ends[layer.name] = _integers.reading(graph, end, layer.name, low=low, high=high)
    return graph.to_bytes()


def _started(name: str) -> GraphWriter:
    graph = GraphWriter(name)
    graph.input("image", np.uint8, [1, "height", "width", 3])
    graph.output(OUTPUT, np.float32, [1, MAPS, "rows", "columns"])
    graph.node("Transpose", ["image"], "planes", perm=[0, 3, 1, 2])
    return graph


def _run(graph: GraphWriter, layer: Layer, given: list[str], name: str) -> str:
    match layer.op:
        case Op.ADD:
            return graph.node("Add", given, name)
        case Op.DOUBLE:
            graph.weight("no.roi", np.zeros(0, np.float32))
            graph.weight("twice", np.array([1, 1, 2, 2], np.float32))
            return graph.node(
                "Resize",
                [*given, "no.roi", "twice"],
                name,
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="floor",
            )
        case Op.CONV:
            return graph.node(
                "Conv",
                [*given, f"{layer.name}.weight", f"{layer.name}.bias"],
                name,
                group=layer.groups,
                kernel_shape=[layer.side] * 2,
                pads=[layer.pad] * 4,
                strides=[layer.stride] * 2,
            )
