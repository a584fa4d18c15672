"""Networks that tell people apart by their voices: two families that were never trained together.

GE2E is a recurrent network on 40 mel bands (Wan et al. 2018); CAM++ a convolutional one on 80 (Wang
et al. 2023). What one of them cannot hear the other may.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from passante.evaluate.sounds import RATE_HZ, Sound
from passante.models.session import OnnxSession

_BANDS, _WINDOW, _HOP, _FRAMES = 40, 400, 160, 160
_LOUD_DBFS = -30.0
_KALDI_BANDS, _KALDI_FRAMES, _KALDI_FFT = 80, 400, 512
_PREEMPHASIS = 0.97


class Verifier(Protocol):
    """Turns voices into vectors, of which those of one person lie near each other."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def embed(self, sound: Sound) -> NDArray[np.float32]:
        """One vector of length 1."""
        ...


class Ge2e:
    """The GE2E network on 40 mel bands, the mean over windows of 1.6 s."""

    def __init__(self, session: OnnxSession) -> None:
        self._session = session

    @property
    def name(self) -> str:
        """Name of its card."""
        return self._session.card.name

    def embed(self, sound: Sound) -> NDArray[np.float32]:
        """One vector of length 1."""
        level = 10 * np.log10(float((sound**2).mean()) + 1e-12)
        louder = sound * np.float32(10 ** (max(0.0, _LOUD_DBFS - level) / 20))
        mels = mel_energies(louder)
        if len(mels) < _FRAMES:
            mels = np.pad(mels, ((0, _FRAMES - len(mels)), (0, 0)))
        starts = range(0, len(mels) - _FRAMES + 1, _FRAMES // 2)
        windows = np.stack([mels[at : at + _FRAMES] for at in starts])
        (made,) = self._session.run(windows)
        return _unit(np.nan_to_num(made).mean(axis=0))


class CamPlus:
    """The CAM++ network on 80 Kaldi bands, the mean over windows of 4 s."""

    def __init__(self, session: OnnxSession) -> None:
        self._session = session

    @property
    def name(self) -> str:
        """Name of its card."""
        return self._session.card.name

    def embed(self, sound: Sound) -> NDArray[np.float32]:
        """One vector of length 1."""
        bands = kaldi_energies(sound)
        bands = bands - bands.mean(axis=0)
        if len(bands) < _KALDI_FRAMES:
            bands = np.resize(bands, (_KALDI_FRAMES, _KALDI_BANDS))  # said again and again
        last = len(bands) - _KALDI_FRAMES
        starts = sorted({*range(0, last + 1, _KALDI_FRAMES // 2), last})
        windows = np.stack([bands[at : at + _KALDI_FRAMES] for at in starts])
        (made,) = self._session.run(windows)
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        return _unit(np.nan_to_num(made / np.maximum(lengths, 1e-9)).mean(axis=0))


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / max(1e-9, float(np.linalg.norm(vector))), np.float32)


def mel_energies(sound: Sound) -> NDArray[np.float32]:
    """(frames, 40): energy in Slaney's mel bands every 10 ms, windows of 25 ms."""
    padded = np.pad(sound.astype(np.float64), _WINDOW // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    shape = np.hanning(_WINDOW + 1)[:-1]
    power = np.abs(np.fft.rfft(windows * shape, axis=1)) ** 2
    return (power @ _mel_bands().T).astype(np.float32)


def _mel_bands() -> NDArray[np.float64]:
    """(40, 201): triangles of equal area, 0 to 8 kHz, linear below 1 kHz and logarithmic above."""
    top = 15 + 27 * np.log(RATE_HZ / 2 / 1000) / np.log(6.4)
    mel = np.linspace(0, top, _BANDS + 2)
    edges = np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))
    pitch = np.fft.rfftfreq(_WINDOW, 1 / RATE_HZ)
    rise = (pitch - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - pitch) / (edges[2:] - edges[1:-1])[:, None]
    area = (2 / (edges[2:] - edges[:-2]))[:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)) * area)


def kaldi_energies(sound: Sound) -> NDArray[np.float32]:
    """(frames, 80): log energy in mel bands every 10 ms, as the Kaldi toolkit makes them."""
    if sound.size < _WINDOW:
        sound = np.pad(sound, (0, _WINDOW - sound.size))
    windows = np.lib.stride_tricks.sliding_window_view(sound.astype(np.float64), _WINDOW)[::_HOP]
    windows = windows - windows.mean(axis=1, keepdims=True)
    before = np.concatenate([windows[:, :1], windows[:, :-1]], axis=1)
    windows = windows - _PREEMPHASIS * before
    shape = np.hanning(_WINDOW) ** 0.85
    power = np.abs(np.fft.rfft(windows * shape, _KALDI_FFT, axis=1)) ** 2
    return np.log(np.maximum(power @ _kaldi_bands().T, 1.2e-7)).astype(np.float32)


def _kaldi_bands() -> NDArray[np.float64]:
    """(80, 257): triangles straight on the mel scale, 20 Hz to 8 kHz."""
    low, high = (1127 * np.log(1 + hz / 700) for hz in (20, RATE_HZ / 2))
    edges = np.linspace(low, high, _KALDI_BANDS + 2)
    place = 1127 * np.log(1 + np.fft.rfftfreq(_KALDI_FFT, 1 / RATE_HZ) / 700)
    rise = (place - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - place) / (edges[2:] - edges[1:-1])[:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)))
