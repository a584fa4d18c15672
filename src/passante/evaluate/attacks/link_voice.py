"""Telling by their hidden voices whether two recordings are of one person.

- ignorant: the hidden voice against clear recordings;
- lazy: against recordings put through the same method;
- informed: the same, after what tells people apart was learnt from the method's output of other
  people (discriminant analysis), several protected copies of each of their recordings;
- many copies: the attacker protects every recording that he has of somebody many times and takes
  the mean, so that what is drawn anew averages out and what stays is the person;
- from nothing: a network that was trained on the method's output of other people alone.

Each is measured by its equal error rate: how often it takes two people for one where it takes one
person for two as often. Guessing has 50 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from passante.evaluate.attacks.project import Vectors, discriminant
from passante.evaluate.rates import Rate, wilson
from passante.evaluate.results import Figure, Finding, Section, Subject
from passante.evaluate.threat import Knows, ThreatModel, Wants

FALSE = 0.01
"""Share of strangers taken for somebody at which the share of people recognised is given."""
ALIVE = 0.97
"""An attacker whose equal error rate on untouched recordings is above 3 % has shown nothing."""
_DRAWS = 200
_GUESSES = 20
_FINE = 10_000
"""Trials that stand for a share that is known exactly."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Vectors of one form of the recordings, from one network."""

    enrolled: Mapping[str, Sequence[Vectors]]
    """Name -> for each recording that the attacker knows them by, one row a protected copy."""
    asked: Mapping[str, Vectors]
    """Name -> recordings that are to be told, one copy each: one is all that he gets."""
    others: Sequence[Vectors]
    """Of each of some other people, recordings and copies of them to learn from."""


@dataclass(frozen=True)
class Trials:
    """Every recording asked about against everybody enrolled."""

    scores: NDArray[np.float64]
    """(recordings asked, enrolments)."""
    asked: NDArray[np.intp]
    """(recordings asked,): who speaks."""
    enrolled: NDArray[np.intp]
    """(enrolments,): who is enrolled."""

    @cached_property
    def same(self) -> NDArray[np.bool_]:
        """Which pairs are of one person."""
        return np.asarray(self.asked[:, None] == self.enrolled)

    def errors(self) -> tuple[float, float]:
        """Equal error rate, and share of people recognised at few false alarms."""
        return _errors(self.scores[self.same], self.scores[~self.same])

    def spread(self, seed: int) -> tuple[float, float, float, float]:
        """95 % intervals of both, over people: draws of as many people as there are."""
        people = np.unique(self.asked)
        rows = [np.flatnonzero(self.asked == one) for one in people]
        columns = [np.flatnonzero(self.enrolled == one) for one in people]
        rng = np.random.default_rng(seed)
        found = []
        for _ in range(_DRAWS):
            drawn = rng.integers(0, len(people), len(people))
            at = np.concatenate([rows[one] for one in drawn])
            to = np.concatenate([columns[one] for one in drawn])
            part, same = self.scores[np.ix_(at, to)], self.same[np.ix_(at, to)]
            found.append(_errors(part[same], part[~same]))
        low, high = np.quantile(np.array(found), (0.025, 0.975), axis=0)
        return float(low[0]), float(high[0]), float(low[1]), float(high[1])

    def worst(self) -> float:
        """Equal error rate of whoever is told best."""
        found = []
        for one in np.unique(self.asked):
            part = self.scores[:, self.enrolled == one]
            mine = self.asked == one
            found.append(_errors(part[mine].ravel(), part[~mine].ravel())[0])
        return min(found)

    def guessed(self, seed: int) -> Trials:
        """The same trials with vectors that say nothing."""
        rng = np.random.default_rng(seed)
        asked, enrolled = (rng.normal(0, 1, (len(who), 64)) for who in (self.asked, self.enrolled))
        return Trials(asked @ enrolled.T, self.asked, self.enrolled)


def _errors(same: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float]:
    target, stranger = np.sort(same), np.sort(other)
    levels = np.concatenate([target, stranger])
    missed = np.searchsorted(target, levels) / target.size
    taken = 1 - np.searchsorted(stranger, levels) / stranger.size
    at = int(np.argmin(np.abs(missed - taken)))
    strict = stranger[int(np.ceil((1 - FALSE) * stranger.size)) - 1]
    return float((missed[at] + taken[at]) / 2), float((target > strict).mean())


@dataclass(frozen=True, slots=True)
class Way:
    """One way to attack with the vectors of a network."""

    name: str
    knows: Knows
    recordings: int
    """How many of the recordings that he has of somebody he enrols them by; 0: all in one."""
    copies: int
    """How many protected copies of each; 0: all."""
    learns: bool = False


WAYS: tuple[Way, ...] = (
    Way("ignorant", Knows.NOTHING, 0, 1),
    Way("lazy", Knows.METHOD, 0, 1),
    Way("informed, one recording", Knows.SAMPLE, 1, 1, learns=True),
    Way("informed", Knows.SAMPLE, 0, 1, learns=True),
    Way("informed, many copies", Knows.SAMPLE, 0, 0, learns=True),
)
"""For networks that were trained on clear speech."""
OWN_WAYS: tuple[Way, ...] = (
    Way("one recording", Knows.SAMPLE, 1, 1),
    Way("many copies", Knows.SAMPLE, 0, 0),
)
"""For networks that were trained on the output: what they give needs no more learning."""


