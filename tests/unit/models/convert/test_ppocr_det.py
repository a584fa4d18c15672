"""The published network in small: every pattern of nodes it has, with weights made by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from passante.models.convert import _integers, ppocr_det
from passante.models.convert.ppocr_steps import GREY, Op, Step, after_last_swish, fused, steps_of

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
SPREAD = np.array([0.229, 0.224, 0.225], np.float32)


class Small:
    """Writes nodes as the published file has them; numbers are constants, by name."""

    def __init__(self, *, seed: int = 5) -> None:
        self._random = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self._count = 0

    def _name(self) -> str:
        self._count += 1
        return f"t{self._count}"

    def constant(self, values: Any) -> str:
        name = self._name()
        tensor = numpy_helper.from_array(np.asarray(values), name)
        self.nodes.append(helper.make_node("Constant", [], [name], value=tensor))
        return name

    def chance(self, *shape: int, low: float = -0.6, high: float = 0.6) -> str:
        return self.constant(self._random.uniform(low, high, shape).astype(np.float32))

    def node(self, op: str, inputs: Sequence[str], **attributes: Any) -> str:
        name = self._name()
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    def conv(self, x: str, taken: int, given: int, side: int = 1, **more: Any) -> str:
        groups, bias = more.get("group", 1), more.pop("bias", True)
        inputs = [x, self.chance(given, taken // groups, side, side)]
        inputs += [self.chance(given)] if bias else []
        settings = {"strides": [1, 1], "group": 1, "pads": [side // 2] * 4, "dilations": [1, 1]}
        return self.node("Conv", inputs, kernel_shape=[side, side], **(settings | more))

    def scaled(self, x: str) -> str:
        times = self.node("Mul", [self.chance(1, low=0.5, high=1.5), x])
        return self.node("Add", [times, self.chance(1)])

    def swish(self, x: str) -> str:
        raised = self.node("Add", [x, self.constant(np.float32(3))])
        zero, six = (self.constant(np.float32(value)) for value in (0, 6))
        clipped = self.node("Clip", [raised, zero, six])
        times = self.node("Mul", [x, clipped])
        return self.node("Div", [times, self.constant(np.float32(6))])

    def weighed(self, x: str, channels: int, *, added: bool) -> str:
        mean = self.node("GlobalAveragePool", [x])
        hidden = self.node("Relu", [self.conv(mean, channels, 4)])
        gate = self.node("HardSigmoid", [self.conv(hidden, 4, channels)], alpha=0.2, beta=0.5)
        times = self.node("Mul", [x, gate])
        return self.node("Add", [x, times]) if added else times

    def normalised(self, x: str, channels: int) -> str:
        parts = [self.chance(channels) for _ in range(3)]
        spread = self.chance(channels, low=0.5, high=1.5)
        return self.node("BatchNormalization", [x, *parts, spread], epsilon=1e-5)

    def doubled(self, x: str, taken: int, given: int) -> str:
        return self.node(
            "ConvTranspose",
            [x, self.chance(taken, given, 2, 2)],
            kernel_shape=[2, 2],
            strides=[2, 2],
            group=1,
        )

    def enlarged(self, x: str) -> str:
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        roi = self.constant(np.zeros(0, np.float32))
        return self.node(
            "Resize",
            [x, roi, scales],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )


def published(*, side: int = 1) -> bytes:
    """A network of all patterns; with `side` 1 no convolution looks beyond its own pixel."""
    net = Small()
    x = net.normalised(net.conv("x", 3, 8, side, strides=[2, 2], bias=False), 8)
    x = net.scaled(net.conv(x, 8, 8, side, group=8))
    x = net.scaled(net.swish(x))
    x = net.swish(net.scaled(net.conv(x, 8, 12)))
    x = net.scaled(x)
    side_way = net.conv(x, 12, 6)
    x = net.weighed(net.scaled(net.conv(x, 12, 12, side, group=12)), 12, added=False)
    x = net.swish(net.scaled(net.conv(x, 12, 12)))
    x = net.weighed(net.scaled(x), 12, added=False)
    x = net.conv(x, 12, 16, strides=[2, 2])
    x = net.weighed(net.conv(x, 16, 16, bias=False), 16, added=True)
    other = net.weighed(net.conv(side_way, 6, 16, bias=False), 16, added=True)
    x = net.node("Add", [other, net.enlarged(x)])
    x = net.node("Concat", [x, other], axis=1)
    x = net.node("Relu", [net.normalised(net.conv(x, 32, 8, side, bias=False), 8)])
    x = net.doubled(x, 8, 8)
    x = net.node("Add", [x, net.chance(1, 8, 1, 1)])
    x = net.node("Relu", [net.normalised(x, 8)])
    x = net.conv(x, 8, 1)
    net.nodes.append(helper.make_node("Sigmoid", [x], ["y"]))
    graph = helper.make_graph(
        net.nodes,
        "small",
        [helper.make_tensor_value_info("x", 1, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("y", 1, [1, 1, "h", "w"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    return bytes(model.SerializeToString())


def ran(model: bytes, given: NDArray[Any]) -> NDArray[np.float32]:
    session = ort.InferenceSession(model)
    (found,) = session.run(None, {session.get_inputs()[0].name: given})
    return np.asarray(found, np.float32)


def as_trained(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the published network takes for an RGB picture (1, height, width, 3)."""
    scaled = (picture[..., ::-1].astype(np.float32) / 255 - MEAN) / SPREAD
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), np.float32)


