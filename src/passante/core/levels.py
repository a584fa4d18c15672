"""Sound levels: how loud, by A-weighting and in third octaves, every 125 ms.

A-weighting follows IEC 61672-1, third octaves IEC 61260-1 in base 10; both are applied to the
spectrum of overlapping 2 s and turned back into time, of which the middle second counts: so any
rate is measured as it is, no filter shifts time, and no cut of the input changes a figure.

0 dB is a signal whose root mean square is full scale; a sine that just fits reads -3.01 dB. An
offset in dB turns that into sound pressure levels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STEPS_PER_S = 8
"""Steps of 125 ms."""

BANDS_HZ: tuple[float, ...] = tuple(1000.0 * 10 ** (x / 10) for x in range(-16, 12))
"""Exact centres of the third octaves from 25 Hz to 12.5 kHz, Hz."""

BAND_NAMES: tuple[str, ...] = (
    *("25", "31.5", "40", "50", "63", "80", "100", "125", "160", "200", "250", "315", "400"),
    *("500", "630", "800", "1000", "1250", "1600", "2000", "2500", "3150", "4000", "5000"),
    *("6300", "8000", "10000", "12500"),
)
"""Their nominal centres, Hz."""

QUIETEST_DB = -140.0
"""What silence reads, before the offset."""

_FAST_S = 0.125
_LOOKS_PER_STEP = 16
_LOUDEST = 8.0
_FULL = 1 - 2.0**-15
_CLIPPED_RUN = 3
"""So many samples in a row at full scale are no peak of a sound."""
_NARROWER = 1.0472
"""Makes the effective width of a Butterworth filter of this order that of an ideal one: pi / 3."""
_REACH = 4.0
"""A filter is zero beyond this ratio to its centre: its attenuation there is 73 dB."""


@dataclass(frozen=True, slots=True)
class Step:
    """The levels of 125 ms."""

    number: int
    """Step n begins n / 8 s after the first sample."""
    measured: bool
    """False where a sample was no number or clipped, in this step or the one before; all levels
    are then those of silence and mean nothing."""
    leq_db: float
    """A-weighted, equivalent: LAeq of the step."""
    fast_db: float
    """A-weighted with time weighting F, at the end of the step."""
    fast_max_db: float
    """The highest of that within the step."""
    bands_db: tuple[float, ...] = ()
    """Equivalent, not A-weighted, of each of `BANDS_HZ` that fits below half the rate."""


def a_weighting(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gain of the A-weighting at each frequency; 1 at 1 kHz (IEC 61672-1, annex E)."""
    low, mid, upper, high = 20.598997, 107.65265, 737.86223, 12194.217

    def raw(f2: NDArray[np.float64]) -> NDArray[np.float64]:
        bass = np.sqrt((f2 + mid**2) * (f2 + upper**2))
        return np.asarray(high**2 * f2**2 / ((f2 + low**2) * bass * (f2 + high**2)))

    return np.asarray(raw(frequency_hz**2) / raw(np.array([1e6])))


def third_octave(frequency_hz: NDArray[np.float64], centre_hz: float) -> NDArray[np.float64]:
    """Gain of a third-octave filter at each frequency: a Butterworth band-pass of order 3."""
    edge = 10 ** (1 / 20)
    steep = _NARROWER / (edge - 1 / edge)
    ratio = np.maximum(frequency_hz, 1e-9) / centre_hz
    gain = 1 / np.sqrt(1 + ((ratio - 1 / ratio) * steep) ** 6)
    return np.where((ratio > 1 / _REACH) & (ratio < _REACH), gain, 0.0)


def bands_below(rate_hz: int) -> int:
    """How many of `BANDS_HZ` lie wholly below half of a rate."""
    return sum(centre * 10 ** (1 / 20) <= rate_hz / 2 for centre in BANDS_HZ)


