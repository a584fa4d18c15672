"""Attempts to undo what hides words, by one who knows the methods and nothing of the draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from passante.analyse.separate import DtlnSeparator, SeparatorMemory
from passante.core.dsp import CELL
from passante.evaluate.attacks.verifiers import mel_energies
from passante.evaluate.sounds import RATE_HZ, Sound
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession

_STEP = 4 * CELL
_PIECE_S = 0.14
"""The mean length of pieces that methods reverse or permute."""
_EDGE = 2
"""Frames of 10 ms at either end of a piece by which neighbours are told."""


def turned(sound: Sound) -> Sound:
    """Every piece of 140 ms played backwards."""
    return np.concatenate([piece[::-1] for piece in _pieces(sound)])


def ordered(sound: Sound) -> Sound:
    """Pieces of 140 ms in the order in which each goes on most smoothly where the last one ends."""
    pieces = _pieces(sound)
    mels = [np.log(mel_energies(piece) + 1e-7) for piece in pieces]
    begins = np.stack([mel[:_EDGE].mean(axis=0) for mel in mels])
    ends = np.stack([mel[-_EDGE:].mean(axis=0) for mel in mels])
    order, left = [0], set(range(1, len(pieces)))
    while left:
        free = sorted(left)
        away = ((begins[free] - ends[order[-1]]) ** 2).sum(axis=1)
        order.append(free[int(np.argmin(away))])
        left.remove(order[-1])
    return np.concatenate([pieces[number] for number in order])


def _pieces(sound: Sound) -> list[Sound]:
    size = int(_PIECE_S * RATE_HZ)
    return [sound[at : at + size] for at in range(0, max(1, sound.size), size)]


class Enhanced:
    """What a network that frees voices from noise takes for the voice."""

    def __init__(self) -> None:
        """Load it.

        Raises:
            ModelError: It is not on this machine.
        """
        first, second = (
            OnnxSession(store.find(DEFAULTS[task])) for task in ("mask.speech", "refine.speech")
        )
        self._network = DtlnSeparator(first, second)

    def __call__(self, sound: Sound) -> Sound:
        """The voice in a recording, as long as the recording."""
        memory = SeparatorMemory.blank()
        padded = np.pad(sound, (0, -sound.size % _STEP))
        made: list[NDArray[np.float32]] = []
        for at in range(0, padded.size, _STEP):
            part, memory = self._network.step(padded[at : at + _STEP], memory)
            made.append(part)
        return np.concatenate(made)[: sound.size]


def attempts() -> Mapping[str, Callable[[Sound], Sound]]:
    """Every attempt by its name."""
    return MappingProxyType(
        {"turned round": turned, "put in order": ordered, "enhanced": Enhanced()}
    )
