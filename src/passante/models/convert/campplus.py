"""The CAM++ speaker encoder, made into ONNX without PyTorch.

The published file is a zip archive: a pickle that lists the tensors in the order in which the
network holds them, and one file a tensor. The pickle is taken apart into words and never run; the
tensors are those of its words that are files. Wang et al., "CAM++: a fast and efficient
network for speaker verification using context-aware masking" (2023) draw the network.

It looks at windows of 4 s: of the two segments of 2 s that it then has, each is a whole one, and a
context that is the mean of a segment becomes the mean of an axis.
"""

from __future__ import annotations

import io
import pickletools
import zipfile

import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.convert._graph import GraphWriter

FRAMES = 400
"""Frames of 10 ms in a window."""
BANDS, SIZE = 80, 192
_SEGMENT, _SEGMENTS = 100, 2
_PLANES, _FIRST, _GROWTH, _BOTTLENECK = 32, 128, 32, 128
_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of each dense block."""
_FOLDER = "archive/data/"


def convert(parts: list[bytes]) -> bytes:
    """Log mel energies (n, 400, 80), their mean taken away, to vectors (n, 192)."""
    return _Writer(parts[0]).written()


class _Writer:
    """Takes tensors in their order and writes the layers that they belong to."""

    def __init__(self, data: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            self._names = _listed(self._archive)
        except (zipfile.BadZipFile, KeyError, ValueError) as error:
            raise ModelContractError("this is not the checkpoint that is known here") from error
        self._taken = 0
        self._graph = GraphWriter("campplus")

    def written(self) -> bytes:
        graph = self._graph
        graph.input("mels", np.float32, ["n", FRAMES, BANDS])
        graph.output("embedding", np.float32, ["n", SIZE])
        turned = graph.node("Transpose", ["mels"], "bands", perm=[0, 2, 1])
        end = graph.node("Unsqueeze", [turned, self._axes(1)], "plane")
        end = self._planes(end, "head")
        for number, (strides, shortcut) in enumerate(((2, True), (1, False)) * 2):
            end = self._residual(end, f"residual{number}", strides, shortcut=shortcut)
        end = self._planes(end, "tail", strides=2)
        height = -(-BANDS // 8)
        end = self._reshape(end, "flat", [0, _PLANES * height, FRAMES])
        end = self._line(end, "tdnn", _FIRST, _PLANES * height, kernel=5, strides=2)
        end = self._normal(end, "tdnn.normal", _FIRST)
        channels = _FIRST
        for number, (layers, dilation) in enumerate(_BLOCKS):
            for layer in range(layers):
                name = f"block{number}.{layer}"
                made = self._dense(end, name, channels, dilation)
                end = graph.node("Concat", [end, made], f"{name}.joined", axis=1)
                channels += _GROWTH
            end = self._normal(end, f"transit{number}.normal", channels)
            end = self._line(end, f"transit{number}", channels // 2, channels)
            channels //= 2
        # the last layer is listed before the normalisation that stands before it
        dense = graph.weight("dense.weight", self._take(SIZE, 2 * channels, 1))
        names = self._statistics("dense.normal", SIZE, scaled=False)
        end = self._normal(end, "out", channels)
        last = graph.node("Conv", [self._pooled(end), dense], "dense")
        normal = graph.node("BatchNormalization", [last, *names], "dense.normal")
        graph.node("Squeeze", [normal, self._axes(2)], "embedding")
        if self._taken < len(self._names):
            raise ModelContractError("the checkpoint holds more than the network that is known")
        return graph.to_bytes()

    def _pooled(self, end: str) -> str:
        """Mean and deviation over time."""
        graph, length = self._graph, FRAMES // 2
        mean = graph.node("ReduceMean", [end], "mean", axes=[2], keepdims=1)
        away = graph.node("Sub", [end, mean], "away")
        square = graph.node("Mul", [away, away], "square")
        spread = graph.node("ReduceSum", [square, self._axes(2)], "spread", keepdims=1)
        count = graph.weight("count", np.array(length - 1, np.float32))
        variance = graph.node("Div", [spread, count], "variance")
        deviation = graph.node("Sqrt", [variance], "deviation")
        return graph.node("Concat", [mean, deviation], "statistics", axis=1)

    def _planes(self, end: str, name: str, *, strides: int = 1, relu: bool = True) -> str:
        """A convolution over bands and time with its normalisation."""
        inputs = 1 if name == "head" else _PLANES
        weight = self._graph.weight(f"{name}.weight", self._take(_PLANES, inputs, 3, 3))
        made = self._graph.node(
            "Conv", [end, weight], name, pads=[1, 1, 1, 1], strides=[strides, 1]
        )
        return self._normal(made, f"{name}.normal", _PLANES, relu=relu)

    def _residual(self, end: str, name: str, strides: int, *, shortcut: bool) -> str:
        made = self._planes(end, f"{name}.first", strides=strides)
        made = self._planes(made, f"{name}.second", relu=False)
        if shortcut:
            weight = self._graph.weight(f"{name}.short.weight", self._take(_PLANES, _PLANES, 1, 1))
            end = self._graph.node("Conv", [end, weight], f"{name}.short", strides=[strides, 1])
            end = self._normal(end, f"{name}.short.normal", _PLANES, relu=False)
        summed = self._graph.node("Add", [made, end], f"{name}.sum")
        return self._graph.node("Relu", [summed], f"{name}.out")

    def _dense(self, end: str, name: str, channels: int, dilation: int) -> str:
        """One layer of a dense block: what is heard here, weighed by what is heard around."""
        graph, length = self._graph, FRAMES // 2
        made = self._normal(end, f"{name}.normal", channels)
        made = self._line(made, f"{name}.narrow", _BOTTLENECK, channels)
        made = self._normal(made, f"{name}.narrow.normal", _BOTTLENECK)
        local = self._line(made, f"{name}.local", _GROWTH, _BOTTLENECK, kernel=3, dilation=dilation)
        parts = self._reshape(made, f"{name}.parts", [0, _BOTTLENECK, _SEGMENTS, _SEGMENT])
        segment = graph.node("ReduceMean", [parts], f"{name}.segment", axes=[3], keepdims=0)
        whole = graph.node("ReduceMean", [made], f"{name}.whole", axes=[2], keepdims=1)
        context = graph.node("Add", [segment, whole], f"{name}.context")
        half = _BOTTLENECK // 2
        context = self._line(context, f"{name}.squeeze", half, _BOTTLENECK, bias=True)
        context = graph.node("Relu", [context], f"{name}.squeezed")
        context = self._line(context, f"{name}.weigh", _GROWTH, half, bias=True)
        mask = graph.node("Sigmoid", [context], f"{name}.mask")
        mask = graph.node("Unsqueeze", [mask, self._axes(3)], f"{name}.mask.wide")
        local = self._reshape(local, f"{name}.local.parts", [0, _GROWTH, _SEGMENTS, _SEGMENT])
        weighed = graph.node("Mul", [local, mask], f"{name}.weighed")
        return self._reshape(weighed, f"{name}.out", [0, _GROWTH, length])

    def _line(
        self,
        end: str,
        name: str,
        outputs: int,
        inputs: int,
        *,
        kernel: int = 1,
        strides: int = 1,
        dilation: int = 1,
        bias: bool = False,
    ) -> str:
        """A convolution over time."""
        names = [
            end, self._graph.weight(f"{name}.weight", self._take(outputs, inputs, kernel))
        ]  # fmt: skip
        if bias:
            names.append(self._graph.weight(f"{name}.bias", self._take(outputs)))
        pad = (kernel - 1) // 2 * dilation
        return self._graph.node(
            "Conv", names, name, pads=[pad, pad], strides=[strides], dilations=[dilation]
        )

    def _normal(self, end: str, name: str, channels: int, *, relu: bool = True) -> str:
        """A batch normalisation, as it was left after training."""
        names = self._statistics(name, channels)
        made = self._graph.node("BatchNormalization", [end, *names], name)
        return self._graph.node("Relu", [made], f"{name}.relu") if relu else made

    def _statistics(self, name: str, channels: int, *, scaled: bool = True) -> list[str]:
        """Scale, shift, mean and variance; without scale they are one and nothing."""
        one = np.ones(channels, np.float32)
        values = [self._take(channels), self._take(channels)] if scaled else [one, 0 * one]
        values += [self._take(channels), self._take(channels)]
        # how many batches it has seen: of no use
        self._next()
        words = ("scale", "shift", "mean", "variance")
        return [
            self._graph.weight(f"{name}.{word}", value)
            for word, value in zip(words, values, strict=True)
        ]

    def _reshape(self, end: str, name: str, shape: list[int]) -> str:
        wanted = self._graph.weight(f"{name}.shape", np.array(shape, np.int64))
        return self._graph.node("Reshape", [end, wanted], name)

    def _axes(self, axis: int) -> str:
        return self._graph.weight(f"axis{axis}", np.array([axis], np.int64))

    def _take(self, *shape: int) -> NDArray[np.float32]:
        """The next tensor."""
        data = self._next()
        if len(data) != 4 * int(np.prod(shape)):
            raise ModelContractError(f"tensor {self._taken - 1} has not the shape {shape}")
        return np.frombuffer(data, "<f4").reshape(shape).astype(np.float32)

    def _next(self) -> bytes:
        if self._taken == len(self._names):
            raise ModelContractError("the checkpoint holds less than the network that is known")
        data = self._archive.read(self._names[self._taken])
        self._taken += 1
        return data


def _listed(archive: zipfile.ZipFile) -> list[str]:
    """The files of tensors in the order in which the pickle names them."""
    held = set(archive.namelist())
    # genops reads opcodes and their arguments; it makes no object and calls nothing
    words = (word for _, word, _ in pickletools.genops(archive.read("archive/data.pkl")))
    names = (f"{_FOLDER}{word}" for word in words if isinstance(word, str))
    return [name for name in dict.fromkeys(names) if name in held]
