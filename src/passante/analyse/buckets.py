"""The cells of one bucket: which there are is decided by what was drawn, never by who came."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from passante.analyse.site import Area, Site
from passante.core.bounds import FASTEST
from passante.core.names import Counted, DirectionId, Kind, Quantity, Sort, Unit, ZoneId

Cell = tuple[Quantity, ZoneId | None, Counted, DirectionId | None]


@dataclass(slots=True)
class Sum:
    """One cell of the bucket that runs."""

    unit: Unit
    total: float = 0.0
    n: int = 0
    largest: float = 0.0
    most: float = math.inf
    """One contribution counts as this at most."""

    def add(self, value: float) -> None:
        """One more contribution."""
        value = min(value, self.most)
        self.total += value
        self.n += 1
        self.largest = max(self.largest, value)

    def peak(self, value: float, n: int) -> None:
        """Keep the highest value, of `n` at once."""
        if value > self.total:
            self.total, self.n = value, n
            self.largest = value / n if n else 0.0


def empty_cells(site: Site, counted: Sequence[Area]) -> dict[Cell, Sum]:
    """Every cell that a bucket can have: which ones there are says nothing of anybody."""
    cells: dict[Cell, Sum] = {}
    metres = site.ground is not None
    for gate in site.gates:
        for kind in gate.drawn.of:
            for way in (gate.drawn.forward, gate.drawn.backward):
                key = gate.id, kind, DirectionId(way)
                cells[Quantity.CROSSINGS, *key] = Sum(Unit.COUNT)
                cells[Quantity.FLOW, *key] = Sum(Unit.PER_HOUR)
                if metres:
                    cells[Quantity.SPEED, *key] = Sum(Unit.METRE_PER_SECOND, most=FASTEST[kind])
                if kind is Kind.VEHICLE:
                    cells[Quantity.HEADWAY, *key] = Sum(Unit.SECOND)
                    for sort in Sort if gate.drawn.sorts else ():
                        by_sort = gate.id, sort, DirectionId(way)
                        cells[Quantity.CROSSINGS, *by_sort] = Sum(Unit.COUNT)
                        cells[Quantity.FLOW, *by_sort] = Sum(Unit.PER_HOUR)
            for other in site.gates:
                if other.id != gate.id and kind in other.drawn.of:
                    trip = DirectionId(f"{gate.id}>{other.id}")
                    cells[Quantity.TRIPS, None, kind, trip] = Sum(Unit.COUNT)
    for area in counted:
        for kind in area.drawn.of:
            cells |= _of_zone(area, kind, metres=metres)
    return cells


def _of_zone(area: Area, kind: Kind, *, metres: bool) -> dict[Cell, Sum]:
    units = {
        Quantity.ENTRIES: Unit.COUNT,
        Quantity.OCCUPANCY: Unit.COUNT,
        Quantity.OCCUPANCY_MOST: Unit.COUNT,
        Quantity.DWELL: Unit.SECOND,
    }
    if kind is Kind.PERSON and area.square_metres:
        units[Quantity.DENSITY_MOST] = Unit.PER_SQUARE_METRE
    if kind is Kind.VEHICLE and area.drawn.queue:
        units |= {Quantity.QUEUE: Unit.COUNT, Quantity.QUEUE_MOST: Unit.COUNT}
        if metres:
            units[Quantity.QUEUE_LENGTH_MOST] = Unit.METRE
    return {(quantity, area.id, kind, None): Sum(unit) for quantity, unit in units.items()}
