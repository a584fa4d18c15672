"""Timestamps of a live stream as real time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passante.core.clock import NS_PER_S
from passante.sources._pace import Pace
from passante.testing import ManualClock


def run(pace: Pace, clock: ManualClock, steps: list[tuple[float, float]]) -> list[float]:
    """Stream times, s, of items with (real seconds, own seconds) since the item before."""
    own, told = 1000.0, []
    for real, step in steps:
        clock.advance(real)
        own += step
        pts_ns = round(own * NS_PER_S)
        told.append((pts_ns + pace.shift_ns(pts_ns)) / NS_PER_S)
    return told


def test_the_first_item_is_now_and_the_others_follow_their_own_times() -> None:
    clock = ManualClock()
    told = run(Pace(clock), clock, [(0.5, 0.0), (0.04, 0.04), (0.04, 0.04)])
    assert told == pytest.approx([0.5, 0.54, 0.58], abs=1e-6)


def test_jitter_of_the_network_hardly_moves_a_time() -> None:
    clock = ManualClock()
    told = run(Pace(clock), clock, [(0, 0)] + [(0.01, 0.04), (0.07, 0.04)] * 100)
    steps = [b - a for a, b in pairwise(told)]
    assert max(abs(step - 0.04) for step in steps) < 0.0005


@pytest.mark.parametrize("speed", [0.999, 1.001])
def test_a_clock_that_drifts_is_followed(speed: float) -> None:
    clock = ManualClock()
    told = run(Pace(clock), clock, [(0, 0)] + [(1.0, speed)] * 20_000)
    assert told[-1] == pytest.approx(20_000, abs=0.2)


def test_after_a_break_it_is_as_late_as_it_is() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    run(pace, clock, [(0, 0), (1, 1)])
    clock.advance(30)
    pace.connected()
    assert run(pace, clock, [(0, -990)]) == pytest.approx([31])


def test_a_pause_that_the_camera_does_not_tell_is_made_up_for() -> None:
    clock = ManualClock()
    assert run(Pace(clock), clock, [(0, 0), (20, 0.04)])[-1] == pytest.approx(20)


def test_a_camera_whose_clock_is_set_forward_stays_where_it_is() -> None:
    clock = ManualClock()
    told = run(Pace(clock), clock, [(0, 0), (0.04, 0.04), (0.04, 86_400), (0.04, 0.04)])
    assert told == pytest.approx([0, 0.04, 0.08, 0.12], abs=0.01)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=2, max_size=60))
def test_times_never_go_back(steps: list[tuple[float, float]]) -> None:
    clock = ManualClock()
    told = run(Pace(clock), clock, steps)
    assert all(b >= a - 1e-6 for a, b in pairwise(told))


def test_it_says_the_time_of_day() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    assert (pace.wall(5 * NS_PER_S) - clock.now()).total_seconds() == 5
