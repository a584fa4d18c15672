"""PP-OCRv4's text detector, made to look at every place by itself.

The published network weighs its channels by their averages over the whole picture ("squeeze and
excite"): whether a number plate is seen depends on whatever else the picture shows, and on a small
close-up of a vehicle half of all plates go unseen that are found when the same close-up lies in
the middle of a wide grey picture. So those weights are settled here, once, to what they are on a
grey picture without end. They become part of the convolutions around them; the network is then a
purely local one, indifferent to size, padding and neighbours, and cheaper.

What else changes does not change the result, up to the order of additions: normalisations, scales
and shifts are folded into convolutions; an up-sampling convolution whose steps do not overlap is
written as a 1x1 convolution whose channels are laid out as 2x2 pixels; the input is the picture as
it lies in memory.
"""

from __future__ import annotations

from typing import assert_never

import numpy as np
import onnx

from passante.models.convert import _integers
from passante.models.convert._graph import GraphWriter
from passante.models.convert.ppocr_steps import (
    MEAN,
    Op,
    Step,
    after_last_swish,
    fused,
    steps_of,
)

OUTPUT = "text"
"""Name of the only output."""


def settle(parts: list[bytes]) -> bytes:
    """The published file with its weighing of channels settled, of opset 17, float32 inside."""
    steps = fused(steps_of(parts[0]))
    graph, ends = _started("ppocr-det")
    for name, step in steps.items():
        ends[name] = _write(graph, name, step, [ends[source] for source in step.inputs])
    return graph.to_bytes()


def quantise(parts: list[bytes]) -> bytes:
    """The settled network with its second half, where most of the work is, in 8-bit integers.

    The first half stays as it is: its smooth activations would have to leave the integers again
    after every layer. Rectification needs no node where it is done in integers: ranges start at 0.
    """
    steps = fused(steps_of(parts[0]))
    ranges = _integers.ranges("ppocr_det")
    graph, ends = _started("ppocr-det-int8")
    whole = after_last_swish(steps)
    for name, step in steps.items():
        given = [ends[source] for source in step.inputs]
        if name not in whole or step.op is Op.SIGMOID:
            end = _write(graph, name, step, given)
            if name in ranges:
                low, high = ranges[name]
                end = _integers.rounded(graph, end, name, low=low, high=high)
                end = _integers.reading(graph, end, name, low=low, high=high)
            ends[name] = end
        elif step.op is Op.RELU:
            ends[name] = given[0]
        else:
            if step.op is Op.ENLARGE:
                # Copies of pixels keep their range: nothing has to be rounded again.
                ranges[name] = ranges[step.inputs[0]]
            ends[name] = _write_whole(graph, name, step, given, ranges)
    return graph.to_bytes()


def _started(name: str) -> tuple[GraphWriter, dict[str, str]]:
    graph = GraphWriter(name)
    graph.input("image", np.uint8, [1, "height", "width", 3])
    graph.output(OUTPUT, np.float32, [1, 1, "height", "width"])
    graph.node("Transpose", ["image"], "planes", perm=[0, 3, 1, 2])
    graph.node("Cast", ["planes"], "levels", to=onnx.TensorProto.FLOAT)
    mean = graph.weight("mean", MEAN.astype(np.float32).reshape(1, 3, 1, 1))
    return graph, {"input": graph.node("Sub", ["levels", mean], "input")}


def _write_whole(
    graph: GraphWriter,
    name: str,
    step: Step,
    given: list[str],
    ranges: dict[str, tuple[float, float]],
) -> str:
    low, high = ranges[name]
    if step.op is Op.CONV:
        step_in, _ = _integers.step(*ranges[step.inputs[0]])
        weight, bias = step.weight.astype(np.float32), step.bias.astype(np.float32)
        _integers.weights(graph, name, weight, bias, step_in=step_in)
        end = _conv_node(graph, name, step, given)
    else:
        end = _write(graph, name, step, given)
    end = _integers.rounded(graph, end, name, low=low, high=high)
    if step.unfold:
        end = _unfolded(graph, name, end)
    return _integers.reading(graph, end, name, low=low, high=high)


def _write(graph: GraphWriter, name: str, step: Step, given: list[str]) -> str:
    match step.op:
        case Op.CONV:
            end = _write_conv(graph, name, step, given)
        case Op.AFFINE:
            shift = graph.weight(f"{name}.shift", step.bias.astype(np.float32).reshape(1, -1, 1, 1))
            end = graph.node("Add", [*given, shift], name)
        case Op.ENLARGE:
            times = np.array([1, 1, step.stride, step.stride], np.float32)
            end = graph.node(
                "Resize",
                [*given, "", graph.weight(f"{name}.scales", times)],
                name,
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="floor",
            )
        case Op.JOIN:
            end = graph.node("Concat", given, name, axis=1)
        case Op.SWISH:
            end = graph.node("HardSwish", given, name)
        case Op.ADD:
            end = graph.node("Add", given, name)
        case Op.RELU:
            end = graph.node("Relu", given, name)
        case Op.SIGMOID:
            end = graph.node("Sigmoid", given, OUTPUT)
        case _:
            assert_never(step.op)
    return end


def _write_conv(graph: GraphWriter, name: str, step: Step, given: list[str]) -> str:
    graph.weight(f"{name}.weight", step.weight.astype(np.float32))
    graph.weight(f"{name}.bias", step.bias.astype(np.float32))
    end = _conv_node(graph, name, step, given)
    return _unfolded(graph, name, end) if step.unfold else end


def _conv_node(graph: GraphWriter, name: str, step: Step, given: list[str]) -> str:
    """The convolution of a step, whose weights the graph has under the step's name."""
    side = step.weight.shape[2]
    return graph.node(
        "Conv",
        [*given, f"{name}.weight", f"{name}.bias"],
        name,
        group=step.groups,
        kernel_shape=[side, side],
        pads=[side // 2] * 4,
        strides=[step.stride] * 2,
    )


def _unfolded(graph: GraphWriter, name: str, given: str) -> str:
    return graph.node("DepthToSpace", [given], f"{name}.unfolded", blocksize=2, mode="CRD")
