"""Rules about single people: somebody falls, lies, stays for long, walks on the carriageway."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from passante.analyse.incidents.rule import Finding, Moment, beyond, evidence, seconds
from passante.analyse.movers import Mover
from passante.analyse.riding import rides
from passante.analyse.site import Area, Site
from passante.analyse.zones import CarriagewayRule, FallRule, LoiteringRule
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import EventKind, Kind, Measure, Unit, ZoneId

_MEMORY_NS = 4 * NS_PER_S
"""How far back somebody's height when upright is remembered."""
_FALL_NS = 2 * NS_PER_S
"""Whoever takes longer than this to go down sat or lay down."""
_UPRIGHT = 0.75
"""Width over height under which somebody stands."""
_DOWN = 1.15
"""Width over height from which a low box is of somebody down: whoever crouches is narrower."""
_LIES = 1.3
"""Width over height of somebody who lies, however he came to."""
_STILL = 0.7
"""Upright heights a second: whoever is down moves less."""
_FEET = 0.35
"""Upright heights by which feet may move while the head comes down: more, and it is the picture
that was cut or somebody who walked behind something."""
_EDGE = 2.0
"""A box within so many px of the edge of the picture is cut off: its height says nothing."""
_GONE_NS = 8 * NS_PER_S


@dataclass(slots=True)
class _Posture:
    """One person, lately."""

    upright: deque[tuple[int, float, float]] = field(default_factory=deque)
    """(ns, height, lower edge) of looks at which they stood."""
    down_ns: int | None = None
    """Since when they are down."""
    fell_ns: int = 0
    """When they last stood before that."""
    height: float = 0.0
    """Upright, px."""
    lies_ns: int | None = None
    seen_ns: int = 0


class Fall:
    """Somebody who stood goes down fast and stays low."""

    kind = EventKind.FALL

    def __init__(self, area: Area, site: Site, rule: FallRule) -> None:
        """Within one zone."""
        self.zone: ZoneId = area.id
        self._area, self._form, self._rule = area, site.form, rule
        self._people: dict[int, _Posture] = {}

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Everybody who fell and is still down."""
        now = moment.at_ns
        for person in moment.of(Kind.PERSON):
            if person.seen and not _cut_off(person.box, self._form.width, self._form.height):
                posture = self._people.setdefault(person.number, _Posture())
                posture.seen_ns = now
                self._note(person, posture)
            known = self._people.get(person.number)
            if known is not None and self._area.holds(person):
                yield from self._down(person, known, now)
        gone = [n for n, one in self._people.items() if now - one.seen_ns > _GONE_NS]
        for number in gone:
            del self._people[number]

    def _note(self, person: Mover, posture: _Posture) -> None:
        now, box = person.at_ns, person.box
        aspect = box.width / box.height
        while posture.upright and now - posture.upright[0][0] > _MEMORY_NS:
            posture.upright.popleft()
        tallest = max((height for _, height, _ in posture.upright), default=posture.height)
        if aspect < _UPRIGHT and box.height >= 0.8 * tallest:
            posture.upright.append((now, box.height, box.y1))
            posture.down_ns = None
            return
        limit = self._rule.low * (posture.height if posture.down_ns is not None else tallest)
        low = box.height <= limit and aspect >= _DOWN
        if not low:
            posture.down_ns = None
        elif posture.down_ns is None and posture.upright:
            stood_ns, height, feet = posture.upright[-1]
            sank = abs(box.y1 - feet) <= _FEET * height
            if now - stood_ns <= _FALL_NS and sank:
                posture.down_ns, posture.fell_ns, posture.height = now, stood_ns, tallest

    def _down(self, person: Mover, posture: _Posture, now: int) -> Iterator[Finding]:
        if posture.down_ns is None or person.speed > _STILL * posture.height:
            return
        stays_s = seconds(now - posture.down_ns)
        if stays_s < self._rule.stays_s:
            return
        share = person.box.height / posture.height
        aspect = person.box.width / person.box.height
        score = min(beyond(stays_s, self._rule.stays_s), beyond(self._rule.low, share))
        yield Finding(
            person.number,
            posture.fell_ns,
            max(0.5, score),
            (
                evidence(Measure.HEIGHT, share, self._rule.low, Unit.SHARE),
                evidence(Measure.ASPECT, aspect, _DOWN, Unit.SHARE),
                evidence(Measure.LASTED, stays_s, self._rule.stays_s, Unit.SECOND),
            ),
            (person.number,),
        )


class Lying:
    """Somebody lies, however they came to."""

    kind = EventKind.LYING

    def __init__(self, area: Area, site: Site, rule: FallRule) -> None:
        """Within one zone."""
        self.zone: ZoneId = area.id
        self._area, self._form, self._after_s = area, site.form, rule.lying_s
        self._since: dict[int, tuple[int, int]] = {}

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Everybody who has lain for long enough."""
        now = moment.at_ns
        for person in moment.of(Kind.PERSON):
            box = person.box
            aspect = box.width / box.height
            lies = aspect >= _LIES and person.speed < _STILL / 2 * box.width
            if not self._area.holds(person) or _cut_off(box, self._form.width, self._form.height):
                continue
            if not lies:
                self._since.pop(person.number, None)
                continue
            since, _ = self._since.get(person.number, (now, now))
            self._since[person.number] = since, now
            lain_s = seconds(now - since)
            if lain_s >= self._after_s:
                yield Finding(
                    person.number,
                    since,
                    beyond(lain_s, self._after_s),
                    (
                        evidence(Measure.ASPECT, aspect, _LIES, Unit.SHARE),
                        evidence(Measure.LASTED, lain_s, self._after_s, Unit.SECOND),
                    ),
                    (person.number,),
                )
        for number in [n for n, (_, last) in self._since.items() if now - last > _GONE_NS]:
            del self._since[number]


