from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from passante.analyse.voice import CHUNK, Memory
from passante.evaluate.attacks.detect_speech import area, scores, spoken, told

TRUTH = np.array([False, False, True, True])


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([0.1, 0.2, 0.8, 0.9], 1.0),
        ([0.9, 0.8, 0.2, 0.1], 0.0),
        ([0.5, 0.5, 0.5, 0.5], 0.5),
        ([0.1, 0.7, 0.5, 0.9], 0.75),
    ],
)
def test_the_area_of_cases_counted_by_hand(found: list[float], wanted: float) -> None:
    assert area(np.array(found, np.float32), TRUTH) == pytest.approx(wanted)


def test_a_recording_that_is_all_speech_tells_nothing() -> None:
    assert area(np.ones(3, np.float32), np.ones(3, np.bool_)) == 0.5


def test_the_interval_holds_the_area() -> None:
    rng = np.random.default_rng(0)
    truths = [rng.random(50) < 0.5 for _ in range(10)]
    found = [(truth + rng.normal(0, 0.7, 50)).astype(np.float32) for truth in truths]
    rate = told(found, truths, seed=1)
    assert 0.7 < rate.low <= rate.share <= rate.high < 1


def test_a_detector_that_is_always_wrong_tells_as_much() -> None:
    truths = [np.tile(TRUTH, 20) for _ in range(5)]
    wrong = [(~truth).astype(np.float32) for truth in truths]
    assert told(wrong, truths, seed=1).share == 1.0


class Loudness:
    """Takes what is loud for speech."""

    model = "loudness"

    def look(
        self, chunks: NDArray[np.float32], memory: Memory
    ) -> tuple[NDArray[np.float32], Memory]:
        return np.abs(chunks).mean(axis=1), memory


def test_speech_left_as_it_is_is_found_and_noise_alone_is_not() -> None:
    rng = np.random.default_rng(1)
    speech = np.zeros(40 * CHUNK, np.float32)
    speech[10 * CHUNK : 20 * CHUNK] = rng.normal(0, 0.1, 10 * CHUNK)
    truth = spoken(speech)
    assert truth.sum() == 10
    noise = rng.normal(0, 0.02, speech.size).astype(np.float32)
    assert area(scores(Loudness(), speech + noise), truth) == 1.0
    assert 0.2 < area(scores(Loudness(), noise), truth) < 0.8
