"""What was heard and what was seen, together: a bang and people who run, a crash and a sudden stop.

Each part alone may be too weak to speak of; the score is put together from both and names them.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from passante.analyse.incidents.crowd import runners
from passante.analyse.incidents.rule import Moment, beyond, evidence, seconds
from passante.analyse.movers import Mover
from passante.analyse.site import Area, Site
from passante.analyse.zones import RunningRule
from passante.core.clock import NS_PER_S
from passante.core.names import EventKind, Kind, Measure, Phase, StreamId, Unit
from passante.inside.incident import Evidence, Incident, SeenPart, SoundIncident

_FRIGHT = frozenset({EventKind.BANG, EventKind.EXPLOSION, EventKind.SCREAM})
_IMPACT = frozenset({EventKind.CRASH, EventKind.GLASS})
_WINDOW_NS = 5 * NS_PER_S
"""How far apart what was heard and what was seen may be."""
_FEW = 2
"""People who run after a bang: fewer than without one."""
_MOVED, _STOOD = 0.5, 0.12
"""Own widths a second of a vehicle that drives, and of one that stands."""
_STOPS_NS = 1_500_000_000
"""A vehicle that comes from driving to standing within this was stopped, not parked."""
_STANDS_NS = 700_000_000
_QUIET_NS = 10 * NS_PER_S
"""No second event of one kind within this."""


@dataclass(slots=True)
class _Drive:
    """One vehicle, lately."""

    drove_ns: int | None = None
    stood_ns: int | None = None
    last_ns: int = 0


class Together:
    """Fuses sounds with what moves. Parts are independent hints: 1 - (1 - a)(1 - b)."""

    def __init__(self, site: Site, stream: StreamId, running: RunningRule, area: Area) -> None:
        """For one picture stream; `area` is where people may run."""
        self._site, self._stream, self._running, self._area = site, stream, running, area
        self._heard: deque[SoundIncident] = deque(maxlen=64)
        self._ran: deque[tuple[int, SeenPart, tuple[int, ...]]] = deque(maxlen=64)
        self._stopped: deque[tuple[int, SeenPart, tuple[int, ...]]] = deque(maxlen=64)
        self._drives: dict[int, _Drive] = {}
        self._told_ns: dict[EventKind, int] = {}

    def hear(self, heard: SoundIncident) -> list[Incident]:
        """Take a sound; gives what it makes together with what was seen."""
        if heard.phase is Phase.BEGAN:
            self._heard.append(heard)
        return list(self._fused(heard.end_ns))

    def see(self, moment: Moment) -> list[Incident]:
        """Take a look; gives what it makes together with what was heard."""
        now = moment.at_ns
        limit = self._running.speed
        running, _, (speed, most, _) = runners(moment, self._area, self._site, limit)
        if len(running) >= _FEW:
            score = min(beyond(len(running), _FEW), beyond(speed, most))
            part = SeenPart(EventKind.CROWD_RUNNING, score, now)
            self._ran.append((now, part, tuple(mover.number for mover in running)))
        for vehicle in moment.of(Kind.VEHICLE):
            self._drive(vehicle, now)
        for number in [n for n, one in self._drives.items() if now - one.last_ns > _WINDOW_NS]:
            del self._drives[number]
        return list(self._fused(now))

    def _drive(self, vehicle: Mover, now: int) -> None:
        known = self._drives.setdefault(vehicle.number, _Drive())
        known.last_ns = now
        pace = vehicle.speed / vehicle.box.width
        if pace >= _MOVED:
            known.drove_ns, known.stood_ns = now, None
        elif pace > _STOOD:
            known.stood_ns = None
        elif known.stood_ns is None:
            known.stood_ns = now
        elif known.drove_ns is not None and now - known.stood_ns >= _STANDS_NS:
            if known.stood_ns - known.drove_ns <= _STOPS_NS:
                part = SeenPart(EventKind.VEHICLE_STOPPED, 0.6, known.stood_ns)
                self._stopped.append((known.stood_ns, part, (vehicle.number,)))
            known.drove_ns = None

    def _fused(self, now: int) -> Iterator[Incident]:
        for kind, sounds, sights in (
            (EventKind.PANIC, _FRIGHT, self._ran),
            (EventKind.COLLISION, _IMPACT, self._stopped),
        ):
            told = self._told_ns.get(kind)
            if told is not None and now - told < _QUIET_NS:
                continue
            heard = self._latest(sounds, now)
            seen = _near(sights, heard.start_ns) if heard is not None else None
            if heard is None or seen is None:
                continue
            at_ns, part, tracks = seen
            self._told_ns[kind] = now
            start_ns = min(heard.start_ns, at_ns)
            apart_s = seconds(abs(heard.start_ns - at_ns))
            sound = SeenPart(heard.kind, heard.score, heard.start_ns)
            yield Incident(
                kind=kind,
                phase=Phase.BEGAN,
                stream=self._stream,
                zone=None,
                start_ns=start_ns,
                end_ns=max(now, start_ns),
                score=1 - math.prod(1 - one.score for one in (sound, part)),
                evidence=(
                    evidence(Measure.APART, apart_s, seconds(_WINDOW_NS), Unit.SECOND),
                    _how_many(kind, len(tracks)),
                ),
                tracks=tracks,
                parts=(sound, part),
            )

    def _latest(self, kinds: frozenset[EventKind], now: int) -> SoundIncident | None:
        """The surest of the sounds that may belong to what is seen now."""
        while self._heard and now - self._heard[0].start_ns > 3 * _WINDOW_NS:
            self._heard.popleft()
        near = [one for one in self._heard if one.kind in kinds]
        return max(near, key=lambda one: one.score, default=None)


def _near(
    sights: Sequence[tuple[int, SeenPart, tuple[int, ...]]], at_ns: int
) -> tuple[int, SeenPart, tuple[int, ...]] | None:
    """The strongest sight close to a sound."""
    near = [one for one in sights if abs(one[0] - at_ns) <= _WINDOW_NS]
    return max(near, key=lambda one: one[1].score, default=None)


def _how_many(kind: EventKind, count: int) -> Evidence:
    if kind is EventKind.PANIC:
        return evidence(Measure.PEOPLE, count, _FEW, Unit.COUNT)
    return evidence(Measure.VEHICLES, count, 1, Unit.COUNT)
