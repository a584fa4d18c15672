"""One stream of pictures, watched: looks become movers, movers become incidents and counts.

`Watching` takes looks that somebody else had taken, so that nothing is looked at twice where
pictures are protected as well. `Lookout` is for where nobody else looks: it takes its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from passante.analyse.counting import Counting, Crossing
from passante.analyse.finder import Finder
from passante.analyse.incidents import camera
from passante.analyse.incidents.crowd import Crowding, CrowdRunning
from passante.analyse.incidents.left import Left
from passante.analyse.incidents.people import Fall, Loitering, Lying, OnCarriageway
from passante.analyse.incidents.rule import Ledger, Moment, Rule
from passante.analyse.incidents.together import Together
from passante.analyse.incidents.traffic import Forbidden, Stopped, WrongWay
from passante.analyse.looks import LookSettings, PeopleLooks
from passante.analyse.looks import Moment as LookMoment
from passante.analyse.movers import MOVING, Mover, Movers
from passante.analyse.moving import Moving
from passante.analyse.overhear import Glance, Overhear
from passante.analyse.planner import Changes
from passante.analyse.site import Area, Site
from passante.analyse.sweep import Sweep
from passante.analyse.zones import WHOLE_PICTURE, RunningRule, Sight, Zones
from passante.core.clock import NS_PER_S
from passante.core.media import VideoFormat
from passante.core.names import StreamId, ZoneId
from passante.inside.incident import Incident, SoundIncident
from passante.inside.tally import Tally
from passante.inside.video import RawFrame

Seen = Incident | Tally

LOOK_NS = 200_000_000
"""Between looks at the whole picture."""
_FASTEST_NS = 2_000_000
"""No camera of a street takes frames closer together than this."""
_UNSEEN_NS = 60 * NS_PER_S
"""After a gap longer than this everything begins anew: nobody knows what went on meanwhile, and a
damaged clock must not make a moment into hours."""
_USUAL_NS = 40_000_000
"""How far apart frames are taken to be that say they are closer than that."""


class Watching:
    """Rules and counts of one stream of one format."""

    def __init__(self, zones: Zones, form: VideoFormat, stream: StreamId) -> None:
        """Place zones in the picture, which is turned upright first where it is stored otherwise.

        Raises:
            SettingsError: They do not fit.
        """
        self._stored, form = form, form.upright
        self._site = Site(zones, form)
        self._movers = Movers(MOVING if zones.vehicles is Sight.MOTION else None)
        self._counting = Counting(self._site, stream)
        self._ledger = Ledger(stream)
        self._camera = camera.CameraState(zones.camera) if zones.camera.watch else None
        self._left = [
            Left(area, self._site, area.drawn.left) for area in self._site.areas if area.drawn.left
        ]
        self._rules: list[Rule] = [
            rule for area in self._site.areas for rule in _rules(area, self._site)
        ]
        self._rules += self._left
        if self._camera is not None:
            self._rules += [camera.CameraRule(kind, self._camera) for kind in camera.KINDS]
        everywhere = Site(WHOLE_PICTURE, form).areas[0]
        running = next((a.drawn.running for a in self._site.areas if a.drawn.running), None)
        self._together = Together(self._site, stream, running or RunningRule(), everywhere)
        self._dense: tuple[Area, ...] = ()
        self._sweep: Sweep | None = None
        self._now_ns = 0
        self.latest: tuple[Mover, ...] = ()
        """Everybody at the last look."""
        self.crossings: tuple[Crossing, ...] = ()
        """Lines that were crossed at the last look."""

    def sweep(self, finder: Finder) -> None:
        """Count people in dense zones by close looks of their own, with that finder."""
        dense = [area for area in self._site.areas if area.drawn.dense]
        self._dense = tuple(dense)
        self._sweep = Sweep(finder, self._site.form, dense) if dense else None

    def take(self, frame: RawFrame, glances: Sequence[Glance]) -> Iterator[Seen]:
        """Take a frame and the looks at it, if there were any."""
        now = self._now_ns = frame.pts_ns
        frame = frame.upright()
        glances = [glance.upright(self._stored) for glance in glances]
        if self._sweep is not None:
            self._sweep.look(frame)
        if self._camera is not None:
            self._camera.take(frame)
        for left in self._left:
            left.take(frame, self.latest)
        if not glances:
            return
        self.latest = tuple(self._movers.update(now, glances))
        crowds = self._crowds()
        crossings, told = self._counting.update(now, self.latest, crowds)
        self.crossings = tuple(crossings)
        yield from told
        moment = Moment(now, self.latest, crowds)
        for rule in self._rules:
            yield from self._ledger.update(now, rule, list(rule.see(moment)))
        yield from self._together.see(moment)

    def _crowds(self) -> dict[ZoneId, int]:
        if self._sweep is None:
            return {}
        counted = {area.id: self._sweep.count(area, self.latest) for area in self._dense}
        return {zone: people for zone, people in counted.items() if people is not None}

    def hear(self, heard: SoundIncident) -> list[Incident]:
        """What a sound makes together with what was seen."""
        return self._together.hear(heard)

    def flush(self) -> Iterator[Seen]:
        """Everything ends now."""
        yield from self._counting.flush()
        for rule in self._rules:
            yield from self._ledger.flush(self._now_ns, rule)


class Lookout:
    """Stage from RawFrame to incidents and counts of one stream, with looks of its own."""

    delay_ns = 0

    def __init__(self, zones: Zones, finder: Finder | None, stream: StreamId) -> None:
        """Watch a stream.

        Args:
            zones: What was drawn.
            finder: Finds people and vehicles; None where zones take vehicles for what moves.
            stream: Which it is.
        """
        self._zones, self._stream = zones, stream
        self._finder = finder
        self._overhear = Overhear(finder) if finder is not None else None
        self._settings = LookSettings(people_ns=LOOK_NS)
        self._form: VideoFormat | None = None
        self._watching: Watching | None = None
        self._changes: Changes | None = None
        self._people: PeopleLooks | None = None
        self._moving: Moving | None = None
        self._last_ns: int | None = None
        self._looked_ns: int | None = None
        self._shift_ns = 0
        self.looks = 0
        """How many frames were looked at without a finder raising."""

    @property
    def watching(self) -> Watching | None:
        """The rules and counts, once a frame has said how large pictures are."""
        return self._watching

    def push(self, frame: RawFrame, /) -> Iterator[Seen]:
        """What became known through a frame."""
        if frame.format != self._form or self._watching is None:
            yield from self.flush()
            self._renew(frame.format)
        before_ns = self._last_ns
        frame = self._plausible(frame)
        if before_ns is not None and frame.pts_ns - before_ns > _UNSEEN_NS:
            yield from self.flush()
            self._renew(frame.format)
        assert self._watching is not None
        glances = self._look(frame)
        self.looks += bool(glances)
        yield from self._watching.take(frame, glances)

    def hear(self, heard: SoundIncident) -> list[Incident]:
        """What a sound makes together with what was seen."""
        return self._watching.hear(heard) if self._watching is not None else []

    def flush(self) -> Iterator[Seen]:
        """Everything ends now."""
        if self._watching is not None:
            yield from self._watching.flush()
        self._watching = None

    def _renew(self, form: VideoFormat) -> None:
        self._form = form
        self._watching = Watching(self._zones, form, self._stream)
        self._changes = Changes(form)
        if self._overhear is not None and self._finder is not None:
            self._people = PeopleLooks(self._overhear, form, self._settings)
            self._watching.sweep(self._finder)
        self._moving = Moving(form) if self._zones.vehicles is Sight.MOTION else None
        self._last_ns = self._looked_ns = None

    def _plausible(self, frame: RawFrame) -> RawFrame:
        """The frame, at a time later than that of the one before.

        Some recorders give all frames one time, some clocks jump back: taken at their word, such
        pictures would never be looked at again.
        """
        if (
            self._last_ns is not None
            and frame.pts_ns + self._shift_ns - self._last_ns < _FASTEST_NS
        ):
            self._shift_ns = self._last_ns + _USUAL_NS - frame.pts_ns
        if self._shift_ns == 0:
            return frame
        return replace(frame, pts=frame.pts_ns + self._shift_ns, time_base=Fraction(1, NS_PER_S))

    def _look(self, frame: RawFrame) -> list[Glance]:
        now = frame.pts_ns
        step_ns = max(1, now - self._last_ns) if self._last_ns is not None else LOOK_NS
        first, self._last_ns = self._last_ns is None, now
        if self._moving is not None:
            if self._looked_ns is not None and now - self._looked_ns + step_ns // 2 < LOOK_NS:
                return []
            self._looked_ns = now
            return [self._moving.look(frame)]
        assert self._changes is not None
        assert self._people is not None
        assert self._overhear is not None
        self._changes.update(frame)
        moment = LookMoment(frame, self._changes, step_ns, everything=first)
        self._people.look(moment)
        return self._overhear.fetch()


def _rules(area: Area, site: Site) -> Iterator[Rule]:
    drawn = area.drawn
    if drawn.fall:
        yield Fall(area, site, drawn.fall)
        yield Lying(area, site, drawn.fall)
    if drawn.running:
        yield CrowdRunning(area, site, drawn.running)
    if drawn.crowding:
        yield Crowding(area, drawn.crowding)
    if drawn.loitering:
        yield Loitering(area, drawn.loitering)
    if drawn.wrong_way:
        yield WrongWay(area, site, drawn.wrong_way)
    if drawn.carriageway:
        yield OnCarriageway(area, drawn.carriageway)
    if drawn.stopped:
        yield Stopped(area, drawn.stopped)
    if drawn.forbidden:
        yield Forbidden(area, drawn.forbidden)
