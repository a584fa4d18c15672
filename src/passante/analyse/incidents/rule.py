"""What every rule has in common: it says what holds now; a ledger makes beginnings and ends of it.

Rules see boxes and their movement, nothing else of anybody: no face, no clothes, no gait. The
score of every rule is 0.5 at its limit and grows towards 1 beyond it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from passante.analyse.movers import Mover
from passante.core.clock import NS_PER_S
from passante.core.names import EventKind, Kind, Measure, Phase, StreamId, Unit, ZoneId
from passante.inside.incident import Evidence, Incident


@dataclass(frozen=True, slots=True)
class Moment:
    """What a look showed."""

    at_ns: int
    movers: tuple[Mover, ...]
    crowds: Mapping[ZoneId, int] = field(default_factory=dict)
    """How many people close looks have counted in zones that are dense."""

    def of(self, kind: Kind) -> list[Mover]:
        """Movers of one kind."""
        return [mover for mover in self.movers if mover.kind is kind]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a rule finds to hold now."""

    key: int
    """What tells two findings of one rule apart: a track, or 0 where it is about all."""
    start_ns: int
    """When the act began."""
    score: float
    """0 to 1."""
    evidence: tuple[Evidence, ...]
    tracks: tuple[int, ...] = ()


_RECENT = 512
"""Beginnings of so many events are remembered."""


class Rule(Protocol):
    """Says what holds now."""

    @property
    def kind(self) -> EventKind:
        """What it speaks of."""
        ...

    @property
    def zone(self) -> ZoneId | None:
        """Where; None for the whole picture."""
        ...

    def see(self, moment: Moment) -> Iterable[Finding]:
        """Everything that holds now, as long as it holds."""
        ...


def beyond(value: float, limit: float) -> float:
    """A score: 0.5 where `value` is at its limit, 0.75 at twice the limit, less than 0.5 below."""
    if value <= 0:
        return 0.0
    if limit <= 0:
        return 1.0
    return 1 - 0.5 * limit / value if value >= limit else 0.5 * value / limit


def evidence(measure: Measure, value: float, limit: float, unit: Unit) -> Evidence:
    """One number of a rule, rounded to what it is worth."""
    return Evidence(measure, round(value, 3), round(limit, 3), unit)


def seconds(ns: int) -> float:
    """Ns as s."""
    return ns / NS_PER_S


@dataclass(slots=True)
class _Open:
    """An event that goes on."""

    finding: Finding
    first: Finding
    last_ns: int
    best: float


@dataclass(slots=True)
class Ledger:
    """Begins an event once its rule speaks; ends it once the rule has been silent for a while."""

    stream: StreamId
    silence_ns: int = 2 * NS_PER_S
    """How long a rule must be silent before its event is over."""
    _open: dict[tuple[EventKind, ZoneId | None, int], _Open] = field(default_factory=dict)
    _starts: deque[tuple[EventKind, ZoneId | None, int]] = field(
        default_factory=lambda: deque(maxlen=_RECENT)
    )

    def update(self, at_ns: int, rule: Rule, found: Sequence[Finding]) -> list[Incident]:
        """What began and what ended."""
        told: list[Incident] = []
        for finding in found:
            key = rule.kind, rule.zone, finding.key
            known = self._open.get(key)
            if known is None:
                first = replace(finding, start_ns=self._own_start(rule, finding.start_ns))
                self._open[key] = _Open(finding, first, at_ns, finding.score)
                told.append(self._told(rule, Phase.BEGAN, finding, at_ns, first))
            else:
                known.finding, known.last_ns = finding, at_ns
                known.best = max(known.best, finding.score)
        told += self._over(at_ns, rule)
        return told

    def _own_start(self, rule: Rule, start_ns: int) -> int:
        """A beginning that no other event of this rule has: events are told apart by it."""
        while (rule.kind, rule.zone, start_ns) in self._starts:
            start_ns += 1
        self._starts.append((rule.kind, rule.zone, start_ns))
        return start_ns

    def flush(self, at_ns: int, rule: Rule) -> list[Incident]:
        """The stream is over, and so is everything."""
        return self._over(at_ns + self.silence_ns + 1, rule)

    def _over(self, at_ns: int, rule: Rule) -> list[Incident]:
        mine = [
            (key, known)
            for key, known in self._open.items()
            if key[:2] == (rule.kind, rule.zone) and at_ns - known.last_ns > self.silence_ns
        ]
        ended = []
        for key, known in mine:
            del self._open[key]
            one = Finding(
                known.first.key,
                known.first.start_ns,
                known.best,
                known.finding.evidence,
                known.finding.tracks,
            )
            ended.append(self._told(rule, Phase.ENDED, one, known.last_ns, known.first))
        return ended

    def _told(
        self, rule: Rule, phase: Phase, finding: Finding, end_ns: int, first: Finding
    ) -> Incident:
        return Incident(
            kind=rule.kind,
            phase=phase,
            stream=self.stream,
            zone=rule.zone,
            start_ns=first.start_ns,
            end_ns=max(first.start_ns, end_ns),
            score=finding.score,
            evidence=finding.evidence,
            tracks=finding.tracks,
        )
