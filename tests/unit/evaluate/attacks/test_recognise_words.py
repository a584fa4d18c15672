from __future__ import annotations

import numpy as np

from passante.evaluate.attacks import recognise_words
from passante.evaluate.attacks.recognise_words import Words, features
from passante.evaluate.rates import Verdict
from passante.evaluate.results import Finding, Subject
from passante.evaluate.sounds import BASELINES
from unit.evaluate.talk import word

KINDS, TAKES = 6, 20
SAID = [(kind, take) for kind in range(KINDS) for take in range(TAKES)]
SOUNDS = [word(kind, take) for kind, take in SAID]
WORDS = Words(
    np.array([str(kind) for kind, _ in SAID]), np.array([take % 4 == 0 for _, take in SAID])
)
CLEAR = [features(sound) for sound in SOUNDS]


def tried(name: str) -> list[Finding]:
    rng = np.random.default_rng(0)
    hidden = [features(BASELINES[name](sound, rng)) for sound in SOUNDS]
    return recognise_words.attack(WORDS, Subject(name, ours=False), CLEAR, hidden, seed=1)


def test_sound_left_as_it_is_is_caught_by_both() -> None:
    found = recognise_words.attack(WORDS, Subject("x", ours=True), CLEAR, CLEAR, seed=1)
    assert [one.verdict for one in found] == [Verdict.LEAKED, Verdict.LEAKED]


def test_a_filter_that_fools_the_untrained_is_caught_by_who_trains_on_the_output() -> None:
    untrained, trained = tried("low-pass 800 Hz")
    assert trained.rate.share > untrained.rate.share
    assert trained.verdict is Verdict.LEAKED


def test_silence_leaves_guessing() -> None:
    for one in tried("silence"):
        assert one.verdict is not Verdict.LEAKED
        assert one.rate.share <= 1 / KINDS


def test_a_deaf_attacker_proves_nothing() -> None:
    deaf = [np.ones(4, np.float32)] * len(SAID)
    found = recognise_words.attack(WORDS, Subject("x", ours=True), deaf, deaf, seed=1)
    assert {one.verdict for one in found} == {Verdict.INCONCLUSIVE}


def test_where_in_the_recording_a_word_stands_tells_nothing() -> None:
    early, late = word(1, 0), np.roll(word(1, 0), 4000)
    assert np.abs(features(early) - features(late)).mean() < 0.5
