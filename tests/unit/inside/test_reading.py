from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from passante.core.names import Quantity, StreamId, Unit
from passante.inside.reading import Reading

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def reading(at: datetime, value: float) -> Reading:
    return Reading(
        quantity=Quantity.RAIN, unit=Unit.MILLIMETRE, stream=StreamId("a"), at=at, value=value
    )


def test_a_reading_has_a_time_with_a_zone_and_a_number() -> None:
    assert reading(NOON, 1.5).value == 1.5
    with pytest.raises(ValueError, match="zone"):
        reading(NOON.replace(tzinfo=None), 1.5)
    with pytest.raises(ValueError, match="number"):
        reading(NOON, math.nan)
