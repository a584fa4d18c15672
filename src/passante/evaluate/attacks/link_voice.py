"""Naming people by their hidden voices: a verifier, galleries, and a back end trained on output.

- ignorant: the hidden voice against clear recordings;
- parrot: against recordings put through the same method;
- informed: the same, after what makes recordings of one voice differ was learnt from the method's
  output of other people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from passante.evaluate.rates import Rate
from passante.evaluate.results import Figure, Finding, Section, Subject
from passante.evaluate.sounds import RATE_HZ, Sound
from passante.evaluate.threat import Knows, ThreatModel, Wants
from passante.models.session import OnnxSession

Vectors = NDArray[np.float32]
"""(n, d), each of length 1."""

_WORDS = {Knows.NOTHING: "ignorant", Knows.METHOD: "parrot", Knows.SAMPLE: "informed"}
_GUESSES = 200
_BANDS, _WINDOW, _HOP, _FRAMES = 40, 400, 160, 160
_LOUD_DBFS = -30.0
_FALSE = 0.01
"""Share of strangers taken for somebody at which the share of people recognised is given."""


class Verifier(Protocol):
    """Turns voices into vectors, of which those of one person lie near each other."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def embed(self, sound: Sound) -> NDArray[np.float32]:
        """One vector of length 1."""
        ...


class Ge2e:
    """The GE2E network on 40 mel bands, the mean over windows of 1.6 s."""

    def __init__(self, session: OnnxSession) -> None:
        self._session = session

    @property
    def name(self) -> str:
        """Name of its card."""
        return self._session.card.name

    def embed(self, sound: Sound) -> NDArray[np.float32]:
        """One vector of length 1."""
        level = 10 * np.log10(float((sound**2).mean()) + 1e-12)
        louder = sound * np.float32(10 ** (max(0.0, _LOUD_DBFS - level) / 20))
        mels = mel_energies(louder)
        if len(mels) < _FRAMES:
            mels = np.pad(mels, ((0, _FRAMES - len(mels)), (0, 0)))
        starts = range(0, len(mels) - _FRAMES + 1, _FRAMES // 2)
        windows = np.stack([mels[at : at + _FRAMES] for at in starts])
        (made,) = self._session.run(windows)
        mean = np.nan_to_num(made).mean(axis=0)
        return np.asarray(mean / max(1e-9, float(np.linalg.norm(mean))), np.float32)


def mel_energies(sound: Sound) -> NDArray[np.float32]:
    """(frames, 40): energy in Slaney's mel bands every 10 ms, windows of 25 ms."""
    padded = np.pad(sound.astype(np.float64), _WINDOW // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    shape = np.hanning(_WINDOW + 1)[:-1]
    power = np.abs(np.fft.rfft(windows * shape, axis=1)) ** 2
    return (power @ _mel_bands().T).astype(np.float32)


def _mel_bands() -> NDArray[np.float64]:
    """(40, 201): triangles of equal area, 0 to 8 kHz, linear below 1 kHz and logarithmic above."""
    top = 15 + 27 * np.log(RATE_HZ / 2 / 1000) / np.log(6.4)
    mel = np.linspace(0, top, _BANDS + 2)
    edges = np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))
    pitch = np.fft.rfftfreq(_WINDOW, 1 / RATE_HZ)
    rise = (pitch - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - pitch) / (edges[2:] - edges[1:-1])[:, None]
    area = (2 / (edges[2:] - edges[:-2]))[:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)) * area)


@dataclass(frozen=True, slots=True)
class Voices:
    """Vectors of one form of the recordings."""

    enrolled: Mapping[str, Vectors]
    """Name -> recordings that the attacker knows them by."""
    asked: Mapping[str, Vectors]
    """Name -> recordings that are to be named."""
    others: Sequence[Vectors]
    """Of each of some other people, recordings to learn from."""


