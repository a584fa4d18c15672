from __future__ import annotations

import numpy as np
import pytest

from passante.evaluate.attacks.attributes import by_pitch, language, pitch_hz, sex
from passante.evaluate.rates import Verdict
from passante.evaluate.results import Finding, Subject
from unit.evaluate.talk import word

SUBJECT = Subject("a method", ours=True)
PEOPLE, SIZE = 40, 16
NAMES = {str(person): "FM"[person % 2] for person in range(PEOPLE)}


@pytest.mark.parametrize("hertz", [95.0, 130.0, 210.0])
def test_the_pitch_of_a_voice_is_found(hertz: float) -> None:
    voice = np.concatenate([word(number, 0, pitch_hz=hertz) for number in range(3)])
    assert pitch_hz(voice) == pytest.approx(hertz, rel=0.05)
    assert by_pitch(voice) == ("F" if hertz > 165 else "M")


def test_noise_has_no_pitch() -> None:
    noise = np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
    assert pitch_hz(noise) == 0.0


def rows(answer: str, leak: float, rng: np.random.Generator) -> np.ndarray:
    made = rng.normal(0, 1, (4, SIZE))
    made[:, 0] += leak * (1 if answer == "F" else -1)
    return made.astype(np.float32)


def asked(leak: float) -> Finding:
    rng = np.random.default_rng(1)
    taught = ["FM"[number % 2] for number in range(60)]
    clear, hidden = (
        (
            [rows(answer, by, rng) for answer in taught],
            {name: rows(answer, by, rng) for name, answer in NAMES.items()},
        )
        for by in (4.0, leak)
    )
    return sex("net", SUBJECT, clear, hidden, taught=taught, truth=NAMES, seed=1)


def test_a_method_that_leaves_man_or_woman_is_caught() -> None:
    assert asked(4.0).verdict is Verdict.LEAKED


def test_noise_tells_neither_man_nor_woman() -> None:
    assert asked(0.0).verdict is not Verdict.LEAKED


def test_a_language_is_told_from_the_other_half_of_the_recordings() -> None:
    truth = np.repeat([["en", "en", "es", "es"]], 7, axis=0).ravel()
    rng = np.random.default_rng(0)
    clear = rng.normal(0, 1, (28, SIZE)).astype(np.float32)
    clear[:, 0] += np.where(truth == "en", 4, -4)
    noise = rng.normal(0, 1, (28, SIZE)).astype(np.float32)
    assert language("net", SUBJECT, clear, clear, truth).verdict is Verdict.LEAKED
    assert language("net", SUBJECT, clear, noise, truth).verdict is not Verdict.LEAKED
    assert language("net", SUBJECT, noise, noise, truth).verdict is Verdict.INCONCLUSIVE
