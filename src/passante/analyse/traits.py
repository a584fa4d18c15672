"""How a sound rises and falls: what a tagger of 0.96 s smears.

A shot is over in a few hundredths of a second, a door falls shut more dully, a siren does neither.
These numbers are about levels within a window, in four bands, beside what is quietest in it: they
do not change with the volume.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from passante.analyse.logmel import BANDS

_DB = 20 / np.log(10)
"""dB in one unit of the natural logarithm of a magnitude."""

_EDGES = (0, 12, 36, BANDS)
"""Mel bands of lows (to 500 Hz), middles (to 2.2 kHz) and highs."""

_QUIET = 0.2
"""Share of the frames that are as quiet as what is quiet in a window."""

_AFTER = (8, 20, 45)
"""Frames after the loudest one at which it is asked how much is left."""

_SUDDEN_DB = 6.0

TRAITS = 29
"""Numbers for each window."""


def traits(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, `TRAITS`), tens of dB or shares, for (n, 96, 64) log-mel patches."""
    levels = patches * np.float32(_DB)
    lows = [levels[:, :, a:b].mean(axis=2) for a, b in pairwise(_EDGES)]
    bands = np.stack([*lows, levels.mean(axis=2)], axis=2)  # (n, 96, 4)
    quiet = np.sort(bands, axis=1)[:, int(_QUIET * bands.shape[1])]
    over = bands - quiet[:, None]
    rise = _mean(over, 5, 3) - _mean(over, 0, 4)
    step = np.diff(bands, axis=1)
    loudest = over[:, :, 3].argmax(axis=1)
    rows = np.arange(len(patches))
    falls = []
    for after in _AFTER:
        then = np.minimum(loudest + after, over.shape[1] - 1)
        falls += [over[rows, loudest, band] - over[rows, then, band] for band in (0, 2, 3)]
    peak = over[rows, loudest]
    spiky = levels.max(axis=2) - levels.mean(axis=2)
    columns = [
        *over.max(axis=1).T / 10,
        *rise.max(axis=1).T / 10,
        *np.maximum(step, 0).mean(axis=1).T,
        *(fall / 10 for fall in falls),
        over[:, :, 3].std(axis=1) / 10,
        loudest / over.shape[1],
        (peak[:, 0] - peak[:, 1]) / 10,
        (peak[:, 1] - peak[:, 2]) / 10,
        spiky.mean(axis=1) / 10,
        spiky[rows, loudest] / 10,
        (rise[:, :, 3] > _SUDDEN_DB).mean(axis=1),
        (over[:, :, 3] > over[:, :, 3].max(axis=1, keepdims=True) - 10).mean(axis=1),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _mean(over: NDArray[np.float32], first: int, count: int) -> NDArray[np.float32]:
    """Means over `count` frames from `first` on, for every start of a stretch of eight."""
    sums = np.cumsum(over, axis=1)
    sums = np.concatenate([np.zeros_like(sums[:, :1]), sums], axis=1)
    stretches = over.shape[1] - 7
    begin = np.arange(stretches) + first
    return np.asarray((sums[:, begin + count] - sums[:, begin]) / count, np.float32)