class LevelMeter:
    """Measures one unbroken stretch of a stream. Holds 2 s of it."""

    def __init__(
        self, rate_hz: int, channels: int, *, offset_db: float = 0.0, bands: bool = True
    ) -> None:
        """Make it ready.

        Args:
            rate_hz: Samples a second.
            channels: How many; their powers are averaged.
            offset_db: Added to every level: the sound pressure level of a root mean square of 1.
            bands: Whether third octaves are wanted.
        """
        if rate_hz < 2 * STEPS_PER_S * _LOOKS_PER_STEP:
            raise ValueError(f"no levels at {rate_hz} Hz")
        self._rate = rate_hz
        self._offset = offset_db
        self._half = rate_hz // 2
        self._held = np.zeros((channels, self._half), np.float32)
        self._taken = 0
        self._seconds = 0
        self._fast: float | None = None
        frequencies = np.arange(rate_hz + 1, dtype=np.float64) / 2
        self._weight = a_weighting(frequencies)
        wanted = BANDS_HZ[: bands_below(rate_hz)] if bands else ()
        self._bands = [_Band.of(frequencies, centre) for centre in wanted]
        looks = np.arange(STEPS_PER_S * _LOOKS_PER_STEP + 1)
        self._cuts = -(-looks * rate_hz // looks[-1])

    def push(self, samples: NDArray[np.float32]) -> Iterator[Step]:
        """The steps that are known through (channels, n) more samples."""
        self._taken += samples.shape[1]
        return self._run(samples)

    def flush(self) -> Iterator[Step]:
        """The whole steps that were still held."""
        whole = self._taken * STEPS_PER_S // self._rate
        pad = np.zeros((len(self._held), 2 * self._rate + 2), np.float32)
        for step in self._run(pad):
            if step.number < whole:
                yield step

    def _run(self, samples: NDArray[np.float32]) -> Iterator[Step]:
        made: list[Step] = []
        self._held = np.concatenate([self._held, samples], axis=1)
        while self._held.shape[1] >= 2 * self._rate:
            made += self._second(self._held[:, : 2 * self._rate])
            self._held = self._held[:, self._rate :].copy()
            self._seconds += 1
        return iter(made)

    def _second(self, window: NDArray[np.float32]) -> Iterator[Step]:
        """The steps of the middle second of (channels, 2 s)."""
        usable = self._usable(window)
        sane = np.isfinite(window)
        clean = np.clip(np.where(sane, window, np.float32(0)), -_LOUDEST, _LOUDEST)
        spectrum = np.fft.rfft(clean.astype(np.float64), axis=1)
        weighted = np.fft.irfft(spectrum * self._weight, 2 * self._rate, axis=1)
        power = (weighted[:, self._half : self._half + self._rate] ** 2).mean(axis=0)
        looks = np.add.reduceat(power, self._cuts[:-1]) / np.diff(self._cuts)
        by_step = looks.reshape(STEPS_PER_S, _LOOKS_PER_STEP)
        bands = [self._levels(band.powers(spectrum)) for band in self._bands]
        for step, powers in enumerate(by_step):
            number = self._seconds * STEPS_PER_S + step
            fast = self._follow(powers)
            if not usable[step]:
                yield Step(number, False, *(3 * (QUIETEST_DB + self._offset,)))
                continue
            leq, last, most = self._levels(np.array([powers.mean(), fast[-1], fast.max()]))
            yield Step(number, True, leq, last, most, tuple(band[step] for band in bands))

    def _follow(self, powers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Time weighting F over the looks of one step."""
        keep = math.exp(-1 / (STEPS_PER_S * _LOOKS_PER_STEP * _FAST_S))
        fast = float(powers[0]) if self._fast is None else self._fast
        followed = []
        for power in powers.tolist():
            fast = keep * fast + (1 - keep) * power
            followed.append(fast)
        self._fast = fast
        return np.array(followed)

    def _levels(self, powers: NDArray[np.float64]) -> list[float]:
        level = 10 * np.log10(np.maximum(powers, 10 ** (QUIETEST_DB / 10))) + self._offset
        found: list[float] = level.tolist()
        return found

    def _usable(self, window: NDArray[np.float32]) -> list[bool]:
        """Whether each step of the middle second, and the one before it, can be measured."""
        size = np.abs(window)
        broken = ~(size <= _LOUDEST)
        full = size >= _FULL
        run = full[:, 2:] & full[:, 1:-1] & full[:, :-2]
        for late in range(_CLIPPED_RUN):
            broken[:, late : late + run.shape[1]] |= run
        bad = np.flatnonzero(broken.any(axis=0)) - self._half
        steps = set((bad * STEPS_PER_S // self._rate).tolist())
        return [steps.isdisjoint({step, step - 1}) for step in range(STEPS_PER_S)]


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """One filter, on as few points as its frequencies need."""

    first: int
    gain: NDArray[np.float64]
    points: int
    window: int

    @classmethod
    def of(cls, frequencies: NDArray[np.float64], centre_hz: float) -> _Band:
        gain = third_octave(frequencies, centre_hz)
        passing = np.flatnonzero(gain)
        first, stop = int(passing[0]), int(passing[-1]) + 1
        points = 4 * STEPS_PER_S * _smooth(-(-(stop - first) // (4 * STEPS_PER_S)))
        return cls(first, gain[first:stop], points, 2 * (frequencies.size - 1))

    def powers(self, spectrum: NDArray[np.complex128]) -> NDArray[np.float64]:
        """The mean power of each step of the middle second, from the spectrum of 2 s."""
        part = spectrum[:, self.first : self.first + self.gain.size] * self.gain
        # of a real signal, half of the spectrum holds half of each amplitude
        track = np.fft.ifft(part, self.points, axis=1) * (self.points / self.window)
        power = 2 * (np.abs(track) ** 2).mean(axis=0)
        middle = power[self.points // 4 : 3 * self.points // 4]
        return np.asarray(middle.reshape(STEPS_PER_S, -1).mean(axis=1))


def _smooth(number: int) -> int:
    """The next number without a prime factor above 5: a transform of it is quick."""
    while True:
        rest = number
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return number
        number += 1


class Summary:
    """Levels of a period from its steps, in constant memory."""

    _BIN_DB = 0.1
    _LOWEST_DB = -200.0
    _BINS = 5000

    def __init__(self) -> None:
        self._counts = np.zeros(self._BINS, np.int64)
        self._energy = 0.0
        self.fast_max_db = -math.inf
        """LAFmax, dB."""
        self.steps = 0
        """How many steps were measured."""
        self.unmeasured = 0
        """How many could not be."""

    def add(self, step: Step) -> None:
        """Take one step more."""
        if not step.measured:
            self.unmeasured += 1
            return
        self.steps += 1
        self._energy += 10 ** (step.leq_db / 10)
        self.fast_max_db = max(self.fast_max_db, step.fast_max_db)
        place = round((step.fast_db - self._LOWEST_DB) / self._BIN_DB)
        self._counts[min(max(place, 0), self._BINS - 1)] += 1

    @property
    def leq_db(self) -> float:
        """LAeq of what was measured; ask only where `steps` is not 0."""
        return 10 * math.log10(self._energy / self.steps)

    def exceeded_db(self, percent: float) -> float:
        """The level that LAF exceeded for so many percent of the time: 10 for L10."""
        above = self.steps - np.cumsum(self._counts)
        place = int(np.argmax(above <= self.steps * percent / 100))
        return round(self._LOWEST_DB + place * self._BIN_DB, 1)
