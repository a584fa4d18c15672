"""Recordings of voices: reading them, one channel for all of them, and what hides them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from passante.core.errors import EvaluationError
from passante.evaluate.results import Subject

Sound = NDArray[np.float32]
"""(n,) at `RATE_HZ`, -1 to 1."""

RATE_HZ = 16_000
_BAND_HZ = (100.0, 7000.0)
_LEVEL = 0.05
"""Root mean square that every recording is brought to."""
_HISS = 0.05 * 10 ** (-35 / 20)
"""Root mean square of the noise that every recording gets: 35 dB below it."""

Copies = Callable[[int], Sequence[Sound]]
"""How many -> so many protected copies of one recording, each made with fresh draws."""


@dataclass(frozen=True, slots=True)
class SoundMethod:
    """Something that protects sound."""

    subject: Subject
    prepare: Callable[[Sound, np.random.Generator], Copies]
    """A recording and a source of draws -> what makes protected copies of it, each as long as the
    recording. What does not depend on draws is done once."""
    most_copies: int = 99
    """Where one takes long: so many are made at most."""

    def hide(self, sound: Sound, rng: np.random.Generator) -> Sound:
        """One protected copy."""
        return self.prepare(sound, rng)(1)[0]


def load(path: Path) -> Sound:
    """A recording as one channel at `RATE_HZ`.

    Raises:
        EvaluationError: It cannot be read.
    """
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE_HZ)
            decoded = container.decode(audio=0)
            made = [part for frame in decoded for part in resampler.resample(frame)]
            made += resampler.resample(None)
    except (FFmpegError, OSError, IndexError) as error:
        raise EvaluationError(f"{path.name} cannot be read as sound: {error}") from error
    if not made:
        raise EvaluationError(f"{path.name} holds no sound")
    return np.concatenate([part.to_ndarray()[0] for part in made]).astype(np.float32)


def channelled(sound: Sound) -> Sound:
    """The same through one channel for all: else a microphone tells who speaks.

    One band and one level, and over whatever hiss there was one that is the same for all.
    """
    made = _banded(sound)
    made *= _LEVEL / max(1e-6, float(np.sqrt((made**2).mean())))
    # drawn anew for each length: deterministic, and not one noise under all recordings
    hiss = _banded(np.random.default_rng(sound.size).standard_normal(sound.size))
    made += hiss * (_HISS / float(np.sqrt((hiss**2).mean())))
    return np.asarray(np.clip(made, -1, 1), np.float32)


def _banded(sound: Sound | NDArray[np.float64]) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(sound)
    pitch = np.fft.rfftfreq(sound.size, 1 / RATE_HZ)
    spectrum[(pitch < _BAND_HZ[0]) | (pitch > _BAND_HZ[1])] = 0
    return np.asarray(np.fft.irfft(spectrum, sound.size))


def method(subject: Subject, distort: Callable[[Sound, np.random.Generator], Sound]) -> SoundMethod:
    """A method that is one function of a recording and a generator."""

    def prepare(sound: Sound, rng: np.random.Generator) -> Copies:
        return lambda count: [distort(sound, rng) for _ in range(count)]

    return SoundMethod(subject, prepare)


def untouched(sound: Sound, _: np.random.Generator) -> Sound:
    """The control: nothing is hidden."""
    return sound
