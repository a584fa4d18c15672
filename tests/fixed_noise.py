"""Noise for tests: what is to come out is written down beforehand."""

from __future__ import annotations

from collections.abc import Sequence

from passante.core.names import Counted, DirectionId, Kind, Quantity, StreamId, Unit, ZoneId
from passante.inside.tally import Tally
from passante.protect.publish_noise import Noisy

HOUR_NS = 3600 * 10**9


class FixedNoise:
    """Adds the same numbers in turn, or puts them in place of what came in."""

    def __init__(self, *numbers: int, instead: bool = False, scale: float = 1.0) -> None:
        self._numbers, self._instead, self._scale = numbers or (0,), instead, scale
        self.asked: list[tuple[tuple[int, ...], int, float]] = []

    def add(self, values: Sequence[int], *, sensitivity: int, epsilon: float) -> Noisy:
        """`values` with the numbers."""
        self.asked.append((tuple(values), sensitivity, epsilon))
        turn = [self._numbers[at % len(self._numbers)] for at in range(len(values))]
        drawn = turn if self._instead else [a + b for a, b in zip(values, turn, strict=True)]
        return Noisy(tuple(drawn), self._scale)


def passes(
    total: float,
    *,
    hour: int = 0,
    way: str = "in",
    zone: str = "gate",
    of: Counted = Kind.PERSON,
    quantity: Quantity = Quantity.CROSSINGS,
    unit: Unit = Unit.COUNT,
    stream: str = "video",
) -> Tally:
    """A tally of one hour."""
    return Tally(
        quantity=quantity,
        unit=unit,
        stream=StreamId(stream),
        zone=ZoneId(zone),
        of=of,
        direction=DirectionId(way) if quantity is Quantity.CROSSINGS else None,
        start_ns=hour * HOUR_NS,
        end_ns=(hour + 1) * HOUR_NS,
        total=total,
        n=int(total),
        largest=min(total, 1.0),
    )
