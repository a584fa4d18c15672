from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passante.core.clock import NS_PER_S
from passante.protect.operators.revoice import DELAY_NS, Revoice
from sounds import noise, tone
from speakers import speaker

CANARY_HZ = 1234.0


def operator(rate_hz: int = 16_000, channels: int = 1, sign: int = 3) -> Revoice:
    return Revoice(rate_hz, channels, speaker(sign=sign), draw=lambda: np.random.default_rng(7))


def run(made: Revoice, samples: np.ndarray, marks: np.ndarray, sizes: list[int]) -> np.ndarray:
    parts, at = [], 0
    for size in [*sizes, samples.shape[1]]:
        piece = slice(at, at + size)
        parts.append(made.push(samples[:, piece], marks[piece], None, None))
        at = min(samples.shape[1], at + size)
    return np.concatenate([*parts, made.flush()], axis=1)


def marked(samples: np.ndarray, start: int, stop: int) -> np.ndarray:
    marks = np.zeros(samples.shape[1], np.float32)
    marks[start:stop] = 1
    return marks


def level_at(samples: np.ndarray, hz: float, rate_hz: int) -> float:
    time = np.arange(samples.shape[1]) / rate_hz
    return float(2 * np.abs((samples * np.exp(-2j * np.pi * hz * time)).mean(axis=1)).max())


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_tone_marked_as_speech_is_gone_and_a_voice_is_there(rate_hz: int, channels: int) -> None:
    samples = np.repeat(tone(CANARY_HZ, 2.0, rate_hz), channels, axis=0)
    marks = np.ones(samples.shape[1], np.float32)
    made = run(operator(rate_hz, channels), samples, marks, [rate_hz // 10] * 19)
    assert made.shape == samples.shape
    assert level_at(samples, CANARY_HZ, rate_hz) > 0.45
    assert level_at(made, CANARY_HZ, rate_hz) < 0.002
    assert made[:, rate_hz:].std() > 0.003
    assert np.isfinite(made).all()


def test_outside_the_marks_sound_passes_bit_by_bit() -> None:
    samples = noise(3.0)
    samples[:, 16_000:24_000] += tone(300, 0.5)
    marks = marked(samples, 14_000, 30_000)
    made = run(operator(), samples, marks, [1000] * 47)
    assert np.array_equal(made[:, : 14_000 - 128], samples[:, : 14_000 - 128])
    assert np.array_equal(made[:, 30_128:], samples[:, 30_128:])


def test_what_is_said_differently_in_the_same_signs_sounds_the_same() -> None:
    one, other = noise(3.0), noise(3.0)
    one[:, 16_000:24_000] = tone(300, 0.5, level=0.3)
    other[:, 16_000:24_000] = tone(170, 0.5, level=0.9)
    marks = marked(one, 14_000, 30_000)
    first, second = (run(operator(), sound, marks, [800] * 59) for sound in (one, other))
    assert np.array_equal(first, second)


def test_silence_gives_silence() -> None:
    nothing = np.zeros((2, 32_000), np.float32)
    made = run(operator(channels=2), nothing, np.zeros(32_000, np.float32), [160] * 99)
    assert made.shape == nothing.shape
    assert not made.any()


@settings(deadline=None, max_examples=15)
@given(
    sizes=st.lists(st.integers(0, 9_000), max_size=8),
    rate_hz=st.sampled_from([8_000, 16_000, 22_050]),
)
def test_any_cut_gives_the_same_sound(sizes: list[int], rate_hz: int) -> None:
    samples = noise(2.0, rate_hz)
    samples[:, rate_hz // 2 : rate_hz] += tone(300, 0.5, rate_hz)[:, : rate_hz - rate_hz // 2]
    marks = marked(samples, rate_hz // 3, 5 * rate_hz // 3)
    whole = run(operator(rate_hz), samples, marks, [])
    assert np.array_equal(run(operator(rate_hz), samples, marks, sizes), whole)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_neither_heard_nor_passed_on(bad: float) -> None:
    samples = noise(2.0)
    samples[0, 9_000] = bad
    made = run(operator(), samples, np.zeros(32_000, np.float32), [500] * 63)
    assert np.isfinite(made).all()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
def test_it_is_never_later_than_it_says(rate_hz: int) -> None:
    made, out, block = operator(rate_hz), 0, rate_hz // 100
    for taken in range(block, 3 * rate_hz, block):
        part = noise(0.01, rate_hz, level=0.2)[:, :block]
        out += made.push(part, np.ones(block, np.float32), None, None).shape[1]
        assert taken - out <= DELAY_NS * rate_hz / NS_PER_S
