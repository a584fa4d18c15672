"""What a cell comes to."""

import pickle

import pytest

from passante.core.clock import NS_PER_S
from passante.core.errors import BoundaryError
from passante.core.names import Kind, Quantity, StreamId, Unit, ZoneId
from passante.inside.tally import Tally


def tally(quantity: Quantity, total: float, n: int, *, seconds: int = 60) -> Tally:
    return Tally(
        quantity=quantity,
        unit=Unit.COUNT,
        stream=StreamId("video"),
        zone=ZoneId("gate"),
        of=Kind.PERSON,
        direction=None,
        start_ns=0,
        end_ns=seconds * NS_PER_S,
        total=total,
        n=n,
        largest=1.0,
    )


@pytest.mark.parametrize(
    ("quantity", "total", "n", "value"),
    [
        (Quantity.CROSSINGS, 7, 7, 7),
        (Quantity.FLOW, 7, 7, 420),
        (Quantity.OCCUPANCY, 90, 3, 1.5),
        (Quantity.DWELL, 90, 3, 30),
        (Quantity.OCCUPANCY_MOST, 4, 4, 4),
        (Quantity.TEMPERATURE, 40, 2, 20),
    ],
)
def test_a_total_becomes_the_figure_of_its_quantity(
    quantity: Quantity, total: float, n: int, value: float
) -> None:
    assert tally(quantity, total, n).value == value


@pytest.mark.parametrize("quantity", [Quantity.DWELL, Quantity.SPEED, Quantity.HEADWAY])
def test_a_mean_of_nothing_is_none_and_not_zero(quantity: Quantity) -> None:
    assert tally(quantity, 0, 0).value is None


def test_a_count_of_nothing_is_zero() -> None:
    assert tally(Quantity.CROSSINGS, 0, 0).value == 0


@pytest.mark.parametrize("quantity", list(Quantity))
def test_every_quantity_has_a_figure(quantity: Quantity) -> None:
    assert tally(quantity, 3.0, 1).value is not None


def test_exact_counts_are_neither_pickled_nor_printed() -> None:
    one = tally(Quantity.CROSSINGS, 4711, 4711)
    assert "4711" not in repr(one)
    with pytest.raises(BoundaryError):
        pickle.dumps(one)
