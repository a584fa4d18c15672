"""From scores to stretches of speech: early before it, late after it, and no short holes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class GateSettings:
    """When a chunk counts as speech. Everything is in chunks of 32 ms."""

    threshold: float = 0.1
    """From this score on, 0 to 1."""
    before: int = 10
    """Chunks that count as speech before the first score."""
    after: int = 16
    """Chunks that count as speech after the last score."""
    group: int = 8
    """Chunks that are decided together: edges tell no more than this about a word's length."""

    def __post_init__(self) -> None:
        if not (0 < self.threshold <= 1 and self.before >= 0 and self.after >= 0 < self.group):
            raise ValueError(f"no such gate: {self}")


class Gate:
    """Decides group after group, `before` chunks behind the scores."""

    def __init__(self, settings: GateSettings) -> None:
        self._settings = settings
        self._scores: list[float] = [0.0] * settings.after
        # _scores[0] stands `after` chunks before the next group to be decided

    def push(self, score: float) -> NDArray[np.float32]:
        """What was decided through one more score: (chunks,), 0 or the highest score nearby.

        A score that is not a number counts as certain speech.
        """
        self._scores.append(score if 0.0 <= score <= 1.0 else 1.0)
        rule = self._settings
        if len(self._scores) < rule.after + rule.group + rule.before:
            return np.zeros(0, np.float32)
        return self._decide(rule.group)

    def flush(self) -> NDArray[np.float32]:
        """The decisions on all chunks that have a score but no decision yet."""
        decided = []
        while len(self._scores) > self._settings.after:
            left = len(self._scores) - self._settings.after
            decided.append(self._decide(min(left, self._settings.group)))
        return np.concatenate(decided) if decided else np.zeros(0, np.float32)

    def _decide(self, chunks: int) -> NDArray[np.float32]:
        rule = self._settings
        highest = max(self._scores[: rule.after + rule.group + rule.before])
        del self._scores[:chunks]
        return np.full(chunks, highest if highest >= rule.threshold else 0.0, np.float32)
