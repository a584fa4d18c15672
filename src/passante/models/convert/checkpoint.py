"""Reads variables out of a TensorFlow checkpoint (index and data file), without TensorFlow.

The index is a sorted table in LevelDB's format: a footer that says where the list of blocks lies,
the list, and the blocks with keys (each told by what it shares with the one before) and values. A
value says type, shape and place of a variable in the data file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.convert._protobuf import fields, messages, varint

_FOOTER = 48
_MAGIC = bytes.fromhex("57fb808b247547db")
_DT_FLOAT = 1


def read_variables(index: bytes, data: bytes) -> Mapping[str, NDArray[np.float32]]:
    """All float32 variables of a checkpoint by key, in TensorFlow's own axis order.

    Raises:
        ModelContractError: The bytes are no checkpoint in one piece, or it holds no such variable.
    """
    try:
        entries = dict(_table(memoryview(index)))
        found = {
            key.decode(): array
            for key, entry in entries.items()
            if key and (array := _variable(entry, data)) is not None
        }
    except (struct.error, UnicodeDecodeError, ValueError) as error:
        raise ModelContractError("this is not a checkpoint that is known here") from error
    if not found:
        raise ModelContractError("the checkpoint holds no weights")
    return found


def _table(index: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Keys and values of the table in their order."""
    footer = index[-_FOOTER:]
    if bytes(footer[-len(_MAGIC) :]) != _MAGIC:
        raise ModelContractError("this is no index of a checkpoint")
    at = 0
    for _ in range(2):  # the first place is that of the table's own notes
        _, at = varint(footer, at)
    for _, place in _block(index, footer[at:]):
        yield from _block(index, place)


def _block(index: memoryview, place: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    offset, at = varint(place, 0)
    size, _ = varint(place, at)
    block = index[offset : offset + size]
    if len(block) != size or index[offset + size] != 0:
        raise ModelContractError("the index is cut short or compressed")
    (restarts,) = struct.unpack("<I", block[-4:])
    end = size - 4 - 4 * restarts
    at, key = 0, b""
    while at < end:
        shared, at = varint(block, at)
        fresh, at = varint(block, at)
        length, at = varint(block, at)
        key = key[:shared] + bytes(block[at : at + fresh])
        yield key, block[at + fresh : at + fresh + length]
        at += fresh + length


def _variable(entry: memoryview, data: bytes) -> NDArray[np.float32] | None:
    """A variable by its entry, or None where it is something else than float32."""
    numbers = {number: value for number, value in fields(entry) if isinstance(value, int)}
    if numbers.get(1) != _DT_FLOAT or numbers.get(3, 0) != 0:
        return None
    shape = [
        size
        for dims in messages(entry, 2)
        for dim in messages(dims, 2)
        for number, size in fields(dim)
        if number == 1 and isinstance(size, int)
    ]
    offset, size = numbers.get(4, 0), numbers.get(5, 0)
    if offset + size > len(data):
        raise ModelContractError("the data file is cut short")
    return np.frombuffer(data, "<f4", size // 4, offset).astype(np.float32).reshape(shape)
