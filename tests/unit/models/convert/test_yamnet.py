from __future__ import annotations

import numpy as np
import onnxruntime as ort
import pytest

from passante.core.errors import ModelContractError
from passante.models.convert import yamnet
from unit.models.convert.checkpoints import checkpoint

PLAN = [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)]
PLAN += [(1, 512)] * 5 + [(2, 1024), (1, 1024)]
"""Of each pair: by how much it shrinks the map, and to how many channels it leads."""


def variables() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    made: dict[str, np.ndarray] = {}

    def put(number: int, part: str, values: np.ndarray) -> None:
        made[f"{yamnet._ROOT}{number}/{part}{yamnet._END}"] = values.astype(np.float32)

    def norm(number: int, channels: int) -> None:
        put(number, "beta", rng.normal(0, 0.1, channels))
        put(number, "moving_mean", rng.normal(0, 0.1, channels))
        put(number, "moving_variance", rng.uniform(0.5, 2, channels))

    put(0, "kernel", rng.normal(0, 0.3, (3, 3, 1, 32)))
    norm(1, 32)
    before = 32
    for pair, (_, channels) in enumerate(PLAN):
        number = 2 + 4 * pair
        put(number, "depthwise_kernel", rng.normal(0, 0.4, (3, 3, before, 1)))
        norm(number + 1, before)
        put(number + 2, "kernel", rng.normal(0, 1 / np.sqrt(before), (1, 1, before, channels)))
        norm(number + 3, channels)
        before = channels
    put(54, "kernel", rng.normal(0, 0.03, (1024, 521)))
    put(54, "bias", rng.normal(0, 1, 521))
    return made


def by_hand(made: dict[str, np.ndarray], patch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The network as its makers describe it, for (96, 64): batch normalisation on its own."""

    def get(number: int, part: str) -> np.ndarray:
        return made[f"{yamnet._ROOT}{number}/{part}{yamnet._END}"].astype(np.float64)

    def normal(number: int, planes: np.ndarray) -> np.ndarray:
        spread = np.sqrt(get(number, "moving_variance") + 1e-4)
        return np.maximum((planes - get(number, "moving_mean")) / spread + get(number, "beta"), 0)

    def taps(planes: np.ndarray, stride: int) -> np.ndarray:
        """(rows, columns, 9, channels) with the padding of TensorFlow's SAME."""
        rows, columns = (-(-size // stride) for size in planes.shape[:2])
        pads = []
        for size, kept in zip(planes.shape[:2], (rows, columns), strict=True):
            total = max(0, (kept - 1) * stride + 3 - size)
            pads.append((total // 2, total - total // 2))
        padded = np.pad(planes, [*pads, (0, 0)])
        ends = rows * stride, columns * stride
        parts = [
            padded[r : r + ends[0] : stride, c : c + ends[1] : stride][:rows, :columns]
            for r in range(3)
            for c in range(3)
        ]
        return np.stack(parts, axis=2)

    first = get(0, "kernel").reshape(9, 32)
    planes = normal(1, taps(patch[:, :, None].astype(np.float64), 2)[..., 0] @ first)
    for pair, (stride, _) in enumerate(PLAN):
        number = 2 + 4 * pair
        deep = get(number, "depthwise_kernel").reshape(9, -1)
        planes = normal(number + 1, (taps(planes, stride) * deep).sum(axis=2))
        planes = normal(number + 3, planes @ get(number + 2, "kernel")[0, 0])
    embedding = planes.mean(axis=(0, 1))
    return embedding @ get(54, "kernel") + get(54, "bias"), embedding


def test_the_network_gives_what_its_makers_describe() -> None:
    made = variables()
    data = yamnet.convert(list(checkpoint(made)))
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    patches = np.random.default_rng(1).normal(-3, 2, (2, 96, 64)).astype(np.float32)
    logits, embedding = session.run(["logits", "embedding"], {"patches": patches})
    for row, patch in enumerate(patches):
        wanted, mean = by_hand(made, patch)
        np.testing.assert_allclose(embedding[row], mean, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(logits[row], wanted, rtol=1e-3, atol=1e-3)


def test_the_same_checkpoint_gives_the_same_bytes() -> None:
    parts = list(checkpoint(variables()))
    assert yamnet.convert(parts) == yamnet.convert(parts)


def test_a_checkpoint_that_lacks_a_layer_is_refused() -> None:
    made = variables()
    del made[f"{yamnet._ROOT}20/kernel{yamnet._END}"]
    with pytest.raises(ModelContractError, match="no variable"):
        yamnet.convert(list(checkpoint(made)))
