"""Sudden sounds: whoever cannot wait for a detector's opinion hides them first and judges later.

A detector needs two or three chunks of a voice until it is sure. With look-ahead they are hidden in
retrospect; without, a word would begin in the clear. What is sudden can be told at once.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from passante.analyse.voice import CHUNK
from passante.core.dsp import RATE_HZ

_EDGES_HZ = (100, 250, 500, 1000, 2000, 4000)
_PAST = 31
"""Chunks that count as just before: one second."""

_FEWEST = 8
"""Before so many were heard, everything is sudden."""

_RISE_DB = 6.0
_FAINTEST = 1e-10
"""Of full scale squared, in a band: what is fainter counts as this."""


class Startle:
    """Tells chunks in which some band is much louder than it was at any time just before."""

    def __init__(self, hold: int) -> None:
        """Each sudden chunk makes `hold` chunks sudden, itself among them; 0 makes none."""
        self._hold = hold
        self._left = 0
        self._past: deque[NDArray[np.float64]] = deque(maxlen=_PAST)
        edges = np.array(_EDGES_HZ) * CHUNK // RATE_HZ
        self._starts = np.append(edges, CHUNK // 2)
        self._shape = np.hanning(CHUNK + 1)[:-1]

    def sudden(self, chunk: NDArray[np.float32]) -> bool:
        """Whether (channels, `CHUNK`) is to be hidden until it has been judged."""
        if not self._hold:
            return False
        power = np.abs(np.fft.rfft(chunk * self._shape, axis=1)) ** 2 / CHUNK**2
        bands = np.add.reduceat(power, self._starts, axis=1).max(axis=0)
        level = 10 * np.log10(np.maximum(bands, _FAINTEST))
        calm = (
            len(self._past) >= _FEWEST
            and (
                level <= np.max(self._past, axis=0) + _RISE_DB  # false for what is no number
            ).all()
        )
        self._past.append(level)
        self._left = max(0, self._left - 1) if calm else self._hold
        return self._left > 0
