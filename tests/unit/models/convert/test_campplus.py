from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Iterator
from functools import cache

import numpy as np
import onnxruntime as ort
import pytest

from passante.core.errors import ModelContractError
from passante.models.convert import campplus

NORMAL = -1
"""Stands for a normalisation: scale, shift, mean, variance and a counter follow."""


def sizes() -> Iterator[int]:
    """How many numbers each tensor has, in the order of the published file."""

    def planes(inputs: int = 32) -> Iterator[int]:
        yield 32 * inputs * 9
        yield from normal(32)

    def normal(channels: int) -> Iterator[int]:
        yield from [channels] * 4
        yield NORMAL

    yield from planes(1)
    for shortcut in (True, False) * 2:
        yield from planes()
        yield from planes()
        if shortcut:
            yield 32 * 32
            yield from normal(32)
    yield from planes()
    yield 128 * 320 * 5
    yield from normal(128)
    channels = 128
    for layers in (12, 24, 16):
        for _ in range(layers):
            yield from normal(channels)
            yield 128 * channels
            yield from normal(128)
            yield from (32 * 128 * 3, 64 * 128, 64, 32 * 64, 32)
            channels += 32
        yield from normal(channels)
        yield channels * channels // 2
        channels //= 2
    yield 192 * 2 * channels
    yield from (192, 192, NORMAL)
    yield from normal(channels)


@cache
def tensors() -> tuple[bytes, ...]:
    rng = np.random.default_rng(0)
    made = []
    for size in sizes():
        values = np.abs(rng.normal(0, 0.1, max(size, 1))).astype("<f4") + np.float32(0.1)
        made.append(bytes(8) if size == NORMAL else values.tobytes())
    return tuple(made)


def checkpoint(parts: tuple[bytes, ...]) -> bytes:
    """In the archive by name, in the pickle in their order; names tell nothing of the order."""
    names = [str(9_000_000 - 7 * number) for number in range(len(parts))]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps([("storage", name) for name in names]))
        for name, data in sorted(zip(names, parts, strict=True)):
            archive.writestr(f"archive/data/{name}", data)
    return file.getvalue()


def test_tensors_are_taken_in_the_order_that_the_pickle_names() -> None:
    data = campplus.convert([checkpoint(tensors())])
    assert data == campplus.convert([checkpoint(tensors())])
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    mels = np.random.default_rng(1).normal(0, 1, (2, campplus.FRAMES, 80)).astype(np.float32)
    (made,) = session.run(None, {"mels": mels})
    assert made.shape == (2, campplus.SIZE)
    (alone,) = session.run(None, {"mels": mels[1:]})
    np.testing.assert_allclose(made[1:], alone, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("data", [b"", bytes(9000)])
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(ModelContractError):
        campplus.convert([data])


def test_a_checkpoint_that_holds_less_or_more_or_other_is_refused() -> None:
    whole = tensors()
    for other in (whole[:-1], (*whole, bytes(4)), whole[::-1]):
        with pytest.raises(ModelContractError):
            campplus.convert([checkpoint(other)])