def attack(
    verifier: str, subject: Subject, clear: Voices, hidden: Voices, *, seed: int
) -> list[Finding | Figure]:
    """One verifier on one method, with every knowledge."""
    people, pictures = len(clear.enrolled), sum(len(rows) for rows in clear.asked.values())
    baseline = _guess(people, pictures, seed)
    made: list[Finding | Figure] = []
    for knows, word in _WORDS.items():
        scores = _scores(knows, clear, hidden)
        rate = named(scores, hidden, seed=seed)
        made.append(
            Finding(
                section=Section.VOICES,
                attack=f"{verifier}, {word}",
                threat=_threat(knows, people, len(clear.others)),
                subject=subject,
                rate=rate,
                control=named(_scores(knows, clear, clear), clear, seed=seed),
                baseline=baseline,
                of=f"{pictures} recordings of {people} people named at the first attempt, "
                "interval over people",
            )
        )
        equal, strict = errors(scores, hidden)
        for what, value in (
            ("equal error rate", equal),
            (f"recognised at {_FALSE:.0%} false alarms", strict),
            ("recordings named of whoever is named best", worst(scores, hidden)),
        ):
            name = f"{verifier}, {word}: {what}"
            made.append(Figure(Section.VOICES, subject, name, 100 * value, "%", pictures))
    return made


def _threat(knows: Knows, people: int, others: int) -> ThreatModel:
    has = f"recordings of each of {people} people"
    if knows is Knows.SAMPLE:
        has += f" and the output for {others} other people"
    return ThreatModel(Wants.IDENTITY, knows, has)


def _scores(knows: Knows, clear: Voices, hidden: Voices) -> NDArray[np.float64]:
    """(recordings asked, people): cosines, in the order of the mappings."""
    enrolled = (clear if knows is Knows.NOTHING else hidden).enrolled
    means = np.stack([rows.mean(axis=0) for rows in enrolled.values()])
    asked = np.concatenate(list(hidden.asked.values()))
    if knows is Knows.SAMPLE:
        whiten = learnt(hidden.others)
        centre = np.concatenate(list(hidden.others)).mean(axis=0)
        means, asked = (means - centre) @ whiten, (asked - centre) @ whiten
    means, asked = (
        rows / np.maximum(1e-9, np.linalg.norm(rows, axis=1, keepdims=True))
        for rows in (means, asked)
    )
    return np.asarray(asked @ means.T, np.float64)


def learnt(others: Sequence[Vectors], *, shrink: float = 0.2) -> NDArray[np.float64]:
    """(d, d): makes directions in which one voice varies count less than those that tell voices."""
    within = np.concatenate([rows - rows.mean(axis=0) for rows in others])
    spread = within.T.astype(np.float64) @ within / len(within)
    level = float(np.trace(spread)) / len(spread) + 1e-9
    spread = (1 - shrink) * spread + shrink * level * np.eye(len(spread))
    values, vectors = np.linalg.eigh(spread)
    return np.asarray(vectors / np.sqrt(values) @ vectors.T)


def named(scores: NDArray[np.float64], asked: Voices, *, seed: int) -> Rate:
    """How many recordings are named right, over people."""
    return Rate.over(_right(scores, asked), seed=seed)


def worst(scores: NDArray[np.float64], asked: Voices) -> float:
    """Share of recordings named right of whoever is named best."""
    return max((float(np.mean(one)) for one in _right(scores, asked)), default=0.0)


def _right(scores: NDArray[np.float64], asked: Voices) -> list[list[bool]]:
    best, made, at = scores.argmax(axis=1), [], 0
    for number, rows in enumerate(asked.asked.values()):
        made.append([bool(one == number) for one in best[at : at + len(rows)]])
        at += len(rows)
    return made


def errors(scores: NDArray[np.float64], asked: Voices) -> tuple[float, float]:
    """Equal error rate, and share of people recognised at few false alarms."""
    truth = np.repeat(np.arange(len(asked.asked)), [len(rows) for rows in asked.asked.values()])
    same = truth[:, None] == np.arange(scores.shape[1])
    target, other = np.sort(scores[same]), np.sort(scores[~same])
    levels = np.concatenate([target, other])
    missed = np.searchsorted(target, levels) / target.size
    taken = 1 - np.searchsorted(other, levels) / other.size
    at = int(np.argmin(np.abs(missed - taken)))
    strict = other[int(np.ceil((1 - _FALSE) * other.size)) - 1]
    return float((missed[at] + taken[at]) / 2), float((target > strict).mean())


def _guess(people: int, recordings: int, seed: int) -> Rate:
    rng = np.random.default_rng(seed)
    guesses = rng.integers(0, people, (_GUESSES, recordings))
    return Rate.of(int((guesses == 0).sum()), guesses.size)
