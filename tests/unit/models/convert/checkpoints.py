"""Small TensorFlow checkpoints for tests, encoded by hand."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from unit.models.convert.graphs import field, varint

MAGIC = bytes.fromhex("57fb808b247547db")


def checkpoint(variables: Mapping[str, NDArray[np.generic]]) -> tuple[bytes, bytes]:
    """Index and data file. Keys share what they can with the one before, as TensorFlow writes."""
    data, entries, before = b"", [(b"", field(1, 1))], b""
    for key, array in sorted(variables.items()):
        content = array.tobytes()
        shape = b"".join(field(2, field(1, size)) for size in array.shape)
        kind = 1 if array.dtype == np.float32 else 3
        place = field(4, len(data)) + field(5, len(content))
        entries.append((key.encode(), field(1, kind) + field(2, shape) + place))
        data += content
    rows = b""
    for key, value in entries:
        shared = next(
            (n for n in range(min(len(key), len(before))) if key[n] != before[n]),
            min(len(key), len(before)),
        )
        fresh = key[shared:]
        rows += varint(shared) + varint(len(fresh)) + varint(len(value)) + fresh + value
        before = key
    blocks = _block(rows)
    notes = _block(b"")
    place = varint(0) + varint(len(blocks) - 5)
    listed = _block(varint(0) + varint(1) + varint(len(place)) + b"z" + place)
    footer = varint(len(blocks)) + varint(len(notes) - 5)
    footer += varint(len(blocks) + len(notes)) + varint(len(listed) - 5)
    return blocks + notes + listed + footer.ljust(40, b"\0") + MAGIC, data


def _block(rows: bytes) -> bytes:
    """Rows, one restart at 0, no compression, and a sum that nobody checks."""
    return rows + struct.pack("<II", 0, 1) + b"\0" + bytes(4)
