from __future__ import annotations

import struct

import numpy as np
import onnxruntime as ort
import pytest

from passante.core.errors import ModelContractError
from passante.models.convert import ge2e


def checkpoint(storages: list[np.ndarray]) -> bytes:
    data = bytes(ge2e._START)
    for values in storages:
        data += struct.pack("<q", values.size) + values.astype("<f4").tobytes()
    return data + b"left behind by the training"


def storages() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.normal(0, 0.1, count).astype(np.float32) for count in ge2e._STORAGES]


def by_hand(given: list[np.ndarray], mels: np.ndarray) -> np.ndarray:
    """The network as its maker defines it: gates in the order input, forget, cell, output."""
    _, _, bias, dense, flat = given

    def squashed(values: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-values))

    biases = flat[-3 * 2048 :].reshape(3, 2, 1024)
    at, steps = 0, mels
    for layer in range(3):
        columns = steps.shape[1]
        inputs = flat[at : at + 1024 * columns].reshape(1024, columns)
        at += 1024 * columns
        states = flat[at : at + 1024 * 256].reshape(1024, 256)
        at += 1024 * 256
        hidden, cell, seen = np.zeros(256), np.zeros(256), []
        for step in steps:
            gates = inputs @ step + states @ hidden + biases[layer].sum(axis=0)
            i, f, g, o = gates.reshape(4, 256)
            cell = squashed(f) * cell + squashed(i) * np.tanh(g)
            hidden = squashed(o) * np.tanh(cell)
            seen.append(hidden)
        steps = np.stack(seen)
    vector = np.maximum(dense.reshape(256, 256) @ steps[-1] + bias, 0)
    return vector / np.linalg.norm(vector)


def test_the_network_gives_what_its_maker_defines() -> None:
    given = storages()
    session = ort.InferenceSession(
        ge2e.convert([checkpoint(given)]), providers=["CPUExecutionProvider"]
    )
    mels = np.random.default_rng(1).normal(0, 1, (2, 5, 40)).astype(np.float32)
    (made,) = session.run(None, {"mels": mels})
    for row, one in zip(made, mels, strict=True):
        np.testing.assert_allclose(row, by_hand(given, one), atol=1e-5)


def test_the_same_checkpoint_gives_the_same_bytes() -> None:
    data = checkpoint(storages())
    assert ge2e.convert([data]) == ge2e.convert([data])


@pytest.mark.parametrize("data", [b"", bytes(9000), checkpoint(storages()[::-1])])
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(ModelContractError):
        ge2e.convert([data])


def test_a_checkpoint_cut_short_is_refused() -> None:
    with pytest.raises(ModelContractError):
        ge2e.convert([checkpoint(storages())[:-50_000]])
