from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from passante.evaluate import voices
from passante.evaluate.attacks import link_voice
from passante.evaluate.distort import BASELINES
from passante.evaluate.people import Cast
from passante.evaluate.rates import Verdict
from passante.evaluate.results import Finding, Section, Subject
from passante.evaluate.settings import Against, Settings
from passante.evaluate.sounds import Sound, SoundMethod, method, untouched
from passante.protect.policy import Policy
from unit.evaluate.talk import word

SETTINGS = Settings(Path(), (Policy.named("silent"),), Path(), quick=True)
PITCHES = [90.0 + 12 * number for number in range(14)]


def said(pitch_hz: float, take: int) -> Sound:
    return word(3, take, pitch_hz=pitch_hz)


PEOPLE = Cast(
    {str(hz): [said(hz, take) for take in (0, 1)] for hz in PITCHES},
    {str(hz): [said(hz, take) for take in (2, 3)] for hz in PITCHES},
    [said(hz + 5, 4) for hz in PITCHES],
    {str(hz): "F" if hz > 165 else "M" for hz in PITCHES},
    [],
)


def by_ear(sound: Sound) -> np.ndarray:
    """A verifier that hears pitch and nothing else: what repeats at which lag."""
    spectrum = np.abs(np.fft.rfft(sound, 2 * sound.size)) ** 2
    repeats = np.fft.irfft(spectrum)[40:220]
    repeats = repeats - repeats.mean()
    return (repeats / max(1e-9, float(np.linalg.norm(repeats)))).astype(np.float32)


def attacked(hide: str | None) -> list[Finding]:
    rng_free = method(Subject("x", ours=True), BASELINES[hide] if hide else untouched)
    plain = method(Subject("x", ours=True), untouched)
    clear, hidden = (
        voices.heard(voices.covered(PEOPLE, one, SETTINGS, copies=2), by_ear)
        for one in (plain, rng_free)
    )
    made = link_voice.attack("ear", Subject("x", ours=True), clear, hidden, seed=1)
    return [one for one in made if isinstance(one, Finding)]


def test_voices_left_as_they_are_are_caught() -> None:
    lazy = next(one for one in attacked(None) if one.attack == "ear, lazy")
    assert lazy.verdict is Verdict.LEAKED


def test_pieces_turned_round_keep_the_pitch_and_are_caught() -> None:
    lazy = next(one for one in attacked("segment reversal") if one.attack == "ear, lazy")
    assert lazy.verdict is Verdict.LEAKED


def test_silence_is_not() -> None:
    assert Verdict.LEAKED not in {one.verdict for one in attacked("silence")}


def test_as_many_copies_are_made_as_asked_for() -> None:
    made = voices.covered(PEOPLE, method(Subject("x", ours=True), untouched), SETTINGS, copies=4)
    assert {len(one) for kept in made.enrolled.values() for one in kept} == {4}
    assert {len(one) for one in made.others} == {2}
    once = voices.covered(PEOPLE, method(Subject("x", ours=True), untouched), SETTINGS, copies=1)
    assert {len(one) for one in once.others} == {1}


def chosen(settings: Settings) -> list[SoundMethod]:
    told = voices.methods(Section.VOICES, settings)
    with pytest.raises(StopIteration) as ended:
        next(told)
    return list(ended.value.value)


@pytest.mark.parametrize(("against", "count"), [(Against.OURS, 1), (Against.OTHERS, 2)])
def test_ours_and_others_can_be_attacked_apart(against: Against, count: int) -> None:
    found = chosen(replace(SETTINGS, against=against))
    assert [one.subject.ours for one in found] == [against is Against.OURS] * count
    both = {one.subject.name for one in chosen(SETTINGS)}
    assert both > {one.subject.name for one in found}
