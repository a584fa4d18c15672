from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from passante.inside.audio import AnalysedAudio
from passante.protect.audio import ProtectAudio
from passante.protect.operators import soundscape
from passante.protect.policy import Policy
from passante.protect.rules import Revoice
from passante.testing import drive
from sounds import cut, heard, masker, noise, sound_block, tone
from speakers import speaker

CANARY_HZ = 1234.0


def analysed(
    samples: np.ndarray,
    marks: np.ndarray,
    sizes: list[int],
    rate_hz: int = 16_000,
) -> list[AnalysedAudio]:
    items, at = [], 0
    for raw in cut(samples, sizes, rate_hz):
        count = raw.samples.shape[1]
        speech = marks[at : at + count].astype(np.float32)
        items.append(AnalysedAudio(raw, speech, begins=at == 0))
        at += count
    return items


def marked(samples: np.ndarray, start: int, stop: int) -> np.ndarray:
    marks = np.zeros(samples.shape[1], np.float32)
    marks[start:stop] = 0.7
    return marks


def level_at(samples: np.ndarray, hz: float, rate_hz: int = 16_000) -> float:
    """How much of a tone is in it, as its amplitude."""
    time = np.arange(samples.shape[-1]) / rate_hz
    turned = samples * np.exp(-2j * np.pi * hz * time)
    return float(2 * np.abs(turned.mean(axis=-1)).max())


