"""A detector of speech on hidden sound: can it still be told where somebody speaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from passante.analyse.voice import CHUNK, Memory, VoiceDetector
from passante.evaluate.rates import Rate
from passante.evaluate.sounds import Sound

_BELOW_DB = 25.0
_DRAWS = 200
_FINE = 10_000


def scores(detector: VoiceDetector, sound: Sound) -> NDArray[np.float32]:
    """(n,): how surely each 32 ms is speech."""
    memory, made = Memory.blank(1), []
    for at in range(0, sound.size - CHUNK + 1, CHUNK):
        found, memory = detector.look(sound[None, at : at + CHUNK], memory)
        made.append(float(found[0]))
    return np.array(made, np.float32)


def spoken(speech: Sound) -> NDArray[np.bool_]:
    """Which 32 ms of clean speech hold speech: within 25 dB of the loudest."""
    frames = speech[: speech.size // CHUNK * CHUNK].reshape(-1, CHUNK)
    level = 10 * np.log10((frames**2).mean(axis=1) + 1e-12)
    return np.asarray(level > max(float(level.max()) - _BELOW_DB, -70.0))


def area(found: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """Area under the curve: how often a piece with speech scores above one without (ties half)."""
    if truth.all() or not truth.any():
        return 0.5
    silent = np.sort(found[~truth])
    below = np.searchsorted(silent, found[truth], "left")
    upto = np.searchsorted(silent, found[truth], "right")
    return float((below + upto).mean() / 2 / silent.size)


def told(
    found: Sequence[NDArray[np.float32]], truths: Sequence[NDArray[np.bool_]], *, seed: int
) -> Rate:
    """The area over all recordings, with an interval over recordings.

    A detector that is wrong more often than right is turned round: it tells as much.
    """

    def over(numbers: Sequence[int]) -> float:
        return area(
            np.concatenate([found[number] for number in numbers]),
            np.concatenate([truths[number] for number in numbers]),
        )

    rng = np.random.default_rng(seed)
    share = over(range(len(found)))
    if share < 0.5:
        found, share = [-one for one in found], 1 - share
    draws = [over(rng.integers(0, len(found), len(found)).tolist()) for _ in range(_DRAWS)]
    low, high = np.quantile(draws, (0.025, 0.975))
    hits = round(share * _FINE)
    return Rate(hits, _FINE, min(float(low), hits / _FINE), max(float(high), hits / _FINE))
