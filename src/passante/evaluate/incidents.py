"""The part about sounds that are told as events: what is heard, how soon, and what is not there.

Recordings of one half fix the thresholds of the anchors; all is scored on the other half, mixed
into the other half of the sound of streets. Our own thresholds come with the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from passante.analyse.alarm import Limit
from passante.analyse.kinds import KINDS, StreetSounds
from passante.analyse.limits import limits_for
from passante.analyse.logmel import FRAMES, HOP
from passante.analyse.tagger import Tags, Yamnet
from passante.core.names import EventKind
from passante.evaluate.anchors import LogMelRegression, energy, features
from passante.evaluate.halves import Half, Recording, beds, recordings
from passante.evaluate.levels import levels
from passante.evaluate.packaged import PACKAGED, PackagedTagger
from passante.evaluate.pictures import chosen
from passante.evaluate.precision import average_precision, threshold_for
from passante.evaluate.quiet import nothing
from passante.evaluate.rates import Rate
from passante.evaluate.results import Figure, LeftOut, Result, Section, Subject
from passante.evaluate.settings import Settings, Tell
from passante.evaluate.sounds import RATE_HZ, Sound, load
from passante.evaluate.trials import (
    Looks,
    Scored,
    Trial,
    faint,
    looks_at,
    peaks,
    placed,
    told,
)
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession

SNRS_DB, FIX_SNRS_DB = (-10, 0, 10, 20), (0, 15)
_PROTECTED_DB = 10
_QUICK, _QUICK_SNRS_DB = 24, (0, 10)
_STRICT = 0.01
"""Share of the other sounds that may reach the threshold at which methods are compared."""
_STREET_MINUTES, _QUICK_MINUTES = 60.0, 2.0
_BATCH = 64

Says = Callable[[Looks, Tags], NDArray[np.float32]]
"""What a listener says: (looks, kinds), 0 to 1."""


@dataclass(frozen=True, slots=True)
class Method:
    """Something that listens."""

    subject: Subject
    says: Says


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """Trials, and what a method says of them."""

    trials: Sequence[Trial]
    scored: Sequence[Scored]

    def at(self, snr_db: float) -> Tried:
        """Those at one ratio."""
        pairs = [
            (trial, scored)
            for trial, scored in zip(self.trials, self.scored, strict=True)
            if trial.snr_db == snr_db
        ]
        return Tried([trial for trial, _ in pairs], [scored for _, scored in pairs])


class Given:
    """A tagger that has looked already, so that nothing is tagged twice."""

    def __init__(self, model: str, tags: Tags) -> None:
        self.model = model
        self._tags = tags

    def look(self, patches: NDArray[np.float32]) -> Tags:
        """What was said of these patches."""
        if len(patches) != len(self._tags.logits):
            raise ValueError("these are not the patches that were looked at")
        return self._tags


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """Every listener on recorded events in streets; ours on protected sound as well."""
    tagger = Yamnet(OnnxSession(store.find(DEFAULTS["find.sound"])))
    head = OnnxSession(store.find(DEFAULTS["find.incident"]))
    packaged = PackagedTagger(Yamnet(OnnxSession(store.find(PACKAGED))))
    limits = limits_for(head.card.sha256)
    tell("events: sounds to fix thresholds on")
    fix = trials(settings, Half.FIX)
    learnt = _learnt(fix)
    methods = [
        Method(
            Subject("our head on YAMNet", ours=True),
            lambda looks, tags: StreetSounds(Given(tagger.model, tags), head).look(looks.patches),
        ),
        Method(
            Subject("YAMNet as packaged", ours=False),
            lambda looks, _: packaged.look(looks.patches),
        ),
        Method(
            Subject("log-mel and logistic regression", ours=False),
            lambda looks, _: learnt.look(features(looks.patches)),
        ),
        Method(Subject("energy", ours=False), lambda looks, _: energy(looks.standing)),
    ]
    fixed = tried(fix, tagger, methods)
    tell("events: sounds to score on")
    scored = tried(trials(settings, Half.SCORE), tagger, methods)
    for method, before, after in zip(methods, fixed, scored, strict=True):
        yield from compared(method.subject, after, strict_thresholds(before))
    ours = methods[0]
    yield from at_limits(ours.subject, scored[0], limits, seed=settings.seed)
    tell("events: streets where there are none")
    yield from _quiet(settings, ours, tagger, limits)
    yield from _protected(settings, ours, tagger, scored[0].at(_PROTECTED_DB), limits, tell)


def trials(settings: Settings, half: Half) -> list[Trial]:
    """Every recording of a half in a street, at every ratio."""
    rng = np.random.default_rng(settings.seed)
    streets = beds(settings.folder, half)
    found = [one for one in recordings(settings.folder) if one.half is half]
    if settings.quick:
        found = chosen(found, _QUICK, settings.seed)
    full = SNRS_DB if half is Half.SCORE else FIX_SNRS_DB
    snrs_db = _QUICK_SNRS_DB if settings.quick else full
    return [_trial(one, snr_db, streets, rng) for snr_db in snrs_db for one in found]


def _trial(
    one: Recording, snr_db: float, streets: Sequence[Sound], rng: np.random.Generator
) -> Trial:
    bed = streets[int(rng.integers(len(streets)))]
    event = load(one.path)
    sound, start_s, end_s = placed(event, bed, snr_db, rng)
    late_s = faint(event, snr_db)
    return Trial(sound, one.kind, one.label, one.group, snr_db, start_s, end_s, late_s)


def tried(some: Sequence[Trial], tagger: Yamnet, methods: Sequence[Method]) -> tuple[Tried, ...]:
    """What each method says of each trial, every trial a stream of its own."""
    said: list[list[Scored]] = [[] for _ in methods]
    for trial in some:
        looks = looks_at(trial.sound)
        tags = tagged(looks.patches, tagger)
        for scored, method in zip(said, methods, strict=True):
            scored.append(Scored(looks.firsts, looks.standing, method.says(looks, tags)))
    return tuple(Tried(some, scored) for scored in said)


def tagged(patches: NDArray[np.float32], tagger: Yamnet) -> Tags:
    """Tags of all patches, some at a time: a network's memory grows with what it gets at once."""
    parts = [tagger.look(patches[at : at + _BATCH]) for at in range(0, len(patches), _BATCH)]
    return Tags(
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.embedding for part in parts]),
    )


