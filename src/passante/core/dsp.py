"""Sound as numbers: one resampler, one grid of time-frequency cells, one window.

Both sides of the line need these. All of it is exact in how it can be fed: cutting the input
elsewhere changes no bit of the output.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
"""Rate at which sound is looked at."""

CELL = 128
"""Samples at `RATE_HZ` of one cell of the grid: 8 ms."""

CELLS_PER_S = RATE_HZ // CELL

BAND_EDGES_HZ: tuple[float, ...] = (
    *range(0, 2000, 125),
    *(2000.0, 2250.0, 2500.0, 2800.0, 3150.0, 3550.0, 4000.0, 4500.0, 5000.0),
    *(5600.0, 6300.0, 7100.0, 8000.0),
)
"""Edges of the bands of the grid. What lies above the last edge belongs to no band."""

BANDS = len(BAND_EDGES_HZ) - 1


def native_sample(index: int, rate_hz: int) -> int:
    """The first sample at `rate_hz` that is not before sample `index` at `RATE_HZ`."""
    return -(-index * rate_hz // RATE_HZ)


def cells_from(start: int, stop: int, rate_hz: int) -> range:
    """The cells whose first sample lies in samples `start` to `stop - 1` at `rate_hz`."""
    return range(_first_cell(start, rate_hz), _first_cell(stop, rate_hz))


def _first_cell(sample: int, rate_hz: int) -> int:
    # smallest j with ceil(j * CELL * rate / RATE_HZ) >= sample
    if sample <= 0:
        return 0
    return (sample - 1) * RATE_HZ // (CELL * rate_hz) + 1


def band_of_bins(window: int, rate_hz: float) -> NDArray[np.intp]:
    """The band of every bin of a real FFT over `window` samples; `BANDS` for those above all."""
    frequencies = np.arange(window // 2 + 1) * (rate_hz / window)
    return np.searchsorted(np.asarray(BAND_EDGES_HZ), frequencies, side="right") - 1


def root_hann(window: int, hop: int) -> NDArray[np.float32]:
    """A window that, applied twice and added up every `hop` samples, gives one.

    Args:
        window: Samples; a multiple of `hop`, at least two of them.
        hop: Samples.
    """
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    return np.sqrt(hann * (2 * hop / window)).astype(np.float32)


class Fifo:
    """Samples that wait: put in as they come, taken out in other pieces."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._parts: deque[NDArray[np.float32]] = deque()
        self.ready = 0
        """Samples of each channel that wait."""

    def push(self, samples: NDArray[np.float32]) -> None:
        """Put (channels, n) behind the others."""
        if samples.shape[1]:
            self._parts.append(samples)
            self.ready += samples.shape[1]

    def pull(self, count: int) -> NDArray[np.float32]:
        """The first (channels, count); zeros where there are not so many."""
        pulled = np.zeros((self._channels, count), np.float32)
        at = 0
        while at < count and self._parts:
            part = self._parts.popleft()
            taken = min(part.shape[1], count - at)
            pulled[:, at : at + taken] = part[:, :taken]
            at += taken
            if taken < part.shape[1]:
                self._parts.appendleft(part[:, taken:])
        self.ready -= at
        return pulled


class Resampler:
    """Brings the channels of a stream from one rate to another, block by block.

    Linear phase, delay already taken out: output sample m stands at the time of input sample
    m * rate_in / rate_out. The input counts as zero before its start and after its end.
    """

    _ZERO_CROSSINGS = 20
    _MOST_PHASES = 1024
    _PIECE = 4096

    def __init__(self, channels: int, rate_in: int, rate_out: int) -> None:
        common = math.gcd(rate_in, rate_out)
        self._up, self._down = rate_out // common, rate_in // common
        self._same = rate_in == rate_out
        stretch = max(1.0, rate_in / rate_out)
        self._half = math.ceil(self._ZERO_CROSSINGS * stretch)
        self._phases = min(self._up, self._MOST_PHASES)
        self._table = _kernels(self._phases, self._half, 1 / stretch)
        self._held = np.zeros((channels, self._half - 1), np.float32)
        self._held_at = 1 - self._half
        self._made = 0
        self._taken = 0

    @property
    def delay(self) -> int:
        """How many samples of input it waits for beyond the time of an output sample."""
        return 0 if self._same else self._half

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """What became ready: (channels, m) for (channels, n)."""
        self._taken += samples.shape[1]
        if self._same:
            return samples
        self._held = np.concatenate([self._held, samples], axis=1)
        # output m needs input up to floor(m * down / up) + half
        last = self._held_at + self._held.shape[1] - 1 - self._half
        return self._make(_count_below(last + 1, self._up, self._down))

    def flush(self) -> NDArray[np.float32]:
        """The rest, so that the output ends where the input does."""
        total = _count_below(self._taken, self._up, self._down)
        if self._same:
            return np.zeros((self._held.shape[0], 0), np.float32)
        tail = np.zeros((self._held.shape[0], self._half + 1), np.float32)
        self._held = np.concatenate([self._held, tail], axis=1)
        return self._make(total)

    def _make(self, until: int) -> NDArray[np.float32]:
        """Output samples from the last made up to `until`."""
        channels = self._held.shape[0]
        if until <= self._made:
            return np.zeros((channels, 0), np.float32)
        made = np.empty((channels, until - self._made), np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(self._held, 2 * self._half, axis=1)
        for start in range(self._made, until, self._PIECE):
            stop = min(start + self._PIECE, until)
            place = np.arange(start, stop, dtype=np.int64) * self._down
            phase = (place % self._up) * self._phases // self._up
            # the window of input sample i runs from i - half + 1 to i + half
            first = place // self._up - self._half + 1 - self._held_at
            part = (windows[:, first] * self._table[phase]).sum(axis=2)
            made[:, start - self._made : stop - self._made] = part
        self._made = until
        keep_from = until * self._down // self._up - self._half + 1
        drop = max(0, min(keep_from - self._held_at, self._held.shape[1]))
        self._held = self._held[:, drop:].copy()
        self._held_at += drop
        return made


def _count_below(limit: int, up: int, down: int) -> int:
    """How many m >= 0 have floor(m * down / up) < limit."""
    return max(0, -(-limit * up // down))


def _kernels(phases: int, half: int, cutoff: float) -> NDArray[np.float32]:
    """(phases, 2 * half): a Kaiser-windowed low-pass at every phase, each of unit sum.

    Args:
        phases: How many places between two input samples.
        half: Input samples on either side.
        cutoff: Of the input's Nyquist frequency, at most 1.
    """
    offset = np.arange(2 * half) - (half - 1)
    time = offset[None, :] - np.arange(phases)[:, None] / phases
    edge = cutoff * 0.94
    window = np.i0(8.0 * np.sqrt(np.maximum(0.0, 1 - (time / half) ** 2))) / np.i0(8.0)
    kernel = edge * np.sinc(edge * time) * window
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True), np.float32)
