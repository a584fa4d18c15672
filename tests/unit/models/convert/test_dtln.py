from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from passante.core.errors import ModelContractError
from passante.models.convert import dtln

RNG = np.random.default_rng(0)


def drawn(*shape: int) -> np.ndarray:
    return RNG.normal(0, 0.1, shape).astype(np.float32)


MASK = {
    "lstm_4_W": drawn(1, 512, 257), "lstm_4_R": drawn(1, 512, 128), "lstm_4_B": drawn(1, 1024),
    "lstm_5_W": drawn(1, 512, 128), "lstm_5_R": drawn(1, 512, 128), "lstm_5_B": drawn(1, 1024),
    "dense_2/kernel:0": drawn(128, 257), "dense_2/bias:0": drawn(257),
}  # fmt: skip

ROOT = "model_2/"
NORM = ROOT + "instant_layer_normalization_1/"
REFINE = {
    "conv1d_2/kernel:0": drawn(256, 512, 1), "conv1d_3/kernel:0": drawn(512, 256, 1),
    NORM + "add/y:0": np.array(1e-7, np.float32),
    NORM + "mul/ReadVariableOp/resource:0": drawn(256),
    NORM + "add_1/ReadVariableOp/resource:0": drawn(256),
    ROOT + "lstm_6/MatMul/ReadVariableOp/resource:0": drawn(256, 512),
    ROOT + "lstm_6/MatMul_1/ReadVariableOp/resource:0": drawn(128, 512),
    ROOT + "lstm_6/BiasAdd/ReadVariableOp/resource:0": drawn(512),
    ROOT + "lstm_7/MatMul/ReadVariableOp/resource:0": drawn(128, 512),
    ROOT + "lstm_7/MatMul_1/ReadVariableOp/resource:0": drawn(128, 512),
    ROOT + "lstm_7/BiasAdd/ReadVariableOp/resource:0": drawn(512),
    ROOT + "dense_3/Tensordot/Reshape_1:0": drawn(128, 256),
    ROOT + "dense_3/BiasAdd/ReadVariableOp/resource:0": drawn(256),
}  # fmt: skip


def file(weights: dict[str, np.ndarray]) -> bytes:
    graph = onnx.GraphProto(name="published")
    for name, values in weights.items():
        graph.initializer.append(onnx.numpy_helper.from_array(values, name))
    return onnx.ModelProto(graph=graph).SerializeToString()


def squashed(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def lstm(rows: np.ndarray, w: np.ndarray, r: np.ndarray, b: np.ndarray, order: str) -> np.ndarray:
    hidden, cell, made = np.zeros(128), np.zeros(128), []
    for row in rows:
        gates = dict(zip(order, np.split(w @ row + r @ hidden + b, 4), strict=True))
        cell = squashed(gates["f"]) * cell + squashed(gates["i"]) * np.tanh(gates["c"])
        hidden = squashed(gates["o"]) * np.tanh(cell)
        made.append(hidden)
    return np.stack(made)


def masked_by_hand(rows: np.ndarray) -> np.ndarray:
    for k in (4, 5):
        bias = MASK[f"lstm_{k}_B"][0].reshape(2, -1).sum(0)
        rows = lstm(rows, MASK[f"lstm_{k}_W"][0], MASK[f"lstm_{k}_R"][0], bias, "iofc")
    return squashed(rows @ MASK["dense_2/kernel:0"] + MASK["dense_2/bias:0"])


def refined_by_hand(rows: np.ndarray) -> np.ndarray:
    code = rows @ REFINE["conv1d_2/kernel:0"][:, :, 0].T
    spread = np.sqrt(code.var(axis=1, keepdims=True) + 1e-7)
    steps = (code - code.mean(axis=1, keepdims=True)) / spread
    steps = steps * REFINE[NORM + "mul/ReadVariableOp/resource:0"]
    steps = steps + REFINE[NORM + "add_1/ReadVariableOp/resource:0"]
    for k in (6, 7):
        w, r, b = (
            REFINE[f"{ROOT}lstm_{k}/{part}/ReadVariableOp/resource:0"]
            for part in ("MatMul", "MatMul_1", "BiasAdd")
        )
        steps = lstm(steps, w.T, r.T, b, "ifco")
    kernel = REFINE[ROOT + "dense_3/Tensordot/Reshape_1:0"]
    share = squashed(steps @ kernel + REFINE[ROOT + "dense_3/BiasAdd/ReadVariableOp/resource:0"])
    return (code * share) @ REFINE["conv1d_3/kernel:0"][:, :, 0].T


def run(data: bytes, name: str, rows: np.ndarray, sizes: list[int]) -> np.ndarray:
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    memory, made = np.zeros((4, 1, 1, 128), np.float32), []
    for part in np.split(rows, np.cumsum(sizes)[:-1]):
        out, memory = session.run(None, {name: part, "memory": memory})
        made.append(out)
    return np.concatenate(made)


@pytest.mark.parametrize("sizes", [[7], [4, 3], [1] * 7])
def test_the_mask_is_what_its_maker_defines_however_many_windows_a_run_takes(
    sizes: list[int],
) -> None:
    rows = np.abs(drawn(7, 257))
    made = run(dtln.mask([file(MASK)]), "magnitudes", rows, sizes)
    np.testing.assert_allclose(made, masked_by_hand(rows), atol=1e-5)


@pytest.mark.parametrize("sizes", [[6], [2, 4]])
def test_the_voice_is_what_its_maker_defines(sizes: list[int]) -> None:
    rows = drawn(6, 512)
    made = run(dtln.refine([file(REFINE)]), "windows", rows, sizes)
    np.testing.assert_allclose(made, refined_by_hand(rows), atol=1e-4)


def test_the_same_file_gives_the_same_bytes() -> None:
    assert dtln.mask([file(MASK)]) == dtln.mask([file(MASK)])
    assert dtln.refine([file(REFINE)]) == dtln.refine([file(REFINE)])


def test_another_network_is_refused() -> None:
    with pytest.raises(ModelContractError, match="DTLN has no weights"):
        dtln.mask([file(REFINE)])
