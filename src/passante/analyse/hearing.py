"""From samples to patches: a stream of sound on one grid, with what is usual there.

Nothing is kept but the last second. Levels are in dB beside what is usual in each band, so that a
quiet lane and a loud crossing are heard alike: there is no fixed volume from which on we listen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.analyse.logmel import BANDS, FRAMES, HOP, WINDOW, log_mel

STEP = 24
"""Frames from one patch to the next: 0.24 s."""

_DB = 20 / np.log(10)
"""dB in one unit of the natural logarithm of a magnitude."""

_USUAL = 0.2
"""Of the frames of one step, the share that is as quiet as what is usual."""

_RISE_DB, _FALL_DB = 0.75, 6.0
"""By how much the usual may rise and fall in one step: a siren of ten seconds is not usual yet."""

_LOUDEST_BANDS = 8
"""A frame stands out by the mean of so many bands: a whistle does as much as a bang."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What there is to look at every 0.24 s."""

    patch: NDArray[np.float32]
    """(`FRAMES`, `BANDS`)."""
    standing: NDArray[np.float32]
    """(`FRAMES`,) dB: how far each frame stands out of what was usual before this step."""
    first: int
    """Number of the first frame in the stream."""


class Hearing:
    """Turns samples at 16 kHz into looks. The same for any split of the samples."""

    def __init__(self) -> None:
        self._samples = np.zeros(0, np.float32)
        self._frames = np.zeros((0, BANDS), np.float32)
        self._standing = np.zeros(0, np.float32)
        self._usual: NDArray[np.float32] | None = None
        self._fresh = 0
        self._heard = 0

    def push(self, samples: NDArray[np.float32]) -> Iterator[Look]:
        """The looks that are complete through (n,) more samples."""
        self._samples = np.concatenate([self._samples, samples])
        # step by step, so that the usual is the same however the samples come
        while (ready := self._ready()) > 0:
            wanted = min(ready, STEP - self._fresh)
            self._take(wanted)
            if self._fresh == STEP:
                yield from self._step()
        # a copy of its own: what came before it may go
        self._samples = self._samples.copy()

    def flush(self) -> Iterator[Look]:
        """One more look, with silence after the end, where something was not looked at yet."""
        total = self._heard * HOP + self._samples.size
        if total:
            frames = -(-max(0, total - WINDOW) // HOP) + 1
            frames = max(FRAMES, -(-frames // STEP) * STEP)
            yield from self.push(np.zeros((frames - 1) * HOP + WINDOW - total, np.float32))

    def _ready(self) -> int:
        return max(0, (self._samples.size - WINDOW) // HOP + 1)

    def _take(self, count: int) -> None:
        made = log_mel(self._samples[: (count - 1) * HOP + WINDOW])
        self._samples = self._samples[count * HOP :]
        self._frames = np.concatenate([self._frames, made])[-FRAMES:]
        self._fresh += count
        self._heard += count

    def _step(self) -> Iterator[Look]:
        self._fresh = 0
        new = self._frames[-STEP:] * np.float32(_DB)
        quiet = np.sort(new, axis=0)[int(_USUAL * STEP)]
        usual = quiet if self._usual is None else self._usual
        over = np.sort(new - usual, axis=1)[:, -_LOUDEST_BANDS:]
        self._standing = np.concatenate([self._standing, over.mean(axis=1)])[-FRAMES:]
        self._usual = usual + np.clip(quiet - usual, -_FALL_DB, _RISE_DB)
        if len(self._frames) == FRAMES:
            yield Look(self._frames, self._standing, self._heard - FRAMES)
