"""Where a place is on the map and who speaks for it: what other forms want and a fact has not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from passante.core.settings import read_file
from passante.outside.facts import Event, Statistic
from passante.sinks.formats.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place as its city knows it."""

    latitude: float | None = None
    """Degrees, WGS 84, of the place and not of the people in it; none: no location is told."""
    longitude: float | None = None
    """Degrees, WGS 84."""
    radius_m: float = 50.0
    """How far around it an alarm is about, m."""
    name: str = ""
    """For people to read; none: the name in the facts."""
    sender: str = "passante@localhost"
    """Who an alarm is from, as agreed with those who get it."""
    actual: bool = False
    """Whether alarms are real ones. Else they are marked as tests, and no siren sounds."""
    context: Context = Context.PUBLISHED
    """How NGSI-LD entities say what their words mean: by the addresses of the published contexts,
    or, where readers have no network, "embedded" in each entity."""

    def __post_init__(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude are given both or neither")
        if not (-90 <= (self.latitude or 0) <= 90 and -180 <= (self.longitude or 0) <= 180):
            raise ValueError("latitude lies within 90 degrees, longitude within 180")
        if self.radius_m <= 0:
            raise ValueError("radius_m is greater than 0")
        if not self.sender or set(self.sender) & set(" ,<&"):
            raise ValueError('sender has none of " ", ",", "<" and "&"')

    # Any: GeoJSON is JSON.
    @property
    def point(self) -> dict[str, Any] | None:
        """As GeoJSON; None where nobody said where it is."""
        if self.latitude is None or self.longitude is None:
            return None
        return {"type": "Point", "coordinates": [self.longitude, self.latitude]}

    @classmethod
    def load(cls, path: Path) -> Self:
        """The file at `path`.

        Raises:
            SettingsError: It cannot be read, a key is unknown or a value is wrong.
        """
        return read_file(path, cls, what="the site")


def wall_text(at: datetime) -> str:
    """RFC 3339 in UTC with a Z, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def span(fact: Event | Statistic) -> tuple[datetime, datetime] | None:
    """Begin and end as times of day; None where they are not known."""
    if fact.at is None:
        return None
    return fact.at, fact.at + timedelta(microseconds=(fact.end_ns - fact.start_ns) // 1000)


def fact_id(fact: Event | Statistic) -> str:
    """Different for any two facts of a place, the same when one is told again."""
    when = str(fact.start_ns) if fact.at is None else wall_text(fact.at)
    zone = fact.zone if fact.zone is not None else "-"
    match fact:
        case Event():
            return f"{fact.place}/{fact.stream}/{fact.kind}/{zone}/{when}/{fact.phase}"
        case Statistic():
            of, way = fact.of or "-", fact.direction or "-"
            figure = f"{fact.quantity}/{zone}/{of}/{way}"
            return f"{fact.place}/{fact.stream}/{figure}/{when}"
