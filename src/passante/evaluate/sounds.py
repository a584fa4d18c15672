"""Recordings of voices, and methods that hide who speaks or what is said."""

from __future__ import annotations

import tempfile
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from passante.core.errors import EvaluationError
from passante.evaluate.results import Subject
from passante.pipeline.build import Equipment
from passante.pipeline.job import Job, protect_file
from passante.sinks import OutputSettings

Sound = NDArray[np.float32]
"""(n,) at `RATE_HZ`, -1 to 1."""

RATE_HZ = 16_000
_BAND_HZ = (150.0, 3800.0)
_LEVEL = 0.05
"""Root mean square that every recording is brought to."""

Speak = Callable[[Sound, np.random.Generator], Sound]
"""A recording -> the recording as an attacker gets it, as long as before."""


@dataclass(frozen=True, slots=True)
class SoundMethod:
    """Something that protects sound."""

    subject: Subject
    hide: Speak


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
    """The same through one channel for all: else a microphone tells who speaks."""
    spectrum = np.fft.rfft(sound)
    pitch = np.fft.rfftfreq(sound.size, 1 / RATE_HZ)
    spectrum[(pitch < _BAND_HZ[0]) | (pitch > _BAND_HZ[1])] = 0
    made = np.fft.irfft(spectrum, sound.size)
    made *= _LEVEL / max(1e-6, float(np.sqrt((made**2).mean())))
    return np.asarray(np.clip(made, -1, 1), np.float32)


def policy(equipment: Equipment, *, name: str) -> SoundMethod:
    """A policy as its user has it: the file goes through the pipeline into another file."""

    def hide(sound: Sound, _: np.random.Generator) -> Sound:
        with tempfile.TemporaryDirectory(prefix="passante-evaluate-") as folder:
            source, target = Path(folder) / "in.wav", Path(folder) / "out.wav"
            save(source, sound)
            protect_file(Job(source, target, OutputSettings()), equipment)
            made = load(target)
        return np.resize(np.pad(made, (0, max(0, sound.size - made.size))), sound.size)

    return SoundMethod(Subject(f"policy {name}", ours=True), hide)


def save(path: Path, sound: Sound) -> None:
    """Sound as a WAV file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes())


def untouched(sound: Sound, _: np.random.Generator) -> Sound:
    """The control: nothing is hidden."""
    return sound


def reversed_pieces(sound: Sound, rng: np.random.Generator) -> Sound:
    """Pieces of 80 to 200 ms, each played backwards."""
    pieces, at = [], 0
    while at < sound.size:
        length = int(rng.uniform(0.08, 0.2) * RATE_HZ)
        pieces.append(sound[at : at + length][::-1])
        at += length
    return np.concatenate(pieces)


def _low_pass(sound: Sound, _: np.random.Generator) -> Sound:
    """Nothing above 800 Hz."""
    spectrum = np.fft.rfft(sound)
    spectrum[np.fft.rfftfreq(sound.size, 1 / RATE_HZ) > 800] = 0
    return np.fft.irfft(spectrum, sound.size).astype(np.float32)


def _silence(sound: Sound, _: np.random.Generator) -> Sound:
    return np.zeros_like(sound)


_ORDER, _WINDOW, _HOP = 20, 320, 160


def _mcadams(sound: Sound, rng: np.random.Generator) -> Sound:
    """Formants moved: the angles of linear prediction's poles to a power drawn once a recording."""
    power = rng.uniform(0.5, 0.9)
    shape = np.sqrt(np.hanning(_WINDOW + 1)[:-1])
    padded = np.concatenate([np.zeros(_WINDOW), sound, np.zeros(2 * _WINDOW)])
    made = np.zeros(padded.size)
    for at in range(0, padded.size - _WINDOW, _HOP):
        frame = padded[at : at + _WINDOW] * shape
        made[at : at + _WINDOW] += _warped(frame, power) * shape
    cut = made[_WINDOW : _WINDOW + sound.size]
    return np.asarray(cut / max(1.0, float(np.abs(cut).max())), np.float32)


def _warped(frame: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    if float((frame**2).sum()) < 1e-9:
        return frame
    auto = np.correlate(frame, frame, "full")[frame.size - 1 :][: _ORDER + 1]
    auto[0] *= 1 + 1e-4
    matrix = auto[np.abs(np.subtract.outer(np.arange(_ORDER), np.arange(_ORDER)))]
    prediction = np.concatenate([[1.0], -np.linalg.solve(matrix, auto[1:])])
    poles = np.roots(prediction)
    angle = np.angle(poles)
    turned = np.abs(poles) * np.exp(1j * np.sign(angle) * np.abs(angle) ** power)
    moved = np.real(np.poly(np.where(np.abs(poles.imag) > 1e-9, turned, poles)))
    # the whitening filter in, the moved one out, by their responses on a longer window
    size = 4 * _WINDOW
    response = np.fft.rfft(prediction, size) / np.fft.rfft(moved, size)
    return np.fft.irfft(np.fft.rfft(frame, size) * response, size)[: frame.size]


BASELINES: Mapping[str, Speak] = MappingProxyType(
    {
        "silence": _silence,
        "segment reversal": reversed_pieces,
        "McAdams": _mcadams,
        "low-pass 800 Hz": _low_pass,
    }
)
"""Methods of others."""


def baselines(*, quick: bool) -> list[SoundMethod]:
    """Baselines; `quick`: the two that are weakest and strongest."""
    names = ("silence", "segment reversal") if quick else tuple(BASELINES)
    return [SoundMethod(Subject(name, ours=False), BASELINES[name]) for name in names]
