from __future__ import annotations

import numpy as np

from passante.evaluate.rates import Verdict
from passante.evaluate.results import Figure, Finding, Subject
from passante.evaluate.words import Sentence, heard_words

TEXTS = 4 * [
    "the lobster is no crab", "when will she come home", "a dog ran over my foot",
    "there are seven green doors", "please close that window now", "he sold his old grey car",
]  # fmt: skip
SPOKEN = [Sentence(np.zeros(4, np.float32), tuple(text.split())) for text in TEXTS]


def told(heard: list[str]) -> tuple[Finding, Figure]:
    finding, figure = heard_words("net", Subject("x", ours=True), SPOKEN, TEXTS, heard, seed=1)
    assert isinstance(finding, Finding)
    assert isinstance(figure, Figure)
    return finding, figure


def test_sentences_left_as_they_are_are_caught() -> None:
    finding, figure = told(TEXTS)
    assert finding.verdict is Verdict.LEAKED
    assert figure.value == 0
    assert figure.n == finding.rate.trials == 128


def test_nothing_heard_resists() -> None:
    finding, figure = told([""] * len(TEXTS))
    assert finding.verdict is Verdict.RESISTED
    assert figure.value == 100


def test_words_of_other_sentences_count_as_guessing() -> None:
    finding, _ = told([*TEXTS[1:], TEXTS[0]])
    assert finding.rate.successes == 0
    assert finding.baseline is not None
    assert finding.baseline.share > 0.1


def test_some_words_of_every_sentence_are_a_leak() -> None:
    finding, figure = told([" ".join(text.split()[:2]) for text in TEXTS])
    assert finding.rate.successes == 2 * len(TEXTS)
    assert finding.verdict is Verdict.LEAKED
    assert figure.value < 100
