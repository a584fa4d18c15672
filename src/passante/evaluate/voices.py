"""The part about voices: can people be told by them, and what else do they give away."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from passante.core.errors import ModelMissingError
from passante.evaluate import speakers
from passante.evaluate.attacks import attributes, link_voice
from passante.evaluate.attacks.link_voice import OWN_WAYS, Voices
from passante.evaluate.attacks.networks import AbsentError, torch_module
from passante.evaluate.attacks.project import Vectors
from passante.evaluate.attacks.trained import TRAINED, Vector
from passante.evaluate.attacks.verifiers import CamPlus, Ge2e, Verifier
from passante.evaluate.distort import BASELINES, QUICK
from passante.evaluate.levels import Recorder, levels
from passante.evaluate.people import Cast, cast
from passante.evaluate.results import LeftOut, Result, Section, Subject
from passante.evaluate.settings import Against, Settings, Tell
from passante.evaluate.sounds import RATE_HZ, Sound, SoundMethod, method, untouched
from passante.models import store
from passante.models.session import OnnxSession
from passante.protect.rules import Soundscape

VERIFIERS: dict[str, Callable[[OnnxSession], Verifier]] = {"campplus": CamPlus, "ge2e": Ge2e}
"""Card -> what tells voices with it."""
_COPIES, _QUICK_COPIES = 4, 2
"""How often an attacker protects each recording that he enrols somebody by."""
_TAUGHT, _PARTS = 2, 2
_DEEP_TAUGHT = 10
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
    before = covered(people, plain, settings, copies=1)
    clear = [heard(before, each.embed) for each in verifiers]
    spoken = bilingual(people, plain, verifiers, settings)
    if settings.against is not Against.OTHERS:
        tell("voices: whose speech is found")
        ear = Recorder(Soundscape())
        subject = Subject("level soundscape", ours=True)
        yield from speakers.found(people, subject, ear.listen, seed=settings.seed)
    controls: dict[str, Voices] = {}
    deep = settings.deep and (yield from _can_learn())
    if not settings.deep:
        yield LeftOut(Section.VOICES, "networks trained on the output", "--deep trains them")
    for one in (yield from methods(Section.VOICES, settings)):
        tell(f"voices: {one.subject.name}")
        many = one.subject.ours or one.subject.name == _CALIBRATED
        usual = _QUICK_COPIES if settings.quick else _COPIES
        after = covered(people, one, settings, copies=usual if many else 1)
        ways = link_voice.WAYS if many else link_voice.WAYS[:-1]
        again = bilingual(people, one, verifiers, settings)
        for number, verifier in enumerate(verifiers):
            hidden = heard(after, verifier.embed)
            yield from link_voice.attack(
                verifier.name, one.subject, clear[number], hidden, seed=settings.seed, ways=ways
            )
            yield attributes.sex(
                verifier.name, one.subject, (clear[number].others, clear[number].asked),
                (hidden.others, hidden.asked), taught=taught, truth=people.sexes,
                seed=settings.seed,
            )  # fmt: skip
            if many:
                yield from speakers.leaked(
                    verifier.name, one.subject, way=ways[-1], clear=clear[number], hidden=hidden,
                    people=people, seed=settings.seed,
                )  # fmt: skip
            if people.languages:
                yield attributes.language(
                    verifier.name, one.subject, spoken[number], again[number],
                    np.array([language for language, _ in people.languages]),
                )  # fmt: skip
        if many and deep:
            yield from _trained(one.subject, before, after, settings, controls)


def _can_learn() -> Generator[Result, None, bool]:
    """Whether there is something to train networks with."""
    try:
        torch_module()
    except AbsentError as error:
        yield LeftOut(Section.VOICES, "networks trained on the output", str(error))
        return False
    return True


def methods(section: Section, settings: Settings) -> Generator[LeftOut, None, list[SoundMethod]]:
    """Our levels and the methods of others; tells of levels that are left out."""
    made: list[SoundMethod] = []
    if settings.against is not Against.OTHERS:
        made, absent = levels(settings.policies, quick=settings.quick)
        for name, why in absent.items():
            yield LeftOut(section, name, why)
    if settings.against is not Against.OURS:
        names = QUICK if settings.quick else BASELINES
        made += [method(Subject(name, ours=False), BASELINES[name]) for name in names]
    return made


@dataclass(frozen=True, slots=True)
class Covered:
    """Everybody's recordings as a method leaves them."""

    enrolled: dict[str, list[list[Sound]]]
    """Name -> of each recording, protected copies."""
    asked: dict[str, list[Sound]]
    others: list[list[Sound]]
    """Of each other person, copies."""


def covered(people: Cast, hiding: SoundMethod, settings: Settings, *, copies: int) -> Covered:
    """Everybody protected: so many copies of what is enrolled, one of what is asked about."""
    rng = np.random.default_rng(settings.seed)

    def made(sounds: list[Sound], count: int) -> list[list[Sound]]:
        return [list(hiding.prepare(sound, rng)(count)) for sound in sounds]

    taught = 1 if copies == 1 else _DEEP_TAUGHT if settings.deep else _TAUGHT
    copies, taught = min(copies, hiding.most_copies), min(taught, hiding.most_copies)
    return Covered(
        {name: made(sounds, copies) for name, sounds in people.enrolled.items()},
        {name: [row[0] for row in made(sounds, 1)] for name, sounds in people.asked.items()},
        made(people.others, taught),
    )


def heard(hidden: Covered, embed: Callable[[Sound], Vector]) -> Voices:
    """What a network makes of everybody."""
    nothing = embed(np.zeros(RATE_HZ, np.float32))

    def rows(sounds: Sequence[Sound]) -> Vectors:
        # silence is silence, however long
        return np.stack([embed(sound) if sound.any() else nothing for sound in sounds])

    return Voices(
        {name: [rows(one) for one in kept] for name, kept in hidden.enrolled.items()},
        {name: rows(one) for name, one in hidden.asked.items()},
        [
            rows([part for copy in one[:_TAUGHT] for part in np.array_split(copy, _PARTS)])
            for one in hidden.others
        ],
    )


def _trained(
    ours: Subject,
    clear: Covered,
    hidden: Covered,
    settings: Settings,
    controls: dict[str, Voices],
) -> Iterator[Result]:
    """Networks that learn from the output: one from nothing, one from where its makers left it."""
    for name, train in TRAINED.items():
        if name not in controls:
            controls[name] = heard(clear, train(clear.others, settings.seed))
        after = heard(hidden, train(hidden.others, settings.seed))
        yield from link_voice.attack(
            name, ours, controls[name], after, seed=settings.seed, ways=OWN_WAYS,
            control=controls[name],
        )  # fmt: skip


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