@pytest.mark.parametrize("policy", ["street", "person", "silent"])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 96_000])
def test_a_tone_marked_as_speech_is_gone(policy: str, rate_hz: int) -> None:
    samples = tone(CANARY_HZ, 1.0, rate_hz)
    marks = np.ones(rate_hz, np.float32)
    made = heard(drive(masker(policy), analysed(samples, marks, [rate_hz // 10] * 9, rate_hz)))
    assert made.shape == samples.shape
    assert level_at(samples, CANARY_HZ, rate_hz) > 0.45
    assert level_at(made, CANARY_HZ, rate_hz) < 0.001


def test_above_8_khz_sound_stays_where_nobody_speaks_and_goes_where_somebody_does() -> None:
    rate_hz, place_hz, voice_hz = 48_000, 12_000.0, 13_000.0
    samples = tone(place_hz, 2.0, rate_hz, 0.2)
    samples[:, rate_hz:] += tone(voice_hz, 1.0, rate_hz, 0.2)
    marks = marked(samples, rate_hz, 2 * rate_hz)
    made = heard(drive(masker(), analysed(samples, marks, [4800] * 19, rate_hz)))
    before, within = np.split(made, 2, axis=1)
    fade = rate_hz // 50
    assert np.array_equal(before[:, :-fade], samples[:, : rate_hz - fade])
    assert level_at(within, voice_hz, rate_hz) < 0.001
    # what was there before goes on
    assert np.abs(within[:, fade:]).mean() > 0.05


def test_outside_speech_sound_passes_bit_by_bit() -> None:
    samples = noise(2.0)
    marks = marked(samples, 10_000, 20_000)
    made = heard(drive(masker(), analysed(samples, marks, [1000] * 31)))
    fade = 128
    assert np.array_equal(made[:, : 10_000 - fade], samples[:, : 10_000 - fade])
    assert np.array_equal(made[:, 20_000 + fade :], samples[:, 20_000 + fade :])


@pytest.mark.parametrize("low_delay", [False, True])
def test_what_is_marked_changes_nothing_in_what_comes_out(low_delay: bool) -> None:
    one, other = noise(2.0), noise(2.0)
    other[:, 10_000:20_000] = tone(300, 0.625) * np.float32(1.5)
    marks = marked(one, 10_000, 20_000)
    first, second = (
        heard(drive(masker(low_delay=low_delay), analysed(sound, marks, [1000] * 31)))
        for sound in (one, other)
    )
    assert np.array_equal(first, second)


def test_no_sound_gives_no_sound() -> None:
    nothing = np.zeros((2, 16_000), np.float32)
    made = heard(drive(masker(), analysed(nothing, np.zeros(16_000), [160] * 99)))
    assert not made.any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_never_comes_out(bad: float) -> None:
    samples = noise(1.0)
    samples[0, 8_000] = bad
    made = heard(drive(masker(), analysed(samples, np.zeros(16_000), [500] * 31)))
    assert np.isfinite(made).all()
    assert np.array_equal(made[:, :7_000], samples[:, :7_000])


def test_a_mark_that_is_no_number_is_speech() -> None:
    samples = tone(CANARY_HZ, 1.0)
    marks = np.full(16_000, np.nan)
    made = heard(drive(masker(), analysed(samples, marks, [500] * 31)))
    assert level_at(made, CANARY_HZ) < 0.001


def test_what_is_too_loud_is_cut_to_full_scale() -> None:
    samples = noise(1.0, level=3.0)
    made = heard(drive(masker(), analysed(samples, marked(samples, 8000, 9000), [500] * 31)))
    assert np.abs(made).max() <= 1


@pytest.mark.parametrize("policy", ["street", "silent"])
def test_blocks_and_times_stay_as_they_are(policy: str) -> None:
    samples = np.repeat(noise(1.0), 3, axis=0)
    items = analysed(samples, marked(samples, 3000, 9000), [0, 1, 700, 5000, 3, 0])
    made = drive(masker(policy), items)
    for block, item in zip(made, items, strict=True):
        raw = item.raw
        assert (block.stream, block.seq, block.pts, block.time_base, block.rate_hz) == (
            raw.stream, raw.seq, raw.pts, raw.time_base, raw.rate_hz,
        )  # fmt: skip
        assert block.samples.shape == raw.samples.shape


@pytest.mark.parametrize("channels", range(1, 9))
def test_every_channel_is_masked_and_no_difference_of_channels_speaks(channels: int) -> None:
    rng = np.random.default_rng(5)
    gains = rng.uniform(-1, 1, (channels, 1)).astype(np.float32)
    samples = tone(CANARY_HZ, 1.0) * gains
    made = heard(drive(masker(), analysed(samples, np.ones(16_000), [800] * 19)))
    assert level_at(made, CANARY_HZ) < 0.001
    if channels > 1:
        assert level_at(made[:1] - made[1:2], CANARY_HZ) < 0.001


def test_the_receipt_tells_blocks_that_were_changed_from_those_that_were_not() -> None:
    samples = noise(1.0)
    made = drive(masker(), analysed(samples, marked(samples, 0, 4000), [4000] * 3))
    assert [block.receipt.regions for block in made] == [1, 0, 0, 0]
    assert dict(made[0].receipt.operators)["speech"].startswith("soundscape@")
    assert made[0].receipt.models == ("fake@1",)


@pytest.mark.parametrize("low_delay", [False, True])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
def test_it_is_never_later_than_it_says(low_delay: bool, rate_hz: int) -> None:
    stage = masker(low_delay=low_delay)
    size, out = rate_hz // 100, 0
    samples = noise(1.0, rate_hz)
    for number, item in enumerate(
        analysed(samples, marked(samples, 300, 5000), [size] * 99, rate_hz), 1
    ):
        out += sum(block.samples.shape[1] for block in stage.push(item))
        late_ns = (number * size - out) * 1_000_000_000 // rate_hz
        assert late_ns <= stage.delay_ns + 10_000_000
    assert masker("silent").delay_ns == 0


def test_a_gap_ends_one_stretch_and_begins_another() -> None:
    samples = tone(CANARY_HZ, 0.5)
    speech = np.ones(8_000, np.float32)
    items = [
        AnalysedAudio(sound_block(samples), speech, begins=True),
        AnalysedAudio(sound_block(np.repeat(samples, 2, axis=0), at=99_000, seq=1), speech.copy(),
                      begins=True),
    ]  # fmt: skip
    first, second = drive(masker(), items)
    assert first.samples.shape == (1, 8_000)
    assert second.samples.shape == (2, 8_000)
    assert level_at(second.samples, CANARY_HZ) < 0.001


def test_a_failing_operator_leaves_silence_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = tone(CANARY_HZ, 1.0)
    items = analysed(samples, marked(samples, 8000, 9000), [1000] * 15)
    stage = masker()
    calls = []
    real = soundscape.Scene.push

    def push(self: soundscape.Scene, *parts: np.ndarray) -> np.ndarray:
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("broken")
        return real(self, *parts)

    monkeypatch.setattr(soundscape.Scene, "push", push)
    made = heard(drive(stage, items))
    assert made.shape == samples.shape
    assert stage.failures == 1
    assert not made[:, 3000:4000].any()
    assert np.array_equal(made[:, 4000:7800], samples[:, 4000:7800])
    assert level_at(made[:, 8000:9000], CANARY_HZ) < 0.02


def revoicing(fails_at: int | None = None) -> ProtectAudio:
    policy = replace(Policy.named("street"), speech=Revoice("a test"))
    return ProtectAudio(
        policy, ("fake@1",), draw=lambda: np.random.default_rng(7), speaker=speaker(fails_at)
    )


def test_words_need_networks_and_their_receipt_says_why_they_are_kept() -> None:
    policy = replace(Policy.named("street"), speech=Revoice("a test"))
    with pytest.raises(ValueError, match="networks are needed"):
        ProtectAudio(policy, ())
    samples = tone(CANARY_HZ, 2.0)
    made = drive(revoicing(), analysed(samples, np.ones(32_000), [1000] * 31))
    assert made[0].receipt.operators == (("speech", "revoice@1"),)
    assert made[0].receipt.revealed == (("speech", "a test"),)
    assert level_at(heard(made), CANARY_HZ) < 0.002
    assert revoicing().delay_ns < 420_000_000


def test_a_reader_that_fails_leaves_silence_and_says_so() -> None:
    samples = tone(CANARY_HZ, 3.0)
    stage = revoicing(fails_at=3)
    made = heard(drive(stage, analysed(samples, np.ones(48_000), [1000] * 47)))
    assert stage.failures == 1
    assert made.shape == samples.shape
    assert level_at(made, CANARY_HZ) < 0.002
    lost = np.flatnonzero(~made.any(axis=0))
    assert 3000 < lost.size < 20_000


def test_an_operator_that_makes_no_numbers_is_silenced(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: soundscape.Scene, samples: np.ndarray, *__: np.ndarray) -> np.ndarray:
        return np.full_like(samples, np.nan)

    monkeypatch.setattr(soundscape.Scene, "push", broken)
    stage = masker()
    made = heard(drive(stage, analysed(noise(1.0), np.zeros(16_000), [1000] * 15)))
    assert not made.any()
    assert stage.failures >= 1


def test_an_operator_that_loses_samples_is_silenced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundscape.Scene, "flush", lambda self: np.zeros((1, 0), np.float32))
    stage = masker()
    made = heard(drive(stage, analysed(noise(1.0), np.zeros(16_000), [1000] * 15)))
    assert made.shape == (1, 16_000)
    assert stage.failures == 1
