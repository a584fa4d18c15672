from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from passante.analyse.loudness import TallyLevels
from passante.core.names import Quantity, StreamId, Unit
from passante.inside.audio import RawAudio
from passante.inside.tally import Tally
from passante.testing import drive

RATE = 16_000


def sound(seconds: float, *, at_s: float = 0.0, level: float = 0.1) -> RawAudio:
    """A tone of 1 kHz, at which A-weighting changes nothing."""
    times = np.arange(round(seconds * RATE)) / RATE
    tone = (level * np.sqrt(2) * np.sin(2 * np.pi * 1000 * times)).astype(np.float32)
    return RawAudio(
        stream=StreamId("audio"),
        seq=0,
        pts=round(at_s * RATE),
        time_base=Fraction(1, RATE),
        rate_hz=RATE,
        layout="mono",
        samples=tone[None],
    )


def tallies(*blocks: RawAudio, bucket_s: float = 60, offset_db: float = 0.0) -> list[Tally]:
    stage = TallyLevels(bucket_s, StreamId("ears"), offset_db=offset_db)
    return drive(stage, blocks)


def levels(told: list[Tally]) -> dict[str, float]:
    return {one.direction or one.quantity.value: one.total for one in told}


def test_a_tone_has_its_level_in_every_way_of_saying_it() -> None:
    told = tallies(sound(70), offset_db=94.0)
    first = levels([one for one in told if one.start_ns == 0])
    for quantity in ("laeq", "la10", "la90"):
        assert first[quantity] == pytest.approx(74, abs=0.2)
    # the filter of F swings a little with the tone
    assert first["lamax"] == pytest.approx(74, abs=0.5)
    assert first["1000"] == pytest.approx(74, abs=0.2)
    assert first["250"] < 40


def test_buckets_are_of_full_lengths_but_the_last() -> None:
    told = [one for one in tallies(sound(130)) if one.quantity is Quantity.LEVEL_EQUIVALENT]
    assert [(one.start_ns // 10**9, one.end_ns // 10**9) for one in told] == [
        (0, 60),
        (60, 120),
        (120, 130),
    ]
    assert [one.complete for one in told] == [True, True, False]
    assert told[0].unit is Unit.DECIBEL_A
    assert told[0].stream == "ears"


def test_the_same_levels_come_out_however_the_sound_is_cut() -> None:
    whole = sound(65)
    parts = []
    for start in range(0, 65 * RATE, 7777):
        samples = whole.samples[:, start : start + 7777]
        part = RawAudio(
            stream=whole.stream,
            seq=len(parts),
            pts=start,
            time_base=whole.time_base,
            rate_hz=RATE,
            layout="mono",
            samples=samples,
        )
        parts.append(part)
    assert tallies(*parts) == tallies(whole)


def test_a_gap_begins_again_and_loses_nothing_of_what_was_heard() -> None:
    told = tallies(sound(10), sound(10, at_s=30), bucket_s=60)
    first = next(one for one in told if one.quantity is Quantity.LEVEL_EQUIVALENT)
    assert first.n == 160
    assert first.end_ns == 40 * 10**9


def test_silence_without_a_sample_is_no_level() -> None:
    assert tallies() == []
