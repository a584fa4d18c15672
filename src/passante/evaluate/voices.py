"""The parts about sound: can people be named by their voices, can words be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from passante.core.errors import ModelMissingError
from passante.evaluate.attacks import link_voice, recognise_words
from passante.evaluate.attacks.link_voice import Ge2e, Verifier, Voices
from passante.evaluate.pictures import chosen, table
from passante.evaluate.results import LeftOut, Result, Section
from passante.evaluate.settings import Settings, Tell
from passante.evaluate.sounds import (
    RATE_HZ,
    Sound,
    SoundMethod,
    baselines,
    channelled,
    load,
    policy,
)
from passante.models import store
from passante.models.session import OnnxSession
from passante.pipeline.build import Equipment
from passante.protect.policy import Policy
from passante.protect.rules import SoundRule

_VERIFIER = "ge2e"
_LONGEST = 5 * RATE_HZ
_ENROL, _ASK, _PARTS = 2, 3, 3
_EMBEDDED = int(1.3 * RATE_HZ)
_QUIET = 3e-4


@dataclass(frozen=True, slots=True)
class Cast:
    """Recordings of people to name, and of others to learn from."""

    enrolled: dict[str, list[Sound]]
    asked: dict[str, list[Sound]]
    others: list[Sound]


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """A verifier of speakers on every method."""
    try:
        verifier = Ge2e(OnnxSession(store.find(_VERIFIER)))
    except ModelMissingError as error:
        yield LeftOut(Section.VOICES, f"verifier {_VERIFIER}", error.hint)
        return
    people = cast(settings.folder, quick=settings.quick, seed=settings.seed)
    clear = _heard(people, lambda sound: sound, verifier)
    for method in _methods(settings):
        tell(f"voices: {method.subject.name}")
        hidden = _heard(people, _hiding(method, settings.seed), verifier)
        yield from link_voice.attack(
            verifier.name, method.subject, clear, hidden, seed=settings.seed
        )
    yield LeftOut(
        Section.VOICES, "verifier CAM++", "a second family; its weights need PyTorch to convert"
    )


def run_words(settings: Settings, tell: Tell) -> Iterator[Result]:
    """A classifier of digits on every method."""
    words, sounds = digits(settings.folder, takes=4 if settings.quick else 12, seed=settings.seed)
    clear = [recognise_words.features(sound) for sound in sounds]
    for method in _methods(settings):
        tell(f"words: {method.subject.name}")
        hide = _hiding(method, settings.seed)
        hidden = [recognise_words.features(hide(sound)) for sound in sounds]
        yield from recognise_words.attack(words, method.subject, clear, hidden, seed=settings.seed)
    yield LeftOut(
        Section.WORDS, "Whisper and pocketsphinx", "`benchmarks/voice.py words` runs them"
    )


def _methods(settings: Settings) -> list[SoundMethod]:
    """Policies, those that treat speech alike as one, and baselines."""
    alike: dict[SoundRule, list[Policy]] = {}
    for one in settings.policies:
        alike.setdefault(one.speech, []).append(one)
    ours = [
        policy(Equipment(same[0]), name=" and ".join(one.name for one in same))
        for same in alike.values()
    ]
    return [*ours, *baselines(quick=settings.quick)]


def _hiding(method: SoundMethod, seed: int) -> Callable[[Sound], Sound]:
    rng = np.random.default_rng(seed)
    return lambda sound: method.hide(sound, rng)


def cast(folder: Path, *, quick: bool, seed: int) -> Cast:
    """People with enough to say, and others, all through one channel."""
    files: dict[str, list[str]] = {}
    for row in table(folder, "speech/utterances.csv"):
        # digits are too short to know anybody by
        if float(row["duration_s"]) > 2 and not row["speaker"].startswith("fsdd"):
            files.setdefault(row["speaker"], []).append(row["file"])
    enough = sorted(name for name, of_one in files.items() if len(of_one) > _ENROL)
    enrolled, asked = {}, {}
    for name in sorted(chosen(enough, 8 if quick else 40, seed)):
        sounds = [
            _cut(folder / "speech" / file)
            for file in chosen(sorted(files[name]), _ENROL + (1 if quick else _ASK), seed)
        ]
        enrolled[name], asked[name] = sounds[:_ENROL], sounds[_ENROL:]
    rows = chosen(table(folder, "speech/attacker_train.csv"), 16 if quick else 60, seed)
    return Cast(enrolled, asked, [_cut(folder / "speech" / row["file"]) for row in rows])


def _cut(path: Path) -> Sound:
    return channelled(load(path)[:_LONGEST])


def _heard(people: Cast, hide: Callable[[Sound], Sound], verifier: Verifier) -> Voices:
    def vectors(sounds: Sequence[Sound]) -> link_voice.Vectors:
        return np.stack([verifier.embed(hide(sound)) for sound in sounds])

    def parts(sound: Sound) -> link_voice.Vectors:
        return np.stack([verifier.embed(part) for part in np.array_split(hide(sound), _PARTS)])

    return Voices(
        {name: vectors(sounds) for name, sounds in people.enrolled.items()},
        {name: vectors(sounds) for name, sounds in people.asked.items()},
        [parts(sound) for sound in people.others],
    )


def digits(folder: Path, *, takes: int, seed: int) -> tuple[recognise_words.Words, list[Sound]]:
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
    said = np.array([row["digit"] for row in rows])
    asked = np.array([int(row["take"]) % 4 == 0 for row in rows])
    return recognise_words.Words(said, asked), sounds
