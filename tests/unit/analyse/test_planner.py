from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passante.analyse.planner import Budget, Changes, Rota, tiles
from passante.core.geometry import Box
from passante.testing import video_format
from unit.analyse.street import frame, street

STEP = 40_000_000


@given(
    width=st.integers(16, 4000),
    height=st.integers(16, 3000),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
)
def test_whatever_is_smaller_than_the_overlap_lies_whole_in_a_tile(
    width: int, height: int, x: float, y: float
) -> None:
    grid = tiles(video_format(width, height), side=704, overlap=64)
    size_x, size_y = min(60, width), min(60, height)
    x0, y0 = x * (width - size_x), y * (height - size_y)
    assert any(
        tile.x0 <= x0 and tile.y0 <= y0 and tile.x1 >= x0 + size_x and tile.y1 >= y0 + size_y
        for tile in grid
    )


@given(width=st.integers(16, 4000), height=st.integers(16, 3000))
def test_tiles_stay_in_the_picture_and_near_their_size(width: int, height: int) -> None:
    for tile in tiles(video_format(width, height), side=704, overlap=64):
        assert tile.x0 >= 0
        assert tile.y0 >= 0
        assert tile.x1 <= width + 1e-6
        assert tile.y1 <= height + 1e-6
        assert max(tile.width, tile.height) <= 704


def test_a_small_picture_is_one_tile() -> None:
    assert tiles(video_format(640, 480), side=704, overlap=64) == (Box(0, 0, 640, 480),)


def test_a_move_is_a_change_where_it_was_and_where_it_is() -> None:
    form = street()
    changes = Changes(form)
    changes.update(frame(0, form, [Box(40, 40, 60, 60)]))
    share = changes.update(frame(1, form, [Box(60, 40, 80, 60)]))
    assert 0 < share < 0.05
    assert changes.moved(Box(40, 40, 60, 60))
    assert changes.moved(Box(60, 40, 80, 60))
    assert not changes.moved(Box(200, 150, 240, 200))


def test_a_slow_change_is_seen_against_an_older_picture() -> None:
    form = street()
    changes = Changes(form)
    changes.update(frame(0, form, []))
    then = changes.thumb
    changes.update(frame(1, form, [Box(40, 40, 60, 60)]))
    changes.update(frame(2, form, [Box(40, 40, 60, 60)]))
    assert not changes.moved(Box(40, 40, 60, 60))
    assert changes.since(then, Box(40, 40, 60, 60))


def take(rota: Rota, i: int, changes: Changes) -> list[Box]:
    """Everything whose turn it is on frame `i`, taken."""
    turns = rota.ripe(i * STEP, STEP, changes, everything=i == 0)
    for turn in turns:
        turn.taken(i * STEP, changes)
    return [turn.area for turn in turns]


def rota_run(places: int, frames: int, *, moving: bool) -> list[int]:
    """How often each frame looked, over `frames` frames at 25 a second."""
    form = street()
    areas = tuple(Box(i * 80.0, 0, i * 80.0 + 80, 240) for i in range(places))
    rota = Rota(areas, soon_ns=200_000_000, seldom_ns=1_000_000_000)
    changes = Changes(form)
    looked = []
    for i in range(frames):
        squares = [
            Box(80.0 * k + 5 + i % 7 * 8, 50, 80.0 * k + 25 + i % 7 * 8, 70) for k in range(4)
        ]
        changes.update(frame(i, form, squares if moving else []))
        looked.append(len(take(rota, i, changes)))
    return looked


def test_changed_places_are_looked_at_soon_and_in_turn() -> None:
    looked = rota_run(4, 51, moving=True)
    assert looked[0] == 4
    assert sum(looked[1:]) == pytest.approx(4 * 50 * 0.04 / 0.2, rel=0.25)


def test_unchanged_places_are_looked_at_seldom() -> None:
    looked = rota_run(4, 51, moving=False)
    assert sum(looked[1:]) == pytest.approx(8, abs=4)


def test_the_most_overdue_comes_first() -> None:
    form = street()
    areas = tuple(Box(i * 80.0, 0, i * 80.0 + 80, 240) for i in range(4))
    rota = Rota(areas, soon_ns=100_000_000, seldom_ns=200_000_000)
    changes = Changes(form)
    changes.update(frame(0, form, []))
    for turn in rota.ripe(0, STEP, changes, everything=True):
        turn.taken(round(turn.area.x0) * 100_000, changes)
    turns = rota.ripe(10**9, STEP, changes, everything=False)
    assert [turn.area.x0 for turn in turns] == [0, 80, 160, 240]


def test_a_budget_bounds_what_is_looked_at() -> None:
    budget = Budget(street(), base_px=10_000, share=0.0)
    looked = 0
    for _ in range(100):
        budget.earn(40_000_000)
        while budget.left > 0:
            budget.spend(7_000)
            looked += 7_000
    assert looked == pytest.approx(1_000_000, rel=0.05)


def test_a_debt_is_paid_back_but_never_for_long() -> None:
    budget = Budget(street(), base_px=10_000, share=0.0)
    budget.earn(40_000_000)
    budget.spend(10_000_000)
    frames = 0
    while budget.left <= 0:
        budget.earn(40_000_000)
        frames += 1
    assert frames == 7


def test_slow_streams_earn_more_a_frame() -> None:
    fast, slow = (Budget(street(), base_px=10_000, share=0.0) for _ in range(2))
    fast.earn(40_000_000)
    slow.earn(160_000_000)
    assert slow.left == pytest.approx(2 * fast.left)


def test_no_place_starves() -> None:
    form = street()
    areas = tuple(Box(i * 40.0, 0, i * 40.0 + 40, 240) for i in range(8))
    rota = Rota(areas, soon_ns=400_000_000, seldom_ns=1_000_000_000)
    changes = Changes(form)
    last = dict.fromkeys(areas, 0)
    for i in range(100):
        changes.update(frame(i, form, [Box(40 * (i % 8), 20, 40 * (i % 8) + 30, 220)]))
        for area in take(rota, i, changes):
            last[area] = i
        assert all(i - seen <= 28 for seen in last.values())
