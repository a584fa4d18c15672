"""The cells of a bucket."""

import pytest

from passante.analyse.buckets import Sum, empty_cells
from passante.analyse.site import Site
from passante.analyse.zones import Zones
from passante.core.names import Kind, Quantity, Unit
from walkers import FORM

LINES = """
[[line]]
name = "a"
points = [[0.1, 0.1], [0.1, 0.9]]
[[line]]
name = "b"
points = [[0.9, 0.1], [0.9, 0.9]]
of = ["person"]
"""
GROUND = """
[ground]
image = [[0, 0], [1, 0], [1, 1], [0, 1]]
metres = [[0, 0], [9, 0], [9, 9], [0, 9]]
"""


def quantities(text: str) -> set[tuple[Quantity, Kind]]:
    site = Site(Zones.parse(text, where="test"), FORM)
    return {(key[0], key[2]) for key in empty_cells(site, site.areas)}


def test_a_line_has_cells_for_each_kind_and_direction() -> None:
    site = Site(Zones.parse(LINES, where="test"), FORM)
    cells = empty_cells(site, site.areas)
    crossings = [key for key in cells if key[0] is Quantity.CROSSINGS]
    assert len(crossings) == 2 * 2 + 2
    assert [key[3] for key in cells if key[0] is Quantity.TRIPS] == ["a>b", "b>a"]
    assert all(cell.total == 0 for cell in cells.values())


@pytest.mark.parametrize(
    ("text", "quantity", "there"),
    [
        (LINES, Quantity.SPEED, False),
        (GROUND + LINES, Quantity.SPEED, True),
        ('[[zone]]\nname = "z"\n', Quantity.DENSITY_MOST, False),
        (GROUND + '[[zone]]\nname = "z"\n', Quantity.DENSITY_MOST, True),
        ('[[zone]]\nname = "z"\n', Quantity.QUEUE, False),
        ('[[zone]]\nname = "z"\nqueue = true\n', Quantity.QUEUE, True),
        ('[[zone]]\nname = "z"\nqueue = true\n', Quantity.QUEUE_LENGTH_MOST, False),
        (GROUND + '[[zone]]\nname = "z"\nqueue = true\n', Quantity.QUEUE_LENGTH_MOST, True),
    ],
)
def test_what_wants_metres_or_a_queue_is_there_only_with_them(
    text: str, quantity: Quantity, *, there: bool
) -> None:
    assert (quantity in {one for one, _ in quantities(text)}) is there


def test_a_sum_knows_its_largest_contribution_and_a_peak_its_highest() -> None:
    added, peak = Sum(Unit.SECOND), Sum(Unit.COUNT)
    for value in (2.0, 5.0, 1.0):
        added.add(value)
        peak.peak(value, 2)
    assert (added.total, added.n, added.largest) == (8.0, 3, 5.0)
    assert (peak.total, peak.n, peak.largest) == (5.0, 2, 2.5)


def test_one_contribution_counts_as_the_most_that_one_can_be() -> None:
    cell = Sum(Unit.METRE_PER_SECOND, most=40.0)
    for speed in (30.0, 90.0):
        cell.add(speed)
    assert (cell.total, cell.n, cell.largest) == (70.0, 2, 40.0)
