"""What the tagger of sounds looks at: energy in 64 mel bands, 100 times a second.

As YAMNet was trained: windows of 25 ms every 10 ms at 16 kHz, periodic Hann, magnitudes of a
Fourier transform over 512 samples, 64 triangles evenly spaced on the HTK mel scale from 125 to
7500 Hz, natural logarithm of what falls into each plus 0.001.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passante.core.dsp import RATE_HZ

HOP = 160
"""Samples at `RATE_HZ` from one frame to the next: 10 ms."""

WINDOW = 400
"""Samples that one frame looks at: 25 ms."""

BANDS = 64

FRAMES = 96
"""Frames of one patch: 0.96 s from the first hop to the last."""

_TRANSFORM = 512
_LOWEST_HZ, _HIGHEST_HZ = 125.0, 7500.0
_OFFSET = 0.001
_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def _mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(hertz) / 700.0))


def triangles() -> NDArray[np.float32]:
    """(257, `BANDS`): how much of every bin of the transform counts for every band."""
    edges = np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), BANDS + 2)
    bins = _mel(np.linspace(0, RATE_HZ / 2, _TRANSFORM // 2 + 1))[:, None]
    below, middle, above = edges[:-2], edges[1:-1], edges[2:]
    rising = (bins - below) / (middle - below)
    falling = (above - bins) / (above - middle)
    made = np.maximum(0, np.minimum(rising, falling))
    made[0] = 0  # what does not swing is no sound
    return np.asarray(made, np.float32)


_TRIANGLES = triangles()


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Frames of every whole window.

    Args:
        samples: (n,) at `RATE_HZ`, -1 to 1.

    Returns:
        (1 + (n - `WINDOW`) // `HOP`, `BANDS`), or none where n is less than one window. Each frame
        is computed by itself: it does not depend on what else is asked for.
    """
    if samples.size < WINDOW:
        return np.zeros((0, BANDS), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    sizes = np.abs(np.fft.rfft(windows * _HANN, _TRANSFORM)).astype(np.float32)
    # band by band in a fixed order: a matrix product may add up in another for another count
    energy = np.einsum("fb,bm->fm", sizes, _TRIANGLES, optimize=False)
    return np.asarray(np.log(energy + np.float32(_OFFSET)), np.float32)


def patches(frames: NDArray[np.float32], hop: int) -> NDArray[np.float32]:
    """Every whole patch of (n, `BANDS`) frames, one every `hop` frames: (m, `FRAMES`, `BANDS`)."""
    if len(frames) < FRAMES:
        return np.zeros((0, FRAMES, BANDS), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(frames, FRAMES, axis=0)[::hop]
    return np.ascontiguousarray(windows.transpose(0, 2, 1))
