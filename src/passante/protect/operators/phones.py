"""What is said, as a row of 40 signs and nothing else.

A network of whoever's words turns sound into features, a small one of our own names the phone of
every 20 ms. Only its name goes on: no pitch, no level, no colour, and no second guess. It knows
English; of other languages it makes the nearest English phones.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from passante.core.dsp import RATE_HZ

PHONES: tuple[str, ...] = (
    *("aa", "ae", "ah", "ao", "aw", "ay", "b", "ch", "d", "dh", "eh", "er", "ey", "f", "g", "hh"),
    *("ih", "iy", "jh", "k", "l", "m", "n", "ng", "ow", "oy", "p", "r", "s", "sh", "t", "th", "uh"),
    *("uw", "v", "w", "y", "z", "zh", "pau"),
)
"""The signs, as the CMU dictionary writes them; the last is none."""

PAUSE = len(PHONES) - 1

FRAME = RATE_HZ // 50
"""Samples of one sign: 20 ms."""
HOP = 10
"""Signs that are named at once: 200 ms."""
AHEAD = 6
"""Signs that are listened to beyond them: 120 ms."""
LAG = (HOP + AHEAD) * FRAME + FRAME
"""Samples by which a sign may come after the first sample of its 20 ms."""

_MELS, _FRAMES, _STEP, _SPAN = 80, 160, 160, 400
_SURE = 0.2
"""A guess less sure than this is no sign."""
_BESIDE = 0.5
"""How much the signs before and after count, which are often the same."""
_QUIETEST = -6.0
"""log10 of the power of a mel band below which there is nothing to listen to."""


class Network(Protocol):
    """What is needed of a session: arrays in, arrays out."""

    @property
    def ref(self) -> str:
        """Reference of the network."""
        ...

    # Any: a network's numbers have the types that its card names.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """The outputs for these inputs, in the order of the card."""
        ...


@cache
def mel_filters() -> NDArray[np.float32]:
    """(80, 201): triangles of equal area, linear below 1 kHz and logarithmic above (Slaney)."""
    step = np.log(6.4) / 27
    top = 15 + np.log(8.0) / step
    mel = np.linspace(0, top, _MELS + 2)
    hz = np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(step * (mel - 15)))
    bins = np.arange(_SPAN // 2 + 1) * RATE_HZ / _SPAN
    rows = [
        np.interp(bins, hz[band : band + 3], [0, 1, 0]) * 2 / (hz[band + 2] - hz[band])
        for band in range(_MELS)
    ]
    return np.stack(rows).astype(np.float32)


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """(frames, 80) of log10 power every 10 ms, of (400 + 160 * (frames - 1),) samples."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, _SPAN)[::_STEP]
    shape = np.hanning(_SPAN + 1)[:-1].astype(np.float32)
    power = np.abs(np.fft.rfft(windows * shape, axis=1)) ** 2
    return np.asarray(np.log10(np.maximum(power @ mel_filters().T, 1e-10)), np.float32)


def levelled(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """A window of `log_mel` as the encoder knows it: as loud whoever speaks, 8 decades deep."""
    top = max(float(window.max()), _QUIETEST)
    return np.asarray((np.maximum(window - top, -8.0) + 5.5) / 4, np.float32)


class PhoneReader:
    """Names phones. Holds no sound: what it needs of it is the caller's."""

    def __init__(self, encoder: Network, namer: Network) -> None:
        """Make it ready.

        Args:
            encoder: Windows of log-mel (1, 80, 160) to features (1, 80, 384).
            namer: Features (n, 384) to the odds of each of `PHONES`, (n, 40), as logarithms.
        """
        self._encoder = encoder
        self._namer = namer

    @property
    def models(self) -> tuple[str, ...]:
        """References of its networks."""
        return (self._encoder.ref, self._namer.ref)

    def read(self, mels: NDArray[np.float32]) -> NDArray[np.intp]:
        """(`HOP`,) places in `PHONES` for the signs `AHEAD` before the end of (160, 80)."""
        (features,) = self._encoder.run(levelled(mels).T[None])
        (odds,) = self._namer.run(features[0, -HOP - AHEAD - 1 : 1 - AHEAD])
        if odds.shape != (HOP + 2, len(PHONES)) or not np.isfinite(odds).all():
            raise FloatingPointError("a network made what is no number")
        odds = odds - odds.max(axis=1, keepdims=True)
        share = np.log(np.exp(odds).sum(axis=1, keepdims=True))
        sure = np.exp(-share[1:-1, 0])
        known = odds - share
        joint = known[1:-1] + _BESIDE * (known[:-2] + known[2:])
        return np.where(sure < _SURE, PAUSE, joint.argmax(axis=1))


class Listener:
    """Signs of one unbroken stretch of sound, `HOP` after `HOP`."""

    def __init__(self, reader: PhoneReader) -> None:
        self._reader = reader
        # the first window is centred so that its signs begin with the first sample
        before = (_FRAMES - 2 * (HOP + AHEAD)) * _STEP + _SPAN // 2
        self._held = np.zeros(before, np.float32)
        self._marked = np.zeros(0, np.bool_)

    def push(self, voice: NDArray[np.float32], marked: NDArray[np.bool_]) -> NDArray[np.intp]:
        """The signs that are known through these samples, a multiple of `HOP`.

        Args:
            voice: (n,) at `RATE_HZ`.
            marked: (n,) where somebody may speak; elsewhere nobody is listened to.
        """
        self._held = np.concatenate([self._held, voice])
        self._marked = np.concatenate([self._marked, marked])
        need = (_FRAMES - 1) * _STEP + _SPAN
        made = [np.zeros(0, np.intp)]
        while self._held.size >= need:
            marks = self._marked[: HOP * FRAME].reshape(HOP, FRAME).any(axis=1)
            signs = np.full(HOP, PAUSE)
            if marks.any():
                signs = np.where(marks, self._reader.read(log_mel(self._held[:need])), PAUSE)
            made.append(signs)
            self._held = self._held[HOP * FRAME :]
            self._marked = self._marked[HOP * FRAME :]
        return np.concatenate(made)
