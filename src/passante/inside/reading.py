"""One value of a sensor: temperature, rain, air."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from passante.core.names import Quantity, StreamId, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one sensor said at one moment."""

    quantity: Quantity
    unit: Unit
    stream: StreamId
    """Names the sensor."""
    at: datetime
    """Aware UTC."""
    value: float
    """In `unit`."""

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError("a time of day without its zone is no time")
        if not math.isfinite(self.value):
            raise ValueError("a reading is a number")
