"""How well people and vehicles are followed and counted, inside the line; and what that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from passante.analyse.finder import Finder
from passante.analyse.persons import PersonFinder
from passante.analyse.zones import (
    CrowdingRule,
    FallRule,
    LeftRule,
    LineDrawn,
    LoiteringRule,
    RunningRule,
    Sight,
    ZoneDrawn,
    Zones,
)
from passante.core.assign import assign
from passante.core.names import EventKind, Kind, Phase
from passante.evaluate import metres
from passante.evaluate.pictures import table
from passante.evaluate.replay import (
    Replay,
    Tracks,
    cost,
    counts,
    subtract,
    true_crossings,
    truth,
    watch,
)
from passante.evaluate.results import Figure, Section, Subject
from passante.evaluate.settings import Settings, Tell
from passante.evaluate.tracks import overlap, score
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession

OURS = Subject("looks joined to movers", ours=True)
ANCHOR = Subject("background subtraction (MOG2), joined alike", ours=False)
MOTION = Subject('vehicles = "motion"', ours=True)
NETWORK = Subject('vehicles = "network"', ours=True)

_UPRIGHT, _LEVEL = (0.25, 0.4, 0.5, 0.6, 0.75), (0.45, 0.6)
"""Lines through the whole picture, as shares of its width and height."""
_BURDEN = 10
"""Zones and lines of the plan that cost is measured with."""
_QUICK_FRAMES = 200


def run(settings: Settings, tell: Tell) -> Iterator[Figure]:
    """Tracks, counts and crossings against the truth; the anchor beside them; cost."""
    finder = PersonFinder(OnnxSession(store.find(DEFAULTS["find.person"])))
    rows = [
        row
        for row in table(settings.folder, "video/sequences.csv")
        if not (settings.quick and int(row["frames"]) > _QUICK_FRAMES)
    ]
    quiet: list[Replay] = []
    for row in rows:
        path = settings.folder / "video" / row["clip"]
        marked = bool(row["ground_truth_file"])
        if row["kind"].startswith("vehicles") and marked:
            tell(f"counts: vehicles of {path.stem}")
            yield from _vehicles(path, finder)
        elif row["kind"].startswith("pedestrians") and marked:
            tell(f"counts: people of {path.stem}")
            ours = watch(path, _lines(), finder)
            quiet.append(ours)
            yield from _people(path, ours, OURS)
            yield from metres.run(path, ours, OURS)
            anchor = subtract(path, _lines())
            yield from _people(path, anchor, ANCHOR)
            yield from metres.run(path, anchor, ANCHOR)
    yield from _false_alarms(quiet)
    for row in rows:
        if row["kind"].startswith("pedestrians") and row["ground_truth_file"]:
            tell("counts: cost")
            path = settings.folder / "video" / row["clip"]
            each, frames = cost(path, _busy(), finder)
            what = f"CPU beside the looks, {2 * _BURDEN} lines and zones, {path.stem}"
            yield Figure(Section.COUNTS, OURS, what, each, "ms a frame", frames, timed=True)
            return


def _lines() -> Zones:
    """Lines across the whole picture, and the rules by which nothing should happen."""
    upright = [
        LineDrawn(name=f"x{share:g}", points=((share, 1.0), (share, 0.0)), of=(Kind.PERSON,))
        for share in _UPRIGHT
    ]
    level = [
        LineDrawn(name=f"y{share:g}", points=((0.0, share), (1.0, share)), of=(Kind.PERSON,))
        for share in _LEVEL
    ]
    picture = ZoneDrawn(name="picture", fall=FallRule(), running=RunningRule(), left=LeftRule())
    return Zones(line=(*upright, *level), zone=(picture,))


def _busy() -> Zones:
    """Many lines and zones with rules, to see what they cost."""
    lines = _lines().line
    more = tuple(
        LineDrawn(name=f"z{n}", points=((0.1 * n, 0.2), (0.1 * n + 0.05, 1.0)))
        for n in range(_BURDEN - len(lines))
    )
    zones = tuple(
        ZoneDrawn(
            name=f"zone-{n}",
            polygon=((0.08 * n, 0.2), (0.08 * n + 0.2, 0.2), (0.08 * n + 0.2, 1), (0.08 * n, 1)),
            fall=FallRule(),
            running=RunningRule(),
            loitering=LoiteringRule(),
            crowding=CrowdingRule(people=10),
            left=LeftRule() if n == 0 else None,
        )
        for n in range(_BURDEN)
    )
    return Zones(line=(*lines, *more), zone=zones)


def _people(path: Path, replay: Replay, subject: Subject) -> Iterator[Figure]:
    marked, found = replay.within(truth(path)), replay.tracks(Kind.PERSON)
    name, boxes = path.stem, sum(len(there) for there in marked.values())
    made = score(marked, found)
    for what, value in (
        ("MOTA", made.mota),
        ("IDF1", made.idf1),
        ("HOTA", made.hota),
        ("recall of boxes", made.recall),
        ("precision of boxes", made.precision),
    ):
        yield Figure(Section.COUNTS, subject, f"{what}, {name}", 100 * value, "%", boxes)
    yield Figure(Section.COUNTS, subject, f"switches, {name}", made.switches, "switches", boxes)
    yield from _count_errors(name, marked, found, subject, "people")
    yield from _crossings(name, marked, replay, subject)


def _count_errors(
    name: str, marked: Tracks, found: Tracks, subject: Subject, unit: str
) -> Iterator[Figure]:
    frames = sorted(marked)
    wrong = np.subtract(counts(found, frames), counts(marked, frames))
    each = float(np.mean(np.abs(wrong)))
    yield Figure(
        Section.COUNTS, subject, f"count of a frame off by, {name}", each, unit, len(frames)
    )
    mean = float(np.mean(wrong))
    yield Figure(
        Section.COUNTS, subject, f"count of a frame, bias, {name}", mean, unit, len(frames)
    )


def _crossings(name: str, marked: Tracks, replay: Replay, subject: Subject) -> Iterator[Figure]:
    """Passes of each line and direction: how far off, and how many in all."""
    wide, high = replay.size
    passes = {f"x{share:g}": true_crossings(marked, x=share * wide) for share in _UPRIGHT}
    passes |= {f"y{share:g}": true_crossings(marked, y=share * high) for share in _LEVEL}
    told = Counter((str(one.gate), str(one.direction)) for one in replay.crossings)
    there = off = 0
    for line, (forward, backward) in passes.items():
        there += forward + backward
        off += abs(told[line, "forward"] - forward) + abs(told[line, "backward"] - backward)
    if there:
        what = f"passes of a line and direction off by, of all passes, {name}"
        yield Figure(Section.COUNTS, subject, what, 100 * off / there, "%", there)
        what = f"passes told, of all passes, {name}"
        yield Figure(Section.COUNTS, subject, what, 100 * told.total() / there, "%", there)


def _vehicles(path: Path, finder: Finder) -> Iterator[Figure]:
    for subject, sight in ((MOTION, Sight.MOTION), (NETWORK, Sight.NETWORK)):
        used = None if sight is Sight.MOTION else finder
        replay = watch(path, Zones(vehicles=sight), used)
        marked, found = replay.within(truth(path)), replay.tracks(Kind.VEHICLE)
        total = sum(len(there) for there in marked.values())
        for iou in (0.3, 0.5):
            hits, given = _hits(marked, found, iou)
            at = f"at IoU {iou:g}, {path.stem}"
            share = 100 * hits / total
            yield Figure(Section.COUNTS, subject, f"vehicles found {at}", share, "%", total)
            right = 100 * hits / max(1, given)
            yield Figure(Section.COUNTS, subject, f"of those told, real {at}", right, "%", given)
        yield from _count_errors(path.stem, marked, found, subject, "vehicles")


def _hits(marked: Tracks, found: Tracks, iou: float) -> tuple[int, int]:
    hits = given = 0
    for frame, there in marked.items():
        ours = list(found.get(frame, {}).values())
        shared = overlap(list(there.values()), ours)
        hits += len(assign(np.where(shared >= iou, shared, 0)))
        given += len(ours)
    return hits, given


def _false_alarms(quiet: list[Replay]) -> Iterator[Figure]:
    """Events told on recordings in which people only walk about."""
    minutes = sum(replay.media_s for replay in quiet) / 60
    if not minutes:
        return
    began = [one.kind for replay in quiet for one in replay.incidents if one.phase is Phase.BEGAN]
    for kind in (
        EventKind.FALL,
        EventKind.LYING,
        EventKind.CROWD_RUNNING,
        EventKind.OBJECT_LEFT,
        EventKind.CAMERA_MOVED,
        EventKind.CAMERA_COVERED,
    ):
        what = f"{kind.value} told where none is, in {minutes:.1f} minutes"
        yield Figure(Section.COUNTS, OURS, what, began.count(kind), "events", len(quiet))
