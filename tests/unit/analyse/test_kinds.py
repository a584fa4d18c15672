from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from passante.analyse.kinds import KINDS, StreetSounds
from passante.analyse.limits import limits_for
from passante.analyse.logmel import log_mel, patches
from passante.analyse.tagger import CLASSES, EMBEDDING, Tags, Yamnet
from passante.analyse.traits import TRAITS
from passante.core.names import EventKind
from passante.evaluate.sounds import load
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession


class Tagger:
    model = "tagger@1"

    def look(self, patches: np.ndarray) -> Tags:
        count = len(patches)
        return Tags(
            np.full((count, CLASSES), 2, np.float32), np.ones((count, EMBEDDING), np.float32)
        )


class Head:
    ref = "head@1"

    def run(self, *arrays: Any) -> tuple[Any, ...]:
        logits, embedding, shape = arrays
        assert shape.shape == (len(logits), TRAITS)
        assert (logits[0, 0], embedding[0, 0]) == (2, 1)
        return (np.full((len(logits), len(KINDS)), [[-900, 900, *[0] * 9]], np.float32),)


def test_scores_lie_between_0_and_1_however_sure_the_head_is() -> None:
    listener = StreetSounds(Tagger(), Head())
    scores = listener.look(np.zeros((2, 96, 64), np.float32))
    np.testing.assert_allclose(scores, [[0, 1, *[0.5] * 9]] * 2)
    assert listener.kinds == KINDS
    assert listener.models == ("tagger@1", "head@1")


@pytest.mark.data
@pytest.mark.models("find.sound")
def test_a_baby_that_cries_is_heard_as_one(data_dir: Path) -> None:
    head = OnnxSession(store.find(DEFAULTS["find.incident"]))
    listener = StreetSounds(Yamnet(OnnxSession(store.find(DEFAULTS["find.sound"]))), head)
    (limit,) = [one for one in limits_for(head.card.sha256) if one.kind is EventKind.BABY_CRY]
    sound = load(data_dir / "events/baby_cry/esc10_1-22694-B.ogg")
    scores = listener.look(patches(log_mel(sound), 24)).max(axis=0)
    assert scores[KINDS.index(EventKind.BABY_CRY)] > limit.on
    assert scores.argmax() == KINDS.index(EventKind.BABY_CRY)
