"""A card and a network such as `passante compress` writes."""

from __future__ import annotations

import hashlib
from pathlib import Path

GATE = "kept 99.8 % of 1000"


def written(folder: Path, *, gate: str = GATE, data: bytes = b"network") -> Path:
    """Write mine.toml and mine.onnx; gives the card's path."""
    (folder / "mine.onnx").write_bytes(data)
    path = folder / "mine.toml"
    path.write_text(
        f"""
name = "centerface-mine"
version = "1.5.0"
task = "find.face"
summary = "faces"
licence = "MIT"
origin = "somebody"
limits = "none known"
sha256 = "{hashlib.sha256(data).hexdigest()}"
size_bytes = {len(data)}
parent = "centerface@1.5.0"
gate = "{gate}"
optional = true

[[inputs]]
name = "image"
dtype = "uint8"
shape = [1, "height", "width", 3]
meaning = "a picture"

[[outputs]]
name = "maps"
dtype = "float32"
shape = [1, 5, "rows", "columns"]
meaning = "maps"
""",
        encoding="utf-8",
    )
    return path