def _learnt(fix: Sequence[Trial]) -> LogMelRegression:
    inputs, holds = [], []
    for trial in fix:
        looks = looks_at(trial.sound)
        inputs.append(features(looks.patches))
        for first in looks.firsts:
            first_s, last_s = (frame * HOP / RATE_HZ for frame in (first, first + FRAMES))
            within = min(last_s, trial.end_s) - max(first_s, trial.start_s)
            holds.append([trial.kind is kind and within > 0.2 for kind in KINDS])
    return LogMelRegression.fitted(np.concatenate(inputs), np.array(holds))


def strict_thresholds(some: Tried) -> NDArray[np.float64]:
    """(kinds,): scores that one in a hundred of the sounds of other kinds reach."""
    found = np.stack([peaks(one, 1) for one in some.scored])
    thresholds = []
    for column, kind in enumerate(KINDS):
        others = found[[trial.kind is not kind for trial in some.trials], column]
        thresholds.append(threshold_for(others, _STRICT * others.size))
    return np.array(thresholds)


def compared(subject: Subject, some: Tried, strict: NDArray[np.float64]) -> Iterator[Figure]:
    """Average precision, and recall at an equally strict threshold, for every kind and ratio."""
    found = np.stack([peaks(one, 1) for one in some.scored])
    kinds = np.array([str(trial.kind) for trial in some.trials])
    snrs_db = np.array([trial.snr_db for trial in some.trials])
    precisions = []
    for column, kind in enumerate(KINDS):
        mine = kinds == kind
        if not mine.any():
            continue
        count = int(mine.sum())
        precisions.append(average_precision(mine, found[:, column]))
        yield _figure(subject, f"{kind}: average precision", precisions[-1], "", count)
        hit = float((found[mine, column] >= strict[column]).mean())
        yield _figure(subject, f"{kind}: heard, equally strict", hit, "", count)
    if precisions:
        mean = float(np.mean(precisions))
        yield _figure(subject, "mean of kinds: average precision", mean, "", len(precisions))
    for snr_db in sorted(set(snrs_db.tolist())):
        at = snrs_db == snr_db
        each = [
            average_precision(kinds[at] == kind, found[at, column])
            for column, kind in enumerate(KINDS)
            if (kinds[at] == kind).any()
        ]
        if each:
            what = f"mean of kinds at {snr_db:g} dB: average precision"
            yield _figure(subject, what, float(np.mean(each)), "", int(at.sum()))


