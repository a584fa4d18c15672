"""The part about voices: can people be told by them, and what else do they give away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import assert_never

import numpy as np

from passante.core.errors import ModelMissingError
from passante.evaluate.attacks import attributes, link_voice
from passante.evaluate.attacks.link_voice import Voices
from passante.evaluate.attacks.project import Vectors
from passante.evaluate.attacks.verifiers import CamPlus, Ge2e, Verifier
from passante.evaluate.distort import BASELINES, QUICK
from passante.evaluate.levels import levels
from passante.evaluate.people import Cast, cast
from passante.evaluate.results import LeftOut, Result, Section, Subject
from passante.evaluate.settings import Against, Settings, Tell
from passante.evaluate.sounds import Sound, SoundMethod, method, untouched
from passante.models import store
from passante.models.session import OnnxSession

VERIFIERS: dict[str, Callable[[OnnxSession], Verifier]] = {"campplus": CamPlus, "ge2e": Ge2e}
"""Card -> what tells voices with it."""
_COPIES, _QUICK_COPIES = 6, 2
"""How often an attacker protects each recording that he enrols somebody by."""
_TAUGHT, _PARTS = 3, 2
"""How often he protects each that he learns from, and into how many pieces he cuts it."""
_CALIBRATED = "McAdams"
"""The baseline that many copies are tried on as well: it is known to fall to them."""


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """Every verifier on every method."""
    verifiers: list[Verifier] = []
    for name, make in VERIFIERS.items():
        try:
            verifiers.append(make(OnnxSession(store.find(name))))
        except ModelMissingError as error:
            yield LeftOut(Section.VOICES, f"verifier {name}", error.hint)
    if not verifiers:
        return
    people = cast(settings.folder, quick=settings.quick, seed=settings.seed)
    taught = [attributes.by_pitch(sound) for sound in people.others]
    plain = method(Subject("untouched", ours=False), untouched)
    clear = heard(people, plain, verifiers, settings, copies=1)
    spoken = bilingual(people, plain, verifiers, settings)
    for one in methods(settings):
        tell(f"voices: {one.subject.name}")
        many = one.subject.ours or one.subject.name == _CALIBRATED
        usual = _QUICK_COPIES if settings.quick else _COPIES
        hidden = heard(people, one, verifiers, settings, copies=usual if many else 1)
        ways = link_voice.WAYS if many else link_voice.WAYS[:-1]
        for verifier, before, after in zip(verifiers, clear, hidden, strict=True):
            yield from link_voice.attack(
                verifier.name, one.subject, before, after, seed=settings.seed, ways=ways
            )
            yield attributes.sex(
                verifier.name, one.subject, (before.others, before.asked),
                (after.others, after.asked), taught=taught, truth=people.sexes, seed=settings.seed,
            )  # fmt: skip
        languages = np.array([language for language, _ in people.languages])
        again = bilingual(people, one, verifiers, settings)
        for verifier, old, new in zip(verifiers, spoken, again, strict=True):
            if len(languages):
                yield attributes.language(verifier.name, one.subject, old, new, languages)


def methods(settings: Settings) -> list[SoundMethod]:
    """Our levels, and the methods of others."""
    names = tuple(QUICK if settings.quick else BASELINES)
    others = [method(Subject(name, ours=False), BASELINES[name]) for name in names]
    match settings.against:
        case Against.OURS:
            return levels(settings.policies, quick=settings.quick)
        case Against.OTHERS:
            return others
        case Against.ALL:
            return [*levels(settings.policies, quick=settings.quick), *others]
        case _:
            assert_never(settings.against)


def heard(
    people: Cast,
    hiding: SoundMethod,
    verifiers: Sequence[Verifier],
    settings: Settings,
    *,
    copies: int,
) -> list[Voices]:
    """What each verifier makes of everybody's protected recordings."""
    rng = np.random.default_rng(settings.seed)

    def made(sounds: list[Sound], count: int) -> list[list[Sound]]:
        return [list(hiding.prepare(sound, rng)(count)) for sound in sounds]

    enrolled = {name: made(sounds, copies) for name, sounds in people.enrolled.items()}
    asked = {name: made(sounds, 1) for name, sounds in people.asked.items()}
    taught = 1 if copies == 1 else _TAUGHT
    others = [
        [part for copy in one for part in np.array_split(copy, _PARTS)]
        for one in made(people.others, taught)
    ]
    return [
        Voices(
            {name: [_vectors(each, one) for one in rows] for name, rows in enrolled.items()},
            {name: _vectors(each, [row[0] for row in rows]) for name, rows in asked.items()},
            [_vectors(each, one) for one in others],
        )
        for each in verifiers
    ]


def bilingual(
    people: Cast, hiding: SoundMethod, verifiers: Sequence[Verifier], settings: Settings
) -> list[Vectors]:
    """What each verifier makes of the recordings in two languages."""
    rng = np.random.default_rng(settings.seed)
    sounds = [hiding.hide(sound, rng) for _, sound in people.languages]
    empty = np.zeros((0, 1), np.float32)
    return [_vectors(each, sounds) if sounds else empty for each in verifiers]


def _vectors(verifier: Verifier, sounds: Sequence[Sound]) -> Vectors:
    return np.stack([verifier.embed(sound) for sound in sounds])
