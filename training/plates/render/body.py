"""What the facing end of a vehicle is drawn from."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from training.plates.render.dice import Colour
from training.plates.render.sheet import Sheet


class Kind(enum.Enum):
    """A kind of vehicle."""

    CAR = enum.auto()
    SUV = enum.auto()
    VAN = enum.auto()
    TRUCK = enum.auto()
    BUS = enum.auto()
    BIKE = enum.auto()


BOXES = frozenset({Kind.VAN, Kind.TRUCK, Kind.BUS})


@dataclass(frozen=True, slots=True)
class Body:
    """What an end is drawn from."""

    sheet: Sheet
    kind: Kind
    wide: float
    high: float
    paint: Colour
    plate: tuple[float, float]
    lamps: tuple[tuple[float, float], ...]
    lit: bool


def tone(colour: Colour, factor: float) -> Colour:
    """A colour made lighter or darker."""
    r, g, b = (min(255.0, part * factor) for part in colour)
    return r, g, b
