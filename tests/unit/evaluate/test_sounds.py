from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from passante.core.errors import EvaluationError
from passante.evaluate.results import Subject
from passante.evaluate.sounds import RATE_HZ, Sound, channelled, load, method
from unit.evaluate.talk import word

SOUND = word(2, 0)


def test_one_channel_for_all_has_one_level_and_one_band() -> None:
    made = channelled(word(1, 0) * np.float32(0.1))
    assert float(np.sqrt((made**2).mean())) == pytest.approx(0.05, rel=0.01)
    power = np.abs(np.fft.rfft(made)) ** 2
    pitch = np.fft.rfftfreq(made.size, 1 / RATE_HZ)
    assert power[(pitch > 7050) | (pitch < 90)].sum() < 1e-3 * power.sum()


def test_one_channel_for_all_hides_how_quiet_a_recording_was() -> None:
    made = channelled(np.concatenate([np.zeros(RATE_HZ, np.float32), SOUND]))
    hiss = np.sqrt((made[:RATE_HZ] ** 2).mean()) / np.sqrt((made[RATE_HZ:] ** 2).mean())
    assert 20 * np.log10(hiss) == pytest.approx(-35, abs=3)


def test_every_copy_of_a_function_gets_draws_of_its_own() -> None:
    def noisy(sound: Sound, rng: np.random.Generator) -> Sound:
        return (sound + rng.standard_normal(sound.size)).astype(np.float32)

    made = method(Subject("noise", ours=False), noisy)
    first, second = made.prepare(SOUND, np.random.default_rng(0))(2)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(made.hide(SOUND, np.random.default_rng(0)), first)


def test_a_recording_is_read_as_one_channel_at_one_rate(tmp_path: Path) -> None:
    path = tmp_path / "word.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(2 * RATE_HZ)
        both = np.repeat(np.repeat(SOUND, 2), 2)
        file.writeframes((both * 32_767).astype("<i2").tobytes())
    made = load(path)
    assert abs(made.size - SOUND.size) < 50
    assert np.corrcoef(made[:20_000], SOUND[:20_000])[0, 1] > 0.95


def test_a_file_that_is_no_sound_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "bad.flac"
    path.write_bytes(b"nothing")
    with pytest.raises(EvaluationError, match=r"bad\.flac"):
        load(path)
