"""Counts of one stream: lines crossed, zones filled, how long, how fast; bucket by bucket.

A mover is where it stands: the middle of its lower edge. It has crossed a line once it stood
clear of it on both sides, each by a share of its own size, so that a box that trembles on the
line is counted once or not at all. Everything kept is about movers that are there now and about
cells of the bucket that runs: memory does not grow with the length of the stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from passante.analyse.buckets import empty_cells
from passante.analyse.movers import Mover
from passante.analyse.riding import riders
from passante.analyse.site import Area, Gate, Site
from passante.core.clock import NS_PER_S
from passante.core.names import DirectionId, Kind, Quantity, StreamId, Unit, ZoneId
from passante.core.shapes import Point
from passante.inside.tally import Tally

_CLEAR_X, _CLEAR_Y = 0.4, 0.3
"""Shares of its shorter side, across, and of its height, up and down, by which a mover must stand
clear of a line to be on one side of it: how far down it reaches is less sure, since feet are
hidden more often than shoulders."""
_BESIDE = 0.02
"""How far beyond the ends of a line a way over it still counts, as a share of its length."""
_STAYS_NS = NS_PER_S // 4
"""Whoever is in a zone, or out of it, for less than this has not come or gone."""
_MISSED_NS = 700_000_000
"""Whom no look has shown for longer than this does not fill a zone, though he may come back."""
_FORGET_NS = 8 * NS_PER_S
"""A mover that has not been told for so long is gone."""
_STANDS = 0.12
"""Own widths a second under which a vehicle stands."""
_STANDS_NS = 2 * NS_PER_S
"""How long it must stand to be queueing."""
_LONGEST_STEP_NS = 5 * NS_PER_S
"""Two looks further apart than this say nothing of the time between them."""
_MOST_EMPTY = 96
"""After a gap of more buckets than this, the empty ones are not told."""
_LONGEST_HEADWAY_NS = 120 * NS_PER_S
"""Vehicles further apart in time do not follow each other."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One mover over one line. Personal: it knows the track."""

    gate: ZoneId
    direction: DirectionId
    kind: Kind
    track: int
    at_ns: int


@dataclass(slots=True)
class _Side:
    """Where a mover stands to a line."""

    clear: float = 0.0
    """-1 or 1: the side on which it last stood clear; 0: none yet."""
    raw: float = 0.0
    """Distance at the last look, px."""
    foot: Point = (0.0, 0.0)
    over: bool = False
    """Whether its way led over the line itself when it last changed sides, not past its ends."""


@dataclass(slots=True)
class _Stay:
    """A mover and a zone."""

    inside: bool = False
    since_ns: int = 0
    """When it came in."""
    other_ns: int | None = None
    """Since when it is on the other side than `inside` says."""
    seconds: float = 0.0
    """In the zone within this bucket: what one mover adds to the occupancy."""


@dataclass(slots=True)
class _Known:
    """What is kept of a mover while it is there."""

    kind: Kind
    last_ns: int
    sides: dict[ZoneId, _Side] = field(default_factory=dict)
    stays: dict[ZoneId, _Stay] = field(default_factory=dict)
    came_over: ZoneId | None = None
    """The line it crossed last."""
    stands_ns: int | None = None
    """Since when it stands."""
    rode: int = 0
    """At how many looks more it was on two wheels than not."""


