from __future__ import annotations

import pytest

from passante.analyse.hints import Hints
from passante.core.geometry import Box

LOOK_NS = 300_000_000
SIDE = 768
POST = Box(100, 100, 126, 170)


def times(hints: Hints, *boxes: Box, tracks: tuple[Box, ...] = (), every: int = LOOK_NS) -> int:
    """After how many looks it counts as found; 0 for never."""
    for look, box in enumerate(boxes):
        if hints.often(look * every, SIDE, box, tracks):
            return look + 1
    return 0


def test_three_looks_on_end_are_somebody() -> None:
    assert times(Hints(), *[POST] * 5) == 3


def test_it_may_move_a_little() -> None:
    assert times(Hints(), *(POST.shifted(4.0 * look, 0) for look in range(5))) == 3


@pytest.mark.parametrize(
    ("boxes", "every"),
    [
        ([POST.shifted(40.0 * look, 0) for look in range(6)], LOOK_NS),
        ([POST] * 6, 900_000_000),
        ([POST] * 6, 0),
        ([Box(100, 100, 160, 260)] * 6, LOOK_NS),
    ],
    ids=["elsewhere each time", "too seldom", "one look", "too large to be seen badly"],
)
def test_nobody_is_there(boxes: list[Box], every: int) -> None:
    assert times(Hints(), *boxes, every=every) == 0


def test_what_a_track_explains_is_no_hint() -> None:
    assert times(Hints(), *[POST] * 6, tracks=(POST.shifted(3, 0),)) == 0


def test_who_was_found_starts_from_nothing_again() -> None:
    hints = Hints()
    found = [hints.often(look * LOOK_NS, SIDE, POST, ()) for look in range(6)]
    assert found == [False, False, True, False, False, True]