def trials(way: Way, clear: Voices, hidden: Voices) -> Trials:
    """The scores of one way to attack `hidden`."""
    known = (clear if way.knows is Knows.NOTHING else hidden).enrolled
    vectors, owners = [], []
    for number, recordings in enumerate(known.values()):
        rows = np.stack([one[: way.copies or None].mean(axis=0) for one in recordings])
        rows = rows if way.recordings else rows.mean(axis=0, keepdims=True)
        vectors.append(rows)
        owners += [number] * len(rows)
    asked = np.concatenate(list(hidden.asked.values()))
    whose = np.repeat(np.arange(len(hidden.asked)), [len(rows) for rows in hidden.asked.values()])
    enrolled = np.concatenate(vectors)
    if way.learns:
        project = discriminant(hidden.others)
        enrolled, asked = project(enrolled), project(asked)
    return Trials(_unit(asked) @ _unit(enrolled).T, whose, np.array(owners, np.intp))


def _unit(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(rows / np.maximum(1e-9, np.linalg.norm(rows, axis=1, keepdims=True)))


def attack(
    network: str,
    subject: Subject,
    clear: Voices,
    hidden: Voices,
    *,
    seed: int,
    ways: Sequence[Way] = WAYS,
    control: Voices | None = None,
) -> list[Finding | Figure]:
    """One network on one method, in every way.

    Args:
        network: What it is called.
        subject: What protected the recordings.
        clear: Untouched recordings.
        hidden: The same, protected.
        seed: Of the draws of intervals.
        ways: How it attacks.
        control: What the control is of, where that is not `clear`: for a network that was trained
            on the output, the vectors of another one that was trained on untouched recordings.
    """
    made: list[Finding | Figure] = []
    alone = control or clear
    people = len(clear.asked)
    for way in ways:
        tried = trials(way, clear, hidden)
        equal, strict = tried.errors()
        low, high, strict_low, strict_high = tried.spread(seed)
        name = f"{network}, {way.name}"
        made.append(
            Finding(
                section=Section.VOICES,
                attack=name,
                threat=_threat(way, clear, hidden),
                subject=subject,
                rate=_rate(equal, low, high, tried, people),
                control=_exact(1 - trials(way, alone, alone).errors()[0]),
                baseline=_exact(0.5),
                of=f"one person told from two at the equal error rate (guessing 50 %), "
                f"{len(tried.asked)} recordings of {people} people, interval over people",
                needs=ALIVE,
            )
        )
        figures = (
            ("equal error rate", equal, low, high),
            (f"recognised at {FALSE:.0%} false alarms", strict, strict_low, strict_high),
            (f"equal error rate of whoever is told best ({_luck(tried, seed):.0f} % by guessing)",
             tried.worst(), None, None),
        )  # fmt: skip
        for what, value, least, most in figures:
            made.append(
                Figure(
                    Section.VOICES, subject, f"{name}: {what}", 100 * value, "%",
                    int(tried.same.sum()),
                    None if least is None else 100 * least, None if most is None else 100 * most,
                )
            )  # fmt: skip
    return made


def _luck(tried: Trials, seed: int) -> float:
    """Equal error rate of whoever is told best where nobody can be told, %."""
    return _luck_of(tuple(tried.asked.tolist()), tuple(tried.enrolled.tolist()), seed)


@cache
def _luck_of(asked: tuple[int, ...], enrolled: tuple[int, ...], seed: int) -> float:
    nothing = Trials(np.zeros((len(asked), len(enrolled))), np.array(asked), np.array(enrolled))
    return 100 * float(
        np.mean([nothing.guessed(seed + number).worst() for number in range(_GUESSES)])
    )


def _threat(way: Way, clear: Voices, hidden: Voices) -> ThreatModel:
    most = max(len(one) for one in clear.enrolled.values())
    has = "one recording" if way.recordings else f"up to {most} recordings"
    has += f" of each of {len(clear.enrolled)} people"
    if not way.copies:
        copies = max(len(rows) for one in hidden.enrolled.values() for rows in one)
        has += f", protects each of them {copies} times"
    if way.knows is Knows.SAMPLE:
        has += f", and output for {len(hidden.others)} other people"
    return ThreatModel(Wants.IDENTITY, way.knows, has)


def _rate(equal: float, low: float, high: float, tried: Trials, people: int) -> Rate:
    """How often it is right. Draws that all agree know nothing of how few people there are."""
    pairs = int(tried.same.sum())
    least, most = min(1 - high, 1 - equal), max(1 - low, 1 - equal)
    if least == most:
        least, most = wilson(people * (1 - equal), people)
    hits = round((1 - equal) * pairs)
    return Rate(hits, pairs, min(least, hits / pairs), max(most, hits / pairs))


def _exact(share: float) -> Rate:
    """A share that is known, as a rate of many trials."""
    return Rate.of(round(share * _FINE), _FINE)
