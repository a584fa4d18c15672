from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from passante.evaluate.attacks import recognise_words
from passante.evaluate.attacks.networks import AbsentError, torch_module
from passante.evaluate.attacks.recognise_words import NETWORK, Question, features, picture, spot
from passante.evaluate.distort import BASELINES
from passante.evaluate.rates import Verdict
from passante.evaluate.results import Finding, Subject
from passante.evaluate.threat import Wants
from unit.evaluate.talk import word

KINDS, TAKES = 6, 20
SAID = [(kind, take) for kind in range(KINDS) for take in range(TAKES)]
SOUNDS = [word(kind, take) for kind, take in SAID]
WORDS = Question(
    "digits",
    Wants.WORDS,
    np.array([str(kind) for kind, _ in SAID]),
    np.array([take % 4 == 0 for _, take in SAID]),
    "words",
)
CLEAR = [features(sound) for sound in SOUNDS]


def tried(name: str, copies: int = 1) -> list[Finding]:
    rng = np.random.default_rng(0)
    hidden = [[features(BASELINES[name](sound, rng)) for sound in SOUNDS] for _ in range(copies)]
    return recognise_words.attack(WORDS, Subject(name, ours=False), CLEAR, hidden, seed=1)


def test_sound_left_as_it_is_is_caught_by_both() -> None:
    found = recognise_words.attack(WORDS, Subject("x", ours=True), CLEAR, [CLEAR], seed=1)
    assert [one.verdict for one in found] == [Verdict.LEAKED, Verdict.LEAKED]


def test_a_method_that_fools_the_untrained_is_caught_by_who_trains_on_the_output() -> None:
    untrained, trained = tried("pitch shift")
    assert trained.rate.share > untrained.rate.share
    assert trained.verdict is Verdict.LEAKED


def test_silence_leaves_guessing() -> None:
    for one in tried("silence"):
        assert one.verdict is not Verdict.LEAKED
        assert one.rate.share <= 1 / KINDS


def test_several_copies_are_learnt_from_and_said_so() -> None:
    _, trained = tried("pitch shift", copies=3)
    assert trained.rate.trials == int(WORDS.asked.sum())
    assert "protected 3 times" in trained.threat.has


def test_a_deaf_attacker_proves_nothing() -> None:
    deaf = [np.ones(4, np.float32)] * len(SAID)
    found = recognise_words.attack(WORDS, Subject("x", ours=True), deaf, [deaf], seed=1)
    assert {one.verdict for one in found} == {Verdict.INCONCLUSIVE}


def test_where_in_the_recording_a_word_stands_tells_nothing() -> None:
    early, late = word(1, 0), np.roll(word(1, 0), 4000)
    assert np.abs(features(early) - features(late)).mean() < 0.5


def sentence(kind: int, take: int) -> NDArray[np.float32]:
    """A word between two others, of kinds that are not asked about."""
    around = [word(90 + number, take) for number in range(2)]
    return np.concatenate([around[0][:8000], word(kind, take), around[1][:8000]])


def test_a_word_hidden_in_other_speech_is_found_by_its_shape() -> None:
    inside = [(kind, 100 + take) for kind in range(KINDS) for take in range(3)]
    rate = spot(
        WORDS, CLEAR, [sentence(*one) for one in inside], np.array([str(k) for k, _ in inside])
    )
    assert rate.trials == 18
    assert rate.low > 1 / KINDS


def test_a_word_that_is_not_there_is_guessed() -> None:
    nothing = [np.zeros(20_000, np.float32)] * 12
    rate = spot(WORDS, CLEAR, nothing, np.array([str(n % KINDS) for n in range(12)]))
    assert rate.share == pytest.approx(1 / KINDS)


def test_a_network_learns_the_words_where_there_is_one() -> None:
    try:
        torch_module()
    except AbsentError:
        pytest.skip("PyTorch is not installed")
    rows = [picture(sound) for sound in SOUNDS]
    (found,) = recognise_words.attack(
        WORDS, Subject("x", ours=True), rows, [rows], seed=1, attacker=NETWORK
    )
    assert found.verdict is Verdict.LEAKED
