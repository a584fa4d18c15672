from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passante.analyse.alarm import Limit
from passante.analyse.sounds import AnalyseSounds
from passante.core.names import EventKind, Phase, StreamId
from passante.inside.audio import RawAudio
from passante.inside.incident import SoundIncident

KINDS = (EventKind.BANG, EventKind.SIREN)
LIMITS = (
    Limit(EventKind.BANG, on=0.6, off=0.3, looks=1, standing_db=6, false_alarms_per_day=2.0),
    Limit(EventKind.SIREN, on=0.6, off=0.3, looks=2, standing_db=3),
)


class Loudness:
    """Takes whatever is loud in any band for a bang, and high tones for a siren."""

    models = ("loudness@1",)
    kinds = KINDS

    def __init__(self, *, fails_at: int | None = None) -> None:
        self.looks = 0
        self._fails_at = fails_at

    def look(self, patches: np.ndarray) -> np.ndarray:
        self.looks += 1
        if self.looks - 1 == self._fails_at:
            raise RuntimeError("no memory")
        loudest = patches.max(axis=(1, 2))
        high = patches[:, :, 40:].max(axis=2).mean(axis=1) - patches[:, :, :20].max(axis=2).mean(1)
        return np.stack([loudest > 1.5, high > 2], axis=1).astype(np.float32)


def street(seconds: float, *, bang_at: float | None = None, rate_hz: int = 48_000) -> np.ndarray:
    sound = np.random.default_rng(1).normal(0, 0.004, int(seconds * rate_hz)).astype(np.float32)
    if bang_at is not None:
        start = int(bang_at * rate_hz)
        length = int(0.15 * rate_hz)
        burst = np.random.default_rng(2).normal(0, 0.4, length)
        sound[start : start + length] += (burst * np.linspace(1, 0, length)).astype(np.float32)
    return sound


def blocks(
    sound: np.ndarray,
    sizes: Sequence[int],
    *,
    rate_hz: int = 48_000,
    channels: int = 1,
    at: int = 0,
) -> list[RawAudio]:
    made, place = [], 0
    for seq, size in enumerate([*sizes, sound.size]):
        part = sound[place : place + size]
        if not part.size:
            continue
        samples = np.repeat(part[None], channels, axis=0)
        pts, base = at + place, Fraction(1, rate_hz)
        layout = "mono" if channels == 1 else "stereo"
        made.append(RawAudio(StreamId("audio-1"), seq, pts, base, rate_hz, layout, samples))
        place += size
    return made


def heard(items: Sequence[RawAudio], listener: Loudness | None = None) -> list[SoundIncident]:
    stage = AnalyseSounds(listener or Loudness(), LIMITS)
    found = [incident for item in items for incident in stage.push(item)]
    return found + list(stage.flush())


def test_a_bang_is_told_soon_with_its_onset_and_again_when_it_is_over() -> None:
    stage = AnalyseSounds(Loudness(), LIMITS)
    sound = street(8, bang_at=3.1)
    noticed_ns = None
    found = []
    for item in blocks(sound, [480] * 800):
        for incident in stage.push(item):
            noticed_ns = noticed_ns or item.pts_ns
            found.append(incident)
    began, ended = found
    assert (began.kind, began.phase, ended.phase) == (EventKind.BANG, Phase.BEGAN, Phase.ENDED)
    assert abs(began.start_ns - 3_100_000_000) < 50_000_000
    assert began.start_ns == ended.start_ns
    assert noticed_ns is not None
    assert noticed_ns - began.start_ns < 1_000_000_000
    assert ended.end_ns < 5_000_000_000
    assert (began.threshold, began.false_alarms_per_day) == (0.6, 2.0)
    assert began.by == ("loudness@1",)
    assert began.level_db > 15


def test_a_quiet_street_tells_nothing() -> None:
    assert heard(blocks(street(6), [])) == []


@settings(max_examples=15)
@given(st.lists(st.integers(1, 60_000), max_size=10))
def test_cutting_the_input_elsewhere_changes_nothing(sizes: list[int]) -> None:
    sound = street(5, bang_at=2.0)
    assert heard(blocks(sound, sizes)) == heard(blocks(sound, []))


@pytest.mark.parametrize("rate_hz", [8000, 16_000, 44_100])
def test_any_rate_is_listened_to(rate_hz: int) -> None:
    sound = street(5, bang_at=2.0, rate_hz=rate_hz)
    found = heard(blocks(sound, [], rate_hz=rate_hz, channels=2))
    assert [one.kind for one in found] == [EventKind.BANG] * 2
    assert abs(found[0].start_ns - 2_000_000_000) < 60_000_000


def test_a_gap_ends_what_goes_on_and_starts_afresh() -> None:
    first = blocks(street(2, bang_at=1.5), [])
    later = blocks(street(2), [], at=48_000 * 60)
    stage = AnalyseSounds(Loudness(), LIMITS)
    found = [one for item in (*first, *later) for one in stage.push(item)] + list(stage.flush())
    assert [one.phase for one in found] == [Phase.BEGAN, Phase.ENDED]
    assert found[1].end_ns <= 2_000_000_000
    assert stage.restarts == 1


def test_a_look_that_fails_is_counted_and_the_stream_goes_on() -> None:
    stage = AnalyseSounds(Loudness(fails_at=3), LIMITS)
    items = blocks(street(8, bang_at=5.0), [])
    found = [one for item in items for one in stage.push(item)]
    assert stage.failures == 1
    assert [one.kind for one in found] == [EventKind.BANG] * 2


def test_samples_that_are_no_numbers_are_taken_for_silence() -> None:
    sound = street(5, bang_at=3.0)
    sound[10_000:10_050] = np.nan
    sound[20_000:20_050] = np.inf
    assert [one.kind for one in heard(blocks(sound, []))] == [EventKind.BANG] * 2


def test_what_is_kept_does_not_grow() -> None:
    stage = AnalyseSounds(Loudness(), LIMITS)
    for item in blocks(street(20), [4800] * 200):
        list(stage.push(item))
    assert stage._run is not None
    hearing = stage._run._hearing
    assert hearing._frames.shape[0] == 96
    assert hearing._standing.shape == (96,)
    assert hearing._samples.size < 1000


def test_another_stream_is_refused() -> None:
    stage = AnalyseSounds(Loudness(), LIMITS)
    (one,) = blocks(street(1), [])
    list(stage.push(one))
    other = RawAudio(StreamId("audio-2"), 0, 0, one.time_base, one.rate_hz, one.layout, one.samples)
    with pytest.raises(ValueError, match="one stream"):
        list(stage.push(other))


def test_a_limit_about_a_kind_that_nobody_scores_is_refused() -> None:
    with pytest.raises(ValueError, match="knows"):
        AnalyseSounds(Loudness(), [Limit(EventKind.DOG, 0.5, 0.2, 1, 0)])


def test_the_delay_is_below_two_seconds() -> None:
    assert AnalyseSounds(Loudness(), LIMITS).delay_ns < 2_000_000_000
