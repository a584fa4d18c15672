"""Detections of one kind, on some frames, as regions on every frame.

Rules, each there because somebody else's output leaked without it:

- Every detection above the start threshold starts a track at once; nothing waits to be confirmed.
- Between two detections the region is the union of what was followed forwards and what a straight
  line between them gives: it is never less than either.
- Before its first detection a track is walked back as far as the look-ahead reaches, until the
  picture no longer agrees, and a little further.
- After its last detection it is held, growing, and followed while the picture agrees.
- Two detections of one look never become one track, and two tracks never become one.
- Who turns up beside a lost track may be its owner or not: both are covered.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from passante.analyse.hints import Hints
from passante.analyse.motion import apart, as_array, between, nearest, reach, without_doubles
from passante.analyse.planner import Changes
from passante.analyse.template import Template
from passante.analyse.track import Place, Track
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import Cause, Kind
from passante.inside.observation import Detections, Region, TrackSummary
from passante.inside.video import RawFrame


@dataclass(frozen=True, slots=True)
class TrackingSettings:
    """How detections of one kind become tracks."""

    start: float
    """Score that starts a track."""
    keep: float
    """Score that keeps one alive; lower."""
    often: float = math.inf
    """Score that starts one where look after look shows it."""
    hold_ns: int = 800_000_000
    """How long a track is held after its last detection; half of it where no score was high."""
    grace_ns: int = 250_000_000
    """How far a track is walked back beyond the point where the picture stops agreeing."""
    agree: float = 0.5
    """Correlation from which a patch counts as found again."""
    growth: float = 0.4
    """By how much of its size a box grows on every side each second that nothing confirms it."""
    pace: float = 10.0
    """How fast it may move, in its own sizes (mean of width and height) a second. A head goes by
    at 6 when its owner walks and at 17 when he runs; a plate on a car at 30 and more."""


_STRIDE_NS = 80_000_000
"""A patch is searched for so often; on frames between, its track goes on at its speed."""
_KNOWN = 0.5
"""A find that overlaps a place so much (intersection over union) is covered by it."""
_FASTEST = 35.0
"""Sizes a second at which a head goes by on a bicycle close to the camera."""
_BODIES = frozenset({Kind.PERSON, Kind.VEHICLE})
_LIES_ON = 0.5
"""Intersection over union of a weak find with the track that it may keep."""
_SURE = 0.75
"""Correlation from which what was found replaces the patch that is searched for."""


class Tracker:
    """Tracks of one kind on one stream."""

    def __init__(
        self, kind: Kind, settings: TrackingSettings, numbers: itertools.count[int]
    ) -> None:
        """For detections of `kind`; track numbers come from `numbers`."""
        self.kind = kind
        self._settings = settings
        self._numbers = numbers
        self._alive: list[Track] = []
        self._ended: list[Track] = []
        self._done: list[TrackSummary] = []
        self._hints = Hints()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where the living tracks are on the newest frame."""
        return tuple(track.box for track in self._alive)

    def places(self, seq: int) -> list[Box]:
        """What is covered so far on a frame that is still held."""
        found = (track.places.get(seq) for track in self._alive + self._ended)
        return [place.box.grown(place.slack) for place in found if place is not None]

    def stale(self, now_ns: int, age_ns: int) -> tuple[Box, ...]:
        """Living tracks that no detection has confirmed for `age_ns`, the longest first."""
        old = [track for track in self._alive if now_ns - track.seen_ns >= age_ns]
        return tuple(track.box for track in sorted(old, key=lambda track: track.seen_ns))

    def advance(self, frame: RawFrame, changes: Changes) -> None:
        """Carry every living track on to the next frame; end those held for too long."""
        now = frame.pts_ns
        for track in list(self._alive):
            sure = track.score >= 1.75 * self._settings.start
            hold_ns = self._settings.hold_ns if sure else self._settings.hold_ns // 2
            if now - track.seen_ns > hold_ns:
                self._alive.remove(track)
                self._ended.append(track)
                continue
            self._follow(track, frame, changes)
            size = (track.box.width + track.box.height) / 2
            age_s = (now - track.seen_ns) / NS_PER_S
            slack = size * min(0.5, 0.04 + self._settings.growth * age_s)
            track.places[frame.seq] = Place(track.box, slack, Cause.TRACKING)

    def observe(self, frame: RawFrame, found: Detections, held: Sequence[RawFrame]) -> list[Box]:
        """Take what was found on the newest frame.

        Gives those finds, px, that came out of nowhere: no frame before shows them near by.

        Args:
            frame: The newest frame; `advance` has seen it.
            found: Detections on it; those of other kinds are ignored.
            held: Frames not yet released, oldest first, the newest last.
        """
        keep = [
            i
            for i, kind in enumerate(found.kinds)
            if kind is self.kind and found.scores[i] >= self._settings.keep
        ]
        boxes = [Box(*(float(edge) for edge in found.boxes[i])) for i in keep]
        scores = [float(found.scores[i]) for i in keep]
        single = without_doubles(boxes, scores)
        boxes, scores = [boxes[i] for i in single], [scores[i] for i in single]
        sudden: list[Box] = []
        taken: set[int] = set()
        for track, index in self._match(boxes, scores, frame.pts_ns):
            box, score = boxes[index], scores[index]
            if score >= self._settings.start and apart(track.box, box):
                self._bridge(track, frame, box, held)
                continue
            self._seen(track, frame, box, score, held)
            taken.add(index)
        for index, (box, score) in enumerate(zip(boxes, scores, strict=True)):
            fresh = index not in taken and self._counts(frame, box, score)
            if fresh and not self._start(frame, box, score, held):
                sudden.append(box)
        return sudden

    def _counts(self, frame: RawFrame, box: Box, score: float) -> bool:
        """Whether a find that is of no track starts one."""
        if score >= self._settings.start or score < self._settings.often:
            return score >= self._settings.start
        side = max(frame.format.width, frame.format.height)
        return self._hints.often(frame.pts_ns, side, box, self.boxes)

    def note(self, frame: RawFrame, found: Detections) -> bool:
        """Cover on an earlier frame, still held, what a second look found there.

        Gives whether that was anything new.
        """
        known = [track.places.get(frame.seq) for track in self._alive + self._ended]
        fresh = False
        for row, score, kind in zip(found.boxes, found.scores.tolist(), found.kinds, strict=True):
            box = Box(*(float(edge) for edge in row))
            if kind is not self.kind or score < self._settings.start:
                continue
            if any(place is not None and place.box.iou(box) > _KNOWN for place in known):
                continue
            fresh = True
            track = self._beside(frame.seq, box)
            if track is None:
                at = frame.seq, frame.pts_ns
                track = Track(next(self._numbers), box, score, None, *at, box, box, frame.pts_ns)
                self._ended.append(track)
            track.places[frame.seq] = Place(box, 0.0, Cause.DETECTION)
        return fresh

    def _beside(self, seq: int, box: Box) -> Track | None:
        """Whose place on the frame before or after lies on `box`, and who has none on this one."""
        for track in self._alive + self._ended:
            places = [track.places.get(near) for near in (seq - 1, seq + 1)]
            near = any(place is not None and place.box.iou(box) > _KNOWN for place in places)
            if near and seq not in track.places:
                return track
        return None

    def regions(self, frame: RawFrame) -> list[Region]:
        """Every region on a frame that is now released; its places are forgotten."""
        regions = []
        for track in self._alive + self._ended:
            place = track.places.pop(frame.seq, None)
            if place is None:
                continue
            box = place.box.grown(place.slack)
            parts = tuple(part.grown(place.slack) for part in place.parts)
            regions.append(Region(self.kind, box, track.score, place.cause, track.number, parts))
            track.counts[place.cause] = track.counts.get(place.cause, 0) + 1
            track.first = track.first or (frame.seq, frame.pts_ns)
            track.last = (frame.seq, frame.pts_ns)
        for track in [t for t in self._ended if not t.places]:
            self._ended.remove(track)
            self._close(track)
        return regions

    def take_ended(self, *, over: bool = False) -> list[TrackSummary]:
        """Tracks that ended since the last call and covered a released frame; all when `over`."""
        if over:
            for track in self._alive + self._ended:
                self._close(track)
            self._alive, self._ended = [], []
        ended, self._done = self._done, []
        return ended

    def _follow(self, track: Track, frame: RawFrame, changes: Changes) -> None:
        """Move a track's box to where its patch is on `frame`."""
        now = frame.pts_ns
        if not changes.moved(track.box.grown(4.0)):
            track.speed = (0.0, 0.0)
            track.anchor, track.anchor_ns = track.box, now
            return
        since_s = max(0, now - track.anchor_ns) / NS_PER_S
        track.box = track.anchor.shifted(track.speed[0] * since_s, track.speed[1] * since_s)
        if track.template is None or now - track.anchor_ns < _STRIDE_NS:
            return
        room = reach(track.box, since_s, self._settings.pace)
        room += 0.5 * since_s * float(np.hypot(*track.speed))
        place, fit = track.template.find(frame, track.box, room)
        if fit >= self._settings.agree:
            old, new = track.anchor.centre, place.centre
            track.speed = (
                0.5 * track.speed[0] + 0.5 * (new[0] - old[0]) / since_s,
                0.5 * track.speed[1] + 0.5 * (new[1] - old[1]) / since_s,
            )
            track.box = place
        else:
            track.speed = (track.speed[0] * 0.7, track.speed[1] * 0.7)
        track.anchor, track.anchor_ns = track.box, now

    def _match(self, boxes: list[Box], scores: list[float], now_ns: int) -> list[tuple[Track, int]]:
        """Pairs of track and detection, nearest first, each used once."""
        if not boxes or not self._alive:
            return []
        a = as_array([track.box for track in self._alive])[:, None]
        b = as_array(boxes)[None]
        age_s = np.array([now_ns - track.seen_ns for track in self._alive])[:, None] / NS_PER_S
        size = (a[..., 2] + a[..., 3] + b[..., 2] + b[..., 3]) / 4
        gap = np.hypot(a[..., 0] - b[..., 0], a[..., 1] - b[..., 1])
        ratio = np.abs(np.log((b[..., 2] * b[..., 3]) / (a[..., 2] * a[..., 3]))) / 2
        cost = gap / size + 0.5 * ratio
        room = 0.6 + np.minimum(2.5, 0.8 * self._settings.pace * age_s)
        cost[(gap > room * size) | (ratio >= 0.8)] = np.inf
        if self.kind in _BODIES:
            # Whoever is gone is not the shadow on the wall that has looked a bit like someone all
            # along: a find that could not start a track keeps only the one that it lies on.
            weak = np.flatnonzero(np.array(scores) < self._settings.start)
            for t, track in enumerate(self._alive):
                for d in weak.tolist():
                    if boxes[d].iou(track.box) < _LIES_ON:
                        cost[t, d] = np.inf
        return [(self._alive[t], d) for t, d in nearest(cost).items()]

    def _seen(
        self, track: Track, frame: RawFrame, box: Box, score: float, held: Sequence[RawFrame]
    ) -> None:
        """A detection of a known track: lay a bridge back to the one before."""
        span_ns = frame.pts_ns - track.seen_ns
        if span_ns > 0:
            self._bridge(track, frame, box, held)
            moved = (
                box.centre[0] - track.seen_box.centre[0],
                box.centre[1] - track.seen_box.centre[1],
            )
            track.speed = moved[0] * NS_PER_S / span_ns, moved[1] * NS_PER_S / span_ns
        # A find much smaller than expected may be of part of it only: cover what was expected too.
        part = box.area < 0.75 * track.box.area and self.kind is not Kind.VEHICLE
        parts = (box, track.box) if part else ()
        shown = box.union(track.box) if part else box
        track.places[frame.seq] = Place(shown, 0.0, Cause.DETECTION, parts)
        track.box = track.seen_box = track.anchor = box
        track.seen_seq, track.seen_ns, track.anchor_ns = frame.seq, frame.pts_ns, frame.pts_ns
        track.score = max(track.score, score)
        track.template = Template.cut(frame, box)

    def _bridge(self, track: Track, frame: RawFrame, box: Box, held: Sequence[RawFrame]) -> None:
        """Cover the straight line from where a track was found last to `box` on `frame`."""
        span_ns = max(1, frame.pts_ns - track.seen_ns)
        for missed in held:
            if not track.seen_seq < missed.seq < frame.seq:
                continue
            share = (missed.pts_ns - track.seen_ns) / span_ns
            line = between(track.seen_box, box, share)
            followed = track.places.get(missed.seq)
            # Nothing hides a vehicle: where its plate may be follows from one box, not from two.
            whole, parts = line, tuple[Box, ...]()
            if followed is not None and self.kind is not Kind.VEHICLE:
                whole = line.union(followed.box)
                parts = (line, *(followed.parts or (followed.box,)))
            slack = 0.05 * (line.width + line.height) / 2
            track.places[missed.seq] = Place(whole, slack, Cause.TRACKING, parts)

    def _start(self, frame: RawFrame, box: Box, score: float, held: Sequence[RawFrame]) -> bool:
        """A detection of nothing known: a new track, walked back at once.

        Gives whether the picture before agrees.
        """
        template, at = Template.cut(frame, box), (frame.seq, frame.pts_ns)
        track = Track(next(self._numbers), box, score, template, *at, box, box, frame.pts_ns)
        track.places[frame.seq] = Place(box, 0.0, Cause.DETECTION)
        self._alive.append(track)
        return self._walk_back(track, frame, held)

    def _walk_back(self, track: Track, frame: RawFrame, held: Sequence[RawFrame]) -> bool:
        """Cover a new track on the frames before; gives whether they show it near by."""
        box, later_ns, template = track.box, frame.pts_ns, track.template
        found = near = len(held) < 2
        speed, skipped = (0.0, 0.0), list[RawFrame]()
        for earlier in reversed(held):
            gap_ns = later_ns - earlier.pts_ns
            if earlier.seq >= frame.seq:
                continue
            if gap_ns < _STRIDE_NS and earlier is not held[0]:
                skipped.append(earlier)
                continue
            gap_s = max(gap_ns, 1) / NS_PER_S
            guess = box.shifted(-speed[0] * gap_s, -speed[1] * gap_s)
            if template is None:
                break
            room = reach(box, gap_s, self._settings.pace) + 0.5 * gap_s * float(np.hypot(*speed))
            place, fit = template.find(earlier, guess, room)
            if not found and fit >= self._settings.agree:
                near = True
            elif not found:
                # It is here now and was not near by: perhaps it is only fast.
                place, fit = template.find(earlier, guess, reach(box, gap_s, _FASTEST))
                fit *= fit >= _SURE
            if fit < self._settings.agree:
                skipped.append(earlier)
                break
            step = (box.centre[0] - place.centre[0], box.centre[1] - place.centre[1])
            old = 0.5 if found else 0.0
            speed = (
                old * speed[0] + (1 - old) * step[0] / gap_s,
                old * speed[1] + (1 - old) * step[1] / gap_s,
            )
            track.speed, found = track.speed if found else speed, True
            for missed in skipped:
                share = (later_ns - missed.pts_ns) / max(gap_ns, 1)
                self._look_ahead(track, frame, missed, between(box, place, share))
            skipped = []
            self._look_ahead(track, frame, earlier, place)
            box, later_ns = place, earlier.pts_ns
            if fit > _SURE:
                template = Template.cut(earlier, box) or template
        # Where the picture no longer agrees, or cannot be compared: a little further all the same.
        for earlier in (
            one for one in held if 0 < later_ns - one.pts_ns <= self._settings.grace_ns
        ):
            gap_s = (later_ns - earlier.pts_ns) / NS_PER_S
            guess = box.shifted(-speed[0] * gap_s, -speed[1] * gap_s)
            self._look_ahead(track, frame, earlier, guess)
        return near

    def _look_ahead(self, track: Track, found: RawFrame, earlier: RawFrame, box: Box) -> None:
        """Cover `box` on a frame before the one on which the track was found."""
        age_s = (found.pts_ns - earlier.pts_ns) / NS_PER_S
        slack = (box.width + box.height) / 2 * min(0.4, 0.04 + 0.6 * self._settings.growth * age_s)
        track.places[earlier.seq] = Place(box, slack, Cause.LOOK_AHEAD)

    def _close(self, track: Track) -> None:
        first, last = track.first, track.last
        if first is not None:
            when = first[0], last[0], first[1], last[1]
            self._done.append(TrackSummary(track.number, self.kind, *when, dict(track.counts)))
