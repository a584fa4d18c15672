"""What a network costs before anything has run: multiplications, weights, kernels."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnxruntime as ort

from passante.core.errors import ModelContractError
from passante.models.convert.network import Graph

_CONVOLUTIONS = ("Conv", "FusedConv", "ConvInteger", "NhwcFusedConv")
_INTEGER = ("QLinearConv", "QGemm", "QLinearMatMul", "NhwcMaxPool")


@dataclass(frozen=True, slots=True)
class Fusion:
    """What ONNX Runtime makes of a network in integers when it loads it.

    The share of layers that became integer kernels tells beforehand whether it will be faster.
    """

    whole: int
    """Layers with an integer kernel."""
    layers: int
    trips: int
    """Rounding and reading nodes that are left: each is a pass over a tensor."""

    @property
    def share(self) -> float:
        """Layers in integers over all layers; 0 where there are none."""
        return self.whole / self.layers if self.layers else 0.0


def multiplications(graph: Graph, sizes: Mapping[str, tuple[int, ...]]) -> int:
    """Multiply-accumulates of one run at these input shapes; those of layers with weights.

    Convolutions and products of matrices are counted, in floating point or in integers.
    """
    shapes = _shapes(graph, sizes)
    sources = {name: _source(graph, name) for node in graph.nodes for name in node.inputs}
    total = 0
    for node in graph.nodes:
        if node.op not in ("Conv", "ConvTranspose", "Gemm", "MatMul"):
            continue
        weight = shapes.get(sources.get(node.inputs[1], node.inputs[1]), ())
        places = shapes.get(node.inputs[0] if node.op == "ConvTranspose" else node.outputs[0], ())
        if not all(isinstance(n, int) for n in (*weight, *places)) or not weight or not places:
            continue
        sides = [int(n) for n in weight]
        at = [int(n) for n in places]
        if node.op in ("Conv", "ConvTranspose"):
            total += math.prod(sides) * at[0] * math.prod(at[2:])
        else:
            deep = sides[1] if node.op == "Gemm" and node.attributes.get("transB") else sides[-2]
            total += math.prod(at) * deep
    return total


def held(graph: Graph, sizes: Mapping[str, tuple[int, ...]]) -> dict[str, int]:
    """Node -> how many numbers it reads and gives in one run at these shapes, weights apart."""
    shapes = _shapes(graph, sizes)

    def numbers(name: str) -> int:
        sides = shapes.get(name, ())
        known = name not in graph.constants and all(isinstance(side, int) for side in sides)
        return math.prod(int(side) for side in sides) if known and sides else 0

    return {
        node.name: sum(numbers(name) for name in (*node.inputs, *node.outputs))
        for node in graph.nodes
    }


def parameters(graph: Graph) -> int:
    """How many weights there are."""
    return sum(values.size for values in graph.constants.values() if values.ndim > 1)


def fusion(data: bytes) -> Fusion:
    """What ONNX Runtime makes of a network on this machine.

    Raises:
        ModelContractError: It cannot run it.
    """
    with tempfile.TemporaryDirectory(prefix="passante-fusion-") as folder:
        path = Path(folder) / "optimised.onnx"
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        options.optimized_model_filepath = str(path)
        try:
            ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
            counts = Counter(node.op_type for node in onnx.load(str(path)).graph.node)
        except Exception as error:
            raise ModelContractError(f"ONNX Runtime cannot run this network: {error}") from error
    whole = sum(counts[op] for op in _INTEGER)
    left = sum(counts[op] for op in (*_CONVOLUTIONS, "Gemm", "FusedGemm", "MatMul"))
    return Fusion(whole, whole + left, counts["QuantizeLinear"] + counts["DequantizeLinear"])


def _shapes(graph: Graph, sizes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int | str, ...]]:
    fixed = graph.copy()
    for value in fixed.inputs:
        value.shape = sizes.get(value.name, value.shape)
    for value in fixed.outputs:
        value.shape = None
    return fixed.shapes()


def _source(graph: Graph, name: str) -> str:
    """The constant behind a tensor that is only read from integers; else the tensor itself."""
    node = next((n for n in graph.nodes if n.op == "DequantizeLinear" and name in n.outputs), None)
    return node.inputs[0] if node and node.inputs[0] in graph.constants else name
