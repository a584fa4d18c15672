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
from passante.core.dsp import CELL

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
    """The detector on the separated voice of the mean of all channels."""

    def __init__(
        self, detector: VoiceDetector, separator: VoiceSeparator, cells: CellSettings
    ) -> None:
        self._first = FirstOpinion(detector)
        self._separator = separator
        self._memory = SeparatorMemory.blank()
        self._mixture = np.zeros(HISTORY, np.float32)
        self._voice = np.zeros(HISTORY, np.float32)
        self._ahead = np.zeros(LAG, np.float32)
        self._level_mixture = self._level_voice = 0.0
        self._scores: deque[float] = deque([0.0] * _MEAN_OF, maxlen=_MEAN_OF)
        self._blind = 0
        self.cells = CellBook(cells)

    def score(self, mean: NDArray[np.float32]) -> float:
        """How surely (`CHUNK`,) of 24 ms ago held a voice; not a number where it failed."""
        try:
            voice = self._separate(mean)
        # As above: a failure is a failure, whatever its class.
        except Exception:
            voice = np.full(CHUNK, np.nan, np.float32)
        failed = not np.isfinite(voice).all()
        if failed:
            self.forget()
        self._blind -= self._blind > 0
        self._follow(mean, np.full(CHUNK, np.nan, np.float32) if self._blind else voice)
        self.cells.look(self._mixture, self._voice)
        if failed:
            return float("nan")
        score = self._first.score(self._steady(voice))
        if np.isnan(score):
            self.forget()
            return score
        self._scores.append(score)
        return float(np.mean(self._scores))

    def forget(self) -> None:
        """Start afresh, and believe no separation until it has settled."""
        self._memory = SeparatorMemory.blank()
        self._first.forget()
        self._scores.extend([0.0] * _MEAN_OF)
        self._blind = _BLIND + 1

    def _separate(self, mean: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = []
        for at in range(0, CHUNK, CELL):
            part, self._memory = self._separator.step(mean[at : at + CELL], self._memory)
            parts.append(part)
        return np.concatenate(parts)

    def _follow(self, mean: NDArray[np.float32], voice: NDArray[np.float32]) -> None:
        """Move the histories on; the mixture waits until it stands beside its voice."""
        waiting = np.concatenate([self._ahead, mean])
        lagged, self._ahead = waiting[:CHUNK], waiting[CHUNK:]
        self._mixture = np.concatenate([self._mixture[CHUNK:], lagged])
        self._voice = np.concatenate([self._voice[CHUNK:], voice])

    def _steady(self, voice: NDArray[np.float32]) -> NDArray[np.float32]:
        level_mixture = float(np.sqrt(np.mean(self._mixture[-CHUNK:] ** 2)))
        level_voice = float(np.sqrt(np.mean(voice**2)))
        self._level_mixture = max(level_mixture, self._level_mixture * _RELEASE)
        self._level_voice = max(level_voice, self._level_voice * _RELEASE)
        level = max(self._level_voice, self._level_mixture * _FAINTEST, _QUIETEST)
        steady = np.clip(voice * np.float32(_STEADY / level), -1, 1)
        return np.asarray(steady[None], np.float32)
