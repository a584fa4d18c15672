from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from passante.analyse.cells import CellSettings
from passante.analyse.gate import GateSettings
from passante.analyse.speech import DEFAULT, LOW_DELAY, AnalyseSpeech, SpeechSettings
from passante.core.clock import NS_PER_S
from passante.core.dsp import BANDS, CELLS_PER_S
from passante.inside.audio import AnalysedAudio
from passante.testing import drive
from sounds import (
    LoudIsSpeech,
    PartSeparator,
    ScriptedDetector,
    cut,
    joined,
    noise,
    sound_block,
    tone,
)

TIGHT = SpeechSettings(GateSettings(threshold=0.5, before=2, after=3, group=2))


def street(rate_hz: int = 16_000, channels: int = 1) -> np.ndarray:
    """3 s of quiet with a loud stretch from 1.5 s to 1.7 s."""
    quiet = noise(3.0, rate_hz)
    loud = np.zeros_like(quiet)
    loud[:, int(1.5 * rate_hz) : int(1.7 * rate_hz)] = tone(440, 0.2, rate_hz)
    return np.repeat(quiet + loud, channels, axis=0)


def listened(stage: AnalyseSpeech, samples: np.ndarray, size: int = 1000, rate_hz: int = 16_000):
    return drive(stage, cut(samples, [size] * (samples.shape[1] // size), rate_hz))


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_speech_is_marked_where_it_is_at_every_rate(rate_hz: int) -> None:
    items = listened(AnalyseSpeech(LoudIsSpeech(), settings=TIGHT), street(rate_hz), 999, rate_hz)
    marks = joined(items)
    assert marks.size == 3 * rate_hz
    assert marks[int(1.5 * rate_hz) : int(1.7 * rate_hz)].all()
    assert not marks[: int(1.3 * rate_hz)].any()
    assert not marks[int(2.0 * rate_hz) :].any()


@pytest.mark.parametrize("channels", range(1, 9))
def test_any_number_of_channels_is_heard(channels: int) -> None:
    samples = street(channels=channels)
    samples[:-1] = 0  # only the last one speaks
    marks = joined(listened(AnalyseSpeech(LoudIsSpeech(), settings=TIGHT), samples))
    assert marks[24_000:27_200].all()


def test_opposite_channels_are_heard() -> None:
    samples = street(channels=2)
    samples[1] *= -1
    assert joined(listened(AnalyseSpeech(LoudIsSpeech(), settings=TIGHT), samples)).any()


def test_blocks_times_and_samples_stay_as_they_are() -> None:
    blocks = list(cut(street(), [1, 0, 7, 4096, 5, 16_000]))
    items = drive(AnalyseSpeech(LoudIsSpeech()), blocks)
    assert [item.raw for item in items] == blocks
    assert [item.begins for item in items] == [True] + [False] * (len(blocks) - 1)


@pytest.mark.parametrize("settings", [DEFAULT, LOW_DELAY, TIGHT])
@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_it_is_never_later_than_it_says(settings: SpeechSettings, rate_hz: int) -> None:
    stage = AnalyseSpeech(LoudIsSpeech(), PartSeparator(), settings)
    size, out = rate_hz // 100, 0
    for number, block in enumerate(cut(street(rate_hz), [size] * 299, rate_hz), 1):
        out += sum(item.raw.samples.shape[1] for item in stage.push(block))
        late_ns = (number * size - out) * NS_PER_S // rate_hz
        assert late_ns <= stage.delay_ns + 10_000_000


def test_the_default_leaves_time_for_the_operator_within_a_second() -> None:
    assert AnalyseSpeech(LoudIsSpeech()).delay_ns < 700_000_000
    assert AnalyseSpeech(LoudIsSpeech(), settings=LOW_DELAY).delay_ns < 36_000_000


def test_a_span_tells_when_somebody_spoke() -> None:
    items = listened(AnalyseSpeech(LoudIsSpeech(), settings=TIGHT), street())
    (span,) = [span for item in items for span in item.spans]
    marks = np.flatnonzero(joined(items))
    assert span.start_ns == marks[0] * NS_PER_S // 16_000
    assert span.end_ns == (marks[-1] + 1) * NS_PER_S // 16_000
    assert span.score == 1


def test_speech_up_to_the_very_end_is_a_span_too() -> None:
    items = listened(AnalyseSpeech(LoudIsSpeech(), settings=TIGHT), tone(440, 1.0))
    (span,) = [span for item in items for span in item.spans]
    assert (span.start_ns, span.end_ns) == (0, NS_PER_S)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30, 9.0])
def test_samples_that_are_no_sound_count_as_speech(bad: float) -> None:
    samples = noise(3.0)
    samples[0, 24_000] = bad
    stage = AnalyseSpeech(LoudIsSpeech(), PartSeparator(), TIGHT)
    marks = joined(listened(stage, samples))
    assert marks[23_900:24_100].all()
    assert not marks[:20_000].any()
    assert not marks[30_000:].any()
    assert stage.failures == 1


@pytest.mark.parametrize("answer", [np.nan, np.inf, -1.0, 2.0])
def test_a_score_that_is_none_counts_as_speech(answer: float) -> None:
    stage = AnalyseSpeech(ScriptedDetector(lambda n: answer if n == 40 else 0.0), settings=TIGHT)
    marks = joined(listened(stage, noise(3.0)))
    assert marks[40 * 512 : 41 * 512].all()
    assert not marks[: 30 * 512].any()


def test_a_dying_detector_makes_everything_speech_and_says_so() -> None:
    def die(_: int) -> float:
        raise RuntimeError("gone")

    stage = AnalyseSpeech(ScriptedDetector(die), settings=TIGHT)
    assert joined(listened(stage, noise(1.0))).all()
    assert stage.failures == 32


def test_a_dying_separator_makes_its_moment_speech_and_says_so() -> None:
    stage = AnalyseSpeech(LoudIsSpeech(), PartSeparator(fails_at=40), TIGHT)
    items = listened(stage, noise(3.0))
    marks = joined(items)
    assert marks[40 * 512 : 41 * 512].all()
    assert not marks[: 30 * 512].any()
    assert stage.failures == 1


def test_after_a_gap_it_starts_afresh() -> None:
    stage = AnalyseSpeech(LoudIsSpeech(), settings=TIGHT)
    first, second = sound_block(tone(440, 0.5)), sound_block(noise(0.5), at=16_000, seq=1)
    items = drive(stage, [first, second])
    assert [item.begins for item in items] == [True, True]
    assert items[0].speech.all()
    assert not items[1].speech.any()
    assert stage.restarts == 1


@pytest.mark.parametrize("shift", [-300, 300])
def test_times_that_a_container_rounds_are_no_gap(shift: int) -> None:
    stage = AnalyseSpeech(LoudIsSpeech(), settings=TIGHT)
    second = sound_block(noise(0.5, seed=2), at=8_000 + shift, seq=1)
    drive(stage, [sound_block(noise(0.5)), second])
    assert stage.restarts == 0


def test_another_format_starts_afresh() -> None:
    stage = AnalyseSpeech(LoudIsSpeech(), settings=TIGHT)
    stereo = sound_block(np.repeat(noise(0.5), 2, axis=0), at=8_000, seq=1)
    items = drive(stage, [sound_block(noise(0.5)), stereo])
    assert [item.begins for item in items] == [True, True]


def test_two_streams_are_never_mixed() -> None:
    stage = AnalyseSpeech(LoudIsSpeech())
    stage.push(sound_block(noise(0.1)))
    with pytest.raises(ValueError, match="one stream"):
        stage.push(sound_block(noise(0.1), at=1600, stream="audio-2"))


def test_a_stream_without_a_sample_ends_cleanly() -> None:
    items = drive(AnalyseSpeech(LoudIsSpeech()), [sound_block(np.zeros((1, 0), np.float32))])
    assert joined(items).size == 0
    assert drive(AnalyseSpeech(LoudIsSpeech()), []) == []


def kept(items: list[AnalysedAudio]) -> np.ndarray:
    return np.concatenate([item.keep for item in items if item.keep is not None])


def test_cells_within_speech_are_kept_only_where_there_is_no_voice() -> None:
    samples = street()
    rest = AnalyseSpeech(LoudIsSpeech(trusting=True), PartSeparator(0.0), TIGHT)
    voice = AnalyseSpeech(LoudIsSpeech(trusting=True), PartSeparator(1.0), TIGHT)
    for stage, wanted in ((rest, 1.0), (voice, 0.0)):
        items = listened(stage, samples)
        keep, marks = kept(items), joined(items)
        assert keep.shape == (3 * CELLS_PER_S, BANDS)
        spoken = marks[::128][: len(keep)] > 0
        assert (keep[~spoken] == 1).all()
        assert keep[spoken].mean() == pytest.approx(wanted, abs=0.05)


def test_where_the_rest_speaks_as_well_nothing_is_kept() -> None:
    items = listened(AnalyseSpeech(LoudIsSpeech(), PartSeparator(0.0), TIGHT), street())
    loud = slice(int(1.5 * CELLS_PER_S), int(1.7 * CELLS_PER_S))
    assert not kept(items)[loud].any()


def test_only_a_setting_for_comparison_leaves_the_rest_unheard() -> None:
    unheard = replace(TIGHT, cells=CellSettings(rest_speaks=2.0))
    items = listened(AnalyseSpeech(LoudIsSpeech(), PartSeparator(0.0), unheard), street())
    loud = slice(int(1.5 * CELLS_PER_S), int(1.7 * CELLS_PER_S))
    assert kept(items)[loud].all()


def test_without_a_separator_or_a_look_ahead_no_cell_is_kept() -> None:
    for stage in (
        AnalyseSpeech(LoudIsSpeech()),
        AnalyseSpeech(LoudIsSpeech(), PartSeparator(), LOW_DELAY),
    ):
        assert all(item.keep is None for item in listened(stage, street()))


def test_every_model_behind_it_is_named() -> None:
    assert AnalyseSpeech(LoudIsSpeech(), PartSeparator()).models == ("loud@1", "part@1")


def test_without_look_ahead_a_word_is_covered_before_a_detector_is_sure() -> None:
    sound = noise(3.0)
    sound[:, 32_000:] += tone(500, 1.0, level=0.08)
    marks = joined(drive(AnalyseSpeech(LoudIsSpeech(above=9), settings=LOW_DELAY), cut(sound, [])))
    start = 32_000 // 512 * 512
    assert not marks[7000:start].any()
    assert marks[start : start + 5 * 512].all()
    assert not marks[start + 5 * 512 :].any()
