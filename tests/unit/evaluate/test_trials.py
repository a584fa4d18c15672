from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from passante.analyse.alarm import Limit
from passante.analyse.sounds import AnalyseSounds
from passante.core.names import EventKind, Phase, StreamId
from passante.evaluate.trials import (
    Scored,
    Trial,
    faint,
    listened,
    loudest,
    peaks,
    placed,
    street,
    told,
)
from passante.inside.audio import RawAudio

RATE_HZ = 16_000
KINDS = (EventKind.BANG, EventKind.SIREN)
LIMITS = (
    Limit(EventKind.BANG, on=0.6, off=0.3, looks=1, standing_db=6),
    Limit(EventKind.SIREN, on=0.6, off=0.3, looks=2, standing_db=3),
)


class Loud:
    """Takes whatever is loud for a bang."""

    models = ("loud@1",)
    kinds = KINDS

    def look(self, patches: np.ndarray) -> np.ndarray:
        loud = patches.max(axis=(1, 2)) > 2
        return np.stack([loud, np.zeros(len(loud))], axis=1).astype(np.float32)


def burst(at_s: float, seconds: float) -> np.ndarray:
    sound = np.zeros(int(seconds * RATE_HZ), np.float32)
    start = int(at_s * RATE_HZ)
    sound[start : start + 1600] = np.random.default_rng(1).normal(0, 0.3, 1600)
    return sound


def bed() -> np.ndarray:
    return np.random.default_rng(2).normal(0, 0.1, 5 * RATE_HZ).astype(np.float32)


@pytest.mark.parametrize("snr_db", [-10, 0, 20])
def test_an_event_stands_as_far_out_of_the_street_as_was_asked(snr_db: float) -> None:
    rng = np.random.default_rng(3)
    event = burst(0.5, 2)
    mixed, start_s, end_s = placed(event, bed(), snr_db, rng)
    quiet = street(bed(), mixed.size, np.random.default_rng(3))
    assert end_s - start_s == pytest.approx(0.1, abs=0.02)
    inside = mixed[int(start_s * RATE_HZ) : int(end_s * RATE_HZ)]
    ratio = 10 * np.log10((inside**2).mean() / (quiet**2).mean())
    assert ratio == pytest.approx(10 * np.log10(1 + 10 ** (snr_db / 10)), abs=1)


def test_of_a_long_recording_the_loudest_moment_is_used() -> None:
    part = loudest(burst(20, 40))
    assert part.size == 5 * RATE_HZ
    assert np.abs(part).max() > 0.3


def test_what_grows_is_faint_until_it_is_as_loud_as_the_street() -> None:
    noise = np.random.default_rng(4).normal(0, 0.1, 2 * RATE_HZ).astype(np.float32)
    grows = noise * np.repeat(np.float32([0.15, 1]), RATE_HZ)
    assert faint(grows, 30) == 0
    assert faint(grows, 3) == pytest.approx(0.95, abs=0.08)
    assert faint(burst(0.2, 1), -20) == pytest.approx(0, abs=0.05)
    assert faint(np.zeros(RATE_HZ, np.float32), 0) == 0


def test_what_is_told_of_a_trial_is_what_the_stage_tells() -> None:
    sound, start_s, _ = placed(burst(0.2, 1), bed(), 25, np.random.default_rng(0))
    found = list(told(listened(sound, Loud()), KINDS, LIMITS))
    stage = AnalyseSounds(Loud(), LIMITS)
    item = RawAudio(StreamId("a"), 0, 0, Fraction(1, RATE_HZ), RATE_HZ, "mono", sound[None])
    ended = [one for one in [*stage.push(item), *stage.flush()] if one.phase is Phase.ENDED]
    assert [one.heard.start * 10_000_000 for one in found] == [one.start_ns for one in ended]
    assert [one.heard.end * 10_000_000 for one in found] == [one.end_ns for one in ended]
    (only,) = found
    assert start_s < only.noticed_s < start_s + 1


def test_only_an_incident_of_the_kind_and_the_time_is_about_a_trial() -> None:
    sound, start_s, end_s = placed(burst(0.2, 1), bed(), 25, np.random.default_rng(0))
    (only,) = told(listened(sound, Loud()), KINDS, LIMITS)

    def trial(kind: EventKind | None, shift_s: float = 0) -> Trial:
        return Trial(sound, kind, "", "", 25, start_s + shift_s, end_s + shift_s)

    assert only.about(trial(EventKind.BANG))
    assert not only.about(trial(EventKind.SIREN))
    assert not only.about(trial(None))
    assert not only.about(trial(EventKind.BANG, shift_s=8))
    assert not only.about(trial(EventKind.BANG, shift_s=-8))


def test_peaks_are_averaged_over_as_many_looks_as_an_alarm_averages_over() -> None:
    values = np.array([[0.9], [0.1], [0.2], [0.8], [0.8], [0.0]], np.float32)
    scored = Scored(tuple(range(6)), np.zeros((6, 96), np.float32), values)
    assert peaks(scored, 1) == pytest.approx([0.9])
    assert peaks(scored, 2) == pytest.approx([0.8])
