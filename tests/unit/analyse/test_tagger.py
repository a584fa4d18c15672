from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from passante.analyse.logmel import log_mel, patches
from passante.analyse.tagger import CLASSES, EMBEDDING, Tags, Yamnet
from passante.evaluate.sounds import load
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession


class Fixed:
    """A network that gives the same numbers for every patch."""

    ref = "fixed@1"

    def __init__(self) -> None:
        self.runs = 0

    def run(self, *arrays: Any) -> tuple[Any, ...]:
        self.runs += 1
        count = len(arrays[0])
        return np.zeros((count, CLASSES), np.float32), np.ones((count, EMBEDDING), np.float32)


def test_scores_are_between_0_and_1() -> None:
    tags = Yamnet(Fixed()).look(np.zeros((2, 96, 64), np.float32))
    np.testing.assert_array_equal(tags.scores, np.full((2, CLASSES), 0.5, np.float32))


def test_scores_of_the_surest_numbers_are_0_and_1() -> None:
    logits = np.array([[-500.0, 0.0, 500.0]], np.float32)
    tags = Tags(logits, np.zeros((1, EMBEDDING), np.float32))
    np.testing.assert_allclose(tags.scores, [[0, 0.5, 1]])


def test_nothing_to_look_at_asks_nobody() -> None:
    network = Fixed()
    tags = Yamnet(network).look(np.zeros((0, 96, 64), np.float32))
    assert tags.logits.shape == (0, CLASSES)
    assert tags.embedding.shape == (0, EMBEDDING)
    assert network.runs == 0


def test_a_patch_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="patches"):
        Yamnet(Fixed()).look(np.zeros((1, 64, 96), np.float32))


@pytest.mark.data
@pytest.mark.models("find.sound")
def test_breaking_glass_is_heard(data_dir: Path, model_store: Path) -> None:
    assert model_store.is_dir()
    tagger = Yamnet(OnnxSession(store.find(DEFAULTS["find.sound"])))
    sound = load(data_dir / "events/glass_break/minetest_break_glass_1.ogg")
    sound = np.pad(sound, (0, max(0, 16_000 - sound.size)))
    scores = tagger.look(patches(log_mel(sound), 24)).scores.max(axis=0)
    breaking, speech = 464, 0
    assert scores[breaking] > 0.6
    assert scores[speech] < 0.1
