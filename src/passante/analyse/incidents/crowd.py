"""Rules about many people: a crowd grows too dense or too fast, several people run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from passante.analyse.incidents.rule import Finding, Moment, beyond, evidence, seconds
from passante.analyse.movers import Mover
from passante.analyse.site import Area, Site
from passante.analyse.zones import CrowdingRule, RunningRule
from passante.core.clock import NS_PER_S
from passante.core.names import EventKind, Kind, Measure, Unit, ZoneId

_CALM_NS = 2 * NS_PER_S
"""A count is the median over so long: a look that misses half of a crowd is no change."""
_EVERY_NS = NS_PER_S
"""A calm count is kept so often."""
_HEIGHTS = 0.6
"""Own heights a second for one m/s: people are about 1.7 m high."""
_MATURE_NS = NS_PER_S // 2
"""How fast somebody is, is known after so long."""
_TOGETHER = 0.5
"""Share of those who move in a zone that must run: a crowd runs, three joggers do not."""
_MOVES = 0.3
"""Share of the limit of speed under which somebody stands about."""


class Crowding:
    """People fill a zone beyond its limit, or fill it fast."""

    kind = EventKind.CROWDING

    def __init__(self, area: Area, rule: CrowdingRule) -> None:
        """In one zone."""
        self.zone: ZoneId = area.id
        self._area, self._rule = area, rule
        self._counts: deque[tuple[int, int]] = deque()
        self._calm: deque[tuple[int, float]] = deque()
        self._since_ns: int | None = None

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Whether it is crowded now."""
        now = moment.at_ns
        inside = [mover for mover in moment.of(Kind.PERSON) if self._area.holds(mover)]
        people = self._steady(now, moment.crowds.get(self.zone, len(inside)))
        score, numbers = 0.0, []
        if self._rule.people is not None:
            score = max(score, beyond(people, self._rule.people))
            numbers.append(evidence(Measure.PEOPLE, people, self._rule.people, Unit.COUNT))
        if self._rule.density is not None and self._area.square_metres:
            density = people / self._area.square_metres
            score = max(score, beyond(density, self._rule.density))
            limit = self._rule.density
            numbers.append(evidence(Measure.DENSITY, density, limit, Unit.PER_SQUARE_METRE))
        growth = self._growth(now, people)
        if growth is not None and people >= self._rule.least:
            score = max(score, beyond(growth, self._rule.rise))
            numbers.append(evidence(Measure.GROWTH, growth, self._rule.rise, Unit.SHARE))
        if score < 0.5:
            self._since_ns = None
            return
        self._since_ns = now if self._since_ns is None else self._since_ns
        tracks = tuple(mover.number for mover in inside)
        yield Finding(0, self._since_ns, score, tuple(numbers), tracks)

    def _steady(self, now: int, people: int) -> float:
        self._counts.append((now, people))
        while now - self._counts[0][0] > _CALM_NS:
            self._counts.popleft()
        ordered = sorted(count for _, count in self._counts)
        return float(ordered[len(ordered) // 2])

    def _growth(self, now: int, people: float) -> float | None:
        """How many times as many as a while ago; None while there is no such while."""
        within_ns = round(self._rule.within_s * NS_PER_S)
        if not self._calm or now - self._calm[-1][0] >= _EVERY_NS:
            self._calm.append((now, people))
        while now - self._calm[0][0] > within_ns:
            self._calm.popleft()
        if now - self._calm[0][0] < within_ns - 2 * _EVERY_NS:
            return None
        # From nobody to one is no growth: at least two were there.
        return people / max(2.0, self._calm[0][1])


class CrowdRunning:
    """Several people run at once, and they are most of those who move."""

    kind = EventKind.CROWD_RUNNING

    def __init__(self, area: Area, site: Site, rule: RunningRule) -> None:
        """In one zone."""
        self.zone: ZoneId = area.id
        self._area, self._site, self._rule = area, site, rule
        self._since_ns: int | None = None

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Whether people run now."""
        running, moving, fastest = runners(moment, self._area, self._site, self._rule.speed)
        if len(running) < self._rule.people or len(running) < _TOGETHER * moving:
            self._since_ns = None
            return
        self._since_ns = moment.at_ns if self._since_ns is None else self._since_ns
        lasted_s = seconds(moment.at_ns - self._since_ns)
        if lasted_s < self._rule.lasts_s:
            return
        speed, limit, unit = fastest
        yield Finding(
            0,
            self._since_ns,
            max(0.5, min(beyond(len(running), self._rule.people), beyond(speed, limit))),
            (
                evidence(Measure.PEOPLE, len(running), self._rule.people, Unit.COUNT),
                evidence(Measure.SPEED, speed, limit, unit),
                evidence(Measure.LASTED, lasted_s, self._rule.lasts_s, Unit.SECOND),
            ),
            tuple(mover.number for mover in running),
        )


def runners(
    moment: Moment, area: Area, site: Site, speed: float
) -> tuple[list[Mover], int, tuple[float, float, Unit]]:
    """Who runs in a zone, how many move at all, and (median speed of runners, limit, unit).

    Args:
        moment: Who is where.
        area: Where to look.
        site: Knows metres, or that there are none.
        speed: Limit in m/s.
    """
    running, speeds, moving = [], [], 0
    limit, unit = speed, Unit.METRE_PER_SECOND
    for person in moment.of(Kind.PERSON):
        if not area.holds(person) or person.at_ns - person.first_ns < _MATURE_NS:
            continue
        value, unit = site.speed(person)
        limit = speed if unit is Unit.METRE_PER_SECOND else _HEIGHTS * speed
        moving += value >= _MOVES * limit
        if value >= limit:
            running.append(person)
            speeds.append(value)
    middle = sorted(speeds)[len(speeds) // 2] if speeds else 0.0
    return running, moving, (middle, limit, unit)
