"""What a run has found out already, so that one that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

Value = TypeVar("Value")


class Cache:
    """Results in a folder, under a hash of everything that they depend on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.reused = 0
        """How many results were there already."""

    def get(self, kind: type[Value], key: tuple[str, ...], make: Callable[[], Value]) -> Value:
        """The result of this key: that of an earlier run, else what `make` gives now.

        Args:
            kind: What the result is; what JSON can hold.
            key: Everything it depends on, in words.
            make: Called where there is no result yet.
        """
        name = hashlib.sha256("\0".join(key).encode()).hexdigest()[:32]
        path = self._folder / f"{name}.json"
        try:
            value = msgspec.json.decode(path.read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError):
            value = make()
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".part")
            beside.write_bytes(msgspec.json.encode(value))
            beside.replace(path)
        else:
            self.reused += 1
        return value
