"""YAMNet and what is made of it: convolutions in a row, the mean over the map, a dense layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from passante.models.convert import yamnet
from passante.models.convert._graph import GraphWriter, weights_of
from passante.models.convert.yamnet import BANDS, CLASSES, EMBEDDING, FRAMES, Layer

Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """A network of the form of YAMNet."""

    layers: tuple[Layer, ...]
    """The first convolution, then depthwise and pointwise ones in turn."""
    dense: Weights
    """(1024, 521)."""
    bias: Weights
    """(521,)."""
    code: int = 0
    """How many numbers stand between the embedding and the classes; 0 for none."""


def read(data: bytes) -> Chain:
    """The chain of the ONNX file of YAMNet."""
    graph = onnx.load_model_from_string(data).graph
    weights = weights_of(graph)
    layers = []
    for node in graph.node:
        if node.op_type == "Conv":
            settings = {one.name: one for one in node.attribute}
            stride, group = int(settings["strides"].ints[0]), int(settings["group"].i)
            weight, bias = (weights[name].astype(np.float32) for name in node.input[1:])
            layers.append(Layer(node.name, weight, bias, stride, group))
    return Chain(
        tuple(layers),
        weights["dense.weight"].astype(np.float32),
        weights["dense.bias"].astype(np.float32),
    )


def write(chain: Chain, moments: NDArray[np.float64] | None = None) -> bytes:
    """Its ONNX file.

    Args:
        chain: What to write.
        moments: (1024, 1024), of the embedding: where the chain has a code, the dense layer is
            written as two, so that what is lost of the classes is least for such embeddings.
    """
    graph = GraphWriter("tagger")
    graph.input("patches", np.float32, ["n", FRAMES, BANDS])
    graph.output("logits", np.float32, ["n", CLASSES])
    graph.output("embedding", np.float32, ["n", EMBEDDING])
    shape = graph.weight("plane", np.array([-1, 1, FRAMES, BANDS], np.int64))
    end = graph.node("Reshape", ["patches", shape], "planes")
    for layer in chain.layers:
        weights = [
            graph.weight(f"{layer.name}.weight", layer.weight),
            graph.weight(f"{layer.name}.bias", layer.bias),
        ]
        end = yamnet.convolution(graph, layer, [end, *weights])
        end = graph.node("Relu", [end], f"{layer.name}.relu")
    if not chain.code:
        yamnet.finish(graph, end, chain.dense, chain.bias)
        return graph.to_bytes()
    assert moments is not None
    into, out = halved(chain.dense, moments, chain.code)
    mean = graph.node("GlobalAveragePool", [end], "mean")
    graph.node("Flatten", [mean], "embedding", axis=1)
    nothing = graph.weight("code.bias", np.zeros(chain.code, np.float32))
    code = graph.node("Gemm", ["embedding", graph.weight("code.weight", into), nothing], "code")
    last = [graph.weight("dense.weight", out), graph.weight("dense.bias", chain.bias)]
    graph.node("Gemm", [code, *last], "logits")
    return graph.to_bytes()


def halved(dense: Weights, moments: NDArray[np.float64], rank: int) -> tuple[Weights, Weights]:
    """(n, rank) and (rank, m) whose product does what (n, m) does, nearest for such inputs."""
    extra = 1e-4 * np.trace(moments) / len(moments)
    values, vectors = np.linalg.eigh(moments + extra * np.eye(len(moments)))
    root = (vectors * np.sqrt(values)) @ vectors.T
    back = (vectors / np.sqrt(values)) @ vectors.T
    u, s, v = np.linalg.svd(root @ dense, full_matrices=False)
    into = back @ (u[:, :rank] * np.sqrt(s[:rank]))
    return into.astype(np.float32), (np.sqrt(s[:rank])[:, None] * v[:rank]).astype(np.float32)


# Any: torch has no types where it is not installed.
def convolved(layer: Layer, x: Any, weights: tuple[Any, Any] | None = None) -> Any:
    """What a layer gives before rectification, with its own weights and biases or with these."""
    import torch  # noqa: PLC0415 - an extra

    weight, bias = weights or (torch.from_numpy(layer.weight), torch.from_numpy(layer.bias))
    side = layer.weight.shape[2]
    padding = 1 if side == 3 and layer.stride == 1 else 0
    if side == 3 and layer.stride == 2:
        x = torch.nn.functional.pad(x, (0, 1, 0, 1))
    return torch.nn.functional.conv2d(x, weight, bias, layer.stride, padding, groups=layer.group)


class Network:
    """A chain run by torch, channels last; its weights move where it learns."""

    def __init__(self, chain: Chain, *, learns: bool = False) -> None:
        import torch  # noqa: PLC0415 - an extra

        self._torch: Any = torch
        self.chain = chain
        self.rounding: Any = None
        self.weights = []
        for layer in chain.layers:
            for values in (layer.weight, layer.bias):
                given = torch.from_numpy(values.copy())
                if values.ndim == 4:
                    given = given.contiguous(memory_format=torch.channels_last)
                self.weights.append(given.requires_grad_(learns))

    def run(
        self, patches: Any, wanted: Sequence[int] = (), *, still: int = 0
    ) -> tuple[Any, dict[int, Any]]:
        """The embedding (n, 1024) of (n, 96, 64), and what the layers of these numbers give.

        The first `still` layers do not learn.
        """
        torch = self._torch
        x = patches[:, None].contiguous(memory_format=torch.channels_last)
        kept = {}
        for number, layer in enumerate(self.chain.layers):
            weight, bias = self.weights[2 * number], self.weights[2 * number + 1]
            if number < still:
                weight, bias = weight.detach(), bias.detach()
            if self.rounding is not None:
                weight = self.rounding.weight(weight)
            x = torch.relu(convolved(layer, x, (weight, bias)))
            if self.rounding is not None:
                x = self.rounding.result(number, x)
            if number in wanted:
                kept[number] = x
        return x.mean(dim=(2, 3)), kept

    def learnt(self, weights: Sequence[Any] | None = None) -> Chain:
        """The chain with the weights as they are now, or with these."""
        given = self.weights if weights is None else weights
        arrays = [np.ascontiguousarray(one.detach().numpy()) for one in given]
        layers = [
            replace(layer, weight=arrays[2 * number], bias=arrays[2 * number + 1])
            for number, layer in enumerate(self.chain.layers)
        ]
        return replace(self.chain, layers=tuple(layers))
