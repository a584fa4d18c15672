"""Who rides, by boxes alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passante.analyse.riding import riders, rides
from passante.core.geometry import Box
from passante.core.names import Kind, Sort
from walkers import mover

PERSON = Box(100, 100, 140, 200)


@pytest.mark.parametrize(
    ("vehicle", "does"),
    [
        (Box(80, 150, 160, 205), True),
        (Box(80, 100, 160, 120), False),  # above the knees
        (Box(130, 150, 300, 205), False),  # stands beside it
        (Box(300, 150, 400, 205), False),
    ],
)
def test_a_vehicle_under_somebody_is_ridden(vehicle: Box, *, does: bool) -> None:
    assert rides(PERSON, vehicle) is does


@pytest.mark.parametrize("sort", [*Sort, None])
def test_only_two_wheels_carry_riders(sort: Sort | None) -> None:
    somebody = mover(PERSON, number=1)
    wheels = mover(Box(80, 150, 160, 205), number=2, kind=Kind.VEHICLE)
    found = riders([somebody, replace(wheels, sort=sort)])
    assert found == ({1} if sort in {Sort.BICYCLE, Sort.MOTORCYCLE} else set())
