from __future__ import annotations

import numpy as np

from passante.protect.operators.floor import BANDS, MURMUR_DB, Floor, coarse, spread


def test_before_anything_was_heard_it_is_the_same_for_everybody() -> None:
    floor = Floor(2)
    assert np.array_equal(floor.ask(), np.tile(MURMUR_DB, (2, 1)))
    for _ in range(7):
        floor.learn(np.full((2, BANDS), 1e-3))
    assert np.array_equal(floor.ask(), np.tile(MURMUR_DB, (2, 1)))


def test_it_follows_a_place_in_steps_of_3_db() -> None:
    levels = []
    for density in (1e-6, 1.1e-6, 1e-4):
        floor = Floor(1)
        for _ in range(20):
            floor.learn(np.full((1, BANDS), density))
        levels.append(floor.ask())
    assert np.array_equal(levels[0], levels[1])
    assert (levels[0] % 3 == 0).all()
    np.testing.assert_allclose(levels[2] - levels[0], 20, atol=2)


def test_it_never_lies_below_the_murmur() -> None:
    floor = Floor(1)
    for _ in range(20):
        floor.learn(np.zeros((1, BANDS)))
    assert np.array_equal(floor.ask()[0], MURMUR_DB)


def test_short_sounds_do_not_raise_it() -> None:
    floor = Floor(1)
    for number in range(40):
        floor.learn(np.full((1, BANDS), 1.0 if number % 4 == 0 else 1e-6))
    np.testing.assert_allclose(floor.ask(), -60)


def test_noise_has_its_own_level_in_every_band_and_a_tone_hardly_counts() -> None:
    bands = spread(1024, 48_000)
    assert sorted(set(bands.tolist())) == list(range(BANDS))
    rng = np.random.default_rng(1)
    frames = rng.exponential(1.0, (400, 513)) * 1e-6
    toned = frames.copy()
    toned[:, 100] = 1e-2
    for density, slack_db in ((frames, 1.5), (toned, 2.0)):
        level = 10 * np.log10(np.mean(coarse(density, bands), axis=0) / 1e-6)
        assert np.abs(level[2:-1]).max() < slack_db  # the last band has one bin here


def test_bands_without_a_bin_are_empty() -> None:
    assert coarse(np.ones((1, 33)), spread(64, 8_000))[0, -1] == 0
