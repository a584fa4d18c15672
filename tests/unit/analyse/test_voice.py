from __future__ import annotations

import numpy as np
import pytest

from passante.analyse.voice import CHUNK, Memory, SileroDetector
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from sounds import FakeNetwork, noise, tone


def test_a_look_hears_the_end_of_the_chunk_before() -> None:
    network = FakeNetwork((np.full((2, 1), 0.5, np.float32), np.ones((2, 2, 128), np.float32)))
    detector = SileroDetector(network)
    first = np.arange(2 * CHUNK, dtype=np.float32).reshape(2, CHUNK)
    scores, memory = detector.look(first, Memory.blank(2))
    detector.look(first + 1, memory)
    before, after = (asked[0] for asked in network.asked)
    assert scores.tolist() == [0.5, 0.5]
    assert before.shape == after.shape == (2, CHUNK + 64)
    assert not before[:, :64].any()
    assert np.array_equal(after[:, :64], first[:, -64:])
    assert network.asked[1][1].all()
    assert detector.model == "fake@1"


def test_memory_of_one_feed_is_spread_over_many() -> None:
    one = Memory(np.full((2, 1, 128), 2, np.float32), np.full((1, 64), 3, np.float32))
    many = one.spread(3)
    assert many.hidden.shape == (2, 3, 128)
    assert many.context.shape == (3, 64)
    assert many.hidden.min() == 2
    assert many.context.min() == 3


@pytest.mark.models("find.speech")
def test_the_real_network_takes_several_feeds_as_it_takes_each() -> None:
    detector = SileroDetector(OnnxSession(store.find(DEFAULTS["find.speech"])))
    feeds = np.concatenate([noise(0.5), tone(300, 0.5)])
    alone = []
    for feed in feeds:
        memory, scores = Memory.blank(1), []
        for at in range(0, 15 * CHUNK, CHUNK):
            score, memory = detector.look(feed[None, at : at + CHUNK], memory)
            scores.append(float(score[0]))
        alone.append(scores)
    memory = Memory.blank(2)
    for step in range(15):
        chunk = feeds[:, step * CHUNK : (step + 1) * CHUNK]
        scores_now, memory = detector.look(chunk, memory)
        assert scores_now == pytest.approx([alone[0][step], alone[1][step]], abs=1e-4)
