"""The voice detector: how surely somebody speaks in each 32 ms of sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from passante.core.dsp import RATE_HZ

CHUNK = 512
"""Samples at `RATE_HZ` of one look: 32 ms."""

_CONTEXT = 64
_STATE = 128


@dataclass(frozen=True, slots=True)
class Memory:
    """What a detector remembers of the feeds it listens to."""

    hidden: NDArray[np.float32]
    """(2, feeds, 128)."""
    context: NDArray[np.float32]
    """(feeds, 64): the last samples of the chunk before."""

    @classmethod
    def blank(cls, feeds: int) -> Self:
        """Of feeds that have not been heard yet."""
        return cls(
            np.zeros((2, feeds, _STATE), np.float32), np.zeros((feeds, _CONTEXT), np.float32)
        )

    def spread(self, feeds: int) -> Self:
        """Of `feeds` feeds that were all the same until now."""
        return type(self)(
            np.repeat(self.hidden[:, :1], feeds, axis=1), np.repeat(self.context[:1], feeds, axis=0)
        )


class VoiceDetector(Protocol):
    """Scores chunk after chunk of several feeds at once."""

    @property
    def model(self) -> str:
        """Reference of its model."""
        ...

    def look(
        self, chunks: NDArray[np.float32], memory: Memory
    ) -> tuple[NDArray[np.float32], Memory]:
        """How surely each feed is speech, and what to remember.

        Args:
            chunks: (feeds, `CHUNK`) at `RATE_HZ`, -1 to 1.
            memory: As given back for the chunk before, or blank.

        Returns:
            (feeds,) from 0 to 1, and the new memory.
        """
        ...


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


class SileroDetector:
    """Silero VAD, 16 kHz branch. Holds no sound: what it remembers is the caller's."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._rate = np.array(RATE_HZ, np.int64)

    @property
    def model(self) -> str:
        """Reference of its model."""
        return self._network.ref

    def look(
        self, chunks: NDArray[np.float32], memory: Memory
    ) -> tuple[NDArray[np.float32], Memory]:
        """How surely each feed is speech, and what to remember."""
        heard = np.concatenate([memory.context, chunks], axis=1)
        scores, hidden = self._network.run(heard, memory.hidden, self._rate)
        return scores[:, 0], Memory(hidden, heard[:, -_CONTEXT:].copy())
