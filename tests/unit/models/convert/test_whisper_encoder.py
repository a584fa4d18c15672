from __future__ import annotations

import math
import struct

import numpy as np
import onnxruntime as ort
import pytest

from passante.core.errors import ModelContractError
from passante.models.convert import whisper_encoder
from passante.models.convert.whisper_encoder import FRAMES, MELS, SIZE

Arrays = dict[str, np.ndarray]


def word(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def file_of(arrays: Arrays) -> bytes:
    """As CTranslate2 writes it; kinds: 4 is float16, 2 is int16."""
    data = struct.pack("<I", 6) + word("WhisperSpec") + struct.pack("<II", 3, len(arrays))
    for name, values in arrays.items():
        kind = 2 if values.dtype == np.int16 else 4
        data += word(name) + struct.pack("<B", values.ndim)
        data += struct.pack(f"<{values.ndim}I", *values.shape)
        data += struct.pack("<BI", kind, values.nbytes) + values.tobytes()
    return data + struct.pack("<I", 0)


def weights() -> Arrays:
    rng = np.random.default_rng(0)

    def some(*shape: int, scale: float = 0.05) -> np.ndarray:
        return (scale * rng.standard_normal(shape)).astype(np.float16)

    made: Arrays = {
        "decoder/embeddings/weight": some(7, 5),
        "encoder/num_heads": np.array(6, np.int16),
        "encoder/conv1/weight": some(SIZE, MELS, 3),
        "encoder/conv1/bias": some(SIZE),
        "encoder/conv2/weight": some(SIZE, SIZE, 3),
        "encoder/conv2/bias": some(SIZE),
        "encoder/position_encodings/encodings": some(100, SIZE, scale=1),
    }
    norms = ["encoder"]
    for layer in range(4):
        at = f"encoder/layer_{layer}"
        for part, shapes in (
            ("self_attention", ((3 * SIZE, SIZE), (SIZE, SIZE))),
            ("ffn", ((4 * SIZE, SIZE), (SIZE, 4 * SIZE))),
        ):
            norms.append(f"{at}/{part}")
            for number, shape in enumerate(shapes):
                made[f"{at}/{part}/linear_{number}/weight"] = some(*shape)
                made[f"{at}/{part}/linear_{number}/bias"] = some(shape[0])
    for name in norms:
        made[f"{name}/layer_norm/gamma"] = 1 + some(SIZE)
        made[f"{name}/layer_norm/beta"] = some(SIZE)
    return made


def by_hand(given: Arrays, mels: np.ndarray) -> np.ndarray:
    """The encoder as its paper defines it, (80, 160) to (80, 384)."""
    w = {name: values.astype(np.float64) for name, values in given.items()}

    def conv(x: np.ndarray, name: str, stride: int) -> np.ndarray:
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, ((0, 0), (1, 1))), 3, axis=1)
        made = np.einsum("oik,itk->ot", w[f"{name}/weight"], windows[:, ::stride])
        return made + w[f"{name}/bias"][:, None]

    def gelu(x: np.ndarray) -> np.ndarray:
        return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        calm = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        return calm * w[f"{name}/layer_norm/gamma"] + w[f"{name}/layer_norm/beta"]

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ w[f"{name}/weight"].T + w[f"{name}/bias"]

    x = gelu(conv(gelu(conv(mels, "encoder/conv1", 1)), "encoder/conv2", 2)).T
    x = x + w["encoder/position_encodings/encodings"][: len(x)]
    for layer in range(4):
        at = f"encoder/layer_{layer}"
        parts = linear(norm(x, f"{at}/self_attention"), f"{at}/self_attention/linear_0")
        heads = parts.reshape(len(x), 3, 6, 64).transpose(1, 2, 0, 3)
        match = heads[0] @ heads[1].transpose(0, 2, 1) / 8
        share = np.exp(match - match.max(-1, keepdims=True))
        mixed = (share / share.sum(-1, keepdims=True)) @ heads[2]
        mixed = mixed.transpose(1, 0, 2).reshape(len(x), SIZE)
        x = x + linear(mixed, f"{at}/self_attention/linear_1")
        wide = gelu(linear(norm(x, f"{at}/ffn"), f"{at}/ffn/linear_0"))
        x = x + linear(wide, f"{at}/ffn/linear_1")
    return norm(x, "encoder")


def test_the_network_gives_what_its_paper_defines() -> None:
    given = weights()
    made = whisper_encoder.convert([file_of(given)])
    session = ort.InferenceSession(made, providers=["CPUExecutionProvider"])
    mels = np.random.default_rng(1).normal(0, 1, (1, MELS, FRAMES)).astype(np.float32)
    (features,) = session.run(None, {"mels": mels})
    np.testing.assert_allclose(features[0], by_hand(given, mels[0]), atol=1e-3)
    assert whisper_encoder.convert([file_of(given)]) == made


def test_what_is_no_such_file_is_refused() -> None:
    given = weights()
    for broken in (b"", b"\6\0\0\0nothing", file_of(given)[:5000]):
        with pytest.raises(ModelContractError, match="CTranslate2"):
            whisper_encoder.convert([broken])
    given["encoder/conv1/weight"] = given["encoder/conv1/weight"][:8]
    with pytest.raises(ModelContractError, match="no Whisper encoder"):
        whisper_encoder.convert([file_of(given)])
