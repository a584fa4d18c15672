"""Voices made of harmonics: each person has a pitch, each word a pattern of loud bands."""

from __future__ import annotations

import numpy as np

from passante.evaluate.sounds import RATE_HZ, Sound


def word(which: int, take: int, *, pitch_hz: float = 120.0) -> Sound:
    """1.3 s with a word of 0.4 s somewhere in it."""
    rng = np.random.default_rng((which, take))
    time_s = np.arange(int(0.4 * RATE_HZ)) / RATE_HZ
    bands = np.random.default_rng(which).uniform(200, 3500, 3)
    tones = np.zeros(time_s.size)
    for harmonic in range(1, 30):
        near = np.exp(-(((pitch_hz * harmonic - bands) / 250) ** 2).min())
        phase = rng.uniform(0, 6)
        tones += near * np.sin(2 * np.pi * pitch_hz * harmonic * time_s + phase)
    made = 1e-3 * rng.standard_normal(int(1.3 * RATE_HZ))
    at = int(rng.integers(0, made.size - time_s.size))
    made[at : at + time_s.size] += 0.1 * tones * np.hanning(time_s.size)
    return made.astype(np.float32)
