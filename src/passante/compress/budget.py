"""What a network may cost: "latency_ms=15, size_mb=3, ram_mb=60"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from passante.core.errors import SettingsError
from passante.core.settings import nearest


@dataclass(frozen=True, slots=True)
class Budget:
    """Upper limits; None where there is none."""

    latency_ms: float | None = None
    """Of half of all runs, one thread."""
    cpu_ms: float | None = None
    """Processor time of a run, one thread."""
    size_mb: float | None = None
    """Of the file."""
    ram_mb: float | None = None
    """Memory that comes with the network."""
    mmac: float | None = None
    """Multiply-accumulates of a run, 10^6."""
    energy_mj: float | None = None
    """Estimated energy of a run."""

    @classmethod
    def parse(cls, text: str) -> Budget:
        """The budget in words such as "latency_ms=15, size_mb=3"; empty for none.

        Raises:
            SettingsError: A word is unknown or no number.
        """
        return cls(**pairs(text, tuple(field.name for field in fields(cls)), what="budget"))

    def excess(self, costs: Mapping[str, float]) -> dict[str, float]:
        """By which factor each limit is passed, of those that are; 1.5 is half as much again."""
        limits = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: costs[name] / limit
            for name, limit in limits.items()
            if limit is not None and name in costs and costs[name] > limit
        }

    def words(self) -> str:
        """As `parse` reads it."""
        limits = ((field.name, getattr(self, field.name)) for field in fields(self))
        return ", ".join(f"{name}={limit:g}" for name, limit in limits if limit is not None)


def pairs(text: str, known: tuple[str, ...], *, what: str) -> dict[str, float]:
    """Numbers by name from "name=number, name=number".

    Raises:
        SettingsError: A name is unknown or stands there twice, or what stands behind it is no
            positive number.
    """
    found: dict[str, float] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, equals, number = (part.strip() for part in word.partition("="))
        if name not in known:
            raise SettingsError(f'{what}: nothing is called "{name}"', hint=nearest(name, known))
        if name in found:
            raise SettingsError(f"{what}: {name} stands there twice", hint="say it once")
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if not equals or not 0 < value < float("inf"):
            raise SettingsError(f"{what}: {name} needs a number above 0, e.g. {name}=15")
        found[name] = value
    return found
