from __future__ import annotations

import numpy as np
import pytest

from passante.analyse.logmel import log_mel, patches
from passante.analyse.traits import TRAITS, traits

RATE_HZ = 16_000


def window(sound: np.ndarray) -> np.ndarray:
    """The first 0.96 s."""
    return patches(log_mel(sound.astype(np.float32)), 24)[:1]


def street(gain: float = 0.02) -> np.ndarray:
    return gain * np.random.default_rng(0).standard_normal(RATE_HZ + 400)


def blow(fall: float) -> np.ndarray:
    """A blow after 0.3 s that dies away by so much a second."""
    made = street()
    time = np.arange(made.size - 4800) / RATE_HZ
    made[4800:] += 0.9 * np.random.default_rng(1).standard_normal(time.size) * np.exp(-fall * time)
    return made


def test_a_blow_rises_more_than_a_street_and_falls_the_faster_the_shorter_it_is() -> None:
    still, short, long = (traits(window(one))[0] for one in (street(), blow(30), blow(2)))
    rises, falls = slice(4, 8), slice(12, 21)
    assert (short[rises] > still[rises] + 1).all()
    assert (long[rises] > still[rises] + 1).all()
    assert (short[falls][3:] > long[falls][3:] + 0.5).all()


def test_they_do_not_change_with_the_volume() -> None:
    found = traits(np.concatenate([window(blow(10)), window(blow(10)) + np.float32(1.5)]))
    assert found.shape == (2, TRAITS)
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)


@pytest.mark.parametrize("value", [-7.0, 3.0])
def test_where_nothing_changes_they_are_numbers(value: float) -> None:
    assert np.isfinite(traits(np.full((1, 96, 64), value, np.float32))).all()


def test_no_windows_have_none() -> None:
    assert traits(np.zeros((0, 96, 64), np.float32)).shape == (0, TRAITS)