class Counting:
    """Counts what `Movers` tells; gives the cells of each bucket once it is over."""

    def __init__(self, site: Site, stream: StreamId) -> None:
        """For one stream."""
        self._site = site
        self._stream = stream
        self._bucket_ns = round(site.zones.bucket_s * NS_PER_S)
        self._counted = tuple(area for area in site.areas if area.drawn.count)
        self._known: dict[int, _Known] = {}
        self._passed: dict[tuple[ZoneId, Kind, DirectionId], int] = {}
        self._first_ns: int | None = None
        self._now_ns = 0
        self._bucket = 0
        self._cells = empty_cells(self._site, self._counted)

    def update(
        self,
        now_ns: int,
        movers: Sequence[Mover],
        crowds: Mapping[ZoneId, int] = MappingProxyType({}),
    ) -> tuple[list[Crossing], list[Tally]]:
        """Take what a look showed.

        Args:
            now_ns: Stream time.
            movers: Who is where.
            crowds: How many people close looks have counted in zones that are dense.

        Returns:
            Crossings that just happened, and the cells of buckets that are over.
        """
        if self._first_ns is None:
            self._first_ns = self._now_ns = now_ns
            self._bucket = now_ns // self._bucket_ns
        told: list[Tally] = []
        while now_ns // self._bucket_ns > self._bucket:
            told += self._close(cut=False)
            if now_ns - self._now_ns > _MOST_EMPTY * self._bucket_ns:
                self._bucket = now_ns // self._bucket_ns  # a clock that jumped, not empty streets
        step_ns = min(_LONGEST_STEP_NS, max(0, now_ns - self._now_ns))
        self._now_ns = now_ns
        crossings: list[Crossing] = []
        riding = riders(movers)
        for mover in movers:
            known = self._known.get(mover.number)
            if known is None:
                known = self._known[mover.number] = _Known(mover.kind, now_ns)
            known.last_ns = now_ns
            known.rode += 1 if mover.number in riding else -1
            crossings += self._over_gates(mover, known)
            self._stand(mover, known)
        for area in self._counted:
            self._fill(area, movers, step_ns, crowds.get(area.id))
        self._forget()
        return crossings, told

    def flush(self) -> list[Tally]:
        """Whoever is still in a zone leaves it now; the cells of the last bucket, cut short."""
        if self._first_ns is None:
            return []
        for known in self._known.values():
            self._gone(known)
        self._known.clear()
        return list(self._close(cut=True))

    # Lines.

    def _over_gates(self, mover: Mover, known: _Known) -> Iterator[Crossing]:
        for gate in self._site.gates:
            if mover.kind not in gate.drawn.of:
                continue
            side = known.sides.get(gate.id)
            if side is None:
                side = known.sides[gate.id] = _Side(foot=mover.foot)
            if self._changes_sides(gate, mover, side):
                if known.rode > 0 and Kind.VEHICLE in gate.drawn.of:
                    continue  # what they ride is counted
                way = gate.drawn.forward if side.clear > 0 else gate.drawn.backward
                crossing = Crossing(
                    gate.id, DirectionId(way), mover.kind, mover.number, mover.at_ns
                )
                self._count(crossing, mover, known)
                yield crossing

    def _changes_sides(self, gate: Gate, mover: Mover, side: _Side) -> bool:
        """Note where a mover stands to a line; gives whether it has just crossed it."""
        raw = gate.line.side(mover.foot)
        if raw == 0:
            return False  # on the line itself: where it came from stays known
        if raw * side.raw < 0:  # between the last look and this one
            share = side.raw / (side.raw - raw)
            (x0, y0), (x1, y1) = side.foot, mover.foot
            where = gate.line.along((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
            side.over = -_BESIDE <= where <= 1 + _BESIDE
        side.raw, side.foot = raw, mover.foot
        if abs(raw) < _clear(gate, mover):
            return False
        now = 1.0 if raw > 0 else -1.0
        crossed = side.clear == -now and side.over
        side.clear, side.over = now, side.over and not crossed
        return crossed

    def _count(self, crossing: Crossing, mover: Mover, known: _Known) -> None:
        kind, gate, way = crossing.kind, crossing.gate, crossing.direction
        self._cells[Quantity.CROSSINGS, gate, kind, way].add(1)
        self._cells[Quantity.FLOW, gate, kind, way].add(1)
        if mover.sort is not None and (Quantity.CROSSINGS, gate, mover.sort, way) in self._cells:
            self._cells[Quantity.CROSSINGS, gate, mover.sort, way].add(1)
            self._cells[Quantity.FLOW, gate, mover.sort, way].add(1)
        if known.came_over is not None and known.came_over != gate:
            trip = DirectionId(f"{known.came_over}>{gate}")
            cell = self._cells.get((Quantity.TRIPS, None, kind, trip))
            if cell is not None:
                cell.add(1)
        known.came_over = gate
        speed, unit = self._site.speed(mover)
        if unit is Unit.METRE_PER_SECOND:
            self._cells[Quantity.SPEED, gate, kind, way].add(speed)
        if kind is Kind.VEHICLE:
            before = self._passed.get((gate, kind, way))
            if before is not None and crossing.at_ns - before <= _LONGEST_HEADWAY_NS:
                headway_s = (crossing.at_ns - before) / NS_PER_S
                self._cells[Quantity.HEADWAY, gate, kind, way].add(headway_s)
            self._passed[gate, kind, way] = crossing.at_ns

    # Zones.

    def _fill(self, area: Area, movers: Sequence[Mover], step_ns: int, crowd: int | None) -> None:
        step_s = step_ns / NS_PER_S
        there: dict[Kind, int] = dict.fromkeys(area.drawn.of, 0)
        queue: list[Point] = []
        for mover in movers:
            if mover.kind not in there:
                continue
            known = self._known[mover.number]
            stay = known.stays.setdefault(area.id, _Stay())
            if self._comes_or_goes(area, mover, stay, known) and mover.missing_ns <= _MISSED_NS:
                there[mover.kind] += 1
                stay.seconds += step_s
                self._cells[Quantity.OCCUPANCY, area.id, mover.kind, None].total += step_s
                if self._queues(mover, known):
                    queue.append(mover.foot)
        if crowd is not None:
            occupied = self._cells[Quantity.OCCUPANCY, area.id, Kind.PERSON, None]
            occupied.total += (crowd - there[Kind.PERSON]) * step_s
            there[Kind.PERSON] = crowd
        for kind, n in there.items():
            self._cells[Quantity.OCCUPANCY_MOST, area.id, kind, None].peak(n, n)
            if kind is Kind.PERSON and area.square_metres:
                cell = self._cells[Quantity.DENSITY_MOST, area.id, kind, None]
                cell.peak(n / area.square_metres, n)
        if area.drawn.queue:
            self._line_up(area, queue, step_s)

    def _comes_or_goes(self, area: Area, mover: Mover, stay: _Stay, known: _Known) -> bool:
        """Whether a mover counts as in a zone now; notes when it comes and when it goes."""
        holds = area.holds(mover)
        if holds == stay.inside:
            stay.other_ns = None
            return stay.inside
        stay.other_ns = mover.at_ns if stay.other_ns is None else stay.other_ns
        if mover.at_ns - stay.other_ns < _STAYS_NS:
            return stay.inside
        since_ns, stay.other_ns = stay.other_ns, None
        if holds:
            stay.inside, stay.since_ns = True, since_ns
            self._cells[Quantity.ENTRIES, area.id, known.kind, None].add(1)
        else:
            self._leaves(area.id, stay, known, since_ns)
        return holds

    def _leaves(self, zone: ZoneId, stay: _Stay, known: _Known, at_ns: int) -> None:
        stay.inside = False
        dwelt_s = max(0, at_ns - stay.since_ns) / NS_PER_S
        self._cells[Quantity.DWELL, zone, known.kind, None].add(dwelt_s)
        self._occupied(zone, stay, known.kind)

    def _occupied(self, zone: ZoneId, stay: _Stay, kind: Kind) -> None:
        """One mover's share of the occupancy is known: it left, or the bucket is over."""
        cell = self._cells[Quantity.OCCUPANCY, zone, kind, None]
        if stay.seconds:
            cell.n += 1
            cell.largest = max(cell.largest, stay.seconds)
        stay.seconds = 0.0

    def _stand(self, mover: Mover, known: _Known) -> None:
        stands = mover.kind is Kind.VEHICLE and mover.speed < _STANDS * mover.box.width
        if not stands:
            known.stands_ns = None
        elif known.stands_ns is None:
            known.stands_ns = mover.at_ns

    def _queues(self, mover: Mover, known: _Known) -> bool:
        return known.stands_ns is not None and mover.at_ns - known.stands_ns >= _STANDS_NS

    def _line_up(self, area: Area, queue: Sequence[Point], step_s: float) -> None:
        cell = self._cells[Quantity.QUEUE, area.id, Kind.VEHICLE, None]
        cell.total += len(queue) * step_s
        cell.n = max(cell.n, len(queue))
        cell.largest = max(cell.largest, step_s)
        self._cells[Quantity.QUEUE_MOST, area.id, Kind.VEHICLE, None].peak(len(queue), len(queue))
        if self._site.ground is not None and len(queue) > 1:
            reach = max(self._site.apart(a, b)[0] for a in queue for b in queue)
            self._cells[Quantity.QUEUE_LENGTH_MOST, area.id, Kind.VEHICLE, None].peak(
                reach, len(queue)
            )

    # Buckets.

    def _forget(self) -> None:
        gone = [
            number
            for number, known in self._known.items()
            if self._now_ns - known.last_ns > _FORGET_NS
        ]
        for number in gone:
            self._gone(self._known.pop(number))

    def _gone(self, known: _Known) -> None:
        for zone, stay in known.stays.items():
            if stay.inside:
                self._leaves(zone, stay, known, known.last_ns)
            else:
                self._occupied(zone, stay, known.kind)

    def _close(self, *, cut: bool) -> Iterable[Tally]:
        for known in self._known.values():
            for zone, stay in known.stays.items():
                self._occupied(zone, stay, known.kind)
        first_ns = self._first_ns if self._first_ns is not None else 0
        start_ns, end_ns = self._bucket * self._bucket_ns, (self._bucket + 1) * self._bucket_ns
        whole = first_ns <= start_ns and not cut
        seen_ns = max(start_ns, first_ns), min(end_ns, self._now_ns) if cut else end_ns
        told = [
            Tally(
                quantity=quantity,
                unit=cell.unit,
                stream=self._stream,
                zone=zone,
                of=kind,
                direction=direction,
                start_ns=seen_ns[0],
                end_ns=max(seen_ns),
                total=cell.total,
                n=cell.n,
                largest=cell.largest,
                complete=whole,
            )
            for (quantity, zone, kind, direction), cell in self._cells.items()
        ]
        self._bucket += 1
        self._cells = empty_cells(self._site, self._counted)
        return told


def _clear(gate: Gate, mover: Mover) -> float:
    """How far from a line a mover is surely on one side of it, px."""
    (x0, y0), (x1, y1) = gate.line.start, gate.line.end
    across, down = abs(y1 - y0) / gate.line.length, abs(x1 - x0) / gate.line.length
    box = mover.box
    return across * _CLEAR_X * min(box.width, box.height) + down * _CLEAR_Y * box.height
