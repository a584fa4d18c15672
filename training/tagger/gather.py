"""Gathers what the small tagger is taught on: frames of log-mel energy of sounds of packages.

    python -m training.tagger.gather PACKAGES OUT.npz [--minutes 40]

PACKAGES is a folder with one folder of unpacked sounds for each Debian package, as for
`training.sounds`. No label is read: the teacher says what is to be heard. Frames are kept in
256 steps, which costs nothing that could be heard.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from passante.analyse.logmel import BANDS, log_mel
from passante.compress.data import Collection
from passante.core.errors import PassanteError

SUFFIXES = {".wav", ".ogg", ".flac", ".mp3", ".opus"}
LOW, HIGH = -7.0, 6.0
"""What the 256 steps span, natural logarithm."""
LONGEST = 600
"""Frames of one file at most: 6 s."""
SEED = 20_261


def main() -> int:
    """Gather, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=40)
    options = parser.parse_args()
    wanted = int(options.minutes * 6000)
    parts: list[NDArray[np.uint8]] = []
    held = 0
    for frames in sounds(options.packages):
        parts.append(steps(frames))
        held += len(frames)
        if held >= wanted:
            break
    lengths = np.array([len(part) for part in parts], np.int32)
    np.savez_compressed(options.out, frames=np.concatenate(parts), lengths=lengths)
    sys.stdout.write(f"{len(parts)} sounds, {held / 6000:.1f} minutes\n")
    return 0


def sounds(folder: Path) -> Iterator[NDArray[np.float32]]:
    """Frames (n, 64) of files, package by package in turn so that none dominates."""
    chance = np.random.default_rng(SEED)
    queues = []
    for package in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(path for path in package.rglob("*") if path.suffix.lower() in SUFFIXES)
        chance.shuffle(files)  # type: ignore[arg-type]  # numpy takes any sequence
        queues.append(files)
    while any(queues):
        for files in queues:
            if not files:
                continue
            try:
                (item,) = list(Collection(files.pop(), most=1))
            except (PassanteError, UnicodeDecodeError):  # not sound after all, or a tag in it
                continue
            if item.sound is None or item.sound.size < 1600 or np.abs(item.sound).max() < 1e-3:
                continue
            frames = log_mel(item.sound)
            start = int(chance.integers(0, max(1, len(frames) - LONGEST)))
            yield frames[start : start + LONGEST]


def steps(frames: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Frames in 256 steps."""
    scaled = (frames - LOW) / (HIGH - LOW) * 255
    return np.asarray(np.clip(np.rint(scaled), 0, 255), np.uint8)


def values(kept: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What `steps` kept, as energies again: (n, 64)."""
    assert kept.shape[-1] == BANDS
    return np.asarray(kept, np.float32) * np.float32((HIGH - LOW) / 255) + np.float32(LOW)


if __name__ == "__main__":
    sys.exit(main())
