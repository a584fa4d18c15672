"""Whose voices are found and hidden less well: by sex and language of who speaks.

What is found is told from the product's own ear on clear recordings, before anything is hidden.
What leaks is the equal error rate of a verifier among people of one group: telling two women apart
says more than telling a woman from a man. Few people are called few, whatever came out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from passante.analyse.voice import CHUNK
from passante.evaluate.attacks.detect_speech import spoken
from passante.evaluate.attacks.link_voice import Trials, Voices, Way, trials
from passante.evaluate.people import Cast
from passante.evaluate.rates import Rate
from passante.evaluate.results import Figure, Section, Subject
from passante.evaluate.sounds import Sound
from passante.inside.audio import AnalysedAudio

FEW = 8
"""People of a group below which nothing is said about it."""
_LEAST = 2
"""Among fewer nobody can be taken for somebody else."""

Listen = Callable[[Sound], Sequence[AnalysedAudio]]
"""A recording -> what analysis makes of it."""


def groups(people: Cast) -> dict[str, list[str]]:
    """Name of a group -> who belongs to it, of those who are asked about."""
    found: dict[str, list[str]] = {}
    words = {"F": "women", "M": "men"}
    for name in people.asked:
        if name in people.sexes:
            found.setdefault(f"sex: {words[people.sexes[name]]}", []).append(name)
        english = people.tongues.get(name) == "en"
        found.setdefault(f"language: {'English' if english else 'other'}", []).append(name)
    return dict(sorted(found.items()))


def found(people: Cast, subject: Subject, listen: Listen, *, seed: int) -> Iterator[Figure]:
    """Share of speech that is found, of each group, over people."""
    hits = {name: [*_found(sounds, listen)] for name, sounds in people.asked.items()}
    for group, names in groups(people).items():
        rate = Rate.over((hits[name] for name in names), seed=seed)
        yield Figure(
            Section.VOICES, subject, f"pieces of 32 ms with speech found, {_said(group, names)}",
            100 * rate.share, "%", rate.trials, 100 * rate.low, 100 * rate.high,
        )  # fmt: skip


def _found(sounds: Sequence[Sound], listen: Listen) -> Iterator[bool]:
    for sound in sounds:
        speech: NDArray[np.float32] = np.concatenate([item.speech for item in listen(sound)])
        truth = spoken(sound)
        pieces = speech[: truth.size * CHUNK].reshape(truth.size, CHUNK).min(axis=1)
        yield from (pieces[truth] > 0).tolist()


def leaked(
    network: str,
    subject: Subject,
    *,
    way: Way,
    clear: Voices,
    hidden: Voices,
    people: Cast,
    seed: int,
) -> Iterator[Figure]:
    """How well one way to attack tells people of a group from others of it."""
    tried = trials(way, clear, hidden)
    order = list(hidden.asked)
    for group, names in groups(people).items():
        if len(names) < _LEAST:
            continue
        part = _of(tried, [order.index(name) for name in names])
        ends: tuple[float | None, float | None] = None, None
        if len(names) >= FEW:
            low, high, _, _ = part.spread(seed)
            ends = 100 * low, 100 * high
        yield Figure(
            Section.VOICES, subject,
            f"{network}, {way.name}: equal error rate within {_said(group, names)}",
            100 * part.errors()[0], "%", int(part.same.sum()), *ends,
        )  # fmt: skip


def _said(group: str, names: Sequence[str]) -> str:
    few = ", too few to say" if len(names) < FEW else ""
    return f"{group} ({len(names)} people{few})"


def _of(tried: Trials, people: Sequence[int]) -> Trials:
    """The trials of some people against each other."""
    rows, columns = np.isin(tried.asked, people), np.isin(tried.enrolled, people)
    return Trials(tried.scores[rows][:, columns], tried.asked[rows], tried.enrolled[columns])
