"""YAMNet as it comes, with classes of its own for each kind: an anchor beside our head."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from passante.analyse.tagger import Tagger
from passante.core.names import EventKind
from passante.models.card import ModelRef

PACKAGED = ModelRef("yamnet@1.0.0")
"""As it comes, in floating point: what we run is made of it."""

CLASSES_OF: Mapping[EventKind, tuple[int, ...]] = MappingProxyType(
    {
        EventKind.BANG: (421, 422, 423, 425),
        EventKind.EXPLOSION: (420, 424, 429, 430),
        EventKind.SCREAM: (11,),
        EventKind.SHOUT: (6, 7, 9),
        EventKind.GLASS: (435, 437, 464),
        EventKind.CRASH: (306, 307, 463),
        EventKind.SIREN: (316, 317, 318, 319, 390, 391),
        EventKind.ALARM: (304, 382, 389, 392, 393, 394),
        EventKind.FIRE: (292, 293),
        EventKind.DOG: (69, 70, 71, 72, 73, 74),
        EventKind.BABY_CRY: (19, 20),
    }
)
"""Numbers of AudioSet's classes, of which the highest score counts."""


class PackagedTagger:
    """A listener that knows nothing but YAMNet's own scores."""

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger

    @property
    def models(self) -> tuple[str, ...]:
        """References of its models."""
        return (self._tagger.model,)

    @property
    def kinds(self) -> tuple[EventKind, ...]:
        """What its scores are about, in their order."""
        return tuple(CLASSES_OF)

    def look(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, kinds), 0 to 1, for (n, 96, 64) log-mel patches."""
        scores = self._tagger.look(patches).scores
        found = [scores[:, list(classes)].max(axis=1) for classes in CLASSES_OF.values()]
        return np.stack(found, axis=1)
