from __future__ import annotations

import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from passante.analyse.ssd import anchors
from passante.core.errors import ModelContractError
from passante.models.convert import ssd_mobilenet_v2
from unit.models.convert.graphs import EXTRA, ROOT, graph, ssd

COCO = (1, 2, 3, 4, 6, 8)
Array = NDArray[np.float64]


def run(model: bytes, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"image": picture[None]})[0], np.float32)


def picture(width: int, height: int) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3)).astype(np.uint8)


def same(x: Array, weight: Array, stride: int, border: float = 0.0) -> Array:
    """TensorFlow's convolution of (rows, columns, in) with SAME padding; no speed intended."""
    side = weight.shape[0]
    out = [-(-size // stride) for size in x.shape[:2]]
    more = [max(0, (n - 1) * stride + side - size) for n, size in zip(out, x.shape, strict=False)]
    x = np.pad(x, [(m // 2, m - m // 2) for m in more] + [(0, 0)], constant_values=border)
    parts = [
        (x[i : i + stride * out[0] : stride, j : j + stride * out[1] : stride], weight[i, j])
        for i in range(side)
        for j in range(side)
    ]
    deep = weight.shape[3] == 1 and weight.shape[2] > 1
    return sum((p * w[:, 0] if deep else p @ w) for p, w in parts)  # type: ignore[return-value]


def reference(c: dict[str, NDArray[np.float32]], image: NDArray[np.uint8]) -> Array:
    """The published graph, step by step."""

    def conv(
        name: str, x: Array, stride: int = 1, *, relu: bool = True, border: float = 0.0
    ) -> Array:
        path = f"{ROOT}/{name}"
        weight = c.get(f"{path}/weights", c.get(f"{path}/depthwise_weights"))
        assert weight is not None
        gamma, beta, mean, variance = (
            c[f"{path}/BatchNorm/{part}"].astype(np.float64)
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        y = (same(x, weight.astype(np.float64), stride, border) - mean) / np.sqrt(variance + 0.001)
        y = y * gamma + beta
        return np.clip(y, 0, 6) if relu else y

    def head(number: int, x: Array) -> Array:
        flat = []
        for part, width in (("BoxEncoding", 4), ("Class", 91)):
            path = f"BoxPredictor_{number}/{part}Predictor"
            y = same(x, c[f"{path}/weights"].astype(np.float64), 1) + c[f"{path}/biases"]
            flat.append(y.reshape(-1, width))
        return np.concatenate([flat[0], flat[1][:, COCO]], axis=1)

    # Pictures are padded as uint8, which has no level for 0 between -1 and 1; 127 is nearest.
    x = conv("Conv", image / 127.5 - 1, 2, border=127 / 127.5 - 1)
    heads = []
    for number in range(17):
        name = f"expanded_conv_{number}" if number else "expanded_conv"
        stride = 2 if number in (1, 3, 6, 13) else 1
        wide = conv(f"{name}/expand", x) if number else x
        if number == 13:
            heads.append(head(0, wide))
        y = conv(f"{name}/project", conv(f"{name}/depthwise", wide, stride), relu=False)
        x = x + y if number in (2, 4, 5, 7, 8, 9, 11, 12, 14, 15) else y
    x = conv("Conv_1", x)
    heads.append(head(1, x))
    for number, inner, outer in EXTRA:
        wide_name = f"layer_19_2_Conv2d_{number}_3x3_s2_{outer}"
        x = conv(f"layer_19_1_Conv2d_{number}_1x1_{inner}", x)
        x = conv(wide_name, conv(f"{wide_name}_depthwise", x, 2))
        heads.append(head(number, x))
    return np.concatenate(heads)


def test_at_the_size_of_the_training_it_computes_what_tensorflow_would() -> None:
    constants = ssd()
    found = run(ssd_mobilenet_v2.convert([graph(constants)]), image := picture(300, 300))
    np.testing.assert_allclose(found[0], reference(constants, image), atol=3e-3)


@pytest.mark.parametrize(("width", "height"), [(300, 300), (640, 360), (97, 51), (16, 16)])
def test_every_size_gives_as_many_rows_as_there_are_anchors(width: int, height: int) -> None:
    found = run(ssd_mobilenet_v2.convert([graph(ssd())]), picture(width, height))
    assert found.shape == (1, len(anchors(width, height)), 10)


def test_a_conversion_gives_the_same_bytes_again() -> None:
    data = graph(ssd())
    assert ssd_mobilenet_v2.convert([data]) == ssd_mobilenet_v2.convert([data])


def test_a_graph_without_its_weights_is_refused() -> None:
    constants = ssd()
    del constants["BoxPredictor_5/ClassPredictor/weights"]
    with pytest.raises(ModelContractError, match="BoxPredictor_5"):
        ssd_mobilenet_v2.convert([graph(constants)])
