"""The part about words: what was said, to recognisers and to who trains on our output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from passante.evaluate.attacks import recognise_words, transcribe, undo
from passante.evaluate.attacks.networks import AbsentError, torch_module
from passante.evaluate.attacks.recognise_words import LINEAR, NETWORK, Attacker, Question
from passante.evaluate.attacks.transcribe import RECOGNISERS, Recogniser
from passante.evaluate.people import broken
from passante.evaluate.pictures import chosen, table
from passante.evaluate.rates import Rate
from passante.evaluate.results import Figure, Finding, LeftOut, Result, Section, Subject
from passante.evaluate.settings import Settings, Tell
from passante.evaluate.sounds import RATE_HZ, Sound, channelled, load
from passante.evaluate.threat import Knows, ThreatModel, Wants
from passante.evaluate.voices import methods

_EMBEDDED = int(1.3 * RATE_HZ)
_QUIET = 3e-4
_SENTENCES, _QUICK_SENTENCES = 8, 3
_TAKES, _QUICK_TAKES = 12, 4
_COPIES, _DEEP_COPIES = 3, 8
_UNDONE = ("segment reversal", "random splicing", "8 envelopes, permuted")
"""Baselines that attempts to undo are made on as well."""


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """Recognisers of speech, and classifiers of digits and of who says them."""
    yield from _transcripts(settings, tell)
    yield from _digits(settings, tell)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something said, and how it is written."""

    sound: Sound
    words: tuple[str, ...]


