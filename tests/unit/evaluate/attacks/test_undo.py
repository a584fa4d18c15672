from __future__ import annotations

import numpy as np
import pytest

from passante.evaluate.attacks.undo import attempts, ordered, turned

PIECE = 2240
"""Samples of 140 ms."""


def sweep() -> np.ndarray:
    """A tone that rises, 0.98 s: seven pieces."""
    time_s = np.arange(7 * PIECE) / 16_000
    return (0.3 * np.sin(2 * np.pi * (300 + 700 * time_s) * time_s)).astype(np.float32)


def test_pieces_turned_round_twice_are_as_before() -> None:
    np.testing.assert_array_equal(turned(turned(sweep())), sweep())


def test_pieces_in_another_order_are_put_in_order_by_how_they_go_on() -> None:
    sound = sweep()
    pieces = [sound[at : at + PIECE] for at in range(0, sound.size, PIECE)]
    mixed = np.concatenate([pieces[number] for number in (0, 5, 2, 4, 1, 6, 3)])
    np.testing.assert_array_equal(ordered(mixed), sound)


@pytest.mark.models
def test_every_attempt_gives_sound_as_long_as_it_got() -> None:
    for attempt in attempts().values():
        made = attempt(sweep()[:-100])
        assert made.shape == (sweep().size - 100,)
        assert np.isfinite(made).all()
