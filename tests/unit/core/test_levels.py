from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passante.core.levels import (
    BAND_NAMES,
    BANDS_HZ,
    LevelMeter,
    Step,
    Summary,
    a_weighting,
    bands_below,
    third_octave,
)

SINE_DB = -3.0103


def tone(hz: float, seconds: float, rate_hz: int, level: float = 0.9) -> np.ndarray:
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.asarray(level * np.sin(2 * np.pi * hz * time), np.float32)[None]


def measure(samples: np.ndarray, rate_hz: int, sizes: tuple[int, ...] = ()) -> list[Step]:
    meter, steps = LevelMeter(rate_hz, len(samples)), []
    for part in np.split(samples, np.minimum(np.cumsum(sizes, dtype=int), samples.shape[1]), 1):
        steps += meter.push(part)
    return [*steps, *meter.flush()]


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_a_sine_at_1_khz_that_just_fits_reads_3_db_below_full_scale(rate_hz: int) -> None:
    steps = measure(tone(1000, 3, rate_hz, level=1.0), rate_hz)
    assert len(steps) == 24
    at = steps[12]
    for level in (at.leq_db, at.fast_db, at.fast_max_db, at.bands_db[BAND_NAMES.index("1000")]):
        assert level == pytest.approx(SINE_DB, abs=0.02)


@pytest.mark.parametrize(
    ("hz", "weight_db"),
    [(31.623, -39.4), (100, -19.1), (199.53, -10.9), (501.19, -3.2), (3981.1, 1.0), (12589, -4.3)],
)
def test_a_weighting_is_that_of_the_table_of_iec_61672(hz: float, weight_db: float) -> None:
    assert 20 * np.log10(a_weighting(np.array([hz]))[0]) == pytest.approx(weight_db, abs=0.06)
    (step,) = measure(tone(hz, 3, 48_000, level=0.5), 48_000)[12:13]
    assert step.leq_db == pytest.approx(weight_db + SINE_DB - 6.02, abs=0.1)


def test_centres_and_edges_are_those_of_base_10() -> None:
    assert BANDS_HZ[BAND_NAMES.index("1000")] == 1000
    assert BANDS_HZ[0] == pytest.approx(25.1189, abs=1e-3)
    assert BANDS_HZ[-1] == pytest.approx(12589.25, abs=0.01)
    assert len(BANDS_HZ) == len(BAND_NAMES) == 28


@pytest.mark.parametrize("name", ["25", "63", "250", "1000", "4000", "12500"])
def test_a_filter_keeps_the_limits_of_class_1_at_its_centre_edges_and_beyond(name: str) -> None:
    """Limits of IEC 61260-1, table 1: (ratio of the octave, least and greatest attenuation)."""
    centre = BANDS_HZ[BAND_NAMES.index(name)]
    limits = [(0, -0.4, 0.4), (1 / 24, -0.4, 0.5), (1 / 12, -0.4, 0.7), (1 / 8, -0.4, 1.4)]
    limits += [(1 / 6 + 1e-9, 2.0, 5.3), (0.3736, 16.6, np.inf)]
    limits += [(0.9151, 40.5, np.inf), (1.6160, 60.0, np.inf), (2.4393, 70.0, np.inf)]
    for octaves, least, most in limits:
        for ratio in (10 ** (0.3 * octaves), 10 ** (-0.3 * octaves)):
            gain = third_octave(np.array([centre * ratio]), centre)[0]
            attenuation = -20 * np.log10(max(gain, 1e-9))
            assert least <= attenuation <= most, (octaves, attenuation)


def test_pink_noise_is_as_loud_in_every_band() -> None:
    rate_hz, rng = 48_000, np.random.default_rng(3)
    frequencies = np.fft.rfftfreq(60 * rate_hz, 1 / rate_hz)
    spectrum = rng.standard_normal((2, frequencies.size))
    spectrum /= np.sqrt(np.maximum(frequencies, 10))
    pink = np.fft.irfft(spectrum[0] + 1j * spectrum[1])
    steps = measure(np.asarray(0.05 * pink / pink.std(), np.float32)[None], rate_hz)
    power = np.mean([10 ** (np.array(step.bands_db) / 10) for step in steps], axis=0)
    levels = 10 * np.log10(power)[BAND_NAMES.index("100") :]
    assert np.abs(levels - levels.mean()).max() < 0.5


