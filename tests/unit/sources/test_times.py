from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from passante.sources._times import Repair, Timeline

MS = Fraction(1, 1000)


@given(st.lists(st.integers(0, 10**9), min_size=1, unique=True))
def test_times_that_grow_are_left_alone(times: list[int]) -> None:
    repair = Repair(MS, 40, Timeline(), strict=True)
    assert [repair(time) for time in sorted(times)] == sorted(times)
    assert (repair.missing, repair.moved, repair.jumps) == (0, 0, 0)


@given(st.lists(st.none() | st.integers(-(10**6), 10**6)))
def test_times_always_grow_whatever_comes(times: list[int | None]) -> None:
    repair = Repair(MS, 40, Timeline(), strict=True)
    made = [repair(time) for time in times]
    assert all(one < other for one, other in pairwise(made))


def test_a_missing_time_follows_from_the_one_before() -> None:
    repair = Repair(MS, 40, Timeline(), strict=True)
    assert [repair(100), repair(None), repair(None, 25), repair(None)] == [100, 140, 180, 205]
    assert repair.missing == 3


def test_a_clock_set_back_shifts_every_stream_alike() -> None:
    timeline = Timeline()
    video = Repair(MS, 40, timeline, strict=True)
    sound = Repair(Fraction(1, 48_000), 1024, timeline, strict=False)
    for n in range(100):
        video(40 * n)
    for n in range(188):
        sound(1024 * n, 1024)
    assert video(0) == 4000
    # Sound had come to 4010.7 ms; it gets the picture's shift of 4000 ms, not its own.
    assert sound(768) == 4000 * 48 + 768
    assert video(40) == 4040
    assert (video.jumps, sound.jumps) == (1, 1)


def test_a_hole_in_the_sound_is_counted() -> None:
    sound = Repair(MS, 1, Timeline(), strict=False)
    sound(0, 20)
    sound(20, 20)
    sound(140, 20)
    assert sound.gaps == 1
