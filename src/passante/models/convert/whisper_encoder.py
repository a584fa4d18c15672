"""The encoder of a Whisper model, made into ONNX from the file that CTranslate2 reads.

That file is a list of named arrays: a version, a name and a revision, a count, then for each its
name, its shape, its type and its bytes. Of a Whisper model everything that turns sound into
features is taken and nothing that turns features into words: what is left cannot write a text.
Windows are short here, so only the first of the position codes are kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.convert._graph import GraphWriter

MELS, FRAMES, SIZE = 80, 160, 384
"""Mel bands; frames of 10 ms of a window, and numbers for every two of them."""
_LAYERS, _HEADS = 4, 6
_TYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}

Arrays = dict[str, NDArray[np.float32]]


def convert(parts: list[bytes]) -> bytes:
    """Log-mel windows (n, 80, 160) to features of every 20 ms (n, 80, 384)."""
    arrays = {
        name.removeprefix("encoder/"): values.astype(np.float32)
        for name, values in _arrays(parts[0])
        if name.startswith("encoder/")
    }
    if arrays.get("conv1/weight", np.zeros(0)).shape != (SIZE, MELS, 3):
        raise ModelContractError("this is no Whisper encoder of 384 features")
    net = _Net(arrays)
    net.graph.input("mels", np.float32, ["n", MELS, FRAMES])
    net.graph.output("features", np.float32, ["n", FRAMES // 2, SIZE])
    one = net.gelu(net.conv("mels", "conv1", 1))
    two = net.gelu(net.conv(one, "conv2", 2))
    turned = net.graph.node("Transpose", [two], "frames", perm=[0, 2, 1])
    places = arrays["position_encodings/encodings"][: FRAMES // 2]
    at = net.graph.node("Add", [turned, net.graph.weight("places", places)], "placed")
    for layer in range(_LAYERS):
        at = net.layer(at, f"layer_{layer}")
    net.norm(at, "layer_norm", "features")
    return net.graph.to_bytes()


class _Net:
    """Writes the parts of a transformer encoder."""

    def __init__(self, arrays: Arrays) -> None:
        self.graph = GraphWriter("whisper-encoder")
        self._arrays = arrays

    def conv(self, source: str, name: str, stride: int) -> str:
        weights = [
            self.graph.weight(f"{name}.{kind}", self._arrays[f"{name}/{kind}"])
            for kind in ("weight", "bias")
        ]
        return self.graph.node(
            "Conv", [source, *weights], name, strides=[stride], pads=[1, 1], kernel_shape=[3]
        )

    def linear(self, source: str, name: str) -> str:
        weight = np.ascontiguousarray(self._arrays[f"{name}/weight"].T)
        product = self.graph.node(
            "MatMul", [source, self.graph.weight(f"{name}.w", weight)], f"{name}.product"
        )
        bias = self.graph.weight(f"{name}.b", self._arrays[f"{name}/bias"])
        return self.graph.node("Add", [product, bias], name)

    def norm(self, source: str, name: str, output: str) -> str:
        weights = [
            self.graph.weight(f"{name}.{kind}", self._arrays[f"{name}/{kind}"])
            for kind in ("gamma", "beta")
        ]
        return self.graph.node("LayerNormalization", [source, *weights], output, axis=-1)

    def gelu(self, source: str) -> str:
        graph = self.graph
        root = graph.weight("root 2", np.array(np.sqrt(2), np.float32))
        one = graph.weight("one", np.array(1, np.float32))
        half = graph.weight("half", np.array(0.5, np.float32))
        part = graph.node("Div", [source, root], f"{source}.scaled")
        part = graph.node("Erf", [part], f"{source}.erf")
        part = graph.node("Add", [part, one], f"{source}.raised")
        part = graph.node("Mul", [source, part], f"{source}.gated")
        return graph.node("Mul", [part, half], f"{source}.gelu")

    def layer(self, source: str, name: str) -> str:
        graph = self.graph
        calm = self.norm(source, f"{name}/self_attention/layer_norm", f"{name}.calm")
        three = self.linear(calm, f"{name}/self_attention/linear_0")
        shape = graph.weight("apart", np.array([0, 0, 3, _HEADS, SIZE // _HEADS], np.int64))
        apart = graph.node("Reshape", [three, shape], f"{name}.apart")
        turned = graph.node("Transpose", [apart], f"{name}.heads", perm=[2, 0, 3, 1, 4])
        query, key, value = (
            graph.node(
                "Gather", [turned, graph.weight(f"pick {at}", np.array(at, np.int64))],
                f"{name}.part{at}", axis=0,
            )
            for at in range(3)
        )  # fmt: skip
        key = graph.node("Transpose", [key], f"{name}.key", perm=[0, 1, 3, 2])
        match = graph.node("MatMul", [query, key], f"{name}.match")
        scale = graph.weight("scale", np.array((SIZE // _HEADS) ** -0.5, np.float32))
        match = graph.node("Mul", [match, scale], f"{name}.scaled")
        share = graph.node("Softmax", [match], f"{name}.share", axis=-1)
        mixed = graph.node("MatMul", [share, value], f"{name}.mixed")
        mixed = graph.node("Transpose", [mixed], f"{name}.back", perm=[0, 2, 1, 3])
        whole = graph.weight("whole", np.array([0, 0, SIZE], np.int64))
        mixed = graph.node("Reshape", [mixed, whole], f"{name}.joined")
        heard = self.linear(mixed, f"{name}/self_attention/linear_1")
        middle = graph.node("Add", [source, heard], f"{name}.middle")
        calm = self.norm(middle, f"{name}/ffn/layer_norm", f"{name}.calm2")
        wide = self.gelu(self.linear(calm, f"{name}/ffn/linear_0"))
        thought = self.linear(wide, f"{name}/ffn/linear_1")
        return graph.node("Add", [middle, thought], f"{name}.end")


# Any type of number: that of the file.
def _arrays(data: bytes) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Every array of the file by its name."""
    try:
        at = 4
        _, at = _word(data, at)
        (count,) = struct.unpack_from("<I", data, at + 4)
        at += 8
        for _ in range(count):
            name, at = _word(data, at)
            rank = data[at]
            shape = struct.unpack_from(f"<{rank}I", data, at + 1)
            at += 1 + 4 * rank
            kind, size = struct.unpack_from("<BI", data, at)
            at += 5
            yield name, np.frombuffer(data[at : at + size], _TYPES[kind]).reshape(shape)
            at += size
    except (struct.error, IndexError, KeyError, UnicodeDecodeError, ValueError) as error:
        raise ModelContractError("this is no file of CTranslate2, version 6") from error


def _word(data: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it and a zero at its end, and where it ends."""
    (size,) = struct.unpack_from("<H", data, at)
    return data[at + 2 : at + 1 + size].decode(), at + 2 + size
