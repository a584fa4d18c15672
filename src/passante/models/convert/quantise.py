"""Writes the 8-bit form of a network from activation ranges that were measured beforehand.

Weights become int8 with a scale for each output channel, activations uint8 with one scale for each
tensor, both as QuantizeLinear and DequantizeLinear pairs that ONNX Runtime melts into integer
convolutions: on x86 only this pairing of signs is fast. Nothing is measured here, so the same
network and ranges give the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from passante.core.errors import ModelContractError

Ranges = Mapping[str, tuple[float, float]]
"""Lowest and highest value of each activation that becomes uint8, by tensor name."""

_WEIGHED = ("Conv", "ConvTranspose")


def quantised(model: onnx.ModelProto, ranges: Ranges, *, weight_bits: int = 8) -> onnx.ModelProto:
    """The network with every activation named in `ranges` as uint8.

    A convolution whose input is named gets int8 weights and an int32 bias; all others stay as they
    are. A tensor that a Cast makes out of a uint8 input is read as it is if its range is 0 to 255.

    Args:
        model: float32, weights as initialisers, nodes in order.
        ranges: Measured on data; 0 is always taken into a range, since padding needs it.
        weight_bits: 8, or 7 where processors without VNNI must not overflow: they add two
            products of a weight and an activation in 16 bits.

    Raises:
        ModelContractError: A named tensor is not in the network.
    """
    graph = model.graph
    weights = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    made = {output for node in graph.node for output in node.output}
    unknown = sorted(set(ranges) - made - {one.name for one in graph.input})
    if unknown:
        raise ModelContractError(f"the network has no tensor {unknown[0]}")
    writer = _Writer(weights, ranges, float(2 ** (weight_bits - 1) - 1))
    for entry in graph.input:
        writer.activation(entry.name)
    for node in graph.node:
        writer.node(node)
    used = {name for node in writer.nodes for name in node.input}
    kept = [one for one in graph.initializer if one.name in used]
    out = onnx.ModelProto()
    out.CopyFrom(model)
    del out.graph.node[:], out.graph.initializer[:], out.graph.value_info[:]
    out.graph.node.extend(writer.nodes)
    out.graph.initializer.extend(kept + writer.constants)
    return out


class _Writer:
    """Copies nodes one by one and puts pairs where they belong."""

    def __init__(
        self, weights: Mapping[str, NDArray[np.generic]], ranges: Ranges, top: float
    ) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[TensorProto] = []
        self._weights = weights
        self._ranges = ranges
        self._top = top
        self._scales: dict[str, np.float32] = {}
        self._renamed: dict[str, str] = {}

    def activation(self, name: str) -> None:
        """Puts a pair behind a tensor, if it is named."""
        if name not in self._ranges:
            return
        scale, zero = _grid(*self._ranges[name])
        self._scales[name] = scale
        self._constant(f"{name}.scale", scale)
        self._constant(f"{name}.zero", zero)
        last = self.nodes[-1] if self.nodes else None
        if last is not None and last.op_type == "Cast" and scale == 1 and zero == 0:
            # A picture's own levels: exactly what the pair would make of them.
            self.nodes.pop()
            self._dequantise(last.input[0], name, f"{name}.level")
        else:
            self._node("QuantizeLinear", [name, f"{name}.scale", f"{name}.zero"], f"{name}.level8")
            self._dequantise(f"{name}.level8", name, f"{name}.level")
        self._renamed[name] = f"{name}.level"

    def node(self, node: onnx.NodeProto) -> None:
        """Copies a node, then puts pairs behind its outputs."""
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        source = node.input[0] if node.input else ""
        if node.op_type in _WEIGHED and source in self._scales and node.input[1] in self._weights:
            self._weigh(copy, self._scales[source])
        for place, name in enumerate(copy.input):
            copy.input[place] = self._renamed.get(name, name)
        self.nodes.append(copy)
        for name in node.output:
            self.activation(name)

    def _weigh(self, node: onnx.NodeProto, source: np.float32) -> None:
        name = node.input[1]
        weights = np.asarray(self._weights[name], np.float32)
        axis = 0 if node.op_type == "Conv" else 1
        rest = tuple(i for i in range(weights.ndim) if i != axis)
        peak = np.abs(weights).max(axis=rest)
        scale = np.where(peak > 0, peak / np.float32(self._top), np.float32(1)).astype(np.float32)
        shape = [-1 if i == axis else 1 for i in range(weights.ndim)]
        whole = np.clip(np.rint(weights / scale.reshape(shape)), -self._top, self._top)
        self._scaled(name, whole.astype(np.int8), scale, axis)
        node.input[1] = f"{name}.level"
        if len(node.input) < 3 or not node.input[2]:
            return
        bias = np.asarray(self._weights[node.input[2]], np.float64)
        step = (scale * source).astype(np.float32)
        limit = np.iinfo(np.int32)
        levels = np.clip(np.rint(bias / step.astype(np.float64)), limit.min, limit.max)
        self._scaled(node.input[2], levels.astype(np.int32), step, 0)
        node.input[2] = f"{node.input[2]}.level"

    def _scaled(
        self, name: str, levels: NDArray[np.generic], scale: NDArray[np.float32], axis: int
    ) -> None:
        self._constant(f"{name}.level8", levels)
        self._constant(f"{name}.scale", scale)
        self._constant(f"{name}.zero", np.zeros(scale.shape, levels.dtype))
        self._dequantise(f"{name}.level8", name, f"{name}.level", axis=axis)

    def _dequantise(self, source: str, name: str, output: str, **attributes: int) -> None:
        scaling = [f"{name}.scale", f"{name}.zero"]
        self._node("DequantizeLinear", [source, *scaling], output, **attributes)

    def _node(self, op: str, inputs: list[str], output: str, **attributes: int) -> None:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))

    def _constant(self, name: str, array: NDArray[np.generic] | np.generic) -> None:
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))


def _grid(low: float, high: float) -> tuple[np.float32, np.uint8]:
    """Step and zero level of uint8 for a range of values."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = np.float32((high - low) / 255) if high > low else np.float32(1)
    return scale, np.uint8(np.clip(np.rint(-low / float(scale)), 0, 255))
