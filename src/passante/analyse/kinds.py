"""What is listened for, and how surely it is heard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passante.analyse.tagger import Tagger
from passante.analyse.traits import traits
from passante.analyse.voice import Network
from passante.core.names import EventKind

KINDS = (
    EventKind.BANG,
    EventKind.EXPLOSION,
    EventKind.SCREAM,
    EventKind.SHOUT,
    EventKind.GLASS,
    EventKind.CRASH,
    EventKind.SIREN,
    EventKind.ALARM,
    EventKind.FIRE,
    EventKind.DOG,
    EventKind.BABY_CRY,
)
"""In the order of every score."""


class StreetSounds:
    """YAMNet with our own head: how surely windows hold each kind. Holds no sound."""

    def __init__(self, tagger: Tagger, head: Network) -> None:
        """Make it ready.

        Args:
            tagger: Of the 521 classes.
            head: From its logits, its embedding and the `traits` of the same windows to a number
                before the sigmoid for each kind.
        """
        self._tagger = tagger
        self._head = head

    @property
    def models(self) -> tuple[str, ...]:
        """References of its models."""
        return (self._tagger.model, self._head.ref)

    @property
    def kinds(self) -> tuple[EventKind, ...]:
        """What its scores are about, in their order."""
        return KINDS

    def look(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, kinds), 0 to 1, for (n, 96, 64) log-mel patches."""
        tags = self._tagger.look(patches)
        (numbers,) = self._head.run(tags.logits, tags.embedding, traits(patches))
        return np.asarray(np.exp(-np.logaddexp(0, -numbers)), np.float32)
