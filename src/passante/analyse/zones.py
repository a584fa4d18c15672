"""Zones and lines of one camera, as its operator draws them: `zones.toml`."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from passante.core.errors import SettingsError
from passante.core.names import Kind, word
from passante.core.settings import read

Pair = tuple[float, float]
MOVING = (Kind.PERSON, Kind.VEHICLE)
"""What is counted and followed."""


class Coordinates(StrEnum):
    """What the numbers of points are."""

    SHARE = "share"
    """0 to 1 of the picture's width and height, as stored: good for every size of it."""
    PX = "px"
    """Pixels of a picture of the size `picture`."""


class Sight(StrEnum):
    """How vehicles are found."""

    NETWORK = "network"
    """By the network that finds people as well."""
    MOTION = "motion"
    """By what moves against the background: for views from high above, where networks see none.
    People are then not looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundPoints:
    """Four or more points of the picture whose places on the ground are known."""

    image: tuple[Pair, ...]
    """Points of the picture, in the order of `metres`."""
    metres: tuple[Pair, ...]
    """The same points on the ground, in m from wherever you like."""

    def __post_init__(self) -> None:
        if len(self.image) != len(self.metres) or len(self.image) < 4:
            raise ValueError("image and metres hold four or more points each, in one order")


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraRules:
    """When the camera itself is an event."""

    watch: bool = True
    """Tell when it is covered, moved, blinded or sees what the finders were not measured on."""
    after_s: float = 1.0
    """How long it must last; ten times that for pictures unlike those measured."""

    def __post_init__(self) -> None:
        _positive(self.after_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class FallRule:
    """Somebody goes down and stays low."""

    stays_s: float = 0.8
    """How long they must stay low."""
    low: float = 0.62
    """Height, as a share of the height when upright, that counts as low."""
    lying_s: float = 5.0
    """How long somebody who was never seen upright must lie."""

    def __post_init__(self) -> None:
        _positive(self.stays_s, self.lying_s)
        if not 0 < self.low < 1:
            raise ValueError("low lies between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningRule:
    """Several people run at once."""

    people: int = 3
    """How many must run."""
    speed: float = 2.4
    """m/s; with no `[ground]`, 0.6 of this in own heights a second."""
    lasts_s: float = 0.6
    """For how long."""

    def __post_init__(self) -> None:
        _positive(self.people, self.speed, self.lasts_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdingRule:
    """Too many people, or more and more within a short time."""

    people: int | None = None
    """So many are too many."""
    density: float | None = None
    """So many a square metre are too many; wants `[ground]`."""
    rise: float = 2.0
    """So many times as many as `within_s` ago are an event."""
    within_s: float = 30.0
    """s."""
    least: int = 8
    """A rise to fewer people than this is none."""

    def __post_init__(self) -> None:
        _positive(self.rise, self.within_s, self.least, self.people or 1, self.density or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoiteringRule:
    """Somebody stays for long."""

    after_s: float = 60.0
    """How long somebody must stay, s."""

    def __post_init__(self) -> None:
        _positive(self.after_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongWayRule:
    """Somebody goes against the way allowed."""

    towards: tuple[Pair, Pair]
    """The way allowed, from the first point to the second."""
    angle_deg: float = 120.0
    """How far the way taken must turn from it."""
    after_s: float = 0.8
    """For how long, s; it must also have gone its own size that way."""
    of: tuple[Kind, ...] = (Kind.VEHICLE,)
    """Who is watched."""

    def __post_init__(self) -> None:
        _positive(self.angle_deg, self.after_s)
        _moving(self.of)
        if self.towards[0] == self.towards[1]:
            raise ValueError("towards holds two different points")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriagewayRule:
    """A person, not riding and not in a vehicle, is on the carriageway."""

    after_s: float = 0.8
    """How long somebody must be there, s."""

    def __post_init__(self) -> None:
        _positive(self.after_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedRule:
    """A vehicle stands where traffic flows."""

    after_s: float = 15.0
    """How long it must stand, s."""

    def __post_init__(self) -> None:
        _positive(self.after_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenRule:
    """A vehicle is where it may not be, standing or not."""

    after_s: float = 5.0
    """How long it must be there, s."""

    def __post_init__(self) -> None:
        _positive(self.after_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRule:
    """Something was put down and stays: seen against the background, so for fixed cameras only."""

    after_s: float = 30.0
    """How long it must stay, s."""
    least: float = 0.0008
    """Smallest size, as a share of the picture's area."""
    most: float = 0.03
    """Largest size, likewise."""

    def __post_init__(self) -> None:
        _positive(self.after_s, self.least, self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneDrawn:
    """A part of the picture, what is counted in it, and what is an event in it."""

    name: str
    """Up to 40 of a-z, 0-9, "-", "_" and "."."""
    polygon: tuple[Pair, ...] = ()
    """Corners; none: the whole picture."""
    of: tuple[Kind, ...] = MOVING
    """What is counted."""
    count: bool = True
    """Whether statistics are made of it."""
    dense: bool = False
    """Count its people by close looks at one part after another, where they stand close together:
    occupancy, density and crowding then see nearly twice as many, for a quarter of a core more."""
    queue: bool = False
    """Count vehicles that stand, and how far back they reach."""
    fall: FallRule | None = None
    """Falls, and people who lie."""
    running: RunningRule | None = None
    """Several people run."""
    crowding: CrowdingRule | None = None
    """Too many people, or more and more."""
    loitering: LoiteringRule | None = None
    """Somebody stays."""
    wrong_way: WrongWayRule | None = None
    """Somebody goes the wrong way."""
    carriageway: CarriagewayRule | None = None
    """People on the carriageway."""
    stopped: StoppedRule | None = None
    """Vehicles that stand where traffic flows."""
    forbidden: ForbiddenRule | None = None
    """Vehicles where none may be."""
    left: LeftRule | None = None
    """Things that were put down and stay."""

    def __post_init__(self) -> None:
        word(self.name)
        _moving(self.of)
        if self.queue and Kind.VEHICLE not in self.of:
            raise ValueError(f'zone "{self.name}": a queue is of vehicles')
        if self.dense and Kind.PERSON not in self.of:
            raise ValueError(f'zone "{self.name}": dense is about people')
        if self.polygon and len(self.polygon) < 3:
            raise ValueError("a polygon has three corners at least")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDrawn:
    """A counting line with two directions.

    For who walks from its first point to its second, `forward` leads from left to right.
    """

    name: str
    """Up to 40 of a-z, 0-9, "-", "_" and "."."""
    points: tuple[Pair, Pair]
    """Its two ends."""
    forward: str = "forward"
    """Name of the way from its left side to its right one."""
    backward: str = "backward"
    """Name of the other way."""
    of: tuple[Kind, ...] = MOVING
    """What is counted."""
    sorts: bool = False
    """Whether vehicles are counted by sort as well: bicycle, motorcycle, car, bus, truck."""

    def __post_init__(self) -> None:
        for name in (self.name, self.forward, self.backward):
            word(name)
        _moving(self.of)
        if self.sorts and Kind.VEHICLE not in self.of:
            raise ValueError(f'line "{self.name}": sorts are of vehicles')
        if self.points[0] == self.points[1]:
            raise ValueError("a line has two different points")
        if self.forward == self.backward:
            raise ValueError("forward and backward have different names")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """Everything that a camera's operator has drawn and decided."""

    place: str = "camera"
    """Names what the camera looks at, in every event and statistic."""
    coordinates: Coordinates = Coordinates.SHARE
    """What the numbers of points are."""
    picture: tuple[int, int] | None = None
    """Width and height of the picture that coordinates in px are of."""
    bucket_s: float = 900.0
    """Length of one bucket of the statistics, s."""
    vehicles: Sight = Sight.NETWORK
    """How vehicles are found."""
    ground: GroundPoints | None = None
    """Where the ground is: speeds and densities want it."""
    camera: CameraRules = field(default_factory=CameraRules)
    """When the camera itself is an event."""
    line: tuple[LineDrawn, ...] = ()
    """Counting lines."""
    zone: tuple[ZoneDrawn, ...] = ()
    """Zones."""

    def __post_init__(self) -> None:
        word(self.place)
        if not 1 <= self.bucket_s <= _DAY_S:
            raise ValueError("bucket_s is 1 to 86400: a second to a day")
        names = [line.name for line in self.line] + [zone.name for zone in self.zone]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f'two zones or lines are called "{twice}"')
        if self.coordinates is Coordinates.PX and self.picture is None:
            raise ValueError("coordinates in px need picture = [width, height]")
        if self.picture is not None and min(self.picture) <= 0:
            raise ValueError("picture is a width and a height in px")
        for zone in self.zone:
            if zone.crowding and zone.crowding.density is not None and self.ground is None:
                raise ValueError(f'zone "{zone.name}": a density wants [ground]')
        wide, high = self.picture or (0, 0)
        most = (1.0, 1.0) if self.coordinates is Coordinates.SHARE else (wide, high)
        for x, y in self._points():
            if not (0 <= x <= most[0] and 0 <= y <= most[1]):
                raise ValueError(f"the point [{x:g}, {y:g}] lies outside the picture")

    def _points(self) -> list[Pair]:
        points = [point for line in self.line for point in line.points]
        for zone in self.zone:
            points += zone.polygon
            points += zone.wrong_way.towards if zone.wrong_way else ()
        return points

    @classmethod
    def load(cls, path: Path) -> Self:
        """The file at `path`.

        Raises:
            SettingsError: It cannot be read, a key is unknown or a value is wrong.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise SettingsError(
                f"{path.name}: no such file", hint="`passante zones` makes a page to draw them on"
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{path.name}: the zones cannot be read", hint="is it a text file, and readable?"
            ) from error
        return cls.parse(text, where=path.name)

    @classmethod
    def parse(cls, text: str, *, where: str) -> Self:
        """Zones from TOML.

        Raises:
            SettingsError: A key is unknown or a value is wrong.
        """
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{where}: {error}", hint="is it TOML?") from error
        return read(table, cls, where=where)


_DAY_S = 86_400.0


def _positive(*numbers: float) -> None:
    if not all(0 < number < math.inf for number in numbers):
        raise ValueError("times, sizes and limits are greater than 0, and not endless")


def _moving(kinds: tuple[Kind, ...]) -> None:
    if not kinds or set(kinds) - set(MOVING):
        raise ValueError('of holds "person", "vehicle" or both')


WHOLE_PICTURE = Zones(
    zone=(ZoneDrawn(name="picture", fall=FallRule(), running=RunningRule()),),
)
"""What is watched for where nobody has drawn anything."""
