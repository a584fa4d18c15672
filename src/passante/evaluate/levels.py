"""Our levels of protection for sound: the product's own stages on recordings in memory.

A recording goes through the same two stages as in a pipeline, block by block. What the first one
hears does not depend on draws, so it listens once, and many protected copies are made of that.
Draws come from the evaluation's generator instead of the system's secure source: figures repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from passante.analyse.speech import DEFAULT, LOW_DELAY, AnalyseSpeech
from passante.core.errors import ModelMissingError
from passante.core.names import StreamId
from passante.evaluate.results import Subject
from passante.evaluate.sounds import RATE_HZ, Copies, Sound, SoundMethod
from passante.flow import Stage
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.pipeline.build import AllSpeech, Equipment
from passante.protect.audio import ProtectAudio
from passante.protect.policy import Policy, Shipped
from passante.protect.rules import Revoice, Silence, SoundRule, Soundscape

_BLOCK = 1024
_SLOW_COPIES = 2


LEVELS: Mapping[str, SoundRule] = MappingProxyType(
    {
        "soundscape": Soundscape(),
        "soundscape, low delay": Soundscape(low_delay=True),
        "revoice": Revoice("an evaluation of what it hides"),
        "silent": Silence(),
    }
)
"""Every level that a policy can choose."""


class Recorder:
    """Protects recordings at one level."""

    def __init__(self, rule: SoundRule) -> None:
        self._policy = replace(Policy.named(Shipped.STREET), speech=rule)
        equipment = Equipment(self._policy)
        self._listeners = equipment.listeners
        self._speaker = equipment.speaker
        low_delay = isinstance(rule, Soundscape) and rule.low_delay
        self._settings = LOW_DELAY if low_delay else DEFAULT

    def prepare(self, sound: Sound, rng: np.random.Generator) -> Copies:
        """What makes protected copies of a recording."""
        heard = self.listen(sound)
        return lambda count: [self.protect(heard, rng) for _ in range(count)]

    def listen(self, sound: Sound) -> Sequence[AnalysedAudio]:
        """What analysis makes of a recording, to be protected as often as one likes."""
        stage: Stage[RawAudio, AnalysedAudio] = AllSpeech()
        if self._listeners is not None:
            who = self._listeners
            stage = AnalyseSpeech(who.voice, who.separator, self._settings)
        made = [item for raw in blocks(sound) for item in stage.push(raw)]
        return [*made, *stage.flush()]

    def protect(self, heard: Sequence[AnalysedAudio], rng: np.random.Generator) -> Sound:
        """One protected copy, with draws of its own."""
        stage = ProtectAudio(
            self._policy,
            (),
            speaker=self._speaker,
            draw=lambda: np.random.default_rng(int(rng.integers(2**63))),
        )
        made = [block for item in heard for block in stage.push(item)]
        made += stage.flush()
        return np.concatenate([block.samples[0] for block in made])


def blocks(sound: Sound) -> Iterator[RawAudio]:
    """A recording as a stream."""
    for seq, at in enumerate(range(0, sound.size, _BLOCK)):
        part = np.ascontiguousarray(sound[None, at : at + _BLOCK], np.float32).copy()
        yield RawAudio(StreamId("sound"), seq, at, Fraction(1, RATE_HZ), RATE_HZ, "mono", part)


def levels(policies: Sequence[Policy], *, quick: bool) -> tuple[list[SoundMethod], dict[str, str]]:
    """Every level (`quick`: those that the policies choose), and those left out with the reason."""
    made, absent = [], {}
    for level, rule in LEVELS.items():
        used = [one.name for one in policies if _alike(one.speech, rule)]
        if not used and quick:
            continue
        name = f"level {level}" + (f" (policy {', '.join(used)})" if used else "")
        try:
            most = _SLOW_COPIES if isinstance(rule, Revoice) else 99
            made.append(SoundMethod(Subject(name, ours=True), Recorder(rule).prepare, most))
        except ModelMissingError as error:
            absent[name] = error.hint
    return made, absent


def _alike(one: SoundRule, other: SoundRule) -> bool:
    """Whether both do the same: the reason that a policy gives for keeping words does nothing."""
    return one == other or (isinstance(one, Revoice) and isinstance(other, Revoice))
