from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passante.analyse.hearing import STEP, Hearing, Look
from passante.analyse.logmel import FRAMES, HOP, WINDOW, log_mel

RATE_HZ = 16_000


def noise(seconds: float, level: float = 0.01) -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.normal(0, level, int(seconds * RATE_HZ)).astype(np.float32)


def looks(sound: np.ndarray, *, blocks: list[int] | None = None) -> list[Look]:
    hearing, found, at = Hearing(), [], 0
    for size in [*(blocks or []), sound.size]:
        found += hearing.push(sound[at : at + size])
        at += size
    return found + list(hearing.flush())


def test_looks_are_a_step_apart_and_hold_the_frames_of_their_place() -> None:
    sound = noise(3)
    frames = log_mel(sound)
    for number, look in enumerate(looks(sound)[:5]):
        assert look.first == number * STEP
        np.testing.assert_array_equal(look.patch, frames[look.first : look.first + FRAMES])


@settings(max_examples=20)
@given(st.lists(st.integers(0, 9000), max_size=8))
def test_cutting_the_sound_elsewhere_changes_nothing(blocks: list[int]) -> None:
    sound = noise(2.3)
    sound[20_000:21_000] *= 40
    for one, other in zip(looks(sound), looks(sound, blocks=blocks), strict=True):
        assert one.first == other.first
        np.testing.assert_array_equal(one.patch, other.patch)
        np.testing.assert_array_equal(one.standing, other.standing)


@pytest.mark.parametrize("samples", [1, 100, WINDOW, 9000, FRAMES * HOP + 700, 40_000])
def test_every_sample_is_looked_at(samples: int) -> None:
    found = looks(noise(3)[:samples])
    last = found[-1].first + FRAMES - 1
    assert last * HOP + WINDOW >= samples
    assert (last - STEP) * HOP + WINDOW < max(samples, FRAMES * HOP)


def test_nothing_gives_no_look() -> None:
    assert looks(np.zeros(0, np.float32)) == []


@pytest.mark.parametrize("level", [1e-4, 1e-2, 0.2])
def test_a_blow_stands_out_as_far_whatever_the_volume(level: float) -> None:
    sound = noise(5, level)
    sound[48_000:49_600] *= 20
    standing = max(float(look.standing.max()) for look in looks(sound))
    quiet = float(looks(sound)[0].standing.max())
    assert quiet < 18
    assert standing > quiet + 12


def test_what_goes_on_for_long_becomes_usual() -> None:
    sound = np.concatenate([noise(3, 0.001), noise(40, 0.03)])
    found = looks(sound)
    risen = next(look for look in found if look.first > 400)
    assert risen.standing.max() > 20
    assert found[-1].standing.max() < 18
