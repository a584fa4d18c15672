from __future__ import annotations

from passante.analyse.zones import MOVING
from passante.core.bounds import FASTEST


def test_whatever_is_followed_has_a_fastest_speed() -> None:
    assert set(FASTEST) == set(MOVING)
    assert all(speed > 0 for speed in FASTEST.values())
