"""Networks in 8-bit integers, written as pairs of rounding and reading nodes (ONNX "QDQ").

Activations are unsigned with one step for each tensor; weights are signed with a step for each
channel; ONNX Runtime melts the pairs into integer kernels when it loads the file. Whatever is
computed here is elementwise IEEE arithmetic on numbers of the file or of the ranges beside this
module, so that the bytes are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

_PAIR_LIMIT = 127
"""Steps that the two largest weights of one sign in a channel may have together. On processors
without VNNI two products of a weight by an activation are added in 16 bits: 255 times 128, one for
rounding, just fits, whatever two the kernel takes. The network sees the same on all of them."""

_MOST_BIAS = 2.0**30
"""Steps that a bias may have: half of what 32 bits hold."""

_LEVELS = 255
_FLOAT = 1
"""Floating point of 32 bits, as ONNX numbers types."""


class _Measured(msgspec.Struct):
    ranges: dict[str, tuple[float, float]]


class Writer(Protocol):
    """Where nodes and weights go."""

    def node(
        self, op: str, inputs: Sequence[str], output: str, /, *, axis: int = 0, to: int = 0
    ) -> str:
        """Add a node with one output; gives the output's name."""
        ...

    # Any: numbers of whatever type the node reads.
    def weight(self, name: str, values: NDArray[Any], /) -> str:
        """Add constant numbers, once for each name; gives the name."""
        ...


def ranges(name: str) -> dict[str, tuple[float, float]]:
    """Lowest and highest value of every tensor of a network, as measured once on pictures."""
    text = resources.files(__package__).joinpath("ranges", f"{name}.json").read_bytes()
    return msgspec.json.decode(text, type=_Measured).ranges


def step(low: float, high: float) -> tuple[np.float32, np.uint8]:
    """(size of one step, number that stands for 0) of a range; 0 is always hit exactly."""
    low, high = min(low, 0.0), max(high, 0.0)
    size = np.float32((high - low) / _LEVELS) or np.float32(1)
    return size, np.uint8(np.clip(np.rint(-low / np.float64(size)), 0, _LEVELS))


def rounded(
    graph: Writer, given: str, name: str, *, low: float, high: float, signed: bool = False
) -> str:
    """A node that rounds a tensor to its range; gives the name of the whole numbers.

    Args:
        graph: Where it goes.
        given: The tensor.
        name: What the whole numbers are called after.
        low: Where the range begins.
        high: Where it ends.
        signed: From -128 to 127 instead of 0 to 255.
    """
    scale = _scale(graph, name, low, high, signed=signed)
    return graph.node("QuantizeLinear", [given, *scale], f"{name}.q")


def reading(
    graph: Writer, given: str, name: str, *, low: float, high: float, signed: bool = False
) -> str:
    """A node that reads whole numbers; gives the name of the values. Arguments as of `rounded`."""
    scale = _scale(graph, name, low, high, signed=signed)
    return graph.node("DequantizeLinear", [given, *scale], f"{name}.dq")


def weights(
    graph: Writer,
    name: str,
    weight: NDArray[np.float32],
    bias: NDArray[np.float32],
    *,
    step_in: np.float32,
) -> None:
    """Weights (out, ...) and biases (out,) of a convolution, to be used as NAME.weight, NAME.bias.

    Args:
        graph: Where they go.
        name: Of the layer.
        weight: Its weights.
        bias: Its biases.
        step_in: Size of one step of the tensor that the layer reads.
    """
    # A channel of next to no weight would otherwise have steps in which its bias cannot be written.
    sizes = np.maximum(_sizes(weight), np.abs(bias) / (step_in * _MOST_BIAS)).astype(np.float32)
    flat = weight.reshape(len(weight), -1)
    whole = np.rint(flat.astype(np.float64) / sizes[:, None].astype(np.float64))
    whole = np.clip(whole, -127, 127).astype(np.int8).reshape(weight.shape)
    bias_sizes = sizes * step_in
    whole_bias = np.rint(bias.astype(np.float64) / bias_sizes.astype(np.float64))
    limit = np.iinfo(np.int32)
    whole_bias = np.clip(whole_bias, limit.min, limit.max).astype(np.int32)
    for part, numbers, size in (("weight", whole, sizes), ("bias", whole_bias, bias_sizes)):
        inputs = [
            graph.weight(f"{name}.{part}.q", numbers),
            graph.weight(f"{name}.{part}.step", size),
            graph.weight(f"{name}.{part}.zero", np.zeros(len(size), numbers.dtype)),
        ]
        graph.node("DequantizeLinear", inputs, f"{name}.{part}", axis=0)


def packed(graph: Writer, name: str, weight: NDArray[np.float32], *, axis: int) -> str:
    """Weights in 8 bits that are floating point again once the file is loaded; gives their name.

    Not a reading node: ONNX Runtime would look for an integer kernel for what reads it. What is
    written here it works out beforehand, once.

    Args:
        graph: Where they go.
        name: What they are called after.
        weight: They.
        axis: Which of its sides the channels are that have a step each.
    """
    rest = tuple(side for side in range(weight.ndim) if side != axis)
    most = np.abs(weight).max(axis=rest, keepdims=True).astype(np.float64)
    sizes = (np.maximum(most, 1e-8) / 127).astype(np.float32)
    whole = np.clip(np.rint(weight.astype(np.float64) / sizes.astype(np.float64)), -127, 127)
    given = graph.weight(f"{name}.whole", whole.astype(np.int8))
    wide = graph.node("Cast", [given], f"{name}.wide", to=_FLOAT)
    return graph.node("Mul", [wide, graph.weight(f"{name}.step", sizes)], name)


def _sizes(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Size of one step of each channel."""
    flat = np.sort(weight.reshape(len(weight), -1).astype(np.float64), axis=1)
    sizes = np.maximum(np.abs(flat).max(axis=1), 1e-8) / 127
    # Depthwise kernels add in 32 bits, and are the ones that need fine steps most.
    if weight.shape[1] > 1:
        above = np.clip(flat[:, -2:], 0, None)
        below = np.clip(flat[:, :2], None, 0)
        pairs = np.maximum(above[:, 0] + above[:, 1], -(below[:, 0] + below[:, 1]))
        sizes = np.maximum(sizes, pairs / _PAIR_LIMIT)
    return np.asarray(sizes, np.float32)


def _scale(graph: Writer, name: str, low: float, high: float, *, signed: bool) -> list[str]:
    size, unsigned = step(low, high)
    zero = np.array(int(unsigned) - 128, np.int8) if signed else np.array(unsigned, np.uint8)
    return [
        graph.weight(f"{name}.step", np.array(size, np.float32)),
        graph.weight(f"{name}.zero", zero),
    ]
