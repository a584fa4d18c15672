"""Reads the weights out of a frozen TensorFlow graph (GraphDef), without TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.convert._protobuf import fields, messages

_DT_FLOAT = 1


def read_constants(data: bytes) -> Mapping[str, NDArray[np.float32]]:
    """All float32 constants of a GraphDef by node name, in TensorFlow's own axis order.

    Raises:
        ModelContractError: The bytes are no GraphDef, or it holds no float32 constant.
    """
    found: dict[str, NDArray[np.float32]] = {}
    for node in messages(memoryview(data), 1):
        if _text(node, 2) != "Const":
            continue
        for attribute in messages(node, 5):
            if _text(attribute, 1) != "value":
                continue
            for value in messages(attribute, 2):
                for tensor in messages(value, 8):
                    array = _tensor(tensor)
                    if array is not None:
                        found[_text(node, 1)] = array
    if not found:
        raise ModelContractError("this is no frozen TensorFlow graph: it holds no weights")
    return found


def _tensor(data: memoryview) -> NDArray[np.float32] | None:
    """A TensorProto as an array, or None where it holds something else than float32."""
    if [value for number, value in fields(data) if number == 1] != [_DT_FLOAT]:
        return None
    shape = [
        size
        for dims in messages(data, 2)
        for dim in messages(dims, 2)
        for number, size in fields(dim)
        if number == 1 and isinstance(size, int)
    ]
    # Values lie in field 4 (raw bytes) or 5 (floats, packed or one by one): the same bytes.
    content = b"".join(v for n, v in fields(data) if n in (4, 5) and isinstance(v, memoryview))
    flat = np.frombuffer(content, "<f4").astype(np.float32)
    size = int(np.prod(shape, dtype=np.int64))
    if flat.size == 1:
        # A constant of equal values may be stored as one of them.
        flat = np.repeat(flat, size)
    if flat.size != size:
        raise ModelContractError("a constant of the graph does not fill its shape")
    return flat.reshape(shape)


def _text(message: memoryview, number: int) -> str:
    return "".join(bytes(part).decode("utf-8", "replace") for part in messages(message, number))
