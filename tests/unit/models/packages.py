"""A tiny network, the card of it, and packages that hold it: nothing of it is anybody's."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from passante.models.card import Card, Part, Registry, Tensor, TensorType
from passante.models.convert._graph import GraphWriter

MEMBER = "tiny/data/double.onnx"


def doubling() -> bytes:
    """A network that doubles: float32 (1, n) in, the same out."""
    graph = GraphWriter("double")
    graph.input("x", np.float32, [1, "n"])
    graph.output("y", np.float32, [1, "n"])
    graph.node("Add", ["x", "x"], "y")
    return graph.to_bytes()


def card(**changes: Any) -> Card:  # Any: whatever field a test wants otherwise
    data = doubling()
    fields: dict[str, Any] = {
        "name": "double",
        "version": "1.0",
        "task": "double.number",
        "summary": "Doubles",
        "licence": "MIT",
        "origin": "made for tests",
        "limits": "none",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size_bytes": len(data),
        "parts": (part(data),),
        "inputs": (Tensor("x", TensorType.FLOAT32, (1, "n"), "numbers", multiple=2),),
        "outputs": (Tensor("y", TensorType.FLOAT32, (1, "n"), "numbers"),),
    }
    return Card(**(fields | changes))


def part(data: bytes, **changes: Any) -> Part:  # Any: as above
    fields: dict[str, Any] = {
        "package": "tiny-net",
        "version": "1.0",
        "member": MEMBER,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size_bytes": len(data),
    }
    return Part(**(fields | changes))


def npm_part(data: bytes) -> Part:
    return part(data, package="@some/tiny-net", member="package/double.onnx", registry=Registry.NPM)


def wheel(folder: Path, members: dict[str, bytes], name: str = "tiny_net-1.0") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for member, data in members.items():
            package.writestr(member, data)
    return path


def tarball(folder: Path, members: dict[str, bytes], name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    with tarfile.open(path, "w:gz") as package:
        for member, data in members.items():
            entry = tarfile.TarInfo(member)
            entry.size = len(data)
            package.addfile(entry, io.BytesIO(data))
    return path