@dataclass(slots=True)
class Stays:
    """How long each mover has been in a zone; short absences do not count."""

    absence_ns: int = 3 * NS_PER_S
    _known: dict[int, tuple[int, int]] = field(default_factory=dict)

    def update(self, now: int, inside: Iterable[Mover]) -> list[tuple[Mover, int]]:
        """(mover, since when) of everybody who is in it now."""
        there = []
        for mover in inside:
            since, last = self._known.get(mover.number, (now, now))
            if now - last > self.absence_ns:
                since = now
            self._known[mover.number] = since, now
            there.append((mover, since))
        for number in [n for n, (_, last) in self._known.items() if now - last > self.absence_ns]:
            del self._known[number]
        return there


class Loitering:
    """Somebody stays in a zone for longer than its limit."""

    kind = EventKind.LOITERING

    def __init__(self, area: Area, rule: LoiteringRule) -> None:
        """In one zone."""
        self.zone: ZoneId = area.id
        self._area, self._after_s = area, rule.after_s
        self._stays = Stays()

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Everybody who has been there for too long."""
        inside = [mover for mover in moment.of(Kind.PERSON) if self._area.holds(mover)]
        for mover, since in self._stays.update(moment.at_ns, inside):
            yield from _overdue(mover, since, moment.at_ns, self._after_s)


class OnCarriageway:
    """A person on the carriageway who neither rides nor sits in a vehicle."""

    kind = EventKind.PERSON_ON_CARRIAGEWAY

    def __init__(self, area: Area, rule: CarriagewayRule) -> None:
        """On one zone."""
        self.zone: ZoneId = area.id
        self._area, self._after_s = area, rule.after_s
        self._stays = Stays(absence_ns=NS_PER_S)

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Everybody who walks or stands there."""
        vehicles = [vehicle.box for vehicle in moment.of(Kind.VEHICLE)]
        inside = [
            person
            for person in moment.of(Kind.PERSON)
            if self._area.holds(person) and not any(rides(person.box, box) for box in vehicles)
        ]
        for person, since in self._stays.update(moment.at_ns, inside):
            yield from _overdue(person, since, moment.at_ns, self._after_s)


def _overdue(mover: Mover, since: int, now: int, after_s: float) -> Iterator[Finding]:
    stayed_s = seconds(now - since)
    if stayed_s >= after_s:
        yield Finding(
            mover.number,
            since,
            beyond(stayed_s, after_s),
            (evidence(Measure.LASTED, stayed_s, after_s, Unit.SECOND),),
            (mover.number,),
        )


def _cut_off(box: Box, width: int, height: int) -> bool:
    return box.x0 < _EDGE or box.y0 < _EDGE or box.x1 > width - _EDGE or box.y1 > height - _EDGE
