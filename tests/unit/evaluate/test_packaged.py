from __future__ import annotations

import numpy as np

from passante.analyse.kinds import KINDS
from passante.analyse.tagger import CLASSES, EMBEDDING, Tags
from passante.core.names import EventKind
from passante.evaluate.packaged import CLASSES_OF, PackagedTagger


class Shots:
    """Hears a machine gun, and faintly a siren, in everything."""

    model = "shots@1"

    def look(self, patches: np.ndarray) -> Tags:
        logits = np.full((len(patches), CLASSES), -9, np.float32)
        logits[:, 422], logits[:, 390] = 3, -1
        return Tags(logits, np.zeros((len(patches), EMBEDDING), np.float32))


def test_the_surest_class_of_a_kind_counts() -> None:
    (scores,) = PackagedTagger(Shots()).look(np.zeros((1, 96, 64), np.float32))
    found = dict(zip(KINDS, scores, strict=True))
    assert found[EventKind.BANG] > 0.9
    assert 0.2 < found[EventKind.SIREN] < 0.3
    assert found[EventKind.DOG] < 0.01


def test_kinds_stand_in_the_order_of_every_score() -> None:
    assert tuple(CLASSES_OF) == KINDS
