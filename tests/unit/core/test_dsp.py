from __future__ import annotations

import itertools

import numpy as np
import pytest

from passante.core.dsp import (
    BAND_EDGES_HZ,
    BANDS,
    CELL,
    RATE_HZ,
    Fifo,
    Resampler,
    band_of_bins,
    cells_from,
    native_sample,
    root_hann,
)
from sounds import noise, tone

RATES = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 44_101, 48_000, 96_000]


def resampled(samples: np.ndarray, rate_hz: int, out_hz: int = RATE_HZ) -> np.ndarray:
    resampler = Resampler(samples.shape[0], rate_hz, out_hz)
    return np.concatenate([resampler.push(samples), resampler.flush()], axis=1)


@pytest.mark.parametrize("rate_hz", RATES)
def test_a_tone_keeps_its_pitch_level_and_place_at_another_rate(rate_hz: int) -> None:
    made = resampled(tone(1000, 0.5, rate_hz), rate_hz)
    wanted = tone(1000, made.shape[1] / RATE_HZ)
    assert abs(made.shape[1] - 0.5 * RATE_HZ) <= 1
    middle = slice(200, -200)
    np.testing.assert_allclose(made[:, middle], wanted[:, middle], atol=5e-4)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000, 96_000])
def test_what_the_new_rate_cannot_hold_is_gone(rate_hz: int) -> None:
    made = resampled(tone(9_500, 0.3, rate_hz), rate_hz)
    assert np.abs(made[:, 200:-200]).max() < 1e-3


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 96_000])
def test_cutting_the_input_elsewhere_changes_no_bit(rate_hz: int) -> None:
    samples = np.concatenate([noise(0.3, rate_hz, seed=1), noise(0.3, rate_hz, seed=2)])
    whole = resampled(samples, rate_hz)
    resampler = Resampler(2, rate_hz, RATE_HZ)
    edges = [0, 1, 2, 700, 701, 2000, samples.shape[1]]
    parts = [resampler.push(samples[:, a:b]) for a, b in itertools.pairwise(edges)]
    assert np.array_equal(np.concatenate([*parts, resampler.flush()], axis=1), whole)


def test_a_resampler_waits_no_longer_than_it_says() -> None:
    resampler = Resampler(1, 48_000, RATE_HZ)
    made = resampler.push(noise(0.1, 48_000))
    assert made.shape[1] * 3 >= 4800 - resampler.delay
    assert Resampler(1, RATE_HZ, RATE_HZ).delay == 0


@pytest.mark.parametrize("rate_hz", RATES)
def test_every_cell_begins_in_exactly_one_block(rate_hz: int) -> None:
    edges = [0, 1, 7, 80, 81, 500, 5000]
    parts = [list(cells_from(a, b, rate_hz)) for a, b in itertools.pairwise(edges)]
    assert list(itertools.chain(*parts)) == list(cells_from(0, 5000, rate_hz))
    for (a, b), cells in zip(itertools.pairwise(edges), parts, strict=True):
        assert all(a <= native_sample(cell * CELL, rate_hz) < b for cell in cells)


def test_bands_cover_the_grid_without_holes() -> None:
    bands = band_of_bins(512, RATE_HZ)
    assert sorted(set(bands.tolist())) == list(range(BANDS + 1))
    assert bands[-1] == BANDS  # 8 kHz itself lies above all
    assert len(BAND_EDGES_HZ) == BANDS + 1
    assert (np.diff(bands) >= 0).all()


@pytest.mark.parametrize("hops", [2, 4])
def test_the_window_twice_adds_up_to_one(hops: int) -> None:
    square = root_hann(hops * 100, 100) ** 2
    np.testing.assert_allclose(square.reshape(hops, 100).sum(axis=0), 1, atol=1e-6)


def test_what_waits_comes_out_in_order_and_whole() -> None:
    fifo = Fifo(2)
    samples = np.concatenate([noise(0.1, seed=1), noise(0.1, seed=2)])
    for part in np.array_split(samples, 7, axis=1):
        fifo.push(part)
    assert fifo.ready == 1600
    pulled = [fifo.pull(count) for count in (0, 1, 999, 600)]
    assert np.array_equal(np.concatenate(pulled, axis=1), samples)
    assert fifo.ready == 0


def test_what_is_not_there_yet_is_silence() -> None:
    fifo = Fifo(1)
    fifo.push(np.ones((1, 3), np.float32))
    assert fifo.pull(5).tolist() == [[1, 1, 1, 0, 0]]
    assert fifo.ready == 0
