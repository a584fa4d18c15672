"""Recognising digits in hidden sound, by a classifier trained on clear sound or on our output.

A recogniser off the shelf that fails proves little: one trained on the output of a method reads
what the first cannot. Ten words by few speakers are the easiest case for the attacker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.evaluate.attacks.link_voice import mel_energies
from passante.evaluate.attacks.reidentify import linear_head
from passante.evaluate.rates import Rate
from passante.evaluate.results import Finding, Section, Subject
from passante.evaluate.sounds import RATE_HZ, Sound
from passante.evaluate.threat import Knows, ThreatModel, Wants

_PIECES, _BANDS = 10, 20
_SPOKEN_S = 0.7
_GUESSES = 50


@dataclass(frozen=True, slots=True)
class Words:
    """Spoken words with what they are, and which of them are never trained on."""

    said: NDArray[np.str_]
    asked: NDArray[np.bool_]


def features(sound: Sound) -> NDArray[np.float32]:
    """(200,): log energies of 20 bands in 10 pieces around the middle of what is loud."""
    mels = np.log(mel_energies(sound).reshape(-1, _BANDS, 2).mean(axis=2) + 1e-7)
    loud = np.exp(mels.mean(axis=1) - mels.mean(axis=1).max())
    middle = round(float((loud * np.arange(len(loud))).sum() / loud.sum()))
    half = int(_SPOKEN_S / 2 * RATE_HZ / 160)
    padded = np.pad(mels, ((half, half), (0, 0)), mode="edge")[middle : middle + 2 * half]
    pieces = [piece.mean(axis=0) for piece in np.array_split(padded, _PIECES)]
    return np.concatenate(pieces).astype(np.float32)


def attack(
    words: Words,
    subject: Subject,
    clear: Sequence[NDArray[np.float32]],
    hidden: Sequence[NDArray[np.float32]],
    *,
    seed: int,
) -> list[Finding]:
    """The classifier trained on clear sound, and trained on the output."""
    control = _rate(words, clear, clear)
    kinds = len(set(words.said.tolist()))
    rng = np.random.default_rng(seed)
    guesses = rng.integers(0, kinds, (_GUESSES, int(words.asked.sum())))
    baseline = Rate.of(int((guesses == 0).sum()), guesses.size)
    findings = []
    for knows, taught in ((Knows.NOTHING, clear), (Knows.SAMPLE, hidden)):
        trained = "clear sound" if knows is Knows.NOTHING else "the output"
        has = f"{int((~words.asked).sum())} spoken digits by the same four speakers"
        findings.append(
            Finding(
                section=Section.WORDS,
                attack=f"digits, trained on {trained}",
                threat=ThreatModel(Wants.WORDS, knows, has),
                subject=subject,
                rate=_rate(words, taught, hidden),
                control=control,
                baseline=baseline,
                of=f"spoken digits told apart, {kinds} kinds, other takes by the same speakers",
            )
        )
    return findings


def _rate(
    words: Words, taught: Sequence[NDArray[np.float32]], asked: Sequence[NDArray[np.float32]]
) -> Rate:
    rows, other = np.stack(taught), np.stack(asked)
    heard = linear_head(rows[~words.asked], words.said[~words.asked], other[words.asked])
    right = heard == words.said[words.asked]
    return Rate.of(int(right.sum()), len(right))
