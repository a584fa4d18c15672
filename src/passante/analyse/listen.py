"""Listening to a stream at 16 kHz: is somebody speaking, and what else is there?

Two opinions, and the higher one counts: the detector on the sound as it is, every channel and
their mean; and the detector on the separated voice, brought to a steady level, which finds
speech that is faint, far or under noise.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from passante.analyse.cells import HISTORY, CellBook, CellSettings
from passante.analyse.separate import LAG, SeparatorMemory, VoiceSeparator
from passante.analyse.voice import CHUNK, Memory, VoiceDetector

_STEADY = 0.1
"""Level, of full scale, to which the voice is brought."""

_FAINTEST = 10 ** (-15 / 20)
"""A voice this much below the mixture is not raised further."""

_QUIETEST = 2e-4
"""Nor is one below this level, of full scale."""

_RELEASE = 0.97
"""A level falls by this factor a chunk at most."""

_MEAN_OF = 3
"""Chunks over which the second opinion is averaged: separation makes short false voices."""

_BLIND = 4
"""Chunks after a failure for which separation is not believed."""


class FirstOpinion:
    """The detector on every channel and their mean."""

    def __init__(self, detector: VoiceDetector) -> None:
        self._detector = detector
        self._memory: Memory | None = None
        self._alike = True

    def score(self, chunk: NDArray[np.float32]) -> float:
        """The highest of all feeds, for (channels, `CHUNK`); not a number where it failed."""
        feeds = chunk
        if len(chunk) > 1:
            self._alike = self._alike and bool((chunk == chunk[0]).all())
            mean = chunk.mean(axis=0, keepdims=True)
            feeds = chunk[:1] if self._alike else np.concatenate([mean, chunk])
        memory = self._memory or Memory.blank(1)
        if len(memory.context) != len(feeds):
            memory = memory.spread(len(feeds))
        try:
            scores, self._memory = self._detector.look(feeds, memory)
        # Whatever a detector throws: the caller counts it and takes the chunk for speech.
        except Exception:
            self._memory = None
            return float("nan")
        if not np.isfinite(scores).all():
            self._memory = None
            return float("nan")
        return float(scores.max())

    def forget(self) -> None:
        """Start afresh: what was heard was broken."""
        self._memory = None


class SecondOpinion:
    """The detector on the separated voice of the mean of all channels, and on the rest.

    Where the rest speaks too, separation has failed: nothing there is vouched for.
    """

    def __init__(
        self, detector: VoiceDetector, separator: VoiceSeparator, cells: CellSettings | None
    ) -> None:
        """Listen with both; without `cells` nothing is kept beside speech."""
        self._detector = detector
        self._separator = separator
        self._separated = SeparatorMemory.blank()
        self._heard = Memory.blank(2)
        self._mixture = np.zeros(HISTORY, np.float32)
        self._voice = np.zeros(HISTORY, np.float32)
        self._ahead = np.zeros(LAG, np.float32)
        self._levels = np.zeros(3)
        self._scores: deque[float] = deque([0.0] * _MEAN_OF, maxlen=_MEAN_OF)
        self._blind = 0
        self.cells = None if cells is None else CellBook(cells)
        self._rest_speaks = (cells or CellSettings()).rest_speaks
        self.rest = np.zeros((1, CHUNK), np.float32)
        """(1, `CHUNK`): what the last look left beside the voice, `LAG` samples ago; zeros where
        the two could not be told apart."""

    def score(self, mean: NDArray[np.float32]) -> float:
        """How surely (`CHUNK`,) of 24 ms ago held a voice; not a number where it failed."""
        waiting = np.concatenate([self._ahead, mean])
        mixture, self._ahead = waiting[:CHUNK], waiting[CHUNK:]
        try:
            voice = self._separate(mean)
            feeds = self._steady(mixture, voice)
            scores, self._heard = self._detector.look(feeds, self._heard)
            failed = not (np.isfinite(voice).all() and np.isfinite(scores).all())
        # As above: a failure is a failure, whatever its class.
        except Exception:
            failed = True
        if failed:
            self.forget()
        self._blind -= self._blind > 0
        if failed or self._blind or scores[1] >= self._rest_speaks:
            voice = np.full(CHUNK, np.nan, np.float32)
        self.rest = np.nan_to_num(mixture - voice, nan=0.0)[None]
        self._mixture = np.concatenate([self._mixture[CHUNK:], mixture])
        self._voice = np.concatenate([self._voice[CHUNK:], voice])
        if self.cells is not None:
            self.cells.look(self._mixture, self._voice)
        if failed:
            return float("nan")
        self._scores.append(float(scores[0]))
        return float(np.mean(self._scores))

    def forget(self) -> None:
        """Start afresh, and believe no separation until it has settled."""
        self._separated = SeparatorMemory.blank()
        self._heard = Memory.blank(2)
        self._levels[:] = 0
        self._scores.extend([0.0] * _MEAN_OF)
        self._blind = _BLIND + 1

    def _separate(self, mean: NDArray[np.float32]) -> NDArray[np.float32]:
        voice, self._separated = self._separator.step(mean, self._separated)
        return voice

    def _steady(
        self, mixture: NDArray[np.float32], voice: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(2, `CHUNK`): the voice and the rest, each brought to a steady level."""
        feeds = np.stack([voice, mixture - voice])
        now = np.sqrt(np.mean(np.square([*feeds, mixture]), axis=1))
        self._levels = np.maximum(now, self._levels * _RELEASE)
        floor = max(self._levels[2] * _FAINTEST, _QUIETEST)
        gains = _STEADY / np.maximum(self._levels[:2], floor)
        steady = np.clip(feeds * gains[:, None], -1, 1)
        return np.asarray(steady, np.float32)
