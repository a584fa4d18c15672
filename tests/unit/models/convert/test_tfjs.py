from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.convert import tfjs

Array = NDArray[Any]


def given(name: str, op: str, inputs: list[str], **settings: Any) -> dict[str, Any]:
    return {"name": name, "op": op, "input": inputs, "attr": settings}


def conv(name: str, inputs: list[str], *, step: int, padding: str, op: str = "Conv2D") -> Any:
    strides = {"list": {"i": ["1", str(step), str(step), "1"]}}
    coded = base64.b64encode(padding.encode()).decode()
    return given(name, op, inputs, strides=strides, padding={"s": coded})


def picture(high: int, wide: int) -> dict[str, Any]:
    sizes = [{"size": str(size)} for size in (-1, high, wide, 3)]
    return given("in", "Placeholder", [], shape={"shape": {"dim": sizes}})


def parts(
    nodes: list[dict[str, Any]], weights: dict[str, Array], *, halves: bool = False
) -> list[bytes]:
    listed, data = [], b""
    for name, values in weights.items():
        half = halves and values.dtype == np.float32
        item: dict[str, Any] = {
            "name": name,
            "shape": list(values.shape),
            "dtype": str(values.dtype),
        }
        if half:
            item["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        listed.append(item)
        data += values.astype(np.float16 if half else values.dtype).tobytes()
    constants = [given(name, "Const", []) for name in weights]
    model = {
        "modelTopology": {"node": constants + nodes},
        "weightsManifest": [{"paths": ["x.bin"], "weights": listed}],
    }
    return [json.dumps(model).encode(), data]


def run(made: bytes, pixels: Array) -> Array:
    session = ort.InferenceSession(made, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"image": pixels.astype(np.float32)})[0])


PIXELS = np.arange(2 * 4 * 4 * 3, dtype=np.float32).reshape(2, 4, 4, 3)


@pytest.mark.parametrize("halves", [False, True])
def test_a_convolution_of_the_same_size_pads_the_odd_pixel_at_the_end(halves: bool) -> None:
    nodes = [
        picture(4, 4),
        conv("conv", ["in", "kernel"], step=2, padding="SAME"),
        given("biased", "Add", ["conv", "bias"]),
        given("relu", "Relu", ["biased"]),
        given("end", "Mean", ["relu", "axes"]),
    ]
    weights = {
        "kernel": np.ones((3, 3, 3, 2), np.float32) * np.array([1, -1], np.float32),
        "bias": np.array([0.5, 7.0], np.float32),
        "axes": np.array([1, 2], np.int32),
    }
    made = tfjs._convert(parts(nodes, weights, halves=halves), "tiny", end="end", size=2)
    # windows start at 0 and 2 and lose what lies beyond the fourth row and column
    sums = np.array(
        [[PIXELS[n, y : y + 3, x : x + 3].sum() for y in (0, 2) for x in (0, 2)] for n in range(2)]
    )
    wanted = np.stack([(sums + 0.5).mean(1), np.maximum(7 - sums, 0).mean(1)], axis=1)
    np.testing.assert_allclose(run(made, PIXELS), wanted)


def test_a_depthwise_convolution_padding_and_a_product_keep_the_order_of_channels() -> None:
    nodes = [
        picture(4, 4),
        given("less", "Sub", ["in", "one"]),
        given("padded", "Pad", ["less", "amounts"]),
        conv("deep", ["padded", "kernel"], step=1, padding="VALID", op="DepthwiseConv2dNative"),
        given("rows", "Reshape", ["deep", "shape"]),
        given("end", "MatMul", ["rows", "dense"]),
    ]
    dense = np.random.default_rng(0).integers(-3, 4, (5 * 4 * 3, 2)).astype(np.float32)
    weights = {
        "one": np.array([1], np.float32),
        "amounts": np.array([[0, 0], [1, 0], [0, 0], [0, 0]], np.int32),
        "kernel": np.array([1, 2, 3], np.float32).reshape(1, 1, 3, 1),
        "shape": np.array([-1, 60], np.int32),
        "dense": dense,
    }
    made = tfjs._convert(parts(nodes, weights), "tiny", end="end", size=2)
    rows = np.pad(PIXELS - 1, [(0, 0), (1, 0), (0, 0), (0, 0)]) * np.array([1, 2, 3])
    np.testing.assert_allclose(run(made, PIXELS), rows.reshape(2, -1) @ dense)


def test_the_same_parts_give_the_same_bytes() -> None:
    made = parts(
        [picture(4, 4), given("end", "Mean", ["in", "axes"])],
        {"axes": np.array([1, 2], np.int32)},
    )
    assert tfjs._convert(made, "tiny", end="end", size=3) == tfjs._convert(
        made, "tiny", end="end", size=3
    )


@pytest.mark.parametrize(
    "broken",
    [
        [b"no json", b""],
        [b"{}", b""],
        parts([picture(4, 4), given("end", "Erf", ["in"])], {}),
        parts([picture(4, 4), given("end", "Mean", ["in", "axes"])], {"axes": np.array([1, 3])}),
        [parts([picture(4, 4)], {"w": np.ones(9, np.float32)})[0], b"short"],
    ],
)
def test_what_is_not_known_is_refused(broken: list[bytes]) -> None:
    with pytest.raises(ModelContractError):
        tfjs._convert(broken, "tiny", end="end", size=3)