def at_limits(
    subject: Subject, some: Tried, limits: Sequence[Limit], *, seed: int
) -> Iterator[Figure]:
    """At the thresholds of the package: recall, precision, false alarms, delays."""
    hours = sum(trial.sound.size for trial in some.trials) / RATE_HZ / 3600
    late, heard, soon, moved, off = [], [], [], [], []
    for limit in limits:
        hits: dict[str, list[bool]] = {}
        right = false = 0
        for trial, scored in zip(some.trials, some.scored, strict=True):
            found = list(told(scored, KINDS, [limit]))
            mine = [one for one in found if one.about(trial)]
            right, false = right + bool(mine), false + len(found) - len(mine)
            if trial.kind is limit.kind:
                hits.setdefault(trial.group, []).append(bool(mine))
            if mine:
                start_s = mine[0].heard.start * HOP / RATE_HZ
                act_s = trial.start_s + trial.faint_s
                late.append(mine[0].noticed_s - trial.start_s)
                heard.append(mine[0].noticed_s - act_s)
                soon.append(mine[0].noticed_s - start_s)
                moved.append(abs(start_s - trial.start_s))
                off.append(abs(start_s - act_s))
        if hits:
            yield from _rates(subject, limit.kind, hits, (right, false), seed=seed)
        what = f"{limit.kind}: false alarms among events"
        yield _figure(subject, what, false / hours, "1/h", false)
    yield from _either(subject, some, limits, seed=seed)
    for what, values in (
        ("delay from the first of the recording", late),
        ("delay from when it is as loud as the street", heard),
        ("delay from the onset that is named", soon),
        ("onset from the first of the recording", moved),
        ("onset from when it is as loud as the street", off),
    ):
        for word, point in (("half", 50), ("19 of 20", 95)):
            value = float(np.percentile(values, point)) if values else 0.0
            yield _figure(subject, f"{what}, {word} within", value, "s", len(values))


def _either(
    subject: Subject, some: Tried, limits: Sequence[Limit], *, seed: int
) -> Iterator[Figure]:
    """Shots and explosions told as one or the other: some cannot be told apart."""
    pair = [one for one in limits if one.kind in (EventKind.BANG, EventKind.EXPLOSION)]
    kinds = {one.kind for one in pair}
    hits: dict[str, list[bool]] = {}
    for trial, scored in zip(some.trials, some.scored, strict=True):
        if trial.kind in kinds:
            alike = [replace(trial, kind=kind) for kind in kinds]
            found = list(told(scored, KINDS, pair))
            hit = any(one.about(other) for one in found for other in alike)
            hits.setdefault(trial.group, []).append(hit)
    if hits:
        rate = Rate.over(hits.values(), seed=seed)
        what = "bang or explosion: heard as either"
        yield Figure(
            Section.EVENTS, subject, what, rate.share, "", rate.trials, rate.low, rate.high
        )


