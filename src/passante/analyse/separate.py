"""The voice apart from the rest, 8 ms at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from passante.analyse.voice import Network
from passante.core.dsp import CELL

WINDOW = 512
"""Samples that one step looks at: 32 ms."""

LAG = WINDOW - CELL
"""How many samples its output lies behind its input."""

_STATE = (1, 2, 128, 2)


@dataclass(frozen=True, slots=True)
class SeparatorMemory:
    """What a separator remembers of the signal."""

    masking: NDArray[np.float32]
    refining: NDArray[np.float32]
    heard: NDArray[np.float32]
    """(512,): the last samples in."""
    adding: NDArray[np.float32]
    """(512,): what later steps still add to."""

    @classmethod
    def blank(cls) -> Self:
        """Of a signal that has not been heard yet."""
        nothing = np.zeros(WINDOW, np.float32)
        state = np.zeros(_STATE, np.float32)
        return cls(state, state, nothing, nothing)


class VoiceSeparator(Protocol):
    """Takes the voice out of a mixture, step after step."""

    @property
    def models(self) -> tuple[str, ...]:
        """References of its models."""
        ...

    def step(
        self, samples: NDArray[np.float32], memory: SeparatorMemory
    ) -> tuple[NDArray[np.float32], SeparatorMemory]:
        """The voice of `LAG` samples ago.

        Args:
            samples: (128,) of the mixture at `RATE_HZ`.
            memory: As given back for the step before, or blank.

        Returns:
            (128,) of the voice, and the new memory.
        """
        ...


class DtlnSeparator:
    """DTLN: a mask on the spectrum, then one on learned features. Holds no sound itself."""

    def __init__(self, mask: Network, refine: Network) -> None:
        self._mask = mask
        self._refine = refine

    @property
    def models(self) -> tuple[str, ...]:
        """References of its two networks."""
        return (self._mask.ref, self._refine.ref)

    def step(
        self, samples: NDArray[np.float32], memory: SeparatorMemory
    ) -> tuple[NDArray[np.float32], SeparatorMemory]:
        """The voice of `LAG` samples ago."""
        heard = np.concatenate([memory.heard[CELL:], samples])
        spectrum = np.fft.rfft(heard)
        size = np.abs(spectrum).astype(np.float32)[None, None]
        mask, masking = self._mask.run(size, memory.masking)
        masked = np.fft.irfft(spectrum * mask[0, 0]).astype(np.float32)[None, None]
        voice, refining = self._refine.run(masked, memory.refining)
        adding = np.concatenate([memory.adding[CELL:], np.zeros(CELL, np.float32)]) + voice[0, 0]
        return adding[:CELL], SeparatorMemory(masking, refining, heard, adding)
