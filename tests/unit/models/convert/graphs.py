"""Small frozen graphs for tests, encoded by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

ROOT = "FeatureExtractor/MobilenetV2"
EXTRA = ((2, 256, 512), (3, 128, 256), (4, 128, 256), (5, 64, 128))


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number: int, content: bytes | int) -> bytes:
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def tensor(array: NDArray[np.float32]) -> bytes:
    shape = b"".join(field(2, field(1, size)) for size in array.shape)
    return field(1, 1) + field(2, shape) + field(4, array.astype("<f4").tobytes())


def node(name: str, op: str, content: bytes | None = None) -> bytes:
    """A node of a GraphDef; `content` is an encoded TensorProto."""
    parts = field(1, name.encode()) + field(2, op.encode())
    if content is not None:
        parts += field(5, field(1, b"value") + field(2, field(8, content)))
    return field(1, parts)


def graph(constants: Mapping[str, NDArray[np.float32]]) -> bytes:
    return b"".join(node(name, "Const", tensor(array)) for name, array in constants.items())


def ssd(*, channels: int = 4) -> dict[str, NDArray[np.float32]]:
    """Constants of an SSD-MobileNetV2 of few channels: names as published, chance numbers."""
    chance = np.random.default_rng(7)
    found: dict[str, NDArray[np.float32]] = {}

    def add(name: str, *shape: int, deep: bool = False) -> None:
        kind = "depthwise_weights" if deep else "weights"
        size = (3 / np.prod(shape[:3] if not deep else shape[:2])) ** 0.5
        found[f"{ROOT}/{name}/{kind}"] = chance.normal(0, size, shape).astype(np.float32)
        out = shape[2] if deep else shape[3]
        for part, middle in (("gamma", 1), ("beta", 0), ("moving_mean", 0), ("moving_variance", 1)):
            numbers = middle + chance.uniform(-0.3, 0.3, out)
            found[f"{ROOT}/{name}/BatchNorm/{part}"] = numbers.astype(np.float32)
        found[f"{ROOT}/{name}/BatchNorm/batchnorm/add/y"] = np.array(0.001, np.float32)

    def heads(number: int, shapes: int) -> None:
        for part, columns in (("BoxEncoding", 4), ("Class", 91)):
            path = f"BoxPredictor_{number}/{part}Predictor"
            shape = (3, 3, channels, shapes * columns)
            found[f"{path}/weights"] = chance.normal(0, 0.2, shape).astype(np.float32)
            found[f"{path}/biases"] = chance.normal(0, 1, shape[-1]).astype(np.float32)

    add("Conv", 3, 3, 3, channels)
    for number in range(17):
        name = f"expanded_conv_{number}" if number else "expanded_conv"
        if number:
            add(f"{name}/expand", 1, 1, channels, channels)
        add(f"{name}/depthwise", 3, 3, channels, 1, deep=True)
        add(f"{name}/project", 1, 1, channels, channels)
    add("Conv_1", 1, 1, channels, channels)
    for number, inner, outer in EXTRA:
        add(f"layer_19_1_Conv2d_{number}_1x1_{inner}", 1, 1, channels, channels)
        wide = f"layer_19_2_Conv2d_{number}_3x3_s2_{outer}"
        add(f"{wide}_depthwise", 3, 3, channels, 1, deep=True)
        add(wide, 1, 1, channels, channels)
    heads(0, 3)
    for number in range(1, 6):
        heads(number, 6)
    return found
