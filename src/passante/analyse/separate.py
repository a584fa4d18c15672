"""The voice apart from the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from passante.analyse.voice import Network
from passante.core.dsp import CELL

WINDOW = 512
"""Samples that one window looks at: 32 ms. A window begins every 8 ms."""

LAG = WINDOW - CELL
"""How many samples its output lies behind its input."""

_STATE = (4, 1, 1, 128)


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
            samples: (n,) of the mixture at `RATE_HZ`; n is a multiple of `CELL`.
            memory: As given back for the step before, or blank.

        Returns:
            (n,) of the voice, and the new memory.
        """
        ...


class DtlnSeparator:
    """DTLN: a mask on the spectrum, then one on learned features. Holds no sound itself.

    Both networks take all windows of a step in one run: that is where the time goes.
    """

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
        spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(heard, WINDOW)[::CELL])
        share, masking = self._mask.run(np.abs(spectra).astype(np.float32), memory.masking)
        masked = np.fft.irfft(spectra * share).astype(np.float32)
        parts, refining = self._refine.run(masked, memory.refining)
        size = samples.size
        adding = np.concatenate([memory.adding[CELL:], np.zeros(size, np.float32)])
        for at, part in zip(range(0, size, CELL), parts, strict=True):
            adding[at : at + WINDOW] += part
        last = SeparatorMemory(masking, refining, heard[-WINDOW:], adding[size - CELL :])
        return adding[:size], last
