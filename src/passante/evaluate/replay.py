"""Recordings watched for the sake of a score: who was where on each frame, and what was told."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from passante.analyse.counting import Crossing
from passante.analyse.finder import Finder
from passante.analyse.lookout import LOOK_NS, Lookout, Watching
from passante.analyse.motion import between
from passante.analyse.movers import Mover
from passante.analyse.overhear import Glance, Overhear
from passante.analyse.zones import Zones
from passante.core.clock import NS_PER_S
from passante.core.errors import EvaluationError
from passante.core.geometry import Box
from passante.core.names import Kind, StreamId
from passante.inside.incident import Incident
from passante.inside.observation import Detections
from passante.inside.video import RawFrame
from passante.sources import open_source

Tracks = Mapping[int, Mapping[int, Box]]
"""Frame, from 0 -> number of a track -> box, px."""

_MOST_FRAMES = 800
"""Longer recordings are watched up to here."""


@dataclass(slots=True)
class Replay:
    """What watching a recording gave."""

    frames: list[tuple[int, int]] = field(default_factory=list)
    """(number, ns) of every frame."""
    looks: list[tuple[int, int, tuple[Mover, ...]]] = field(default_factory=list)
    """(number, ns, movers) of every frame that was looked at."""
    size: tuple[int, int] = (0, 0)
    """Width and height of a picture, px."""
    crossings: list[Crossing] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)

    def note(self, frame: RawFrame) -> None:
        """One more frame."""
        self.frames.append((frame.seq, frame.pts_ns))
        self.size = frame.format.width, frame.format.height

    @property
    def media_s(self) -> float:
        """Length of the recording, s."""
        return (self.frames[-1][1] - self.frames[0][1]) / NS_PER_S if self.frames else 0.0

    def within(self, marked: Tracks) -> dict[int, Mapping[int, Box]]:
        """Of what is marked, that on frames which were watched."""
        watched = {number for number, _ in self.frames}
        return {frame: there for frame, there in marked.items() if frame in watched}

    def tracks(self, kind: Kind) -> dict[int, dict[int, Box]]:
        """Boxes on every frame: between two looks on a straight line."""
        found: dict[int, dict[int, Box]] = {number: {} for number, _ in self.frames}
        for (first, first_ns, before), (last, last_ns, after) in pairwise(self.looks):
            later = {mover.number: mover for mover in after if mover.kind is kind}
            for mover in before:
                other = later.get(mover.number)
                if mover.kind is not kind or other is None or not (mover.seen or other.seen):
                    continue
                for number, ns in self.frames:
                    if first <= number < last:
                        share = (ns - first_ns) / max(1, last_ns - first_ns)
                        found[number][mover.number] = between(mover.box, other.box, share)
        for number, _, movers in self.looks[-1:]:
            found[number] |= {m.number: m.box for m in movers if m.kind is kind and m.seen}
        return found


def watch(path: Path, zones: Zones, finder: Finder | None) -> Replay:
    """Watch a recording as the product does; without a finder, by what moves."""
    made = Replay()
    lookout = Lookout(zones, finder, StreamId("video"))
    for frame in _frames(path):
        made.note(frame)
        made.incidents += [one for one in lookout.push(frame) if isinstance(one, Incident)]
        watching = lookout.watching
        if watching is not None and watching.latest and watching.latest[0].at_ns == frame.pts_ns:
            made.looks.append((frame.seq, frame.pts_ns, watching.latest))
            made.crossings += watching.crossings
    made.incidents += [one for one in lookout.flush() if isinstance(one, Incident)]
    return made


def cost(path: Path, zones: Zones, finder: Finder) -> tuple[float, int]:
    """CPU ms a frame of everything but the looks: joining, counting, rules; and how many frames."""
    kept: list[tuple[RawFrame, list[Glance]]] = []
    recorder = Overhear(finder)
    lookout = Lookout(zones, recorder, StreamId("video"))
    for frame in _frames(path):
        list(lookout.push(frame))
        kept.append((frame, recorder.fetch()))
    if not kept:
        return 0.0, 0
    watching = Watching(zones, kept[0][0].format, StreamId("video"))
    began = time.process_time()
    for frame, glances in kept:
        list(watching.take(frame, glances))
    return 1000 * (time.process_time() - began) / len(kept), len(kept)


class Subtraction:
    """The anchor: people as blobs that differ from a background (MOG2), joined as ours are."""

    kinds = frozenset({Kind.PERSON})
    model = "mog2"

    def __init__(self) -> None:
        self._mog2 = cv2.createBackgroundSubtractorMOG2(history=200, detectShadows=True)

    def look(self, frame: RawFrame) -> Glance:
        """Blobs as high as wide at least, and not tiny."""
        mask = self._mog2.apply(frame.grey())
        sure = np.asarray(mask == 255, np.uint8)
        sure = np.asarray(cv2.medianBlur(sure, 5), np.uint8)
        whole = cv2.morphologyEx(sure, cv2.MORPH_CLOSE, np.ones((9, 5), np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(whole)
        least = 0.0008 * mask.size
        boxes = [
            (left, top, left + wide, top + high)
            for left, top, wide, high, area in stats[1:count].tolist()
            if area >= least and high >= wide
        ]
        form = frame.format
        return Glance(
            Box(0, 0, form.width, form.height),
            Detections(
                np.array(boxes, np.float32).reshape(-1, 4),
                np.full(len(boxes), 0.9, np.float32),
                (Kind.PERSON,) * len(boxes),
                self.model,
            ),
        )


def subtract(path: Path, zones: Zones) -> Replay:
    """Watch a recording with the anchor: every frame for the background, looks as often as ours."""
    made, anchor = Replay(), Subtraction()
    watching: Watching | None = None
    looked_ns: int | None = None
    for frame in _frames(path):
        watching = watching or Watching(zones, frame.format, StreamId("video"))
        made.note(frame)
        glance = anchor.look(frame)
        if looked_ns is None or frame.pts_ns - looked_ns >= LOOK_NS:
            looked_ns = frame.pts_ns
            list(watching.take(frame, [glance]))
            made.looks.append((frame.seq, frame.pts_ns, watching.latest))
            made.crossings += watching.crossings
    return made


def truth(path: Path) -> dict[int, dict[int, Box]]:
    """Marked boxes of a recording; those without a number of their own get one a frame.

    Raises:
        EvaluationError: They are not there.
    """
    file = path.with_name(f"{path.stem}.gt.txt")
    try:
        lines = file.read_text(encoding="utf-8").split()
    except OSError as error:
        raise EvaluationError(f"{file.name} is not there") from error
    found: dict[int, dict[int, Box]] = {}
    for line in lines:
        frame, number, left, top, wide, high = (float(word) for word in line.split(",")[:6])
        there = found.setdefault(int(frame) - 1, {})
        key = int(number) if number >= 0 else -len(there) - 1
        there[key] = Box(left, top, left + wide, top + high)
    return found


def true_crossings(
    tracks: Tracks, *, x: float | None = None, y: float | None = None
) -> tuple[int, int]:
    """How often tracks pass an upright (x) or level (y) line through the whole picture.

    A pass is from 4 px before it to 4 px behind it.

    Returns:
        Passes towards greater x or y, and towards smaller ones.
    """
    side: dict[int, bool] = {}
    more = less = 0
    for frame in sorted(tracks):
        for number, box in tracks[frame].items():
            foot = (box.x0 + box.x1) / 2 if x is not None else box.y1
            gap = foot - (x if x is not None else y or 0.0)
            if abs(gap) < _CLEAR:
                continue
            beyond = gap > 0
            known = side.get(number, beyond)
            more += beyond and not known
            less += known and not beyond
            side[number] = beyond
    return more, less


_CLEAR = 4.0


def counts(tracks: Tracks, frames: Sequence[int]) -> list[int]:
    """How many there are on each frame."""
    return [len(tracks.get(frame, {})) for frame in frames]


def _frames(path: Path) -> Iterator[RawFrame]:
    source = open_source(path)
    try:
        for item in source:
            if isinstance(item, RawFrame):
                if item.seq >= _MOST_FRAMES:
                    return
                yield item
    finally:
        source.close()
