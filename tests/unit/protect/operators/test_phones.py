from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passante.protect.operators.phones import (
    AHEAD,
    FRAME,
    HOP,
    LAG,
    PAUSE,
    PHONES,
    Listener,
    PhoneReader,
    levelled,
    log_mel,
    mel_filters,
)
from sounds import FakeNetwork
from speakers import LoudIsPhone

RATE_HZ = 16_000


def burst(start_s: float, stop_s: float, seconds: float = 3.0) -> np.ndarray:
    sound = np.zeros(int(seconds * RATE_HZ), np.float32)
    time = np.arange(sound.size) / RATE_HZ
    inside = (time >= start_s) & (time < stop_s)
    sound[inside] = 0.3 * np.sin(2 * np.pi * 500 * time[inside])
    return sound


def listen(sound: np.ndarray, marked: np.ndarray, sizes: list[int]) -> np.ndarray:
    listener, made, at = Listener(LoudIsPhone()), [], 0
    for size in [*sizes, sound.size]:
        made.append(listener.push(sound[at : at + size], marked[at : at + size]))
        at = min(sound.size, at + size)
    return np.concatenate(made)


def test_the_signs_are_those_of_the_cmu_dictionary_and_none() -> None:
    assert len(PHONES) == len(set(PHONES)) == 40
    assert PHONES[PAUSE] == "pau"


def test_a_tone_is_loudest_in_the_band_around_it() -> None:
    mels = log_mel(burst(0, 3)[:4000])
    assert mels.shape == (23, 80)
    centres = mel_filters().argmax(axis=1) * 40
    assert abs(centres[mels[10].argmax()] - 500) <= 40


def test_how_loud_somebody_speaks_makes_no_difference() -> None:
    mels = log_mel(burst(0, 3)[:25_840])
    assert levelled(mels) == pytest.approx(levelled(mels - 1.5), abs=1e-5)
    assert levelled(mels).max() == pytest.approx(1.375)


def test_a_sound_gets_its_sign_at_its_own_time() -> None:
    sound = burst(1.0, 1.6)
    signs = listen(sound, np.ones(sound.size, np.bool_), [])
    named = np.flatnonzero(signs != PAUSE)
    assert abs(named[0] - 50) <= 1
    assert abs(named[-1] - 79) <= 1


@settings(deadline=None, max_examples=15)
@given(sizes=st.lists(st.integers(0, 9_000), max_size=9))
def test_any_cut_gives_the_same_signs(sizes: list[int]) -> None:
    sound = burst(0.4, 0.9, 1.5) + burst(1.1, 1.3, 1.5)
    marked = np.ones(sound.size, np.bool_)
    assert np.array_equal(listen(sound, marked, sizes), listen(sound, marked, []))


def test_nobody_is_listened_to_where_nothing_is_marked() -> None:
    sound, reader = burst(0, 3), LoudIsPhone()
    marked = np.zeros(sound.size, np.bool_)
    assert (Listener(reader).push(sound, marked) == PAUSE).all()
    assert reader.reads == 0
    marked[RATE_HZ : RATE_HZ + 100] = True
    signs = Listener(reader).push(sound, marked)
    assert np.flatnonzero(signs != PAUSE).tolist() == [50]
    assert reader.reads == 1


def test_a_sign_is_never_later_than_it_says() -> None:
    listener, known = Listener(LoudIsPhone()), 0
    for taken in range(160, 3 * RATE_HZ, 160):
        known += listener.push(np.zeros(160, np.float32), np.ones(160, np.bool_)).size
        assert known >= (taken - LAG) // FRAME


def reader(odds: np.ndarray) -> tuple[PhoneReader, FakeNetwork, FakeNetwork]:
    encoder = FakeNetwork((np.zeros((1, 80, 384), np.float32),), "encoder@1")
    namer = FakeNetwork((odds,), "namer@1")
    return PhoneReader(encoder, namer), encoder, namer


def test_the_networks_are_asked_as_their_cards_say() -> None:
    odds = np.zeros((HOP + 2, 40), np.float32)
    odds[np.arange(HOP + 2), np.arange(HOP + 2)] = 9
    made, encoder, namer = reader(odds)
    assert made.models == ("encoder@1", "namer@1")
    assert made.read(np.zeros((160, 80), np.float32)).tolist() == list(range(1, HOP + 1))
    assert encoder.asked[0][0].shape == (1, 80, 160)
    assert namer.asked[0][0].shape == (HOP + 2, 384)
    assert HOP + AHEAD < 80


def test_a_guess_that_is_not_sure_is_no_sign() -> None:
    made, _, _ = reader(np.zeros((HOP + 2, 40), np.float32))
    assert (made.read(np.zeros((160, 80), np.float32)) == PAUSE).all()


def test_a_single_doubt_follows_its_neighbours() -> None:
    odds = np.zeros((HOP + 2, 40), np.float32)
    odds[:, 5] = 6
    odds[4, 7] = 6.5
    made, _, _ = reader(odds)
    assert made.read(np.zeros((160, 80), np.float32)).tolist() == [5] * HOP


@pytest.mark.parametrize(
    "odds", [np.full((HOP + 2, 40), np.nan, np.float32), np.zeros((3, 40), np.float32)]
)
def test_odds_that_are_no_numbers_are_refused(odds: np.ndarray) -> None:
    made, _, _ = reader(odds)
    with pytest.raises(FloatingPointError):
        made.read(np.zeros((160, 80), np.float32))
