"""Photographs to put plates before: those of the folder named by PASSANTE_PLATE_BACKGROUNDS."""

from __future__ import annotations

import os
from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np

from training.plates.render.dice import Picture, pick

KINDS = {".jpg", ".jpeg", ".png", ".webp"}


@cache
def _paths(folder: str) -> tuple[Path, ...]:
    here = Path(folder)
    if not folder or not here.is_dir():
        return ()
    return tuple(sorted(path for path in here.iterdir() if path.suffix.lower() in KINDS))


@lru_cache(maxsize=256)
def _read(path: Path) -> Picture | None:
    data = cv2.imread(str(path), cv2.IMREAD_COLOR)
    return None if data is None else np.ascontiguousarray(data[:, :, ::-1], dtype=np.uint8)


def draw(rng: np.random.Generator) -> Picture | None:
    """A photograph by chance: uint8 (height, width, 3), RGB; None when there are none."""
    paths = _paths(os.environ.get("PASSANTE_PLATE_BACKGROUNDS", ""))
    return _read(pick(rng, paths)) if paths else None
