"""Zones and lines placed in the pictures of one format, with metres where those are known."""

from __future__ import annotations

import math
from dataclasses import dataclass

from passante.analyse.ground import Ground
from passante.analyse.movers import Mover
from passante.analyse.zones import Coordinates, LineDrawn, Pair, ZoneDrawn, Zones
from passante.core.errors import SettingsError
from passante.core.media import VideoFormat
from passante.core.names import Kind, Unit, ZoneId
from passante.core.shapes import Line, Point, Polygon


@dataclass(frozen=True, slots=True)
class Area:
    """A zone in px."""

    drawn: ZoneDrawn
    polygon: Polygon
    square_metres: float | None
    """None where nothing says how large it is."""

    @property
    def id(self) -> ZoneId:
        """Its name."""
        return ZoneId(self.drawn.name)

    def holds(self, mover: Mover) -> bool:
        """Whether a mover stands in it."""
        return self.polygon.holds(mover.foot)


@dataclass(frozen=True, slots=True)
class Gate:
    """A counting line in px."""

    drawn: LineDrawn
    line: Line

    @property
    def id(self) -> ZoneId:
        """Its name."""
        return ZoneId(self.drawn.name)


class Site:
    """Everything that was drawn, for pictures of one format."""

    def __init__(self, zones: Zones, form: VideoFormat) -> None:
        """Place zones in pictures.

        Raises:
            SettingsError: The points of the ground fix no plane, or a zone has no area.
        """
        scale = (float(form.width), float(form.height))
        if zones.coordinates is Coordinates.PX and zones.picture is not None:
            scale = form.width / zones.picture[0], form.height / zones.picture[1]
        self._scale = scale
        self.zones = zones
        self.form = form
        self.ground: Ground | None = None
        try:
            if zones.ground is not None:
                image = [self.px(point) for point in zones.ground.image]
                self.ground = Ground(image, zones.ground.metres)
            self.areas = tuple(self._area(drawn) for drawn in zones.zone)
            self.gates = tuple(
                Gate(drawn, Line(self.px(drawn.points[0]), self.px(drawn.points[1])))
                for drawn in zones.line
            )
        except ValueError as error:
            raise SettingsError(f"zones: {error}", hint="draw them anew on a still") from error

    def px(self, point: Pair) -> Point:
        """A point of the file in px."""
        return point[0] * self._scale[0], point[1] * self._scale[1]

    def _area(self, drawn: ZoneDrawn) -> Area:
        wide, high = float(self.form.width), float(self.form.height)
        whole = ((0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high))
        corners = tuple(self.px(point) for point in drawn.polygon) or whole
        try:
            polygon = Polygon(corners)
        except ValueError as error:
            raise ValueError(f'"{drawn.name}": {error}') from error
        return Area(drawn, polygon, self.ground.area(polygon) if self.ground else None)

    def speed(self, mover: Mover) -> tuple[float, Unit]:
        """How fast a mover is: m/s, or its own heights (a vehicle: widths) a second."""
        if self.ground is not None:
            (x, y), (dx, dy) = mover.foot, mover.velocity
            half = 0.25
            metres = self.ground.distance(
                (x - half * dx, y - half * dy), (x + half * dx, y + half * dy)
            )
            if metres is not None:
                return metres / (2 * half), Unit.METRE_PER_SECOND
        if mover.kind is Kind.PERSON:
            return mover.speed / mover.box.height, Unit.HEIGHTS_PER_SECOND
        return mover.speed / mover.box.width, Unit.WIDTHS_PER_SECOND

    def apart(self, first: Point, second: Point) -> tuple[float, Unit]:
        """Distance of two points of the picture: m, or px as a share of the picture's width."""
        metres = self.ground.distance(first, second) if self.ground else None
        if metres is not None:
            return metres, Unit.METRE
        return math.dist(first, second) / self.form.width, Unit.SHARE
