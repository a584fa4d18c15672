"""The speaker encoder of Resemblyzer, made into ONNX without PyTorch.

The published file is a checkpoint in PyTorch's old form: pickles, then every storage as a count of
eight bytes and its numbers. The pickles are stepped over and never run: in a file whose hash is
known, the storages lie where they lie.

The three recurrent layers share one storage, laid out for a graphics card: for each layer the
weights of inputs and of states, then for each layer both biases. Its gates are in the order input,
forget, cell, output; ONNX has input, output, forget, cell.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.convert._graph import GraphWriter

Weights = NDArray[np.float32]

_START = 6667
"""Byte where the storages begin: behind the last pickle."""
_BANDS, _SIZE, _LAYERS = 40, 256, 3
_RECURRENT = 4 * _SIZE * (_BANDS + _SIZE + (_LAYERS - 1) * 2 * _SIZE + _LAYERS * 2)
_STORAGES = (1, 1, _SIZE, _SIZE * _SIZE, _RECURRENT)
"""How many numbers the first storages have: two scores, bias and weights of the last layer, and all
that is recurrent. What the training left behind follows them."""
_GATES = (0, 3, 1, 2)


def convert(parts: list[bytes]) -> bytes:
    """Mel energies (n, frames, 40) to one vector of length 1 for each row: (n, 256)."""
    _, _, bias, dense, recurrent = _storages(parts[0])
    graph = GraphWriter("ge2e")
    graph.input("mels", np.float32, ["n", "frames", _BANDS])
    graph.output("embedding", np.float32, ["n", _SIZE])
    end = graph.node("Transpose", ["mels"], "steps", perm=[1, 0, 2])
    weights, biases = np.split(recurrent, [_RECURRENT - _LAYERS * 8 * _SIZE])
    at = 0
    for layer in range(_LAYERS):
        names = [end]
        for what, columns in (("inputs", _BANDS if layer == 0 else _SIZE), ("states", _SIZE)):
            count = 4 * _SIZE * columns
            values = weights[at : at + count].reshape(4, _SIZE, columns)[list(_GATES)]
            at += count
            names.append(
                graph.weight(f"layer{layer}.{what}", values.reshape(1, 4 * _SIZE, columns))
            )
        both = biases[layer * 8 * _SIZE :][: 8 * _SIZE].reshape(2, 4, _SIZE)[:, list(_GATES)]
        names.append(graph.weight(f"layer{layer}.bias", both.reshape(1, 8 * _SIZE)))
        sequence = graph.node("LSTM", names, f"layer{layer}", hidden_size=_SIZE)
        axis = graph.weight("direction", np.array([1], np.int64))
        end = graph.node("Squeeze", [sequence, axis], f"layer{layer}.steps")
    last = graph.weight("last", np.array(-1, np.int64))
    state = graph.node("Gather", [end, last], "state", axis=0)
    turned = np.ascontiguousarray(dense.reshape(_SIZE, _SIZE).T)
    product = graph.node("MatMul", [state, graph.weight("dense", turned)], "product")
    summed = graph.node("Add", [product, graph.weight("dense.bias", bias)], "summed")
    positive = graph.node("Relu", [summed], "positive")
    graph.node("LpNormalization", [positive], "embedding", axis=1, p=2)
    return graph.to_bytes()


def _storages(data: bytes) -> list[Weights]:
    try:
        return list(_read(data))
    except (struct.error, ValueError) as error:
        raise ModelContractError("this is not the checkpoint that is known here") from error


def _read(data: bytes) -> Iterator[Weights]:
    at = _START
    for wanted in _STORAGES:
        (count,) = struct.unpack_from("<q", data, at)
        if count != wanted:
            raise ValueError(f"a storage of {count} numbers, not {wanted}")
        yield np.frombuffer(data, "<f4", count, at + 8).astype(np.float32)
        at += 8 + 4 * count