def test_time_weighting_f_falls_by_35_db_a_second() -> None:
    rate_hz = 16_000
    samples = tone(1000, 2, rate_hz)
    samples[:, rate_hz:] = 0
    fast = [step.fast_db for step in measure(samples, rate_hz)]
    assert np.diff(fast[9:15]) == pytest.approx(-10 / np.log(10), abs=0.05)
    assert measure(samples, rate_hz)[8].fast_max_db > fast[8] + 3


def test_an_offset_makes_levels_of_sound_pressure() -> None:
    samples = tone(1000, 1, 16_000)
    plain, raised = (
        list(meter.push(samples)) + list(meter.flush())
        for meter in (LevelMeter(16_000, 1), LevelMeter(16_000, 1, offset_db=120.0, bands=False))
    )
    assert raised[4].leq_db == pytest.approx(plain[4].leq_db + 120)
    assert raised[4].bands_db == ()


@pytest.mark.parametrize("bad", [np.nan, np.inf, 9.0])
def test_a_step_with_what_is_no_sound_is_not_measured_nor_is_the_next(bad: float) -> None:
    samples = tone(1000, 3, 16_000, level=0.1)
    samples[0, 17_000] = bad
    steps = measure(samples, 16_000)
    assert [step.number for step in steps if not step.measured] == [8, 9]
    assert all(step.leq_db < -23 + 0.1 for step in steps)


def test_clipped_sound_is_not_measured() -> None:
    samples = tone(200, 2, 16_000, level=0.5)
    samples[:, 4000:6000] = np.clip(samples[:, 4000:6000] * 5, -1, 1)
    assert [step.number for step in measure(samples, 16_000) if not step.measured] == [2, 3]


def test_the_power_of_channels_is_averaged() -> None:
    one = tone(1000, 1, 16_000)
    both = np.concatenate([one, np.zeros_like(one)])
    (step,) = measure(both, 16_000)[4:5]
    assert step.leq_db == pytest.approx(measure(one, 16_000)[4].leq_db - 3.0103, abs=1e-3)


def test_what_is_shorter_than_a_step_has_no_level() -> None:
    assert measure(tone(1000, 0.1, 16_000), 16_000) == []
    assert len(measure(tone(1000, 0.13, 16_000), 16_000)) == 1


def test_a_rate_too_low_for_levels_is_refused() -> None:
    with pytest.raises(ValueError, match="100 Hz"):
        LevelMeter(100, 1)


def test_bands_that_do_not_fit_below_half_the_rate_are_left_out() -> None:
    assert BAND_NAMES[bands_below(8_000) - 1] == "3150"
    assert bands_below(48_000) == len(BANDS_HZ)


@settings(deadline=None, max_examples=20)
@given(
    rate_hz=st.sampled_from([8_000, 11_025, 16_000]),
    sizes=st.lists(st.integers(0, 9_000), max_size=8),
    seed=st.integers(0, 99),
)
def test_any_cut_gives_the_same_figures(rate_hz: int, sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples = np.asarray(0.3 * rng.standard_normal((2, int(2.6 * rate_hz))), np.float32)
    samples[0, rng.integers(samples.shape[1])] = np.nan
    assert measure(samples, rate_hz, tuple(sizes)) == measure(samples, rate_hz)


def test_a_summary_knows_mean_highest_and_what_is_exceeded() -> None:
    summary = Summary()
    for number in range(100):
        level = 50.0 + number / 10
        summary.add(Step(number, True, level, level, level + 2))
    summary.add(Step(100, False, -140, -140, -140))
    assert (summary.steps, summary.unmeasured) == (100, 1)
    assert summary.fast_max_db == pytest.approx(61.9)
    assert summary.exceeded_db(10) == pytest.approx(58.9, abs=0.11)
    assert summary.exceeded_db(50) == pytest.approx(54.9, abs=0.11)
    assert summary.exceeded_db(90) == pytest.approx(50.9, abs=0.11)
    energy = np.mean(10 ** ((50 + np.arange(100) / 10) / 10))
    assert summary.leq_db == pytest.approx(10 * np.log10(energy))
