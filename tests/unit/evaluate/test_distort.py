from __future__ import annotations

import numpy as np
import pytest

from passante.evaluate import distort
from passante.evaluate.distort import BASELINES
from unit.evaluate.talk import word

SOUND = word(2, 0)


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_gives_sound_as_long_as_it_got(name: str) -> None:
    made = BASELINES[name](SOUND, np.random.default_rng(0))
    assert made.shape == SOUND.shape
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert np.abs(made).max() <= 1
    assert not np.array_equal(made, SOUND)


def test_moved_formants_are_where_they_were_when_the_power_is_one() -> None:
    frames = SOUND[:640].reshape(2, 320).astype(np.float64) + 0.01
    np.testing.assert_allclose(distort._warped(frames, 1.0), frames, atol=1e-6)


def test_pieces_in_another_order_are_the_same_pieces() -> None:
    made = BASELINES["random splicing"](SOUND, np.random.default_rng(0))
    np.testing.assert_array_equal(np.sort(made), np.sort(SOUND))


def test_a_shifted_tone_is_two_to_six_semitones_away() -> None:
    time_s = np.arange(16_000) / 16_000
    tone = (0.3 * np.sin(2 * np.pi * 500 * time_s)).astype(np.float32)
    made = BASELINES["pitch shift"](tone, np.random.default_rng(3))[4000:12_000]
    peak = np.abs(np.fft.rfft(made * np.hanning(made.size))).argmax() * 16_000 / made.size
    assert 2 <= abs(12 * np.log2(peak / 500)) <= 6.1


def test_noise_under_few_cepstra_has_no_pitch_left() -> None:
    time_s = np.arange(16_000) / 16_000
    tones = sum(np.sin(2 * np.pi * 150 * k * time_s) for k in range(1, 20)) * 0.02
    made = BASELINES["5 cepstra on noise"](tones.astype(np.float32), np.random.default_rng(0))

    def repeats(sound: np.ndarray) -> float:
        part = sound[4000:12_000].astype(np.float64)
        return float(part[107:] @ part[:-107] / (part @ part))

    assert repeats(tones) > 0.9
    assert abs(repeats(made)) < 0.5
