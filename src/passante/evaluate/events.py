"""The part about use of sound: events that somebody talks over, false alarms, where speech was."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from passante.analyse.logmel import log_mel, patches
from passante.analyse.tagger import Tagger, Yamnet
from passante.analyse.voice import SileroDetector
from passante.core.errors import ModelMissingError
from passante.evaluate.attacks import detect_speech
from passante.evaluate.pictures import Item, chosen, table
from passante.evaluate.rates import Rate
from passante.evaluate.results import Figure, Finding, LeftOut, Result, Section, Subject
from passante.evaluate.settings import Settings, Tell
from passante.evaluate.sounds import RATE_HZ, Sound, load
from passante.evaluate.threat import Knows, ThreatModel, Wants
from passante.evaluate.voices import methods
from passante.evaluate.words import sentences
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession

GROUPS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "bang": (421, 422, 423, 424, 420, 430),
        "siren": (390, 391, 317, 318, 319, 316),
        "glass": (435, 437, 464),
        "horn": (302, 303, 312, 325),
        "baby": (20, 19),
        "dog": (69, 70, 71, 73, 68),
        "chainsaw": (341,),
        "helicopter": (333,),
        "fire": (292, 293),
        "rain": (283, 284, 285),
        "waves": (289, 288),
        "rooster": (94, 96, 93),
    }
)
"""What may be named -> classes of AudioSet that mean it."""
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "gunshot": "bang", "explosion": "bang", "siren": "siren", "glass_break": "glass",
        "car_horn": "horn", "baby_cry": "baby", "dog_bark": "dog", "chainsaw": "chainsaw",
        "helicopter": "helicopter", "fire_crackling": "fire", "rain": "rain",
        "sea_waves": "waves", "rooster": "rooster",
    }
)  # fmt: skip
"""Label of a recording -> what it is to be named."""
DANGERS = ("bang", "siren", "glass")
_ALARM = 0.3
"""Score from which a danger is called an alarm."""
SNRS_DB = (-5, 5, 15)
_LOUDEST, _SHARE = 0.3, 0.6
_EACH, _QUICK_EACH, _TALKS, _QUICK_TALKS = 3, 1, 8, 3
_DRAWS = 500
_TALK_SNR_DB = 5
_SCENES = ("scenes/street_scene.flac", "scenes/rain.flac")


@dataclass(frozen=True, slots=True)
class Mixed:
    """An event that somebody talks over."""

    sound: Sound
    label: str
    snr_db: int
    """Of the speech over the event."""
    clip: int
    """Number of the event: all its mixtures are counted together."""


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """Every method on events under speech, and on speech in a street."""
    try:
        tagger = Yamnet(OnnxSession(store.find(DEFAULTS["find.sound"])))
        detector = SileroDetector(OnnxSession(store.find(DEFAULTS["find.speech"])))
    except ModelMissingError as error:
        yield LeftOut(Section.SOUNDS, "tagger and detector", error.hint)
        return
    few = settings.quick
    mixtures = mixed(settings.folder, each=_QUICK_EACH if few else _EACH, seed=settings.seed)
    talks, truths = spoken(
        settings.folder, most=_QUICK_TALKS if few else _TALKS, seed=settings.seed
    )
    before = [named(tagger, one.sound) == one.label for one in mixtures]
    alarms = [alarmed(tagger, sound) for sound in talks]
    heard = [detect_speech.scores(detector, sound) for sound in talks]
    control = detect_speech.told(heard, truths, seed=settings.seed)
    for method in (yield from methods(Section.SOUNDS, settings)):
        tell(f"sounds: {method.subject.name}")
        rng = np.random.default_rng(settings.seed)
        after = [named(tagger, method.hide(one.sound, rng)) == one.label for one in mixtures]
        yield from _use(method.subject, mixtures, before, after, settings.seed)
        covered = [method.hide(sound, rng) for sound in talks]
        yield from _alarms(method.subject, alarms, [alarmed(tagger, one) for one in covered])
        found = [detect_speech.scores(detector, sound) for sound in covered]
        yield Finding(
            section=Section.SOUNDS,
            attack="where somebody speaks, by a detector of speech",
            threat=ThreatModel(Wants.WORDS, Knows.NOTHING, "the detector that we use ourselves"),
            subject=method.subject,
            rate=detect_speech.told(found, truths, seed=settings.seed),
            control=control,
            baseline=Rate.of(5000, 10_000),
            of=f"pieces of 32 ms with speech that score above pieces without, {len(talks)} "
            "sentences in a street, interval over sentences",
        )


def mixed(folder: Path, *, each: int, seed: int) -> list[Mixed]:
    """Events of every kind with a sentence over 60 % of them, at every level of the sentence."""
    talk = [one.sound for one in sentences(folder, most=12, seed=seed)]
    rng = np.random.default_rng(seed)
    by_kind: dict[str, list[str]] = {}
    for row in table(folder, "events/events.csv"):
        if row["label"] in LABELS:
            by_kind.setdefault(LABELS[row["label"]], []).append(row["file"])
    made: list[Mixed] = []
    clip = 0
    for label, files in sorted(by_kind.items()):
        for file in chosen(sorted(files), each, seed):
            event = load(folder / "events" / file)[: 5 * RATE_HZ]
            event = event * np.float32(_LOUDEST / max(1e-3, float(np.abs(event).max())))
            if event.size < RATE_HZ:
                event = np.pad(event, RATE_HZ // 2)
            words = talk[int(rng.integers(len(talk)))][: int(_SHARE * event.size)]
            speech = np.zeros_like(event)
            at = int(rng.integers(0, event.size - words.size + 1))
            speech[at : at + words.size] = words
            clip += 1
            made += [Mixed(over(speech, event, snr), label, snr, clip) for snr in SNRS_DB]
    return made


def spoken(folder: Path, *, most: int, seed: int) -> tuple[list[Sound], list[NDArray[np.bool_]]]:
    """Sentences in a street with a second of street around them, and where they are spoken."""
    sounds, truths = [], []
    scenes = [load(folder / name) for name in _SCENES]
    for number, one in enumerate(sentences(folder, most=most, seed=seed)):
        speech = np.pad(one.sound, RATE_HZ)
        scene = np.roll(scenes[number % len(scenes)], -number * RATE_HZ)
        sounds.append(over(speech, np.resize(scene, speech.size), _TALK_SNR_DB))
        truths.append(detect_speech.spoken(speech))
    return sounds, truths


def over(speech: Sound, rest: Sound, snr_db: float) -> Sound:
    """Speech so many dB above the rest where it is spoken; all turned down if it would clip."""
    chunk = speech.size // detect_speech.spoken(speech).size
    loud = np.repeat(detect_speech.spoken(speech), chunk)
    power = float((speech[: loud.size][loud] ** 2).mean()) + 1e-12
    gain = np.sqrt(float((rest**2).mean()) * 10 ** (snr_db / 10) / power)
    both = speech * gain + rest
    return np.asarray(both * min(1.0, 0.9 / max(1e-6, float(np.abs(both).max()))), np.float32)


def _tags(tagger: Tagger, sound: Sound) -> NDArray[np.float32]:
    """(kinds,): the highest logit of each of `GROUPS` in the whole recording."""
    found = tagger.look(patches(log_mel(np.pad(sound, (0, RATE_HZ // 2))), 48)).logits.max(axis=0)
    return np.array([found[list(group)].max() for group in GROUPS.values()], np.float32)


def named(tagger: Tagger, sound: Sound) -> str:
    """What a recording holds most surely."""
    return list(GROUPS)[int(_tags(tagger, sound).argmax())]


def alarmed(tagger: Tagger, sound: Sound) -> bool:
    """Whether a danger is heard."""
    best = dict(zip(GROUPS, _tags(tagger, sound), strict=True))
    return max(float(best[name]) for name in DANGERS) > math.log(_ALARM / (1 - _ALARM))


def _use(
    subject: Subject,
    mixtures: Sequence[Mixed],
    before: Sequence[bool],
    after: Sequence[bool],
    seed: int,
) -> Iterator[Figure]:
    clips = max(one.clip for one in mixtures)
    for when, right in (("before", before), ("after", after)):
        rate = Rate.over(_by_clip(mixtures, right), seed=seed)
        yield Figure(
            Section.SOUNDS, subject, f"events under speech named right, {when}",
            100 * rate.share, "%", clips, 100 * rate.low, 100 * rate.high,
        )  # fmt: skip
    lost = [int(old) - int(new) for old, new in zip(before, after, strict=True)]
    means = np.array([np.mean(one) for one in _by_clip(mixtures, lost)])
    rng = np.random.default_rng(seed)
    draws = means[rng.integers(0, clips, (_DRAWS, clips))].mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    yield Figure(
        Section.SOUNDS, subject, "events under speech lost", 100 * float(means.mean()), "points",
        clips, 100 * float(low), 100 * float(high),
    )  # fmt: skip
    for snr in SNRS_DB:
        part = [one for one, each in zip(lost, mixtures, strict=True) if each.snr_db == snr]
        yield Figure(
            Section.SOUNDS, subject, f"events lost with speech {snr} dB above them",
            100 * float(np.mean(part)), "points", len(part),
        )  # fmt: skip


def _by_clip(mixtures: Sequence[Mixed], values: Sequence[Item]) -> list[list[Item]]:
    found: dict[int, list[Item]] = {}
    for one, value in zip(mixtures, values, strict=True):
        found.setdefault(one.clip, []).append(value)
    return list(found.values())


def _alarms(subject: Subject, before: Sequence[bool], after: Sequence[bool]) -> Iterator[Figure]:
    for when, heard in (("before", before), ("after", after)):
        rate = Rate.of(sum(heard), len(heard))
        yield Figure(
            Section.SOUNDS, subject, f"false alarms where somebody speaks in a street, {when}",
            100 * rate.share, "%", rate.trials, 100 * rate.low, 100 * rate.high,
        )  # fmt: skip
