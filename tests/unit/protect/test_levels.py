from __future__ import annotations

import numpy as np
import pytest

from passante.core.levels import BAND_NAMES
from passante.inside.audio import AnalysedAudio
from passante.outside.levels import LevelPeriod, Levels, LevelStep
from passante.protect.levels import LevelSettings, MeasureLevels
from passante.testing import drive
from sounds import cut, heard, masker, noise, sound_block, tone

RATE_HZ = 8_000


def analysed(samples: np.ndarray, marks: np.ndarray, sizes: list[int]) -> list[AnalysedAudio]:
    items, at = [], 0
    for raw in cut(samples, sizes, RATE_HZ):
        count = raw.samples.shape[1]
        items.append(AnalysedAudio(raw, marks[at : at + count].copy(), begins=at == 0))
        at += count
    return items


def levels_of(
    items: list[AnalysedAudio], policy: str = "silent", settings: LevelSettings | None = None
) -> tuple[np.ndarray, list[Levels]]:
    told: list[Levels] = []
    scene = masker() if policy == "silent" else None
    stage = MeasureLevels(masker(policy), scene, settings or LevelSettings(), told.append)
    assert stage.delay_ns == masker(policy).delay_ns
    return heard(drive(stage, items)), told


def steps_of(told: list[Levels]) -> list[LevelStep]:
    return [level for level in told if isinstance(level, LevelStep)]


def periods_of(told: list[Levels]) -> list[LevelPeriod]:
    return [level for level in told if isinstance(level, LevelPeriod)]


def speech(samples: np.ndarray, start_s: float, stop_s: float) -> np.ndarray:
    marks = np.zeros(samples.shape[1], np.float32)
    marks[int(start_s * RATE_HZ) : int(stop_s * RATE_HZ)] = 1
    return marks


def test_silent_sound_has_the_levels_of_what_is_beside_the_voices() -> None:
    samples = noise(4, RATE_HZ, level=0.01)
    made, told = levels_of(analysed(samples, speech(samples, 1, 2), [800] * 39))
    assert made.shape == samples.shape
    assert not made.any()
    steps = steps_of(told)
    assert [step.start_ns for step in steps] == [125_000_000 * n for n in range(32)]
    beside = [step.leq_db for step in steps if step.leq_db is not None]
    assert len(beside) == 32
    assert max(beside) - min(beside) < 12


@pytest.mark.parametrize("policy", ["silent", "street"])
def test_what_is_said_changes_no_step(policy: str) -> None:
    one, other = noise(4, RATE_HZ), noise(4, RATE_HZ)
    other[:, RATE_HZ : 2 * RATE_HZ] = tone(700, 1, RATE_HZ)
    first, second = (
        levels_of(analysed(sound, speech(one, 1, 2), [800] * 39), policy)[1]
        for sound in (one, other)
    )
    assert steps_of(first) == steps_of(second)
    assert periods_of(first) == periods_of(second)


def test_only_whole_minutes_tell_of_all_sound_and_in_whole_decibels() -> None:
    samples = noise(75, RATE_HZ, level=0.003)
    samples[:, 10 * RATE_HZ : 40 * RATE_HZ] += tone(1000, 30, RATE_HZ, level=0.5)
    _, told = levels_of(analysed(samples, speech(samples, 9, 41), [RATE_HZ] * 74))
    minute, rest = periods_of(told)
    assert (minute.start_ns, minute.end_ns, rest.end_ns) == (0, 60 * 10**9, 75 * 10**9)
    assert rest.heard is None
    assert rest.beside is not None
    assert minute.heard is not None
    assert minute.beside is not None
    assert minute.heard.leq_db == round(10 * np.log10(0.125 * 30 / 60))
    assert minute.heard.l10_db == -9
    assert minute.beside.leq_db < -40


def test_a_minute_of_which_little_could_be_measured_tells_nothing_of_all_sound() -> None:
    samples = noise(60, RATE_HZ)
    samples[:, RATE_HZ : 32 * RATE_HZ] = np.nan
    marks = speech(samples, 1, 32)
    _, told = levels_of(analysed(samples, marks, [RATE_HZ] * 59))
    (minute,) = periods_of(told)
    assert minute.heard is None
    assert minute.beside is not None


def test_what_cannot_be_measured_is_not_told_but_counted() -> None:
    samples = noise(3, RATE_HZ)
    samples[:, RATE_HZ : RATE_HZ + 400] = 1.0
    _, told = levels_of(analysed(samples, np.zeros(3 * RATE_HZ, np.float32), [3000]), "street")
    bad = [step for step in steps_of(told) if step.leq_db is None]
    assert [step.start_ns for step in bad] == [10**9, 10**9 + 125_000_000]
    assert all(step.bands_db is None and step.fast_max_db is None for step in bad)
    assert periods_of(told)[0].unmeasured_s == 0.25


def test_a_gap_begins_another_measurement() -> None:
    parts = [noise(1.3, RATE_HZ), noise(1, RATE_HZ)]
    marks = [np.zeros(part.shape[1], np.float32) for part in parts]
    raws = [
        sound_block(parts[0], rate_hz=RATE_HZ),
        sound_block(parts[1], at=5 * RATE_HZ, seq=1, rate_hz=RATE_HZ),
    ]
    items = [AnalysedAudio(raw, mark, begins=True) for raw, mark in zip(raws, marks, strict=True)]
    made, told = levels_of(items, "street")
    assert made.shape[1] == sum(part.shape[1] for part in parts)
    starts = [step.start_ns for step in steps_of(told)]
    assert len(starts) == 10 + 8
    assert starts[10] == 5 * 10**9
    assert [period.start_ns for period in periods_of(told)] == [0, 5 * 10**9]


def test_nothing_heard_tells_nothing() -> None:
    assert levels_of(analysed(noise(0.05, RATE_HZ), np.zeros(400, np.float32), []))[1] == []
    told: list[Levels] = []
    assert not list(MeasureLevels(masker(), None, LevelSettings(), told.append).flush())
    assert told == []


def test_a_calibration_is_added_to_every_level() -> None:
    samples = noise(2, RATE_HZ)
    items = analysed(samples, np.zeros(2 * RATE_HZ, np.float32), [])
    plain = steps_of(levels_of(items, "street")[1])[4]
    raised = steps_of(levels_of(items, "street", LevelSettings(offset_db=100))[1])[4]
    assert plain.leq_db is not None
    assert plain.bands_db is not None
    assert raised.leq_db == pytest.approx(plain.leq_db + 100)
    assert raised.bands_db == pytest.approx([level + 100 for level in plain.bands_db])
    assert len(plain.bands_db) == BAND_NAMES.index("3150") + 1


@pytest.mark.parametrize("wrong", [{"offset_db": 400.0}, {"period_s": 10}])
def test_a_period_shorter_than_a_minute_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        LevelSettings(**wrong)  # type: ignore[arg-type]
