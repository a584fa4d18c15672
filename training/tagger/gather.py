"""Gathers what the small tagger is taught on: frames of log-mel energy of sounds of packages.

    python -m training.tagger.gather OUT.npz PACKAGES... [--minutes 300]

Each PACKAGES is a folder with one folder of unpacked sounds for each Debian package (README.md says
which). Sounds made of numbers, and of `$PASSANTE_DATA` the half that things are fixed on, come
first. No label is read: the teacher says what is to be heard. Frames are kept in 256 steps, which
costs nothing that could be heard.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from passante.analyse.logmel import BANDS, log_mel
from passante.core.dsp import RATE_HZ
from passante.evaluate.halves import Half, beds, recordings
from passante.evaluate.sounds import Sound, load
from training.sounds import synthesise

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PASSANTE_DATA", ROOT.parent / "shared/data"))

SUFFIXES = {".wav", ".ogg", ".oga", ".flac", ".mp3", ".opus"}
LOW, HIGH = -7.0, 6.0
"""What the 256 steps span, natural logarithm."""
PIECE_S = 6
"""Seconds that one piece of a sound has at most."""
PIECES = 4
"""Pieces of one file at most: of long music, which is looked into at so many places."""
FILES = 400
"""Files of one package at most."""
MADE = 30
"""Sounds of each kind that are made of numbers."""
SEED = 20_261


def main() -> int:
    """Gather, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("packages", type=Path, nargs="+")
    parser.add_argument("--minutes", type=float, default=300)
    options = parser.parse_args()
    wanted = int(options.minutes * 6000)
    parts: list[NDArray[np.uint8]] = []
    held = 0
    for sound in chain(made(), fixed(), pieces(options.packages)):
        if sound.size < RATE_HZ // 10 or np.abs(sound).max() < 1e-3:
            continue
        frames = log_mel(sound)
        parts.append(steps(frames))
        held += len(frames)
        if held >= wanted:
            break
    lengths = np.array([len(part) for part in parts], np.int32)
    np.savez(options.out, frames=np.concatenate(parts), lengths=lengths)
    sys.stdout.write(f"{len(parts)} pieces, {held / 6000:.1f} minutes\n")
    return 0


def made() -> Iterator[Sound]:
    """Sounds made of numbers."""
    rng = np.random.default_rng(SEED)
    for make in (*synthesise.KINDS.values(), *synthesise.BESIDE.values()):
        for _ in range(MADE):
            yield np.asarray(make(rng), np.float32)[: PIECE_S * RATE_HZ]


def fixed() -> Iterator[Sound]:
    """Events and streets of the half that things are fixed on, in pieces."""
    sounds = [load(one.path) for one in recordings(DATA) if one.half is Half.FIX]
    for sound in (*sounds, *beds(DATA, Half.FIX)):
        for start in range(0, sound.size, PIECE_S * RATE_HZ):
            yield sound[start : start + PIECE_S * RATE_HZ]


def pieces(folders: Sequence[Path]) -> Iterator[Sound]:
    """Pieces of files, package by package in turn so that none dominates."""
    rng = np.random.default_rng(SEED)
    queues = []
    for package in sorted(one for folder in folders for one in folder.iterdir() if one.is_dir()):
        files = sorted(path for path in package.rglob("*") if path.suffix.lower() in SUFFIXES)
        rng.shuffle(files)
        queues.append(files[:FILES])
    while any(queues):
        for files in queues:
            if files:
                try:
                    yield from heard(files.pop(), rng)
                except (av.error.FFmpegError, UnicodeDecodeError, ValueError, IndexError):
                    continue  # not sound after all, or a tag in it that is no text


def heard(path: Path, rng: np.random.Generator) -> Iterator[Sound]:
    """Pieces of one file, mono at 16 kHz; of a long one from places by chance."""
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        whole_s = float(file.duration or 0) / av.time_base
        count = int(np.clip(whole_s // (5 * PIECE_S), 1, PIECES))
        for place in range(count):
            if count > 1:
                at_s = whole_s * (place + rng.random() * 0.8) / count
                file.seek(int(at_s * av.time_base))
            change = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
            parts: list[Sound] = []
            for frame in file.decode(stream):
                frame.pts = None
                parts += [
                    np.asarray(one.to_ndarray(), np.float32).reshape(-1)
                    for one in change.resample(frame)
                ]
                if sum(part.size for part in parts) >= PIECE_S * RATE_HZ:
                    break
            if parts:
                yield np.concatenate(parts)[: PIECE_S * RATE_HZ]


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