def noise(high: int, wide: int, *, seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (1, high, wide, 3)).astype(np.uint8)


def test_on_a_grey_picture_nothing_changes() -> None:
    grey = np.full((1, 32, 64, 3), round(GREY), np.uint8)
    before = ran(published(), as_trained(grey))
    after = ran(ppocr_det.settle([published()]), grey)
    assert np.abs(before - after).max() < 1e-5


def test_what_is_seen_in_one_place_does_not_depend_on_another() -> None:
    model = ppocr_det.settle([published(side=3)])
    here, there, elsewhere = noise(64, 64), noise(64, 64, seed=2), noise(64, 64, seed=3)
    one = ran(model, np.concatenate([here, there], axis=2))
    other = ran(model, np.concatenate([here, elsewhere], axis=2))
    assert np.abs(one[..., :32] - other[..., :32]).max() < 1e-5
    assert np.abs(one[..., 64:] - other[..., 64:]).max() > 1e-3


def test_the_published_network_does_depend_on_it() -> None:
    here, there = noise(64, 64), np.full((1, 64, 64, 3), 255, np.uint8)
    alone = ran(published(side=3), as_trained(np.concatenate([here, here], axis=2)))
    beside = ran(published(side=3), as_trained(np.concatenate([here, there], axis=2)))
    assert np.abs(alone[..., :32] - beside[..., :32]).max() > 1e-3


def test_the_same_bytes_give_the_same_bytes() -> None:
    first, second = (ppocr_det.settle([published(side=3)]) for _ in range(2))
    assert first == second


def test_no_weighing_of_channels_is_left() -> None:
    model = onnx.load_model_from_string(ppocr_det.settle([published()]))
    ops = {node.op_type for node in model.graph.node}
    assert not ops & {"GlobalAveragePool", "HardSigmoid", "Mul", "Div", "BatchNormalization"}


def ranges_of(steps: dict[str, Step]) -> dict[str, tuple[float, float]]:
    """Wide ranges for every step that is done in integers or feeds one that is."""
    whole = after_last_swish(steps)
    feeding = {source for name in whole for source in steps[name].inputs}
    ranges = {name: (-6.0, 6.0) for name in steps if name in whole | feeding}
    for step in steps.values():
        if step.op is Op.RELU:
            ranges[step.inputs[0]] = (0.0, 6.0)
    return ranges


def test_in_integers_it_sees_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = fused(steps_of(published(side=3)))
    monkeypatch.setattr(_integers, "ranges", lambda _: ranges_of(steps))
    picture = noise(64, 96)
    true = ran(ppocr_det.settle([published(side=3)]), picture)
    whole = ran(ppocr_det.quantise([published(side=3)]), picture)
    assert np.abs(true - whole).max() < 0.1
    assert np.corrcoef(true.ravel(), whole.ravel())[0, 1] > 0.95


def test_only_what_follows_the_last_smooth_activation_is_done_in_integers() -> None:
    steps = fused(steps_of(published()))
    whole = after_last_swish(steps)
    names = list(steps)
    last = max(number for number, name in enumerate(names) if steps[name].op is Op.SWISH)
    assert whole
    assert all(names.index(name) > last for name in whole)
    assert {Op.JOIN, Op.ENLARGE, Op.RELU} <= {steps[name].op for name in whole}
