"""What a hidden voice tells beside the name: whether a man or a woman speaks, and which language.

Learnt from the vectors that verifiers make of the output, and asked about other people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from passante.evaluate.attacks.project import Vectors
from passante.evaluate.attacks.reidentify import linear_head
from passante.evaluate.rates import Rate
from passante.evaluate.results import Finding, Section, Subject
from passante.evaluate.sounds import RATE_HZ, Sound
from passante.evaluate.threat import Knows, ThreatModel, Wants

_WINDOW, _HOP = 640, 320
_LOWEST_HZ, _HIGHEST_HZ, _BETWEEN_HZ = 70.0, 350.0, 165.0
_PERIODIC = 0.5


def pitch_hz(sound: Sound) -> float:
    """The median pitch of a clear voice: the lag at which most windows repeat themselves."""
    frames = np.lib.stride_tricks.sliding_window_view(sound.astype(np.float64), _WINDOW)[::_HOP]
    spectra = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), 2 * _WINDOW, axis=1)) ** 2
    repeats = np.fft.irfft(spectra, axis=1)
    shape = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(_WINDOW), 2 * _WINDOW)) ** 2)
    first, last = int(RATE_HZ / _HIGHEST_HZ), int(RATE_HZ / _LOWEST_HZ)
    share = repeats[:, first:last] / (repeats[:, :1] + 1e-9) * (shape[0] / shape[first:last])
    voiced = share.max(axis=1) > _PERIODIC
    if not voiced.any():
        return 0.0
    return float(np.median(RATE_HZ / (first + share[voiced].argmax(axis=1))))


def by_pitch(sound: Sound) -> str:
    """What an attacker calls somebody whose clear voice he has: F or M by the pitch."""
    return "F" if pitch_hz(sound) > _BETWEEN_HZ else "M"


def sex(
    verifier: str,
    subject: Subject,
    clear: tuple[Sequence[Vectors], Mapping[str, Vectors]],
    hidden: tuple[Sequence[Vectors], Mapping[str, Vectors]],
    *,
    taught: Sequence[str],
    truth: Mapping[str, str],
    seed: int,
) -> Finding:
    """F or M, learnt from other people.

    Args:
        verifier: Whose vectors these are.
        subject: What protected them.
        clear: Vectors of others, and by name those of who is asked about, untouched.
        hidden: The same, protected.
        taught: What the attacker calls each of the others.
        truth: Name -> F or M. Who is not in it is not asked about.
        seed: Of the interval.
    """

    def rate(vectors: tuple[Sequence[Vectors], Mapping[str, Vectors]]) -> Rate:
        others, asked = vectors
        rows = np.concatenate(others)
        names = np.repeat(np.array(taught), [len(one) for one in others])
        right = (
            (linear_head(rows, names, asked[who]) == answer).tolist()
            for who, answer in truth.items()
        )
        return Rate.over(right, seed=seed)

    control = rate(clear)
    return Finding(
        section=Section.VOICES,
        attack=f"{verifier}, man or woman",
        threat=ThreatModel(
            Wants.TRAIT, Knows.SAMPLE, f"output for {len(taught)} other people, called by pitch"
        ),
        subject=subject,
        rate=rate(hidden),
        control=control,
        baseline=Rate.of(5000, 10_000),
        of=f"recordings of {len(truth)} people told right, interval over people",
    )


def language(
    verifier: str,
    subject: Subject,
    clear: Vectors,
    hidden: Vectors,
    truth: NDArray[np.str_],
) -> Finding:
    """Which of two languages one and the same person speaks.

    Each half of the recordings is told by what was learnt from the other half.

    Args:
        verifier: Whose vectors these are.
        subject: What protected them.
        clear: Of each recording, untouched.
        hidden: The same, protected.
        truth: Of each recording.
    """

    def rate(vectors: Vectors) -> Rate:
        half = np.arange(len(truth)) % 2 == 0
        right = 0
        for asked in (half, ~half):
            told = linear_head(vectors[~asked], truth[~asked], vectors[asked])
            right += int((told == truth[asked]).sum())
        return Rate.of(right, len(truth))

    return Finding(
        section=Section.VOICES,
        attack=f"{verifier}, which language",
        threat=ThreatModel(
            Wants.TRAIT, Knows.SAMPLE, f"output for {len(truth) // 2} recordings of one bilingual"
        ),
        subject=subject,
        rate=rate(hidden),
        control=rate(clear),
        baseline=Rate.of(5000, 10_000),
        of=f"{len(truth)} recordings of one person in {' or '.join(np.unique(truth))} told right",
    )
