"""PP-OCRv4's text detector, read into steps of our own, with its weighing of channels settled."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, assert_never

import numpy as np
import onnx
from numpy.typing import NDArray

GREY = 114.0
"""Brightness of the endless grey picture: what views are padded with."""
# For red, green, blue. It was trained on pictures in the order blue, green, red, with ImageNet's
# numbers for red, green, blue.
MEAN = np.array([0.406, 0.456, 0.485]) * 255
"""What is taken off a picture's red, green and blue before the first step."""
_SPREAD = np.array([0.225, 0.224, 0.229]) * 255


class Op(StrEnum):
    """What a step does."""

    CONV = "conv"
    SWISH = "swish"
    AFFINE = "affine"
    ADD = "add"
    RELU = "relu"
    ENLARGE = "enlarge"
    JOIN = "join"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of the network. Weights are float64 until they are written."""

    op: Op
    inputs: tuple[str, ...]
    """Names of the steps it reads, or "input"."""
    weight: NDArray[np.float64] = field(default_factory=lambda: np.ones(1))
    """CONV: (out, in / groups, rows, columns). AFFINE: factor, (1,) or (channels,)."""
    bias: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    """CONV: (out,). AFFINE: what is added, (1,) or (channels,)."""
    stride: int = 1
    """Of CONV; of ENLARGE, how many times."""
    groups: int = 1
    unfold: bool = False
    """Four channels in a row become 2x2 pixels at the end."""


def steps_of(data: bytes) -> dict[str, Step]:
    """The steps of the published file, in order of running, by names of our own."""
    graph = onnx.load_model_from_string(data).graph
    return _Reader(graph).read()


def fused(steps: dict[str, Step]) -> dict[str, Step]:
    """The same network, with every factor and (where nothing is padded) every addend folded.

    An AFFINE step that stays behind has lost its factor, and only adds.
    """
    kept: dict[str, Step] = {}
    for name, step in steps.items():
        source = kept.get(step.inputs[0])
        if step.op is not Op.CONV or source is None or source.op is not Op.AFFINE:
            kept[name] = step
            continue
        factor, shift = source.weight, source.bias
        if step.groups == 1:
            scaled = step.weight * factor.reshape(1, -1, 1, 1)
        else:
            scaled = step.weight * factor.reshape(-1, 1, 1, 1)
        if step.weight.shape[2] > 1:
            # Padding is of zeros after the addition, which therefore has to be done.
            adding = f"{step.inputs[0]}.{name}"
            kept[adding] = replace(source, weight=np.ones(1), bias=shift / factor)
            kept[name] = replace(step, inputs=(adding,), weight=scaled)
        else:
            terms = step.weight[:, :, 0, 0] * shift.reshape(1, -1)
            bias = step.bias + np.array([math.fsum(row) for row in terms.tolist()])
            kept[name] = replace(step, inputs=source.inputs, weight=scaled, bias=bias)
    used = {name for step in kept.values() for name in step.inputs}
    return {name: step for name, step in kept.items() if name in used or step.op is Op.SIGMOID}


class _Reader:
    """Reads a graph node by node; what a node only scales or shifts goes into the step before."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._constants: dict[str, NDArray[np.float64]] = {}
        self._nodes: list[onnx.NodeProto] = []
        for node in graph.node:
            if node.op_type == "Constant":
                values = onnx.numpy_helper.to_array(node.attribute[0].t)
                self._constants[node.output[0]] = values.astype(np.float64)
            else:
                self._nodes.append(node)
        self._steps: dict[str, Step] = {}
        self._at = {graph.input[0].name: "input"}
        self._grey: dict[str, NDArray[np.float64]] = {"input": GREY - MEAN}

    def read(self) -> dict[str, Step]:
        number = 0
        while number < len(self._nodes):
            number += self._take(number)
        return self._steps

    def _take(self, number: int) -> int:
        """Read the node of this number; gives how many nodes were read with it."""
        node = self._nodes[number]
        given = tuple(self._at[name] for name in node.input if name in self._at)
        constants = [self._constants[name] for name in node.input if name in self._constants]
        match node.op_type:
            case "GlobalAveragePool":
                return self._settled(number, given[0])
            case "Add" if len(given) == 1 and self._nodes[number + 1].op_type == "Clip":
                # x * clip(x + 3, 0, 6) / 6, in four nodes.
                end = self._nodes[number + 3].output[0]
                self._add(f"swish{number:03}", Step(Op.SWISH, given), end)
                return 4
            case "Add" | "Mul" if constants:
                self._scaled(node, given[0], constants[0])
            case "BatchNormalization":
                self._normalised(node, given[0], constants)
            case "Conv" | "ConvTranspose":
                self._add(f"conv{number:03}", _conv(node, given, constants), node.output[0])
            case "Resize":
                times = int(constants[-1][-1])
                step = Step(Op.ENLARGE, given, stride=times)
                self._add(f"enlarge{number:03}", step, node.output[0])
            case _:
                plain = {"Add": Op.ADD, "Concat": Op.JOIN, "Relu": Op.RELU, "Sigmoid": Op.SIGMOID}
                op = plain[node.op_type]
                self._add(f"{op}{number:03}", Step(op, given), node.output[0])
        return 1

    def _add(self, name: str, step: Step, end: str) -> None:
        self._steps[name] = step
        self._at[end] = name

    def _scaled(self, node: onnx.NodeProto, source: str, constant: NDArray[np.float64]) -> None:
        values = constant.reshape(-1)
        step = self._steps[source]
        if step.op not in (Op.CONV, Op.AFFINE):
            source = f"{source}.affine"
            step = Step(Op.AFFINE, (self._at[_only(node.input, self._at)],))
        self._steps[source] = _times(step, values) if node.op_type == "Mul" else _plus(step, values)
        self._at[node.output[0]] = source

    def _normalised(
        self, node: onnx.NodeProto, source: str, constants: list[NDArray[np.float64]]
    ) -> None:
        (epsilon,) = (item.f for item in node.attribute if item.name == "epsilon")
        gamma, beta, mean, variance = constants
        factor = gamma / np.sqrt(variance + epsilon)
        step = _times(_plus(self._steps[source], -mean), factor)
        self._steps[source] = _plus(step, beta)
        self._at[node.output[0]] = source

    def _settled(self, number: int, source: str) -> int:
        """Six or seven nodes that weigh channels by their averages, as a constant factor."""
        _, first, _, second, hard, times, after = self._nodes[number : number + 7]
        squeezed = _product(self._constants, first, self.grey(source))
        excited = _product(self._constants, second, np.maximum(squeezed, 0))
        slope = {item.name: item.f for item in hard.attribute}
        factor = np.clip(excited * slope["alpha"] + slope["beta"], 0, 1)
        end, count = times.output[0], 6
        if after.op_type == "Add" and set(after.input) == {times.output[0], times.input[0]}:
            factor, end, count = factor + 1, after.output[0], 7
        self._steps[source] = _times(self._steps[source], factor)
        self._grey[source] = self._grey[source] * factor
        self._at[end] = source
        return count

    def grey(self, name: str) -> NDArray[np.float64]:
        """(channels,): what a step gives everywhere on an endless grey picture."""
        if name not in self._grey:
            step = self._steps[name]
            self._grey[name] = _on_grey(step, [self.grey(source) for source in step.inputs])
        return self._grey[name]


