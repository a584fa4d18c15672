"""Telling kinds of recordings apart by classifiers trained on clear sound or on our output.

A recogniser off the shelf that fails proves little: one trained on the output of a method reads
what the first cannot. Ten words by few speakers are the easiest case for the attacker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.evaluate.attacks.networks import train_classifier
from passante.evaluate.attacks.project import discriminant
from passante.evaluate.attacks.reidentify import linear_head
from passante.evaluate.attacks.verifiers import mel_energies
from passante.evaluate.rates import Rate
from passante.evaluate.results import Finding, Section, Subject
from passante.evaluate.sounds import RATE_HZ, Sound
from passante.evaluate.threat import Knows, ThreatModel, Wants

_PIECES, _BANDS = 10, 20
_SPOKEN_S = 0.7
_GUESSES = 50
_EPOCHS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """Something to be told of each recording, and of which recordings it is never learnt from."""

    what: str
    """E.g. "digits"."""
    wants: Wants
    answers: NDArray[np.str_]
    asked: NDArray[np.bool_]
    learnt_from: str
    """What the attacker has to learn from, e.g. "spoken digits by the same four speakers"."""
    section: Section = Section.WORDS

    @property
    def kinds(self) -> NDArray[np.str_]:
        """Every answer there is."""
        return np.unique(self.answers)


def features(sound: Sound) -> NDArray[np.float32]:
    """(200,): log energies of 20 bands in 10 pieces around the middle of what is loud."""
    mels = _bands(sound)
    loud = np.exp(mels.mean(axis=1) - mels.mean(axis=1).max())
    middle = round(float((loud * np.arange(len(loud))).sum() / loud.sum()))
    return _around(mels, middle)


def _bands(sound: Sound) -> NDArray[np.float32]:
    energies = mel_energies(sound).reshape(-1, _BANDS, 2).mean(axis=2)
    return np.asarray(np.log(energies + 1e-7), np.float32)


def _around(mels: NDArray[np.float32], middle: int) -> NDArray[np.float32]:
    half = int(_SPOKEN_S / 2 * RATE_HZ / 160)
    padded = np.pad(mels, ((half, half), (0, 0)), mode="edge")[middle : middle + 2 * half]
    pieces = [piece.mean(axis=0) for piece in np.array_split(padded, _PIECES)]
    return np.concatenate(pieces).astype(np.float32)


def picture(sound: Sound) -> NDArray[np.float32]:
    """(frames, 40): log energies every 20 ms, for a network."""
    mels = mel_energies(sound)
    mels = mels[: len(mels) // 2 * 2].reshape(-1, 2, mels.shape[1]).mean(axis=1)
    return np.asarray(np.log(mels + 1e-8), np.float32)


@dataclass(frozen=True, slots=True)
class Attacker:
    """Learns answers from rows, and gives them for other rows."""

    name: str
    deep: bool = False
    """Whether it is a network; else ridge regression."""

    def tell(
        self,
        rows: NDArray[np.float32],
        answers: NDArray[np.str_],
        asked: NDArray[np.float32],
        seed: int,
    ) -> NDArray[np.str_]:
        """Answers for the rows asked."""  # fmt: skip
        if not self.deep:
            return linear_head(rows, answers, asked)
        kinds, labels = np.unique(answers, return_inverse=True)
        network = train_classifier(rows, labels.astype(np.int64), epochs=_EPOCHS, seed=seed)
        return np.asarray(kinds[network(asked)])


LINEAR = Attacker("linear")
NETWORK = Attacker("network", deep=True)

Rows = Sequence[NDArray[np.float32]]
"""Of each recording, features."""


def attack(
    question: Question,
    subject: Subject,
    clear: Rows,
    hidden: Sequence[Rows],
    *,
    seed: int,
    attacker: Attacker = LINEAR,
    control: Rate | None = None,
) -> list[Finding]:
    """The classifier trained on clear sound, and trained on the output.

    Args:
        question: What is to be told.
        subject: What protected the recordings.
        clear: Features of untouched recordings.
        hidden: Of one or more protected copies of all of them. The first is what is asked about;
            all are learnt from.
        seed: Of guessing, and of a network.
        attacker: Who learns.
        control: What it reaches on untouched recordings, where that is known already.
    """
    control = control or untouched(question, clear, seed=seed, attacker=attacker)
    findings = []
    ways = ((Knows.NOTHING, [clear]), (Knows.SAMPLE, hidden))
    for knows, taught in ways[1:] if attacker.deep else ways:
        trained = "clear sound" if knows is Knows.NOTHING else "the output"
        has = f"{int((~question.asked).sum())} {question.learnt_from}"
        if len(taught) > 1:
            has += f", each protected {len(taught)} times"
        findings.append(
            Finding(
                section=question.section,
                attack=f"{question.what}, {attacker.name}, trained on {trained}",
                threat=ThreatModel(question.wants, knows, has),
                subject=subject,
                rate=_rate(question, taught, hidden[0], attacker, seed),
                control=control,
                baseline=_guess(question, seed),
                of=f"{question.what} told right, one of {len(question.kinds)}",
            )
        )
    return findings


def untouched(question: Question, clear: Rows, *, seed: int, attacker: Attacker = LINEAR) -> Rate:
    """The control: learnt from clear recordings, asked about clear recordings."""
    return _rate(question, [clear], clear, attacker, seed)


def _rate(
    question: Question, taught: Sequence[Rows], asked: Rows, attacker: Attacker, seed: int
) -> Rate:
    known = ~question.asked
    rows = np.concatenate([np.stack(copy)[known] for copy in taught])
    answers = np.tile(question.answers[known], len(taught))
    told = attacker.tell(rows, answers, np.stack(asked)[question.asked], seed)
    right = told == question.answers[question.asked]
    return Rate.of(int(right.sum()), len(right))


def _guess(question: Question, seed: int) -> Rate:
    rng = np.random.default_rng(seed)
    guesses = rng.integers(0, len(question.kinds), (_GUESSES, int(question.asked.sum())))
    return Rate.of(int((guesses == 0).sum()), guesses.size)


def spot(
    question: Question, words: Rows, sentences: Sequence[Sound], answers: NDArray[np.str_]
) -> Rate:
    """A word hidden somewhere in other speech: how often the right one of all is heard there.

    What was learnt from single words is laid on every place of a sentence; the word that fits best
    anywhere counts.

    Args:
        question: Which rows of `words` are learnt from: all that are not asked.
        words: `features` of single words.
        sentences: Speech with one word in each.
        answers: (sentences,): which.
    """
    known = ~question.asked
    rows, said = _shape(np.stack(words)[known]), question.answers[known]
    kinds = question.kinds
    project = discriminant([rows[said == kind] for kind in kinds])
    means = np.stack([project(rows[said == kind]).mean(axis=0) for kind in kinds])
    right = 0
    for sentence, answer in zip(sentences, answers, strict=True):
        mels = _bands(sentence)
        places = np.stack([_around(mels, at) for at in range(0, len(mels), 4)])
        away = ((project(_shape(places))[:, None] - means) ** 2).sum(axis=2)
        right += bool(kinds[int(away.min(axis=0).argmin())] == answer)
    return Rate.of(right, len(sentences))


def _shape(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without their level."""
    return np.asarray(rows - rows.mean(axis=1, keepdims=True), np.float32)
