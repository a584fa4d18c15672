"""Recordings and made sounds mixed into the sound of streets, as windows with what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.analyse.logmel import FRAMES, HOP, log_mel
from passante.core.dsp import RATE_HZ
from passante.evaluate.trials import active

Sound = NDArray[np.float32]

SECONDS = 4
LONGEST = (SECONDS + 1) * RATE_HZ
"""Samples of a sound or bed that are used."""
STEP = 24
_ENOUGH = 25
"""Frames of a sound that a window has to hold, or most of a shorter one."""


def level(sound: Sound) -> float:
    """Root mean square of what is not a pause."""
    kept = np.repeat(active(sound), HOP)
    return float(np.sqrt((sound[: kept.size][kept] ** 2).mean())) if kept.any() else 1e-6


def varied(sound: Sound, rng: np.random.Generator) -> Sound:
    """The same through another microphone: tilt, echo, now and then a coarse recorder."""
    made = sound.astype(np.float64)
    spectrum = np.fft.rfft(made)
    pitch = np.maximum(np.fft.rfftfreq(made.size, 1 / RATE_HZ), 30)
    tilt = (pitch / 1000) ** (rng.uniform(-0.25, 0.25))
    high = rng.choice([8000, 8000, 8000, 6000, 3800])
    made = np.fft.irfft(spectrum * tilt * (pitch < high), made.size)
    if rng.random() < 0.4:
        length = int(rng.uniform(0.1, 0.8) * RATE_HZ)
        echo = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
        echo *= rng.uniform(0.01, 0.08)
        echo[0] = 1
        size = 2 ** int(np.ceil(np.log2(made.size + length)))
        echoed = np.fft.irfft(np.fft.rfft(made, size) * np.fft.rfft(echo, size), size)
        made = echoed[: made.size + length]
    if rng.random() < 0.2:
        top = np.abs(made).max() + 1e-9
        made = np.round(made / top * 127) / 127 * top
    return made.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Four seconds of a street."""

    frames: NDArray[np.float32]
    """(n, 64), as `log_mel` gives them."""
    holds: NDArray[np.int8]
    """(looks,): 1 where a look, one every `STEP` frames, holds the sound, 0 where it does not, -1
    where it holds a bit."""


def mixture(
    sound: Sound | None, bed: Sound, snr_db: float, loud_db: float, rng: np.random.Generator
) -> Mixture:
    """One sound somewhere in four seconds of a bed, or the bed alone.

    Args:
        sound: What is heard; None for nothing.
        bed: At least as long as the mixture.
        snr_db: Of the sound's level without pauses over that of the bed.
        loud_db: Level of the bed, dB of full scale.
        rng: Of where it stands.
    """
    length = SECONDS * RATE_HZ
    start = int(rng.integers(0, bed.size - length + 1))
    made = bed[start : start + length].astype(np.float32)
    made = made / max(1e-6, float(np.sqrt((made**2).mean()))) * np.float32(10 ** (loud_db / 20))
    mask = np.zeros(length // HOP + 1, np.int64)
    if sound is not None:
        gain = 10 ** ((snr_db + loud_db) / 20) / max(1e-6, level(sound))
        at = int(rng.integers(-min(RATE_HZ, sound.size // 2), length - RATE_HZ // 2)) // HOP * HOP
        first, last = max(at, 0), min(at + sound.size, length)
        made[first:last] += (gain * sound)[first - at : last - at]
        kept = active(sound)[(first - at) // HOP :][: (last - first) // HOP]
        mask[first // HOP : first // HOP + kept.size] = kept
    frames = log_mel(np.clip(made, -1, 1))
    sums = np.concatenate([[0], np.cumsum(mask)])
    begin = STEP * np.arange((len(frames) - FRAMES) // STEP + 1)
    held = sums[np.minimum(begin + FRAMES, mask.size)] - sums[begin]
    enough = min(_ENOUGH, max(1, int(0.7 * mask.sum())))
    holds = np.where(held >= enough, 1, np.where(held > 0, -1, 0)).astype(np.int8)
    return Mixture(frames, holds)


def beds(sounds: Sequence[Sound], rng: np.random.Generator) -> Iterator[Sound]:
    """Endless: one of the sounds, as long as is needed, turned and coloured at random."""
    while True:
        sound = sounds[int(rng.integers(len(sounds)))]
        if sound.size < LONGEST:
            sound = np.concatenate([sound, sound[::-1]] * (LONGEST // (2 * sound.size) + 1))
        start = int(rng.integers(0, sound.size - LONGEST + 1))
        made = varied(sound[start : start + LONGEST], rng)[:LONGEST]
        if rng.random() < 0.3:
            other = sounds[int(rng.integers(len(sounds)))]
            if other.size < LONGEST:
                other = np.concatenate([other, other[::-1]] * (LONGEST // (2 * other.size) + 1))
            made = made + np.float32(rng.uniform(0.1, 1)) * other[:LONGEST]
        yield made