def _on_grey(step: Step, given: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    x = given[0]
    match step.op:
        case Op.CONV:
            # Sums are exact (fsum), so that their order, and with it the machine, does not matter.
            seen = x.reshape(step.groups, -1)
            group = np.arange(len(step.weight)) * step.groups // len(step.weight)
            terms = step.weight * seen[group][:, :, None, None]
            sums = [math.fsum(row) for row in terms.reshape(len(terms), -1).tolist()]
            x = np.array(sums) + step.bias
        case Op.SWISH:
            x = x * np.clip(x + 3, 0, 6) / 6
        case Op.AFFINE:
            x = x * step.weight + step.bias
        case Op.ADD:
            x = x + given[1]
        case Op.RELU:
            x = np.maximum(x, 0)
        case Op.JOIN:
            x = np.concatenate(given)
        case Op.ENLARGE | Op.SIGMOID:
            pass
        case _:
            assert_never(step.op)
    return x


def _times(step: Step, factor: NDArray[np.float64]) -> Step:
    factor = _spread(step, factor)
    wide = factor.reshape(-1, *[1] * (step.weight.ndim - 1))
    return replace(step, weight=step.weight * wide, bias=step.bias * factor)


def _plus(step: Step, addend: NDArray[np.float64]) -> Step:
    return replace(step, bias=step.bias + _spread(step, addend))


def _spread(step: Step, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """One value for each of four channels that will be one, where a step unfolds."""
    return np.repeat(values, 4) if step.unfold and values.size > 1 else values


def _product(
    constants: dict[str, NDArray[np.float64]], node: onnx.NodeProto, x: NDArray[np.float64]
) -> NDArray[np.float64]:
    weight, bias = (constants[name] for name in node.input[1:])
    terms = weight[:, :, 0, 0] * x
    return np.array([math.fsum(row) for row in terms.tolist()]) + bias


def _conv(
    node: onnx.NodeProto, given: tuple[str, ...], constants: list[NDArray[np.float64]]
) -> Step:
    # Any: attributes of a node are of several types.
    settings: dict[str, Any] = {
        item.name: onnx.helper.get_attribute_value(item) for item in node.attribute
    }
    weight = constants[0]
    unfold = node.op_type == "ConvTranspose"
    if unfold:
        weight = weight.transpose(1, 2, 3, 0).reshape(-1, weight.shape[0], 1, 1)
    if given == ("input",):
        weight = weight[:, ::-1] / _SPREAD.reshape(1, -1, 1, 1)
    bias = constants[1] if len(constants) > 1 else np.zeros(len(weight))
    return Step(
        Op.CONV,
        given,
        weight,
        bias,
        stride=1 if unfold else settings["strides"][0],
        groups=settings["group"],
        unfold=unfold,
    )


def _only(names: Any, known: dict[str, str]) -> str:
    (name,) = (name for name in names if name in known)
    return str(name)


def after_last_swish(steps: dict[str, Step]) -> set[str]:
    """Steps that read nothing but what comes after the last smooth activation."""
    last = max(number for number, step in enumerate(steps.values()) if step.op is Op.SWISH)
    later = set(list(steps)[last + 1 :])
    return {name for name in later if set(steps[name].inputs) <= later}
