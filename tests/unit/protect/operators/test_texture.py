from __future__ import annotations

import itertools

import numpy as np
import pytest

from passante.protect.operators.texture import Texture
from sounds import noise, tone

RATE = 16_000
HOP = 128


def texture(channels: int = 1, rate_hz: int = RATE, hop: int = HOP) -> Texture:
    return Texture(rate_hz, channels, hop)


def hear(place: Texture, sound: np.ndarray, *, clear: bool = True, hop: int = HOP) -> None:
    for at in range(0, sound.shape[1] - hop + 1, hop):
        place.hear(sound[:, at : at + hop], clear=clear)


def continued(place: Texture, seconds: float, seed: int = 2, hop: int = HOP) -> np.ndarray:
    """What it goes on with while somebody speaks; zeros where it has nothing."""
    generator = np.random.default_rng(seed)
    made = []
    for _ in range(round(seconds * RATE / hop)):
        piece = place.next(generator)
        given = np.zeros((1, hop), np.float32)
        place.hear(given, clear=False)
        made.append(given if piece is None else piece)
    place.stop()
    return np.concatenate(made, axis=1)


def level(sound: np.ndarray, hz: float) -> float:
    """How much of a tone is in it, as its amplitude in the pieces of 50 ms where it is loudest."""
    pieces = sound[0, : sound.shape[1] // 800 * 800].reshape(-1, 800)
    turned = pieces * np.exp(-2j * np.pi * hz * np.arange(800) / RATE)
    return float(2 * np.abs(turned.mean(axis=1)).max())


def test_rain_goes_on_as_loud_as_it_was() -> None:
    place = texture()
    hear(place, noise(2.0, level=0.05))
    made = continued(place, 2.0)
    assert place.goes_on is False
    assert made.std() == pytest.approx(0.05, rel=0.15)
    assert made[:, : RATE // 10].std() == pytest.approx(0.05, rel=0.3)


def test_a_siren_goes_on() -> None:
    place = texture()
    hear(place, tone(700, 1.0, level=0.1) + noise(1.0, level=0.001))
    assert level(continued(place, 1.0), 700) > 0.05


@pytest.mark.parametrize("before_s", [0.3, 0.6, 3.0])
def test_a_single_bang_is_not_heard_twice(before_s: float) -> None:
    bang = noise(0.15, level=0.3) * np.exp(-np.arange(2400) / 800).astype(np.float32)
    quiet = [noise(before_s, level=0.003), noise(0.3, level=0.003, seed=4)]
    place = texture()
    hear(place, np.concatenate([quiet[0], bang, quiet[1]], axis=1))
    for seed in range(10):
        assert np.abs(continued(place, 1.0, seed)).max() < 0.03


def test_a_bang_of_high_pitch_in_low_noise_is_not_heard_twice() -> None:
    place = texture()
    sound = tone(100, 2.0, level=0.3) + noise(2.0, level=0.001)
    sound[:, 12_000:14_000] += tone(5000, 0.125, level=0.05)
    hear(place, sound)
    assert level(continued(place, 3.0), 5000) < 0.003


def test_what_is_marked_or_near_a_mark_never_comes_again() -> None:
    place = texture()
    near = tone(1234, 0.09, level=0.02)
    hear(place, noise(1.0, level=0.02))
    hear(place, near)
    hear(place, tone(1234, 1.0, level=0.02), clear=False)
    hear(place, near)
    hear(place, noise(1.0, level=0.02, seed=8))
    without = texture()
    hear(without, noise(1.0, level=0.02))
    silent = np.zeros_like(near)
    hear(without, silent)
    hear(without, noise(1.0, level=0.02), clear=False)
    hear(without, silent)
    hear(without, noise(1.0, level=0.02, seed=8))
    made = continued(place, 3.0)
    assert made.any()
    assert np.array_equal(made, continued(without, 3.0))


@pytest.mark.parametrize("heard_s", [0.0, 0.2, 0.45])
def test_too_little_heard_is_not_continued(heard_s: float) -> None:
    place = texture()
    hear(place, noise(heard_s))
    assert place.next(np.random.default_rng(1)) is None
    assert not place.goes_on


def test_what_was_heard_long_ago_is_not_continued() -> None:
    place = texture()
    hear(place, noise(2.0))
    made = continued(place, 12.0)
    assert made[:, : 7 * RATE].any()
    assert not made[:, 11 * RATE :].any()


def test_no_piece_comes_twice_in_a_row() -> None:
    place = texture()
    hear(place, noise(0.6))
    made = continued(place, 3.0)[0]
    half = round(0.1 * RATE / HOP) * HOP
    pieces = made[: made.size // half * half].reshape(-1, half)
    alike = [np.corrcoef(one, other)[0, 1] for one, other in itertools.pairwise(pieces)]
    assert np.abs(alike).max() < 0.7


def test_every_stretch_is_continued_otherwise() -> None:
    place = texture()
    hear(place, noise(2.0))
    one, other = (continued(place, 1.0, seed) for seed in (1, 2))
    assert abs(np.corrcoef(one[0], other[0])[0, 1]) < 0.3


def test_what_is_no_number_is_never_played() -> None:
    place = texture()
    broken = noise(1.0)
    broken[0, ::500] = np.nan
    hear(place, broken)
    assert place.next(np.random.default_rng(1)) is None


def test_channels_stay_together() -> None:
    place = texture(channels=2)
    sound = noise(2.0)
    hear(place, np.concatenate([sound, -sound]))
    piece = place.next(np.random.default_rng(1))
    assert piece is not None
    assert np.array_equal(piece[0], -piece[1])


def test_hours_of_sound_take_no_more_room_and_the_last_seconds_count() -> None:
    place = texture()
    hear(place, tone(3000, 2.0, level=0.05))
    room = place._sound.nbytes
    hear(place, noise(20.0, level=0.05))
    assert place._sound.nbytes == room
    assert len(place._waiting) < 20
    assert level(continued(place, 2.0), 3000) < 0.02


@pytest.mark.parametrize(("rate_hz", "hop"), [(1, 1), (100, 1), (8_000, 64), (192_000, 1536)])
def test_strange_rates_are_heard_as_well(rate_hz: int, hop: int) -> None:
    place = texture(rate_hz=rate_hz, hop=hop)
    for number in range(300):
        place.hear(noise(1.0, hop, seed=number), clear=True)
    piece = place.next(np.random.default_rng(1))
    assert piece is None or piece.shape == (1, hop)
