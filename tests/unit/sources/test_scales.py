from __future__ import annotations

import pytest

from passante.core.names import Quantity
from passante.sources._scales import SCALES


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "ours"),
    [
        (Quantity.TEMPERATURE, 20.5, None, 20.5),
        (Quantity.TEMPERATURE, 293.15, "K", 20.0),
        (Quantity.TEMPERATURE, 212.0 - 100, "F", 44.444),
        (Quantity.HUMIDITY, 40.0, "%RH", 40.0),
        (Quantity.PRESSURE, 101325.0, "Pa", 1013.25),
        (Quantity.WIND, 36.0, "km/h", 10.0),
        (Quantity.PM10, 0.02, "mg/m3", 20.0),
    ],
)
def test_units_are_converted_to_ours(
    quantity: Quantity, value: float, unit: str | None, ours: float
) -> None:
    assert SCALES[quantity].convert(value, unit) == pytest.approx(ours, abs=1e-3)


def test_unknown_units_and_impossible_values_are_refused() -> None:
    with pytest.raises(ValueError, match="unit"):
        SCALES[Quantity.RAIN].convert(1, "inch")
    with pytest.raises(ValueError, match="beyond"):
        SCALES[Quantity.TEMPERATURE].convert(293.15, None)
