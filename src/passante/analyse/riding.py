"""Who rides: a person on two wheels is one road user, not two."""

from __future__ import annotations

from collections.abc import Iterable

from passante.analyse.movers import Mover
from passante.core.geometry import Box
from passante.core.names import Kind, Sort

TWO_WHEELS = frozenset({Sort.BICYCLE, Sort.MOTORCYCLE})
_COVERED = 0.3
"""Share of a person's lower half that a vehicle covers if they ride it or sit in it."""


def rides(person: Box, vehicle: Box) -> bool:
    """Whether a person, by the two boxes alone, rides a vehicle or sits in it."""
    lower = Box(person.x0, (person.y0 + person.y1) / 2, person.x1, person.y1)
    shared = lower.intersection(vehicle)
    return shared is not None and shared.area >= _COVERED * lower.area


def riders(movers: Iterable[Mover]) -> frozenset[int]:
    """Numbers of the people on bicycles and motorcycles: whoever stands before a car is none."""
    every = list(movers)
    wheels = [one.box for one in every if one.kind is Kind.VEHICLE and one.sort in TWO_WHEELS]
    return frozenset(
        one.number
        for one in every
        if one.kind is Kind.PERSON and any(rides(one.box, box) for box in wheels)
    )
