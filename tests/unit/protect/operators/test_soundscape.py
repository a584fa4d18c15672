from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from passante.core.dsp import BAND_EDGES_HZ, BANDS, cells_from
from passante.protect.operators.soundscape import Scene, fresh_generator
from sounds import noise, tone

RATE = 16_000


def steady(seed: int = 3) -> Callable[[], np.random.Generator]:
    return lambda: np.random.default_rng(seed)


def rendered(
    samples: np.ndarray,
    marks: np.ndarray,
    keep: np.ndarray | None = None,
    rest: np.ndarray | None = None,
    *,
    rate_hz: int = RATE,
    draw: Callable[[], np.random.Generator] | None = None,
) -> np.ndarray:
    scene = Scene(rate_hz, samples.shape[0], draw=draw or steady())
    if keep is not None and rest is None:
        rest = samples.mean(axis=0)
    made = scene.push(samples, marks.astype(np.float32), keep, rest)
    return np.concatenate([made, scene.flush()], axis=1)


def keeping(samples: np.ndarray, low_hz: float, high_hz: float, rate_hz: int = RATE) -> np.ndarray:
    edges = np.asarray(BAND_EDGES_HZ)
    keep = np.zeros((len(cells_from(0, samples.shape[1], rate_hz)), BANDS), np.float32)
    keep[:, (edges[:-1] >= low_hz) & (edges[1:] <= high_hz)] = 1
    return keep


