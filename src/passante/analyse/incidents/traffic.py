"""Rules about vehicles: the wrong way, standing where traffic flows, being where none may be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from passante.analyse.incidents.people import Stays
from passante.analyse.incidents.rule import Finding, Moment, beyond, evidence, seconds
from passante.analyse.movers import Mover
from passante.analyse.site import Area, Site
from passante.analyse.zones import ForbiddenRule, StoppedRule, WrongWayRule
from passante.core.clock import NS_PER_S
from passante.core.names import EventKind, Kind, Measure, Unit, ZoneId
from passante.core.shapes import Point, angle_between

_MOVES = 0.35
"""Own sizes a second from which something has a direction."""
_WAY = 1.0
"""Own sizes that it must have gone the wrong way: a box that trembles goes nowhere."""
_STAYS_AT = 0.3
"""Own widths within which a vehicle that stands may tremble."""
_GONE_NS = 8 * NS_PER_S


@dataclass(slots=True)
class _Wrong:
    since_ns: int
    start: Point
    last_ns: int


class WrongWay:
    """Somebody goes against the way allowed."""

    kind = EventKind.WRONG_WAY

    def __init__(self, area: Area, site: Site, rule: WrongWayRule) -> None:
        """In one zone."""
        self.zone: ZoneId = area.id
        self._area, self._rule = area, rule
        (x0, y0), (x1, y1) = (site.px(point) for point in rule.towards)
        self._way = x1 - x0, y1 - y0
        self._wrong: dict[int, _Wrong] = {}

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Everybody who goes the wrong way."""
        now = moment.at_ns
        for mover in moment.movers:
            if mover.kind not in self._rule.of or not self._area.holds(mover):
                continue
            angle = angle_between(mover.velocity, self._way)
            if angle < self._rule.angle_deg or mover.speed < _MOVES * mover.size:
                self._wrong.pop(mover.number, None)
                continue
            known = self._wrong.setdefault(mover.number, _Wrong(now, mover.foot, now))
            known.last_ns = now
            lasted_s = seconds(now - known.since_ns)
            gone = math.dist(known.start, mover.foot) / mover.size
            if lasted_s >= self._rule.after_s and gone >= _WAY:
                yield Finding(
                    mover.number,
                    known.since_ns,
                    beyond(lasted_s, self._rule.after_s),
                    (
                        evidence(Measure.ANGLE, angle, self._rule.angle_deg, Unit.DEGREE),
                        evidence(Measure.LASTED, lasted_s, self._rule.after_s, Unit.SECOND),
                    ),
                    (mover.number,),
                )
        for number in [n for n, one in self._wrong.items() if now - one.last_ns > 2 * NS_PER_S]:
            del self._wrong[number]


@dataclass(slots=True)
class _Standing:
    at: Point
    since_ns: int
    last_ns: int


class Standstill:
    """Since when each vehicle has stood where it stands."""

    def __init__(self) -> None:
        """Nobody is known yet."""
        self._known: dict[int, _Standing] = {}

    def update(self, now: int, vehicles: list[Mover]) -> list[tuple[Mover, int]]:
        """(vehicle, since when) of all that stand now."""
        standing = []
        for vehicle in vehicles:
            known = self._known.get(vehicle.number)
            if known is None or math.dist(known.at, vehicle.foot) > _STAYS_AT * vehicle.box.width:
                known = self._known[vehicle.number] = _Standing(vehicle.foot, now, now)
            known.last_ns = now
            standing.append((vehicle, known.since_ns))
        for number in [n for n, one in self._known.items() if now - one.last_ns > _GONE_NS]:
            del self._known[number]
        return standing


class Stopped:
    """A vehicle stands where traffic flows."""

    kind = EventKind.VEHICLE_STOPPED

    def __init__(self, area: Area, rule: StoppedRule) -> None:
        """In one zone."""
        self.zone: ZoneId = area.id
        self._area, self._after_s = area, rule.after_s
        self._still = Standstill()

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Every vehicle that has stood for long enough."""
        inside = [one for one in moment.of(Kind.VEHICLE) if self._area.holds(one)]
        for vehicle, since in self._still.update(moment.at_ns, inside):
            stood_s = seconds(moment.at_ns - since)
            if stood_s >= self._after_s:
                yield _stayed(vehicle, since, stood_s, self._after_s)


class Forbidden:
    """A vehicle is where it may not be: parking, a pedestrian zone."""

    kind = EventKind.VEHICLE_FORBIDDEN

    def __init__(self, area: Area, rule: ForbiddenRule) -> None:
        """In one zone."""
        self.zone: ZoneId = area.id
        self._area, self._after_s = area, rule.after_s
        self._stays = Stays(absence_ns=_GONE_NS)

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Every vehicle that has been there for long enough."""
        inside = [one for one in moment.of(Kind.VEHICLE) if self._area.holds(one)]
        for vehicle, since in self._stays.update(moment.at_ns, inside):
            stayed_s = seconds(moment.at_ns - since)
            if stayed_s >= self._after_s:
                yield _stayed(vehicle, since, stayed_s, self._after_s)


def _stayed(vehicle: Mover, since: int, stayed_s: float, after_s: float) -> Finding:
    return Finding(
        vehicle.number,
        since,
        beyond(stayed_s, after_s),
        (evidence(Measure.LASTED, stayed_s, after_s, Unit.SECOND),),
        (vehicle.number,),
    )
