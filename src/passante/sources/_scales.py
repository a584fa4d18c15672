"""What sensors measure: our unit of each quantity, others that are converted, and what can be."""

from __future__ import annotations

from dataclasses import dataclass, field

from passante.core.names import Quantity, Unit


@dataclass(frozen=True, slots=True)
class Scale:
    """How one quantity is told."""

    unit: Unit
    least: float
    """No place outdoors has less."""
    most: float
    others: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Unit -> what it is multiplied by, and what is then added."""

    def convert(self, value: float, unit: str | None) -> float:
        """`value` in our unit.

        Raises:
            ValueError: The unit is not known, or no sensor outdoors can have measured this.
        """
        if unit is not None and unit != self.unit.value:
            if unit not in self.others:
                raise ValueError("unit is not known for it")
            factor, offset = self.others[unit]
            value = value * factor + offset
        if not self.least <= value <= self.most:
            raise ValueError("value is beyond what there is")
        return value


_GAS = {"mg/m3": (1000.0, 0.0), "g/m3": (1e6, 0.0), "µg/m3": (1.0, 0.0), "kg/m3": (1e9, 0.0)}
_SPEED = {"km/h": (1 / 3.6, 0.0), "kn": (0.514444, 0.0), "kn_i": (0.514444, 0.0)}

SCALES: dict[Quantity, Scale] = {
    Quantity.TEMPERATURE: Scale(
        Unit.CELSIUS,
        -80,
        70,
        {"°C": (1, 0), "C": (1, 0), "K": (1, -273.15), "F": (5 / 9, -160 / 9)},
    ),
    Quantity.HUMIDITY: Scale(Unit.PERCENT, 0, 100, {"%RH": (1, 0), "/": (100, 0)}),
    Quantity.PRESSURE: Scale(
        Unit.HECTOPASCAL, 500, 1100, {"Pa": (0.01, 0), "kPa": (10, 0), "mbar": (1, 0)}
    ),
    Quantity.RAIN: Scale(Unit.MILLIMETRE, 0, 500, {"m": (1000, 0)}),
    Quantity.RAIN_RATE: Scale(Unit.MILLIMETRE_PER_HOUR, 0, 1000),
    Quantity.WIND: Scale(Unit.METRE_PER_SECOND, 0, 120, _SPEED),
    Quantity.WIND_FROM: Scale(Unit.DEGREE, 0, 360, {"rad": (57.29577951308232, 0)}),
    Quantity.ILLUMINANCE: Scale(Unit.LUX, 0, 200_000, {"klx": (1000, 0)}),
    Quantity.PM10: Scale(Unit.MICROGRAM_PER_CUBIC_METRE, 0, 10_000, _GAS),
    Quantity.PM25: Scale(Unit.MICROGRAM_PER_CUBIC_METRE, 0, 10_000, _GAS),
    Quantity.NO2: Scale(Unit.MICROGRAM_PER_CUBIC_METRE, 0, 10_000, _GAS),
    Quantity.OZONE: Scale(Unit.MICROGRAM_PER_CUBIC_METRE, 0, 10_000, _GAS),
    Quantity.CO2: Scale(Unit.PARTS_PER_MILLION, 0, 50_000),
}
"""Only these are read from sensors. Nothing here is about people."""
