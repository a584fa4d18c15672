from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from passante.core.errors import EvaluationError
from passante.evaluate import sounds
from passante.evaluate.sounds import BASELINES, RATE_HZ, channelled, load, save
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
    frame = SOUND[:320].astype(np.float64) + 0.01
    np.testing.assert_allclose(sounds._warped(frame, 1.0), frame, atol=1e-6)


def test_the_quick_look_has_two_baselines() -> None:
    assert [one.subject.name for one in sounds.baselines(quick=True)] == [
        "silence",
        "segment reversal",
    ]


def test_one_channel_for_all_has_one_level_and_one_band() -> None:
    made = channelled(word(1, 0) * np.float32(0.1))
    assert float(np.sqrt((made**2).mean())) == pytest.approx(0.05, rel=0.01)
    power = np.abs(np.fft.rfft(made)) ** 2
    pitch = np.fft.rfftfreq(made.size, 1 / RATE_HZ)
    assert power[pitch > 3900].sum() < 1e-3 * power.sum()


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "word.wav"
    save(path, SOUND)
    np.testing.assert_allclose(load(path), SOUND, atol=1e-4)


def test_a_file_that_is_no_sound_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "bad.flac"
    path.write_bytes(b"nothing")
    with pytest.raises(EvaluationError, match=r"bad\.flac"):
        load(path)
