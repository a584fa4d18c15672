"""DTLN's two networks, made to take several windows in one run.

As published each run takes one window of 32 ms, and the next window starts 8 ms later: most of the
time goes into starting runs and fetching weights. Here the windows of a run stand in a row, and
the recurrent layers go through them; the numbers are the same but for the order of additions.

What the networks remember is (4, 1, 1, 128): of each recurrent layer its state, then its cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.convert._graph import GraphWriter, weights_of

Weights = NDArray[np.float32]

_BINS, _WINDOW, _CODE, _SIZE = 257, 512, 256, 128
_KEPT = 4
_GATES = (0, 3, 1, 2)
"""Keras has input, forget, cell, output; ONNX has input, output, forget, cell."""


def mask(parts: list[bytes]) -> bytes:
    """Magnitudes (n, 257) to the share of each that is voice."""
    found = _weights(parts[0])
    graph = GraphWriter("dtln-mask")
    graph.input("magnitudes", np.float32, ["n", _BINS])
    _remember(graph)
    graph.output("share", np.float32, ["n", _BINS])
    graph.output("memory_out", np.float32, [_KEPT, 1, 1, _SIZE])
    layers = [tuple(_taken(found, f"lstm_{k}_{what}") for what in "WRB") for k in (4, 5)]
    end = _recurrent(graph, "magnitudes", layers)
    _dense(graph, end, _taken(found, "dense_2/kernel:0"), _taken(found, "dense_2/bias:0"), "share")
    return graph.to_bytes()


def refine(parts: list[bytes]) -> bytes:
    """Masked windows (n, 512) to what each adds to the voice."""
    found = _weights(parts[0])
    graph = GraphWriter("dtln-refine")
    graph.input("windows", np.float32, ["n", _WINDOW])
    _remember(graph)
    graph.output("voice", np.float32, ["n", _WINDOW])
    graph.output("memory_out", np.float32, [_KEPT, 1, 1, _SIZE])
    turned = np.ascontiguousarray(_taken(found, "conv1d_2/kernel:0")[:, :, 0].T)
    code = graph.node("MatMul", ["windows", graph.weight("code.in", turned)], "code")
    layers = []
    for name in ("lstm_6", "lstm_7"):
        root = f"model_2/{name}/"
        inputs = _taken(found, root + "MatMul/ReadVariableOp/resource:0").T
        states = _taken(found, root + "MatMul_1/ReadVariableOp/resource:0").T
        bias = _taken(found, root + "BiasAdd/ReadVariableOp/resource:0")
        zeros = np.zeros_like(bias)
        layers.append(
            (_gates(inputs)[None], _gates(states)[None], np.append(_gates(bias), zeros)[None])
        )
    end = _recurrent(graph, _normalised(graph, code, found), layers)
    root = "model_2/dense_3/"
    kernel = _taken(found, root + "Tensordot/Reshape_1:0")
    bias = _taken(found, root + "BiasAdd/ReadVariableOp/resource:0")
    share = _dense(graph, end, kernel, bias, "share")
    kept = graph.node("Mul", [code, share], "kept")
    turned = np.ascontiguousarray(_taken(found, "conv1d_3/kernel:0")[:, :, 0].T)
    graph.node("MatMul", [kept, graph.weight("code.out", turned)], "voice")
    return graph.to_bytes()


def _weights(data: bytes) -> dict[str, NDArray[Any]]:
    return weights_of(onnx.load_model_from_string(data).graph)


def _taken(found: Mapping[str, NDArray[Any]], name: str) -> Weights:
    if name not in found:
        raise ModelContractError(f"DTLN has no weights called {name}")
    return found[name].astype(np.float32)


def _gates(rows: Weights) -> Weights:
    """Rows in the order of Keras, in that of ONNX."""
    parts = np.split(rows, 4)
    return np.concatenate([parts[place] for place in _GATES])


def _remember(graph: GraphWriter) -> None:
    graph.input("memory", np.float32, [_KEPT, 1, 1, _SIZE])


def _recurrent(graph: GraphWriter, rows: str, layers: Sequence[tuple[Weights, ...]]) -> str:
    """(n, k) through both layers: (n, 128)."""
    first = graph.weight("axis", np.array([0], np.int64))
    middle = graph.weight("direction", np.array([1], np.int64))
    both = graph.weight("directions", np.array([1, 2], np.int64))
    pieces = graph.nodes("Split", ["memory"], [f"kept{at}" for at in range(_KEPT)], axis=0)
    states = [graph.node("Squeeze", [piece, first], f"{piece}.in") for piece in pieces]
    kept = []
    for at, weights in enumerate(layers):
        names = [
            graph.weight(f"layer{at}.{what}", values)
            for what, values in zip(("inputs", "states", "bias"), weights, strict=True)
        ]
        steps = graph.node("Unsqueeze", [rows, middle], f"layer{at}.steps")
        made = graph.nodes(
            "LSTM",
            [steps, *names, "", states[2 * at], states[2 * at + 1]],
            [f"layer{at}", f"layer{at}.state", f"layer{at}.cells"],
            hidden_size=_SIZE,
        )
        rows = graph.node("Squeeze", [made[0], both], f"layer{at}.rows")
        kept += [graph.node("Unsqueeze", [state, first], f"{state}.out") for state in made[1:]]
    graph.node("Concat", kept, "memory_out", axis=0)
    return rows


def _dense(graph: GraphWriter, rows: str, kernel: Weights, bias: Weights, name: str) -> str:
    product = graph.node("MatMul", [rows, graph.weight("dense", kernel)], "product")
    summed = graph.node("Add", [product, graph.weight("dense.bias", bias)], "summed")
    return graph.node("Sigmoid", [summed], name)


def _normalised(graph: GraphWriter, rows: str, found: Mapping[str, NDArray[Any]]) -> str:
    """Every row with mean 0 and deviation 1, then scaled and shifted as learned."""
    root = "model_2/instant_layer_normalization_1/"
    small = _taken(found, root + "add/y:0").reshape(1)
    scale = _taken(found, root + "mul/ReadVariableOp/resource:0")
    shift = _taken(found, root + "add_1/ReadVariableOp/resource:0")
    mean = graph.node("ReduceMean", [rows], "mean", axes=[-1])
    centred = graph.node("Sub", [rows, mean], "centred")
    squared = graph.node("Mul", [centred, centred], "squared")
    spread = graph.node("ReduceMean", [squared], "variance", axes=[-1])
    lifted = graph.node("Add", [spread, graph.weight("small", small)], "lifted")
    root_ = graph.node("Sqrt", [lifted], "deviation")
    divided = graph.node("Div", [centred, root_], "divided")
    scaled = graph.node("Mul", [divided, graph.weight("scale", scale)], "scaled")
    return graph.node("Add", [scaled, graph.weight("shift", shift)], "normalised")
