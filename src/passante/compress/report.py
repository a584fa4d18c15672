"""Writing what a run found: report.json for programs, index.html for people."""

from __future__ import annotations

from pathlib import Path

import msgspec

from passante.compress.page import page
from passante.compress.result import Result
from passante.core.errors import SinkError


def write(result: Result, folder: Path) -> tuple[Path, ...]:
    """Write both.

    Raises:
        SinkError: They cannot be written.
    """
    text = msgspec.json.format(msgspec.json.encode(result), indent=2)
    files = {"report.json": text, "index.html": page(result).encode()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise SinkError(f"{folder}: cannot be written: {error.strerror}") from error
    return tuple(folder / name for name in files)
