from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passante.protect.operators.lone_voice import AFTER, LoneVoice
from passante.protect.operators.phones import FRAME, PAUSE
from speakers import FlatVoice

EARLY = 160


class Draws:
    """Generators of one seed after another; counts them."""

    def __init__(self, seed: int = 7) -> None:
        self.count = 0
        self._seed = seed

    def __call__(self) -> np.random.Generator:
        self.count += 1
        return np.random.default_rng(self._seed + self.count)


def voice(draws: Draws | None = None) -> LoneVoice:
    return LoneVoice(FlatVoice(), draws or Draws())


def signs(*runs: tuple[int, int]) -> np.ndarray:
    return np.concatenate([np.full(count, sign) for sign, count in runs])


def test_a_pause_is_silence_and_draws_nothing() -> None:
    draws = Draws()
    made = voice(draws).push(signs((PAUSE, 50)))
    assert made.size == (50 - AFTER) * FRAME - EARLY
    assert not made.any()
    assert draws.count == 0


def test_signs_sound_at_their_time() -> None:
    made = voice().push(signs((PAUSE, 30), (2, 20), (PAUSE, 30)))
    power = (made[: made.size // FRAME * FRAME].reshape(-1, FRAME) ** 2).mean(axis=1)
    loud = np.flatnonzero(power > 1e-6)
    assert 30 - AFTER - 1 <= loud[0] <= 30
    assert 49 <= loud[-1] <= 62
    assert np.isfinite(made).all()


def test_the_pitch_is_drawn_anew_after_a_pause_but_not_within_a_word() -> None:
    draws = Draws()
    voice(draws).push(signs((2, 20), (PAUSE, 25), (2, 20), (PAUSE, 60), (2, 20), (PAUSE, 9)))
    assert draws.count == 2


def test_the_pitch_is_that_of_the_draw_and_of_nobody_else() -> None:
    long = signs((2, 100), (PAUSE, 5))
    one, same, other = (voice(Draws(seed)).push(long) for seed in (7, 7, 99))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    spectrum = np.abs(np.fft.rfft(one[8000:24_000]))
    assert 80 < spectrum[60:400].argmax() + 60 < 180


@settings(deadline=None, max_examples=20)
@given(sizes=st.lists(st.integers(0, 30), max_size=8))
def test_any_cut_gives_the_same_sound(sizes: list[int]) -> None:
    row = signs((PAUSE, 5), (2, 10), (PAUSE, 30), (8, 12), (PAUSE, 8))
    whole, speaker, made, at = voice().push(row), voice(), [], 0
    for size in [*sizes, row.size]:
        made.append(speaker.push(row[at : at + size]))
        at = min(row.size, at + size)
    assert np.concatenate(made) == pytest.approx(whole, abs=0)
