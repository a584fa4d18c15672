from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from passante.evaluate.attacks import link_voice
from passante.evaluate.attacks.link_voice import Voices, errors, learnt, mel_energies
from passante.evaluate.rates import Verdict
from passante.evaluate.results import Finding, Subject
from passante.evaluate.sounds import RATE_HZ

PEOPLE, SIZE = 24, 32


def voices(*, noise: float, seed: int, leak: float = 1.0) -> Voices:
    """Each person a direction, each recording the same with noise; `leak` 0: noise alone."""
    own = np.random.default_rng(0).normal(0, 1, (2 * PEOPLE, SIZE))
    rng = np.random.default_rng(seed)

    def rows(person: int, count: int) -> NDArray[np.float32]:
        made = leak * own[person] + noise * rng.normal(0, 1, (count, SIZE))
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)

    return Voices(
        {str(person): rows(person, 2) for person in range(PEOPLE)},
        {str(person): rows(person, 3) for person in range(PEOPLE)},
        [rows(PEOPLE + person, 3) for person in range(PEOPLE)],
    )


CLEAR = voices(noise=0.2, seed=1)
SUBJECT = Subject("a method", ours=True)


def findings(hidden: Voices, clear: Voices = CLEAR) -> dict[str, Finding]:
    made = link_voice.attack("net", SUBJECT, clear, hidden, seed=1)
    return {one.attack: one for one in made if isinstance(one, Finding)}


def test_a_method_that_hides_nothing_is_caught_with_every_knowledge() -> None:
    found = findings(CLEAR)
    assert set(found) == {"net, ignorant", "net, parrot", "net, informed"}
    assert {one.verdict for one in found.values()} == {Verdict.LEAKED}


def test_a_turned_voice_fools_the_ignorant_and_nobody_else() -> None:
    def turned(rows: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.roll(rows, SIZE // 2, axis=1)

    hidden = Voices(
        {name: turned(rows) for name, rows in CLEAR.enrolled.items()},
        {name: turned(rows) for name, rows in CLEAR.asked.items()},
        [turned(rows) for rows in CLEAR.others],
    )
    found = findings(hidden)
    assert found["net, ignorant"].verdict is not Verdict.LEAKED
    assert found["net, parrot"].verdict is Verdict.LEAKED
    assert found["net, informed"].verdict is Verdict.LEAKED


def test_noise_alone_is_not_caught() -> None:
    found = findings(voices(noise=1, seed=2, leak=0))
    assert {one.verdict for one in found.values()} == {Verdict.RESISTED}


def test_a_deaf_verifier_proves_nothing() -> None:
    deaf = voices(noise=1, seed=3, leak=0)
    assert {one.verdict for one in findings(deaf, deaf).values()} == {Verdict.INCONCLUSIVE}


def test_errors_of_a_perfect_and_of_a_hand_made_verifier() -> None:
    two = Voices(
        {"a": np.zeros((1, 2), np.float32), "b": np.zeros((1, 2), np.float32)},
        {"a": np.zeros((2, 2), np.float32), "b": np.zeros((2, 2), np.float32)},
        [],
    )
    perfect = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.7]])
    assert errors(perfect, two) == (0.0, 1.0)
    # one of four true pairs lies below one of four false ones
    crossed = np.array([[0.9, 0.1], [0.3, 0.2], [0.1, 0.9], [0.5, 0.7]])
    assert errors(crossed, two) == (0.25, 0.75)


def test_what_varies_within_voices_counts_less_after_learning() -> None:
    rng = np.random.default_rng(0)
    others = [
        (rng.normal(0, 1, (1, 3)) + rng.normal(0, 1, (8, 3)) * [5, 1, 1]).astype(np.float32)
        for _ in range(40)
    ]
    whiten = learnt(others, shrink=0.0)
    assert whiten[0, 0] == pytest.approx(1 / 5, rel=0.1)
    assert whiten[1, 1] == pytest.approx(1, rel=0.1)


def test_a_tone_is_loudest_in_the_band_it_lies_in() -> None:
    time_s = np.arange(RATE_HZ) / RATE_HZ
    mels = mel_energies(np.sin(2 * np.pi * 1000 * time_s).astype(np.float32))
    # 1 kHz is mel 15 of 0 to 45.2 in 41 steps: the centre of band 12 or 13
    assert mels.shape == (101, 40)
    assert mels[50].argmax() in (12, 13)
