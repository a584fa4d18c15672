"""CenterFace as published, but small: every kind of node it has, weights by chance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

CHANNELS = 4


class Published:
    """Writes nodes as the published file has them: opset 9, no names, weights among the inputs."""

    def __init__(self) -> None:
        self._drawn = 0
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._count = 0

    def bytes(self) -> bytes:
        a = self._relu(self._conv("input.1", 3, CHANNELS, 3, strides=[2, 2]))
        b = self._relu(self._conv(a, CHANNELS, CHANNELS, 3, group=CHANNELS, strides=[2, 2]))
        c = self._conv(b, CHANNELS, CHANNELS, 1)
        d = self._relu(self._conv(c, CHANNELS, CHANNELS, 3, group=CHANNELS, strides=[2, 2]))
        up = self._relu(self._norm(self._unfold(d)))
        side = self._relu(self._conv(c, CHANNELS, CHANNELS, 1))
        trunk = self._relu(self._conv(self._node("Add", [up, side]), CHANNELS, CHANNELS, 3))
        heat = self._conv(trunk, CHANNELS, 1, 1, end="536")
        self._node("Sigmoid", [heat], end="537")
        for end, channels in (("538", 2), ("539", 2), ("540", 10)):
            self._conv(trunk, CHANNELS, channels, 1, end=end)
        value = helper.make_tensor_value_info
        picture = value("input.1", onnx.TensorProto.FLOAT, [1, 3, "h", "w"])
        inputs = [value(w.name, w.data_type, list(w.dims)) for w in self._weights]
        outputs = [value(end, onnx.TensorProto.FLOAT, None) for end in ("537", "538", "539", "540")]
        graph = helper.make_graph(
            self._nodes, "published", [picture, *inputs], outputs, self._weights
        )
        opset = [helper.make_opsetid("", 9)]
        return helper.make_model(graph, opset_imports=opset, ir_version=4).SerializeToString()

    def _node(self, op: str, inputs: list[str], *, end: str = "", **attributes: Any) -> str:
        self._count += 1
        end = end or f"{self._count}"
        self._nodes.append(helper.make_node(op, inputs, [end], **attributes))
        return end

    def _weight(self, *shape: int, low: float = -0.5, high: float = 0.5) -> str:
        name = f"w{len(self._weights)}"
        # Not from numpy's generator, whose numbers may differ between its releases.
        count = math.prod(shape)
        places = np.arange(self._drawn, self._drawn + count, dtype=np.int64)
        self._drawn += count
        unit = (places * 2_654_435_761 % 10_007) / 10_007
        values = (low + (high - low) * unit).reshape(shape).astype(np.float32)
        self._weights.append(numpy_helper.from_array(values, name))
        return name

    def _conv(
        self,
        given: str,
        inside: int,
        out: int,
        side: int,
        *,
        end: str = "",
        group: int = 1,
        strides: list[int] | None = None,
    ) -> str:
        weights = [self._weight(out, inside // group, side, side), self._weight(out)]
        return self._node(
            "Conv",
            [given, *weights],
            end=end,
            group=group,
            kernel_shape=[side, side],
            pads=[side // 2] * 4,
            strides=strides or [1, 1],
        )

    def _relu(self, given: str) -> str:
        return self._node("Relu", [given])

    def _unfold(self, given: str) -> str:
        weight = self._weight(CHANNELS, CHANNELS, 2, 2)
        return self._node("ConvTranspose", [given, weight], kernel_shape=[2, 2], strides=[2, 2])

    def _norm(self, given: str) -> str:
        rows = [(0.5, 1.5), (-0.2, 0.2), (-0.2, 0.2), (0.3, 2.0)]
        weights = [self._weight(CHANNELS, low=low, high=high) for low, high in rows]
        return self._node("BatchNormalization", [given, *weights], epsilon=0.001)