def amplitude(samples: np.ndarray, hz: float, rate_hz: int = RATE) -> float:
    time = np.arange(samples.shape[-1]) / rate_hz
    return float(2 * np.abs((samples * np.exp(-2j * np.pi * hz * time)).mean()))


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_a_siren_in_kept_cells_stays_and_a_voice_beside_it_goes(rate_hz: int) -> None:
    siren, voice = tone(3300, 1.0, rate_hz, 0.3), tone(440, 1.0, rate_hz, 0.3)
    both = siren + voice
    keep = keeping(both, 2800, 4000, rate_hz)
    made = rendered(both, np.ones(rate_hz), keep, siren[0], rate_hz=rate_hz)
    middle = made[:, rate_hz // 10 : -rate_hz // 10]
    assert amplitude(middle, 3300, rate_hz) == pytest.approx(0.3, abs=0.02)
    assert amplitude(middle, 440, rate_hz) < 0.002


def test_a_bang_in_kept_cells_stays() -> None:
    samples = np.zeros((1, RATE), np.float32)
    samples[:, 8000:9000] = noise(0.0625, level=0.3)
    made = rendered(samples, np.ones(RATE), keeping(samples, 0, 8000))
    assert np.corrcoef(made[0, 8000:9000], samples[0, 8000:9000])[0, 1] > 0.98
    assert made[0, :7000].std() < 0.01


def test_what_does_not_stand_out_of_the_noise_is_not_added() -> None:
    samples = noise(1.0, level=0.001)
    made = rendered(samples, np.ones(RATE), keeping(samples, 0, 8000))
    assert abs(np.corrcoef(made[0], samples[0])[0, 1]) < 0.02


def test_a_place_is_learned_beside_the_voices_too() -> None:
    rain = noise(4.0, level=0.05)
    made = rendered(rain, np.ones(4 * RATE), np.zeros((500, BANDS), np.float32))
    assert made[0, : RATE // 4].std() < 0.02
    assert 0.5 < made[0, 2 * RATE :].std() / rain.std() < 1.5


def test_above_the_grid_nothing_of_the_original_stays() -> None:
    samples = tone(11_000, 1.0, 44_100)
    keep = keeping(samples, 0, 8000, 44_100)
    made = rendered(samples, np.ones(44_100), keep, rate_hz=44_100)
    assert amplitude(made, 11_000, 44_100) < 0.002


def test_only_the_mean_of_all_channels_can_be_kept() -> None:
    side = tone(1000, 1.0)
    samples = np.concatenate([side, -side])
    made = rendered(samples, np.ones(RATE), keeping(samples, 0, 8000))
    assert amplitude(made[0] - made[1], 1000) < 0.002


@pytest.mark.parametrize("wrong", [np.ones((5, BANDS), np.float32), np.full((125, BANDS), np.nan)])
def test_verdicts_that_do_not_fit_or_are_no_numbers_keep_nothing(wrong: np.ndarray) -> None:
    made = rendered(tone(1000, 1.0), np.ones(RATE), wrong.astype(np.float32))
    assert np.isfinite(made).all()
    assert amplitude(made, 1000) < 0.002


def test_the_place_goes_on_under_the_words() -> None:
    street = noise(4.0, level=0.05)
    marks = np.zeros(4 * RATE)
    marks[2 * RATE : 3 * RATE] = 1
    words = street.copy()
    words[:, 2 * RATE : 3 * RATE] += tone(300, 1.0)
    made = rendered(words, marks)
    level = made[:, 2 * RATE + 800 : 3 * RATE - 800].std() / street.std()
    assert 0.5 < level < 1.5


def test_the_noise_is_another_one_each_time() -> None:
    samples, marks = tone(440, 1.0), np.ones(RATE)
    first, second = (rendered(samples, marks, draw=fresh_generator) for _ in range(2))
    assert abs(np.corrcoef(first[0], second[0])[0, 1]) < 0.1


def test_each_stretch_of_speech_has_noise_of_its_own() -> None:
    drawn = []

    def draw() -> np.random.Generator:
        drawn.append(1)
        return np.random.default_rng(len(drawn))

    marks = np.zeros(3 * RATE)
    marks[4000:8000] = marks[20_000:24_000] = marks[40_000:44_000] = 1
    rendered(noise(3.0), marks, draw=draw)
    assert len(drawn) == 3


def test_hours_without_speech_leave_no_verdicts_behind() -> None:
    scene = Scene(RATE, 1, draw=steady())
    block = noise(0.5)
    for number in range(20):
        cells = cells_from(number * RATE // 2, (number + 1) * RATE // 2, RATE)
        keep = np.ones((len(cells), BANDS), np.float32)
        scene.push(block, np.zeros(RATE // 2, np.float32), keep, block[0])
    assert len(scene._keep) < len(keep)


@pytest.mark.parametrize("rate_hz", [1, 100, 7_999, 192_000])
def test_strange_rates_neither_fail_nor_leak(rate_hz: int) -> None:
    samples = noise(1.0, rate_hz, 0.5) if rate_hz > 1 else np.full((1, 1), 0.5, np.float32)
    made = rendered(samples, np.ones(samples.shape[1]), rate_hz=rate_hz)
    assert made.shape == samples.shape
    assert np.isfinite(made).all()
    if rate_hz > 1000:
        assert abs(np.corrcoef(made[0], samples[0])[0, 1]) < 0.05


@pytest.mark.parametrize("low_delay", [False, True])
@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_a_siren_before_the_words_goes_on_under_them_and_the_words_do_not(
    rate_hz: int, low_delay: bool
) -> None:
    siren, word = tone(900, 3.0, rate_hz, 0.1), tone(300, 1.0, rate_hz, 0.3)
    both = siren + noise(3.0, rate_hz, 0.001)
    both[:, rate_hz : 2 * rate_hz] += word
    marks = np.zeros(3 * rate_hz, np.float32)
    marks[rate_hz : 2 * rate_hz] = 1
    scene = Scene(rate_hz, 1, low_delay=low_delay, draw=steady())
    made = np.concatenate([scene.push(both, marks, None, None), scene.flush()], axis=1)
    pieces = made[0, rate_hz : 2 * rate_hz].reshape(20, -1)
    assert np.mean([amplitude(piece, 900, rate_hz) for piece in pieces]) > 0.06
    assert np.max([amplitude(piece, 300, rate_hz) for piece in pieces]) < 0.02


def test_a_bang_before_the_words_is_not_heard_again_under_them() -> None:
    sound = noise(3.0, level=0.003)
    sound[:, 8000:9600] += noise(0.1, level=0.3, seed=5)
    marks = np.zeros(3 * RATE)
    marks[20_000:] = 1
    assert np.abs(rendered(sound, marks)[:, 20_000:]).max() < 0.05


def test_words_missed_at_the_edge_of_a_mark_are_not_said_again() -> None:
    place = noise(4.0, level=0.02)
    words = place.copy()
    words[:, 30_600:32_000] += tone(700, 1400 / RATE, level=0.02)
    marks = np.zeros(4 * RATE)
    marks[32_000:] = 1
    one, other = (rendered(sound, marks)[:, 32_000:] for sound in (place, words))
    assert np.array_equal(one, other)


def test_without_a_place_to_continue_there_is_noise() -> None:
    made = rendered(tone(300, 1.0), np.ones(RATE))
    assert 0 < made[0, 2000:-2000].std() < 0.02
