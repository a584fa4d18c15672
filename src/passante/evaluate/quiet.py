"""Streets in which nothing happens that is to be told: what false alarms are counted in."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from passante.evaluate.halves import Half, beds, recordings
from passante.evaluate.pictures import table
from passante.evaluate.sounds import RATE_HZ, Sound, load
from passante.evaluate.trials import street

_PIECE_S = 10.0


def nothing(folder: Path, *, minutes: float, seed: int) -> Sound:
    """Streets in which people talk and things happen that are none of our kinds."""
    rng = np.random.default_rng(seed)
    streets = beds(folder, Half.SCORE)
    voices = [row["file"] for row in table(folder, "speech/utterances.csv")]
    others = [one.path for one in recordings(folder) if one.half is Half.SCORE and one.kind is None]
    pieces = []
    for _ in range(int(minutes * 60 / _PIECE_S)):
        piece = street(streets[int(rng.integers(len(streets)))], int(_PIECE_S * RATE_HZ), rng)
        if rng.random() < 0.6:
            _add(piece, load(folder / "speech" / str(rng.choice(voices))), rng)
        if rng.random() < 0.3:
            _add(piece, load(others[int(rng.integers(len(others)))]), rng)
        pieces.append(piece)
    return np.asarray(np.clip(np.concatenate(pieces), -1, 1), np.float32)


def _add(piece: Sound, sound: Sound, rng: np.random.Generator) -> None:
    """A sound somewhere in a piece, -5 to 15 dB beside it."""
    sound = sound[: piece.size]
    level = float(np.sqrt((piece**2).mean())) * 10 ** (rng.uniform(-5, 15) / 20)
    at = int(rng.integers(0, piece.size - sound.size + 1))
    gain = level / max(1e-6, float(np.sqrt((sound**2).mean())))
    piece[at : at + sound.size] += np.float32(gain) * sound