def sentences(folder: Path, *, most: int, seed: int) -> list[Sentence]:
    """English sentences of three words and more, each by another speaker as far as they reach."""
    by_speaker: dict[str, list[Sentence]] = {}
    rows = table(folder, "speech/utterances.csv")
    for row in chosen(rows, len(rows), seed):
        said = transcribe.words(row["transcript"])
        taken = by_speaker.setdefault(row["speaker"], [])
        if row["language"] != "en" or len(said) < 3 or len(taken) * len(by_speaker) > 4 * most:
            continue
        if not 2 < float(row["duration_s"]) < 6:
            continue
        sound = load(folder / "speech" / row["file"])
        if not broken(sound):
            taken.append(Sentence(np.pad(channelled(sound), RATE_HZ // 4), tuple(said)))
    turns = max((len(one) for one in by_speaker.values()), default=0)
    found = [one[turn] for turn in range(turns) for one in by_speaker.values() if turn < len(one)]
    return found[:most]


def _transcripts(settings: Settings, tell: Tell) -> Iterator[Result]:
    present: list[Recogniser] = []
    for name, make in RECOGNISERS.items():
        if settings.quick and present:
            yield LeftOut(Section.WORDS, name, "a quick look has one recogniser")
            continue
        try:
            present.append(make())
        except AbsentError as error:
            yield LeftOut(Section.WORDS, name, str(error))
    if not present:
        return
    most = _QUICK_SENTENCES if settings.quick else _SENTENCES
    spoken = sentences(settings.folder, most=most, seed=settings.seed)
    clear = {each.name: [each.hear(one.sound) for one in spoken] for each in present}
    undone = undo.attempts()
    for method in (yield from methods(Section.WORDS, settings)):
        tell(f"words, recognised: {method.subject.name}")
        rng = np.random.default_rng(settings.seed)
        hidden = [method.hide(one.sound, rng) for one in spoken]
        for each in present:
            tries: dict[str, Callable[[Sound], Sound]] = {"": lambda sound: sound}
            worth = method.subject.ours or method.subject.name in _UNDONE
            if worth and each is present[0] and not settings.quick:
                tries |= undone
            for how, change in tries.items():
                heard = [each.hear(change(sound)) for sound in hidden]
                yield from heard_words(
                    f"{each.name}, {how}" if how else each.name,
                    method.subject, spoken, clear[each.name], heard, seed=settings.seed,
                )  # fmt: skip


def heard_words(
    attack: str,
    subject: Subject,
    spoken: Sequence[Sentence],
    clear: Sequence[str],
    heard: Sequence[str],
    *,
    seed: int,
) -> Iterator[Finding | Figure]:
    """How many words one recogniser hears in their order; guessing is what fits other sentences."""
    said = [one.words for one in spoken]

    def rate(texts: Sequence[str], *, shift: int = 0) -> Rate:
        turned = [*texts[shift:], *texts[:shift]]
        pairs = zip(said, turned, strict=True)
        return Rate.over(
            (transcribe.in_order(truth, transcribe.words(text)) for truth, text in pairs),
            seed=seed,
        )

    others = [rate(heard, shift=shift) for shift in range(1, len(said))]
    guessed = Rate.of(sum(one.successes for one in others), sum(one.trials for one in others))
    total = sum(len(one) for one in said)
    yield Finding(
        section=Section.WORDS,
        attack=attack,
        threat=ThreatModel(Wants.WORDS, Knows.METHOD, "a recogniser trained on clear speech"),
        subject=subject,
        rate=rate(heard),
        control=rate(clear),
        baseline=guessed,
        of=f"words of {len(said)} sentences heard in their order (guessing: words of other "
        "sentences; untouched: as recorded), interval over sentences",
    )
    pairs = zip(said, heard, strict=True)
    wrong = sum(transcribe.errors(truth, transcribe.words(text)) for truth, text in pairs)
    yield Figure(
        Section.WORDS, subject, f"{attack}: word error rate", 100 * wrong / total, "%", total
    )


def _digits(settings: Settings, tell: Tell) -> Iterator[Result]:
    takes = _QUICK_TAKES if settings.quick else _TAKES
    questions, sounds = digits(settings.folder, takes=takes, seed=settings.seed)
    mixed, inside = hidden_words(
        settings.folder, questions[0], sounds, most=10 if settings.quick else 40, seed=settings.seed
    )
    attackers = [LINEAR]
    try:
        torch_module()
        if settings.deep:
            attackers.append(NETWORK)
        else:
            yield LeftOut(Section.WORDS, "networks trained on the output", "--deep trains them")
    except AbsentError as error:
        yield LeftOut(Section.WORDS, "networks trained on the output", str(error))
    clear = {each.name: _rows(each, [sounds])[0] for each in attackers}
    controls: dict[tuple[str, str], Rate] = {
        (each.name, question.what): recognise_words.untouched(
            question, clear[each.name], seed=settings.seed, attacker=each
        )
        for each in attackers
        for question in questions
    }
    spotted = recognise_words.spot(questions[0], clear[LINEAR.name], mixed, inside)
    for method in (yield from methods(Section.WORDS, settings)):
        tell(f"words, told apart: {method.subject.name}")
        rng = np.random.default_rng(settings.seed)
        many = 1 if settings.quick else _DEEP_COPIES if settings.deep else _COPIES
        many = min(many, method.most_copies)
        copies = [method.prepare(sound, rng)(many) for sound in sounds]
        hidden = [[one[number] for one in copies] for number in range(many)]
        for each in attackers:
            rows = _rows(each, hidden)
            for question in questions:
                yield from recognise_words.attack(
                    question, method.subject, clear[each.name], rows, seed=settings.seed,
                    attacker=each, control=controls[each.name, question.what],
                )  # fmt: skip
        covered = [method.hide(sound, rng) for sound in mixed]
        words = [recognise_words.features(sound) for sound in hidden[0]]
        yield _spotting(
            method.subject, recognise_words.spot(questions[0], words, covered, inside), spotted,
            kinds=len(questions[0].kinds), trials=len(mixed),
        )  # fmt: skip


def _rows(attacker: Attacker, copies: Sequence[Sequence[Sound]]) -> list[list[NDArray[np.float32]]]:
    make = recognise_words.picture if attacker.deep else recognise_words.features
    return [[make(sound) for sound in one] for one in copies]


def _spotting(subject: Subject, rate: Rate, control: Rate, *, kinds: int, trials: int) -> Finding:
    return Finding(
        section=Section.WORDS,
        attack="digit hidden in other speech, trained on the output",
        threat=ThreatModel(Wants.WORDS, Knows.SAMPLE, "spoken digits by the same four speakers"),
        subject=subject,
        rate=rate,
        control=control,
        baseline=Rate.of(1000, 1000 * kinds),
        of=f"which digit is hidden in each of {trials} pieces of other speech",
    )


def digits(folder: Path, *, takes: int, seed: int) -> tuple[tuple[Question, Question], list[Sound]]:
    """As many takes of every digit by every speaker, every fourth of them to be told.

    Each stands somewhere in 1.3 s of quiet noise: its length must tell nothing.
    """
    rows = [row for row in table(folder, "speech/digits.csv") if int(row["take"]) < takes]
    rng = np.random.default_rng(seed)
    sounds = []
    for row in rows:
        digit = channelled(load(folder / "speech" / row["file"]))[: _EMBEDDED - 800]
        made = np.asarray(_QUIET * rng.standard_normal(_EMBEDDED), np.float32)
        at = int(rng.integers(0, made.size - digit.size))
        made[at : at + digit.size] += digit
        sounds.append(made)
    asked = np.array([int(row["take"]) % 4 == 0 for row in rows])
    has = "spoken digits by the same four speakers"
    said = Question("digits", Wants.WORDS, np.array([row["digit"] for row in rows]), asked, has)
    who = np.array([row["speaker"] for row in rows])
    return (said, Question("who says a digit", Wants.IDENTITY, who, asked, has)), sounds


def hidden_words(
    folder: Path, question: Question, words: Sequence[Sound], *, most: int, seed: int
) -> tuple[list[Sound], NDArray[np.str_]]:
    """Digits that are asked about, each between two pieces of other speech, and which."""
    rng = np.random.default_rng(seed)
    around = sentences(folder, most=8, seed=seed)
    numbers = rng.permutation(np.flatnonzero(question.asked))[:most]
    made = []
    for number in numbers:
        first, last = (around[int(rng.integers(len(around)))].sound for _ in range(2))
        loud = words[number]
        inside = np.flatnonzero(np.abs(loud) > 4 * _QUIET)
        digit = loud[inside[0] : inside[-1] + 1]
        made.append(np.concatenate([first[-RATE_HZ:], digit, last[:RATE_HZ]]))
    return made, question.answers[numbers]