def _rates(
    subject: Subject,
    kind: EventKind,
    hits: dict[str, list[bool]],
    found: tuple[int, int],
    *,
    seed: int,
) -> Iterator[Figure]:
    right, false = found
    rate = Rate.over(hits.values(), seed=seed)
    what = f"{kind}: heard, at its threshold"
    yield Figure(Section.EVENTS, subject, what, rate.share, "", rate.trials, rate.low, rate.high)
    if right + false:
        of = Rate.of(right, right + false)
        what = f"{kind}: right, of those told"
        yield Figure(Section.EVENTS, subject, what, of.share, "", of.trials, of.low, of.high)


def _quiet(
    settings: Settings, method: Method, tagger: Yamnet, limits: Sequence[Limit]
) -> Iterator[Figure]:
    """False alarms where none of the kinds is to be heard."""
    minutes = _QUICK_MINUTES if settings.quick else _STREET_MINUTES
    sound = nothing(settings.folder, minutes=minutes, seed=settings.seed)
    hours = sound.size / RATE_HZ / 3600
    looks = looks_at(sound)
    said = method.says(looks, tagged(looks.patches, tagger))
    scored = Scored(looks.firsts, looks.standing, said)
    for limit in limits:
        count = len(list(told(scored, KINDS, [limit])))
        what = f"{limit.kind}: false alarms in streets with speech and other sounds"
        low, high = (edge / hours for edge in _poisson(count))
        yield Figure(Section.EVENTS, method.subject, what, count / hours, "1/h", count, low, high)


def _protected(  # noqa: PLR0917  # each is needed, and it is asked once
    settings: Settings,
    method: Method,
    tagger: Yamnet,
    before: Tried,
    limits: Sequence[Limit],
    tell: Tell,
) -> Iterator[Result]:
    """The same events after protection, beside those before."""
    name = method.subject.name
    yield from _heard_of(Subject(f"{name}, these before protection", ours=True), before, limits)
    rng = np.random.default_rng(settings.seed)
    joined = np.concatenate([one.sound for one in before.trials])
    edges = np.cumsum([one.sound.size for one in before.trials])[:-1]
    made, absent = levels(settings.policies, quick=True)
    for level, hint in absent.items():
        yield LeftOut(Section.EVENTS, level, hint)
    for one in made:
        tell(f"events: {one.subject.name}")
        parts = np.split(one.hide(joined, rng), edges)
        hidden = [
            replace(trial, sound=part) for part, trial in zip(parts, before.trials, strict=True)
        ]
        (after,) = tried(hidden, tagger, [method])
        yield from _heard_of(Subject(f"{name}, {one.subject.name}", ours=True), after, limits)


def _heard_of(subject: Subject, some: Tried, limits: Sequence[Limit]) -> Iterator[Figure]:
    """Recall at the thresholds, of every kind and of all."""
    counts: dict[EventKind, list[bool]] = {}
    for limit in limits:
        for trial, scored in zip(some.trials, some.scored, strict=True):
            if trial.kind is limit.kind:
                hit = any(one.about(trial) for one in told(scored, KINDS, [limit]))
                counts.setdefault(limit.kind, []).append(hit)
    for kind, hits in counts.items():
        share = sum(hits) / len(hits)
        yield _figure(subject, f"{kind}: heard, at its threshold", share, "", len(hits))
    every = [hit for hits in counts.values() for hit in hits]
    if every:
        what, share = "all kinds: heard, at their thresholds", sum(every) / len(every)
        yield _figure(subject, what, share, "", len(every))


def _poisson(count: int) -> tuple[float, float]:
    """The 95 % interval of a mean of which `count` were counted (Byar's approximation)."""
    z = 1.96
    low = 0.0 if not count else count * (1 - 1 / (9 * count) - z / (3 * count**0.5)) ** 3
    more = count + 1
    return low, more * (1 - 1 / (9 * more) + z / (3 * more**0.5)) ** 3


def _figure(subject: Subject, what: str, value: float, unit: str, count: int) -> Figure:
    return Figure(Section.EVENTS, subject, what, value, unit, count)
