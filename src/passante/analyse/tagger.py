"""The tagger of sounds: what each 0.96 s holds, of 521 kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from passante.analyse.logmel import BANDS, FRAMES
from passante.analyse.voice import Network

CLASSES = 521
EMBEDDING = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Tags:
    """What a tagger says of n patches."""

    logits: NDArray[np.float32]
    """(n, 521): for each class of AudioSet the number before the sigmoid."""
    embedding: NDArray[np.float32]
    """(n, 1024), 0 and above: what the classes are told from."""

    @property
    def scores(self) -> NDArray[np.float32]:
        """(n, 521), 0 to 1: the tagger's own scores, not calibrated."""
        return np.asarray(np.exp(-np.logaddexp(0, -self.logits)), np.float32)


class Tagger(Protocol):
    """Tags patches of log-mel frames."""

    @property
    def model(self) -> str:
        """Reference of its model."""
        ...

    def look(self, patches: NDArray[np.float32]) -> Tags:
        """What each of (n, `FRAMES`, `BANDS`) holds."""
        ...


class Yamnet:
    """YAMNet. Holds no sound."""

    def __init__(self, network: Network) -> None:
        self._network = network

    @property
    def model(self) -> str:
        """Reference of its model."""
        return self._network.ref

    def look(self, patches: NDArray[np.float32]) -> Tags:
        """What each of (n, `FRAMES`, `BANDS`) holds."""
        if patches.shape[1:] != (FRAMES, BANDS):
            raise ValueError(f"patches of {patches.shape[1:]}, not {(FRAMES, BANDS)}")
        if not len(patches):
            return Tags(np.zeros((0, CLASSES), np.float32), np.zeros((0, EMBEDDING), np.float32))
        logits, embedding = self._network.run(patches)
        return Tags(logits, embedding)
