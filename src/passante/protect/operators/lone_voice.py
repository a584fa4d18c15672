"""One voice for everybody: signs of phones in, sound out.

A small network gives the colour of every 10 ms (a cepstrum) and whether it hums, from the signs
around it. Pulses and noise are shaped by that colour. The network learned from one synthetic voice;
whoever spoke has no part in it but the signs. Pitch is drawn anew after every pause.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from passante.core.dsp import RATE_HZ
from passante.protect.operators.phones import FRAME, PAUSE, Network

BEFORE, AFTER = 9, 3
"""Signs before and after one that give it its sound."""

_CEPSTRUM = 28
_STEP = 160
_WINDOW = 2 * _STEP
_SPECTRUM = 1024
_LEVEL = 0.06
_KNOT_STEPS = 50
_FALL_STEPS = 300
_BREAK_SIGNS = 20
"""After a pause of 0.4 s another voice may speak."""


class LoneVoice:
    """Speaks signs as they come: one unbroken stretch."""

    def __init__(self, network: Network, draw: Callable[[], np.random.Generator]) -> None:
        """Make it ready.

        Args:
            network: Signs (n, 13) to what two steps of 10 ms sound like, (n, 58): two cepstra of
                28, then two shares of humming from 0 to 1.
            draw: Gives a fresh generator for everything that is said between two pauses.
        """
        self._network = network
        self._draw = draw
        self._signs = np.full(BEFORE, PAUSE)
        self._source: _Source | None = None
        self._quiet = 0
        self._adding = np.zeros(_SPECTRUM)
        # what is made first lies before the first sign
        self._early = _STEP
        self._shape = np.hanning(_WINDOW + 1)[:-1]
        place_hz = np.arange(_SPECTRUM // 2 + 1) * (RATE_HZ / _SPECTRUM)
        self._breath = 0.6 * np.clip((place_hz - 2500) / 2500, 0, 1)

    def push(self, signs: NDArray[np.intp]) -> NDArray[np.float32]:
        """(samples,) at `RATE_HZ`: 320 for each sign that has its neighbours."""
        self._signs = np.concatenate([self._signs, signs])
        ready = self._signs.size - BEFORE - AFTER
        if ready <= 0:
            return np.zeros(0, np.float32)
        around = np.lib.stride_tricks.sliding_window_view(self._signs, BEFORE + 1 + AFTER)
        made = np.concatenate([self._sound(row) for row in around])
        self._signs = self._signs[ready:]
        early, self._early = self._early, 0
        return made[early:]

    def _sound(self, row: NDArray[np.intp]) -> NDArray[np.float32]:
        """The 320 samples of one sign."""
        self._quiet = self._quiet + 1 if (row == PAUSE).all() else 0
        if self._quiet >= _BREAK_SIGNS:
            self._source = None
        if self._quiet:
            return np.concatenate([self._shift(None) for _ in range(FRAME // _STEP)])
        if self._source is None:
            self._source = _Source(self._draw())
        (told,) = self._network.run(row[None].astype(np.int64))
        colours = told[0, : 2 * _CEPSTRUM].reshape(2, _CEPSTRUM).astype(np.float64)
        hums = np.clip(told[0, 2 * _CEPSTRUM :], 0, 1)
        steps = [
            self._render(colour, hum, *self._source.next())
            for colour, hum in zip(colours, hums.tolist(), strict=True)
        ]
        return np.concatenate(steps)

    def _render(
        self,
        colour: NDArray[np.float64],
        hum: float,
        pulses: NDArray[np.float64],
        noise: NDArray[np.float64],
    ) -> NDArray[np.float32]:
        """One step of 160 samples."""
        folded = np.zeros(_SPECTRUM)
        folded[0] = colour[0]
        folded[1:_CEPSTRUM] = 2 * colour[1:]
        shape = np.exp(np.fft.rfft(folded))
        beats, breath = (np.fft.rfft(part * self._shape, _SPECTRUM) for part in (pulses, noise))
        voiced = (1 - self._breath) * beats + self._breath * breath
        spectrum = (hum * voiced + (1 - hum) * breath) * shape
        return self._shift(np.fft.irfft(spectrum, _SPECTRUM))

    def _shift(self, sound: NDArray[np.float64] | None) -> NDArray[np.float32]:
        if sound is not None:
            self._adding += sound
        made = np.asarray(_LEVEL * self._adding[:_STEP], np.float32)
        self._adding = np.concatenate([self._adding[_STEP:], np.zeros(_STEP)])
        return made


class _Source:
    """The pulses and the breath behind what is said between two pauses."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._base_hz = 100 * 1.6 ** generator.uniform()
        self._from = self._to = self._knot()
        self._phase = float(generator.uniform())
        self._step = 0
        self._pulses = np.zeros(_WINDOW)
        self._noise = generator.standard_normal(_WINDOW)

    def next(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(320,) pulses and (320,) noise, 160 samples further on than the last."""
        at = self._step % _KNOT_STEPS
        if at == 0:
            self._from, self._to = self._to, self._knot()
        sway = self._from + (self._to - self._from) * at / _KNOT_STEPS
        pitch_hz = self._base_hz * sway * (1 - 0.12 * min(1.0, self._step / _FALL_STEPS))
        self._step += 1
        phases = self._phase + np.arange(1, _STEP + 1) * (pitch_hz / RATE_HZ)
        beats = np.diff(np.floor(phases), prepend=np.floor(self._phase)) > 0
        self._phase = float(phases[-1] % 1)
        self._pulses = np.append(self._pulses[_STEP:], beats * np.sqrt(RATE_HZ / pitch_hz))
        self._noise = np.append(self._noise[_STEP:], self._generator.standard_normal(_STEP))
        return self._pulses, self._noise

    def _knot(self) -> float:
        return 1 + 0.05 * float(self._generator.standard_normal())
