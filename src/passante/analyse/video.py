"""From raw frames to analysed frames: looks, tracks, look-ahead.

The stage holds every frame for the length of the look-ahead. What is found on the newest frame is
followed back through the frames still held, so that a face is covered on frames *before* any
finder saw it. Only then is a frame released.

Failing closed: if a finder raises, every frame between its last good look and its next one is
dropped, never released.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from passante.analyse.again import SecondLooks
from passante.analyse.finder import Finder
from passante.analyse.heads import head_of, likely_head, may_wear
from passante.analyse.health import Health
from passante.analyse.looks import FaceLooks, LookSettings, Moment, PeopleLooks, PlateLooks
from passante.analyse.onward import Onward
from passante.analyse.planner import Changes
from passante.analyse.plates import likely_plate_zones
from passante.analyse.priors import Prior
from passante.analyse.scene import Scene
from passante.analyse.tracking import Tracker, TrackingSettings
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.core.names import Kind
from passante.inside.observation import Detections, Region, TrackSummary
from passante.inside.video import AnalysedFrame, RawFrame


@dataclass(frozen=True, slots=True)
class Finders:
    """Who looks. A policy that needs a kind needs its finder."""

    faces: Finder | None = None
    people: Finder | None = None
    """People and vehicles in one look."""
    plates: Finder | None = None


TRACKING = {
    Kind.FACE: TrackingSettings(start=0.2, keep=0.12),
    Kind.PERSON: TrackingSettings(start=0.35, keep=0.2, often=0.25, growth=0.08, pace=2.5),
    Kind.VEHICLE: TrackingSettings(start=0.4, keep=0.25, growth=0.08, pace=5.0),
    Kind.PLATE: TrackingSettings(start=0.42, keep=0.25, pace=30.0),
}


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """How far ahead to look, and what follows from what."""

    look_ahead_ns: int = NS_PER_S
    """How long each frame is held."""
    held_bytes: int = 224 * 1024 * 1024
    """At most this much picture is held; a larger picture shortens the look-ahead."""
    cut_share: float = 0.7
    """Share of the picture that changes at a cut."""
    pause_ns: int = NS_PER_S // 2
    """A picture that stands for longer than this is looked at everywhere, and so is the next."""
    head_prior: bool = True
    """A person without a visible face gets the head covered."""
    plate_prior: bool = True
    """A vehicle without a visible plate gets the places covered where one may be."""
    looks: LookSettings = field(default_factory=LookSettings)
    tracking: dict[Kind, TrackingSettings] = field(default_factory=lambda: dict(TRACKING))


@dataclass(slots=True)
class _Looks:
    """Everything that depends on the format of the frames."""

    changes: Changes
    faces: FaceLooks | None
    again: SecondLooks | None
    people: PeopleLooks | None
    plates: PlateLooks | None
    scene: Scene | None


class AnalyseVideo:
    """Stage from RawFrame to AnalysedFrame for one stream."""

    def __init__(
        self,
        finders: Finders,
        settings: AnalysisSettings | None = None,
        *,
        needed: frozenset[Kind],
        scene: bool = False,
        ended: Callable[[TrackSummary], None] | None = None,
    ) -> None:
        """Looks for `needed`.

        Args:
            finders: Must be able to find all of `needed`.
            settings: The defaults suit files and live streams alike.
            needed: Kinds that the policy decides about. A head needs faces and people, a plate
                needs vehicles: ask for those too.
            scene: Also learn the empty background of a fixed camera.
            ended: Is given every track that covered a released frame, once it has ended: at the
                latest in `flush`. Nothing of it is kept here, however long the stream is.

        Raises:
            ValueError: No finder for a kind that is needed.
        """
        self._settings = settings or AnalysisSettings()
        self._finders = Finders(
            finders.faces if Kind.FACE in needed else None,
            finders.people if needed & {Kind.PERSON, Kind.VEHICLE} else None,
            finders.plates if Kind.PLATE in needed else None,
        )
        self._looked = frozenset(
            kind
            for finder in (self._finders.faces, self._finders.people, self._finders.plates)
            if finder is not None
            for kind in finder.kinds
        ) | ({Kind.HEAD} if self._finders.people else frozenset())
        if needed - self._looked:
            raise ValueError(f"no finder for {', '.join(sorted(needed - self._looked))}")
        self._want_scene = scene
        self._ended = ended
        self._numbers = itertools.count(1)
        self._trackers = {
            kind: Tracker(kind, self._settings.tracking[kind], self._numbers)
            for kind in TRACKING
            if kind in self._looked
        }
        self._heads = Prior(Kind.HEAD, likely_head, self._numbers, may_wear, _SPOT_ON, shown=_SHOWN)
        self._onward = Onward()
        self._plate_zones = Prior(Kind.PLATE, likely_plate_zones, self._numbers)
        self._health: dict[str, Health] = {}
        self._held: deque[RawFrame] = deque()
        self._originals: dict[int, RawFrame] = {}
        self._shift_ns = 0
        self._thorough_seq = -1
        self._held_bytes = 0
        self._looks: _Looks | None = None
        self._form: VideoFormat | None = None
        self._closed_ns = -NS_PER_S
        self.unanalysed = 0
        """Frames dropped because a finder failed around them."""
        self.faults: Counter[str] = Counter()
        """How often finders raised what, by the name of the error."""
        self.last_error: Exception | None = None
        """What a finder raised last."""

    @property
    def delay_ns(self) -> int:
        """How far output runs behind input: the look-ahead."""
        return self._settings.look_ahead_ns

    def push(self, frame: RawFrame, /) -> Iterator[AnalysedFrame]:
        """Take the next frame; gives those that are now old enough."""
        if frame.format != self._form:
            yield from self._drain()
            self._renew(frame.format)
        assert self._looks is not None
        before = self._held[-1] if self._held else None
        frame = self._plausible(frame, before)
        changed = self._looks.changes.update(frame)
        step_ns = max(1, frame.pts_ns - before.pts_ns) if before else self._settings.look_ahead_ns
        breaks = changed > self._settings.cut_share or step_ns > self._settings.pause_ns
        if before is not None and breaks and before.seq != self._thorough_seq:
            # Whoever came after the last look would be gone before the next one.
            self._look(self._moment(before, 1, everything=True))
        self._held.append(frame)
        self._held_bytes += _size(frame)
        if self._looks.again is not None:
            self._looks.again.came(frame, self._looks.changes.thumb)
        for tracker in self._trackers.values():
            tracker.advance(frame, self._looks.changes)
        everything = before is None or breaks or self._settings.looks.thorough
        self._look(self._moment(frame, step_ns, everything=everything))
        while self._held and (
            frame.pts_ns - self._held[0].pts_ns >= self._settings.look_ahead_ns
            or self._held_bytes > self._settings.held_bytes
        ):
            yield from self._release()

    def flush(self) -> Iterator[AnalysedFrame]:
        """Look once more at the last frame, then give everything that is held; tracks end."""
        yield from self._drain()
        self._hand_over(over=True)

    def _drain(self) -> Iterator[AnalysedFrame]:
        if self._held and self._looks is not None and not self._settings.looks.thorough:
            self._look(self._moment(self._held[-1], 1, everything=True))
        while self._held:
            yield from self._release()

    def _hand_over(self, *, over: bool = False) -> None:
        """Let go of tracks that have ended, all when `over`, and of what followed from them."""
        for tracker in self._trackers.values():
            for track in tracker.take_ended(over=over):
                implied = (prior.end(track.number) for prior in (self._heads, self._plate_zones))
                for one in (track, *implied):
                    if one is not None and self._ended is not None:
                        self._ended(one)

    def _renew(self, form: VideoFormat) -> None:
        looks, finders, trackers = self._settings.looks, self._finders, self._trackers
        self._form = form
        faces = FaceLooks(finders.faces, form, looks) if finders.faces else None
        bodies = [trackers[kind] for kind in (Kind.PERSON, Kind.VEHICLE) if kind in trackers]
        self._looks = _Looks(
            Changes(form),
            faces,
            SecondLooks(faces, trackers[Kind.FACE], bodies, form) if faces else None,
            PeopleLooks(finders.people, form, looks) if finders.people else None,
            PlateLooks(finders.plates, form, looks) if finders.plates else None,
            Scene(form) if self._want_scene else None,
        )
        self._health = {
            name: Health()
            for name, finder in (
                ("faces", finders.faces),
                ("people", finders.people),
                ("plates", finders.plates),
            )
            if finder is not None
        }

    def _plausible(self, frame: RawFrame, before: RawFrame | None) -> RawFrame:
        """The frame, at a time that makes sense to whoever measures speed and intervals by it.

        Some recorders give all frames one time, or times a tick apart. Taken at their word they
        would never be looked at again: no time passes.
        """
        step_ns = frame.pts_ns + self._shift_ns - before.pts_ns if before else _FASTEST_NS
        if step_ns < _FASTEST_NS:
            self._shift_ns += _USUAL_NS - step_ns
        if self._shift_ns == 0:
            return frame
        self._originals[frame.seq] = frame
        return replace(frame, pts=frame.pts_ns + self._shift_ns, time_base=Fraction(1, NS_PER_S))

    def _moment(self, frame: RawFrame, step_ns: int, *, everything: bool) -> Moment:
        assert self._looks is not None
        # A look comes too late where the frames that it could have helped are no longer held.
        held = max(1, self._settings.held_bytes // _size(frame))
        held_ns = min(self._settings.look_ahead_ns, held * step_ns)
        return Moment(frame, self._looks.changes, step_ns, everything, held_ns)

    def _look(self, moment: Moment) -> None:
        """Whose turn it is looks; what is found goes to the trackers at once."""
        assert self._looks is not None
        looks = self._looks
        if (people := looks.people) is not None:
            self._take("people", moment, lambda: people.look(moment))
        if (faces := looks.faces) is not None:
            heads = self._lost_heads(moment)
            self._take("faces", moment, lambda: faces.look(moment, heads))
        if (plates := looks.plates) is not None:
            cars = self._trackers[Kind.VEHICLE].boxes if Kind.VEHICLE in self._trackers else ()
            self._take("plates", moment, lambda: plates.look(moment, cars))
        if moment.everything:
            self._thorough_seq = moment.frame.seq

    def _take(self, name: str, moment: Moment, look: Callable[[], list[Detections] | None]) -> None:
        try:
            found = look()
        except Exception as error:  # whatever a finder raises, its frames are not sure
            self._failed(name, error)
            return
        if found is None:
            return
        self._health[name].good(moment.frame.seq, self._held[0].seq)
        together, sudden = _joined(found), list[Box]()
        for kind in set(together.kinds):
            if kind in self._trackers:
                tracker = self._trackers[kind]
                sudden += tracker.observe(moment.frame, together, tuple(self._held))
        if name == "faces":
            self._look_again(moment.frame, sudden)

    def _look_again(self, frame: RawFrame, sudden: list[Box]) -> None:
        assert self._looks is not None
        if self._looks.again is None:
            return
        try:
            if sudden:
                self._looks.again.behind(frame, sudden, self._held, self._thorough_seq + 1)
            self._looks.again.between(frame, self._held)
        except Exception as error:
            self._failed("faces", error)

    def _failed(self, name: str, error: Exception) -> None:
        self._health[name].failed()
        self.faults[type(error).__name__] += 1
        self.last_error = error.with_traceback(None)  # the traceback would hold frames

    def _lost_heads(self, moment: Moment) -> list[Box]:
        """Faces that no look has confirmed lately, and heads of people whose face is not known."""
        now, close_ns = moment.frame.pts_ns, self._settings.looks.close_ns
        faces = self._trackers[Kind.FACE]
        lost = list(faces.stale(now, close_ns))
        if Kind.PERSON not in self._trackers or now - self._closed_ns < close_ns:
            return lost
        self._closed_ns = now
        form = moment.frame.format
        for person in self._trackers[Kind.PERSON].boxes:
            if not moment.changes.moved(person):
                continue
            upright = person.turned(form.width, form.height, form.rotation)
            head = head_of(upright).turned_back(form.width, form.height, form.rotation)
            if not any(_inside(face, head) for face in faces.boxes):
                lost.append(head.scaled(0.5))
        return lost

    def _release(self) -> Iterator[AnalysedFrame]:
        """Give the oldest frame, unless a finder could not be relied on around it."""
        assert self._looks is not None
        frame = self._held.popleft()
        self._held_bytes -= _size(frame)
        regions: list[Region] = []
        for tracker in self._trackers.values():
            regions += tracker.regions(frame)
        regions += self._implied(frame, regions)
        self._hand_over()
        if not all(health.covers(frame.seq) for health in self._health.values()):
            self.unanalysed += 1
            self._originals.pop(frame.seq, None)
            return
        scene = None
        if self._looks.scene is not None:
            scene = self._looks.scene.update(frame, regions)
        original = self._originals.pop(frame.seq, frame)
        yield AnalysedFrame(original, tuple(regions), self._looked, scene)

    def _implied(self, frame: RawFrame, regions: Iterable[Region]) -> list[Region]:
        by_kind: dict[Kind, list[Region]] = {kind: [] for kind in Kind}
        for region in regions:
            by_kind[region.kind].append(region)
        implied = []
        if self._settings.head_prior and Kind.FACE in self._looked:
            people = self._onward.doubted(
                frame.pts_ns, by_kind[Kind.PERSON], rotation=frame.format.rotation
            )
            implied += self._heads.regions(frame, people, by_kind[Kind.FACE])
        if self._settings.plate_prior and Kind.PLATE in self._looked:
            implied += self._plate_zones.regions(
                frame,
                [car for car in by_kind[Kind.VEHICLE] if car.box.width >= _LEGIBLE],
                by_kind[Kind.PLATE],
            )
        return implied


_FASTEST_NS = 2_000_000
"""No camera of a street takes frames closer together than this."""
_USUAL_NS = 40_000_000
"""How far apart frames are taken to be that say they are closer than that."""
_SHOWN = 0.75
"""Operators add a margin to where a head is likely; all of both would hide the upper body."""
_SPOT_ON = 0.25
"""A face this near to the middle of where a head must be hides that head, whoever's it is."""
_LEGIBLE = 90.0
"""A vehicle narrower than this, px, bears no plate that could be read."""


def _inside(found: Box, place: Box) -> bool:
    x, y = found.centre
    return place.x0 <= x <= place.x1 and place.y0 <= y <= place.y1


def _size(frame: RawFrame) -> int:
    return sum(plane.nbytes for plane in frame.planes)


def _joined(found: list[Detections]) -> Detections:
    if len(found) == 1:
        return found[0]
    return Detections(
        np.concatenate([part.boxes for part in found]),
        np.concatenate([part.scores for part in found]),
        tuple(itertools.chain.from_iterable(part.kinds for part in found)),
        found[0].by,
    )
