"""The looks each finder takes at a frame: where, how large, how often.

One class a finder. Each gives what it found on this frame, or None if it was not its turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from passante.analyse.closeups import close_ups
from passante.analyse.finder import Finder
from passante.analyse.planner import Budget, Changes, Rota, tiles
from passante.analyse.plates import search_area
from passante.analyse.seams import completed
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.inside.observation import Detections
from passante.inside.video import RawFrame, View

_OVERLAP = 64
"""What neighbouring tiles share, px."""
_MAGNIFY = 2.0
"""How much magnified tiles are enlarged."""
_GRAIN = 32
"""Finders like sides that are multiples of this, px."""


@dataclass(frozen=True, slots=True)
class LookSettings:
    """How often to look and how closely. Times in ns of stream time."""

    coarse_ns: int = 200_000_000
    """Between looks at the whole frame for faces."""
    people_ns: int = 300_000_000
    """Between looks at the whole frame for people and vehicles."""
    tile_ns: int = 400_000_000
    """Between looks at a tile in which something changed."""
    fine_ns: int = NS_PER_S
    """Between looks at a magnified tile in which something changed."""
    still_ns: int = 3 * NS_PER_S
    """Between looks at a part of the picture in which nothing changed."""
    close_ns: int = 200_000_000
    """Between close-ups of a head."""
    coarse_px: int = 640 * 384
    """Area to which the whole frame is shrunk for a coarse look, px."""
    tile_px: int = 704
    """Side of a tile, px."""
    base_px: float = 100_000.0
    """Pixels that may be looked at for faces on each frame, whatever its size, px."""
    share: float = 0.02
    """And this share of the frame's own pixels."""
    plate_base_px: float = 60_000.0
    """Likewise for plates, which cost half as much a pixel."""
    plate_share: float = 0.01
    plate_whole_ns: int = 800_000_000
    """Between looks at the whole frame for plates: near ones, whether or not on a vehicle."""
    plate_tile_ns: int = 2 * NS_PER_S
    """Between looks for plates at a tile in which something changed."""
    plate_ns: int = 250_000_000
    """Between close-ups of one vehicle."""
    thorough: bool = False
    """Every look at every frame, for single pictures."""

    def __post_init__(self) -> None:
        if min(self.coarse_ns, self.tile_ns, self.fine_ns, self.still_ns, self.close_ns) <= 0:
            raise ValueError("intervals are positive")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a look needs to know about the frame beside its pixels."""

    frame: RawFrame
    changes: Changes
    step_ns: int
    """Since the frame before."""
    everything: bool
    """A first frame, a cut, a last frame: look everywhere."""
    held_ns: int = NS_PER_S
    """How long frames are held: whoever is found later than this was shown before."""


class FaceLooks:
    """Coarse, tiled, magnified and close-up looks for faces, within a budget of pixels."""

    def __init__(self, finder: Finder, form: VideoFormat, settings: LookSettings) -> None:
        """For frames of one format."""
        self._finder = finder
        self._settings = settings
        grid = tiles(form, side=settings.tile_px, overlap=_OVERLAP)
        whole = (Box(0, 0, form.width, form.height),)
        small = len(grid) == 1
        self._coarse = Rota(() if small else whole, settings.coarse_ns, NS_PER_S)
        self._tiles = Rota(
            grid, settings.coarse_ns if small else settings.tile_ns, settings.still_ns
        )
        side = math.ceil(settings.tile_px / _MAGNIFY)
        self._fine = Rota(
            tiles(form, side=side, overlap=_OVERLAP // 2), settings.fine_ns, settings.still_ns
        )
        self._whole = self._tiles if small else self._coarse
        self._budget = Budget(form, base_px=settings.base_px, share=settings.share)
        self._looks_behind = 0.0
        self.whole_seq = -1
        """The frame that was last looked at as a whole."""

    def look(self, moment: Moment, heads: Sequence[Box]) -> list[Detections] | None:
        """What was found now.

        Args:
            moment: The frame.
            heads: Places that deserve a close-up, px of the frame, the most urgent first.
        """
        frame, budget = moment.frame, self._budget
        budget.earn(moment.step_ns)
        self._looks_behind = min(_MOST_BEHIND, self._looks_behind + 1)
        room_px = self._settings.coarse_px
        found = self._turns(self._coarse, moment, lambda area: shrunk(frame, area, room_px))
        found += self._turns(self._tiles, moment, lambda area: magnified(frame, area, 1.0))
        if self._settings.thorough:
            # Smaller still: dots of a printer melt into a face, and a face as large as the
            # picture becomes one of usual size.
            area = Box(0, 0, frame.format.width, frame.format.height)
            found.append(self._finder.look(shrunk(frame, area, room_px // 5).lit()))
        cell = _HEAD_CELL[0] * _HEAD_CELL[1]
        many = len(heads) if self._settings.thorough else max(0, int(budget.left // cell))
        found += close_ups(frame, self._finder, heads[:many], cell=_HEAD_CELL)
        budget.spend(min(many, len(heads)) * cell)
        # Magnified tiles are many: a first frame or a cut does not set them all off at once.
        calm = replace(moment, everything=self._settings.thorough)
        found += self._turns(self._fine, calm, lambda area: magnified(frame, area, _MAGNIFY))
        return found or None

    def behind(self, earlier: RawFrame, faces: Sequence[Box]) -> Detections | None:
        """Faces on a frame before `faces`, px, around where they are; None if that costs too much.

        One such look a frame can be paid for, in the long run.
        """
        if self._looks_behind < 1:
            return None
        self._looks_behind -= 1
        form, room_px = earlier.format, self._settings.coarse_px
        area = Box(0, 0, form.width, form.height)
        if min(face.width for face in faces) * math.sqrt(min(1, room_px / area.area)) < _SMALL:
            area = faces[0].scaled(_NEAR)
            for face in faces[1:]:
                area = area.union(face.scaled(_NEAR))
        view = shrunk(earlier, area, room_px)
        return completed(self._finder.look(view.lit()), view, earlier.format)

    def within(self, earlier: RawFrame, area: Box) -> Detections | None:
        """Faces on a frame before, within `area`, px; None if that costs too much."""
        if self._looks_behind < _LEAST_LOOK:
            return None
        view = shrunk(earlier, area, self._settings.coarse_px)
        share = view.pixels.shape[0] * view.pixels.shape[1] / self._settings.coarse_px
        self._looks_behind -= max(_LEAST_LOOK, share)
        return completed(self._finder.look(view.lit()), view, earlier.format)

    def _turns(
        self, rota: Rota, moment: Moment, view_of: Callable[[Box], View]
    ) -> list[Detections]:
        """Looks whose turn it is: those that cannot wait, and others while the budget lasts."""
        frame, found = moment.frame, []
        for turn in rota.ripe(
            frame.pts_ns,
            moment.step_ns,
            moment.changes,
            everything=moment.everything,
            within_ns=None if rota is self._fine else round(_IN_TIME * moment.held_ns),
        ):
            must = moment.everything or (rota is not self._fine and turn.urgency >= _OVERDUE)
            if not must and self._budget.left <= 0:
                break
            view = view_of(turn.area)
            found.append(completed(self._finder.look(view.lit()), view, frame.format))
            turn.taken(frame.pts_ns, moment.changes)
            self._budget.spend(view.pixels.shape[0] * view.pixels.shape[1])
            if rota is self._whole:
                self.whole_seq = frame.seq
        return found


_SMALL = 14.0
"""A face that the shrunk frame shows less wide than this, px, is looked for near by instead."""
_NEAR = 16.0
"""How far around a face that came out of nowhere it is looked for on frames before, in its sizes,
both sides together."""
_MOST_BEHIND = 12
"""How many such looks may follow each other."""
_LEAST_LOOK = 0.2
"""What a look costs however little it shows, in looks at the whole frame."""
_OVERDUE = 2.0
"""A look that is so many intervals old is taken, whatever it costs."""
_IN_TIME = 0.9 / _OVERDUE
"""Intervals are at most this share of the time for which frames are held, so that a look that is
overdue still comes in time."""
_HEAD_CELL = (96, 96)
"""Size of a close-up of a head, px."""


class PeopleLooks:
    """Looks at the whole frame for people and vehicles; closer ones in turn where it is large."""

    def __init__(self, finder: Finder, form: VideoFormat, settings: LookSettings) -> None:
        """For frames of one format."""
        self._finder = finder
        self._settings = settings
        whole = Box(0, 0, form.width, form.height)
        self._coarse = Rota((whole,), settings.people_ns, NS_PER_S)
        # Whoever is smaller than this look shows has a head of about 10 px: too small to know.
        self._scale = 1.0 if settings.thorough else 0.5
        large = settings.coarse_px / whole.area < 0.8 * self._scale**2
        grid = tiles(form, side=round(settings.tile_px / self._scale), overlap=2 * _OVERLAP)
        self._closer = Rota(grid if large else (), settings.fine_ns, settings.still_ns)

    def look(self, moment: Moment) -> list[Detections] | None:
        """What was found now."""
        frame, room_px = moment.frame, self._settings.coarse_px
        views = [shrunk(frame, area, room_px) for area in _taken(self._coarse, moment)]
        views += [magnified(frame, area, self._scale) for area in _taken(self._closer, moment)]
        return [self._finder.look(view.lit()) for view in views] or None


class PlateLooks:
    """Close-ups of vehicles in turn, the whole frame, and tiles of it, within a budget."""

    def __init__(self, finder: Finder, form: VideoFormat, settings: LookSettings) -> None:
        """For frames of one format."""
        self._finder = finder
        self._settings = settings
        self._form = form
        whole = (Box(0, 0, form.width, form.height),)
        self._coarse = Rota(whole, settings.plate_whole_ns, settings.still_ns)
        # Plates too small for a look at all of it, on vehicles that nobody takes for one.
        grid = tiles(form, side=settings.tile_px, overlap=2 * _OVERLAP)
        large = len(grid) > 1 and not settings.thorough
        self._tiles = Rota(grid if large else (), settings.plate_tile_ns, _SELDOM_NS)
        self._budget = Budget(form, base_px=settings.plate_base_px, share=settings.plate_share)
        self._seen: list[tuple[Box, int]] = []

    def look(self, moment: Moment, vehicles: Sequence[Box]) -> list[Detections] | None:
        """What was found now on `vehicles`, px of the frame."""
        frame, now = moment.frame, moment.frame.pts_ns
        self._budget.earn(moment.step_ns)
        cell = _VEHICLE_CELL[0] * _VEHICLE_CELL[1]
        many = len(vehicles) if moment.everything else max(0, math.ceil(self._budget.left / cell))
        near = self._in_turn(moment, vehicles)[:many]
        self._seen = [(box, ns) for box, ns in self._seen if now - ns < NS_PER_S]
        self._seen += [(box, now) for box in near]
        areas = [self._search_area(box) for box in near]
        found = close_ups(
            frame,
            self._finder,
            areas,
            cell=_VEHICLE_CELL,
            around=1.0,
            trust=1.0,
            columns=2,
            rows=2,
        )
        self._budget.spend(len(near) * cell)
        if moment.everything or self._budget.left > 0:
            for area in _taken(self._coarse, moment):
                view = shrunk(frame, area, self._settings.coarse_px)
                self._budget.spend(view.pixels.shape[0] * view.pixels.shape[1])
                found.append(_plain(self._finder.look(view.lit()), frame, 0.4))
        if self._settings.thorough:
            found += self._thorough(frame)
        return (found + self._strays(moment)) or None

    def _strays(self, moment: Moment) -> list[Detections]:
        """What tiles show at full size, as long as the budget lasts."""
        frame, changes, found = moment.frame, moment.changes, []
        for turn in self._tiles.ripe(frame.pts_ns, moment.step_ns, changes, everything=False):
            if self._budget.left <= 0:
                break
            view = magnified(frame, turn.area, 1.0)
            found.append(_plain(self._finder.look(view.lit()), frame, 0.2))
            turn.taken(frame.pts_ns, changes)
            self._budget.spend(view.pixels.shape[0] * view.pixels.shape[1])
        return found

    def _thorough(self, frame: RawFrame) -> list[Detections]:
        """Plates as large as half of a picture, and those too small for a look at all of it."""
        form, room_px = self._form, self._settings.coarse_px
        whole = Box(0, 0, form.width, form.height)
        found = [_plain(self._finder.look(shrunk(frame, whole, room_px // 5)), frame, 0.7)]
        if whole.area > room_px:
            areas = tiles(form, side=self._settings.tile_px, overlap=2 * _OVERLAP)
            found += [
                _plain(self._finder.look(magnified(frame, area, 1.0)), frame, 0.2) for area in areas
            ]
        return found

    def _search_area(self, vehicle: Box) -> Box:
        wide, high, turn = self._form.width, self._form.height, self._form.rotation
        return search_area(vehicle.turned(wide, high, turn)).turned_back(wide, high, turn)

    def _in_turn(self, moment: Moment, vehicles: Sequence[Box]) -> list[Box]:
        """Vehicles that may bear a plate that can be read, those not looked at lately first."""
        now = moment.frame.pts_ns

        def age_ns(box: Box) -> int:
            return min((now - ns for old, ns in self._seen if old.iou(box) > 0.3), default=10**12)

        ripe = [
            (age, box)
            for box in vehicles
            if box.width >= _LEAST_VEHICLE
            and (age := age_ns(box)) >= self._settings.plate_ns
            and (moment.everything or age >= NS_PER_S // 2 or moment.changes.moved(box))
        ]
        return [box for _, box in sorted(ripe, key=lambda pair: (-pair[0], -pair[1].area))]


_LEAST_VEHICLE = 48.0
"""A plate on a vehicle narrower than this, px, is under about 14 px wide: nobody can read it."""
_VEHICLE_CELL = (256, 160)
"""Size of a close-up of a vehicle, px."""
_SELDOM_NS = 10 * NS_PER_S
"""Between looks for plates at a tile in which nothing changed."""


def _plain(found: Detections, frame: RawFrame, share: float) -> Detections:
    """Of finds on a whole frame, those that are plates even without a vehicle around them.

    Args:
        found: What a look at the whole frame gave.
        frame: The frame.
        share: Of its width, how wide a plate may be; half of that for its height.
    """
    wide, high = (found.boxes[:, 2:] - found.boxes[:, :2]).T
    keep = (
        (found.scores >= _PLAIN)
        & (wide < share * frame.format.width)
        & (high < share / 2 * frame.format.height)
    )
    kinds = tuple(kind for kind, kept in zip(found.kinds, keep, strict=True) if kept)
    return Detections(found.boxes[keep], found.scores[keep], kinds, found.by)


_PLAIN = 0.5
"""Score from which a find needs no vehicle: streets are full of writing, lamps and signs."""


def shrunk(frame: RawFrame, area: Box, room_px: int) -> View:
    """`area` shrunk, if need be, to about `room_px` px², aspect ratio kept."""
    return magnified(frame, area, min(1.0, math.sqrt(room_px / max(area.area, 1.0))))


def magnified(frame: RawFrame, area: Box, scale: float) -> View:
    """`area` at `scale` view pixels a frame pixel, padded to whole multiples of 32 px."""
    sideways = frame.format.rotation in (90, 270)
    wide, high = (area.height, area.width) if sideways else (area.width, area.height)
    return frame.view(_padded(wide * scale), _padded(high * scale), area, most=scale)


def _padded(length: float) -> int:
    return max(_GRAIN, math.ceil(length / _GRAIN - 1e-6) * _GRAIN)


def _taken(rota: Rota, moment: Moment) -> list[Box]:
    """Everything whose turn it is, marked as looked at."""
    now_ns, changes = moment.frame.pts_ns, moment.changes
    turns = rota.ripe(
        now_ns,
        moment.step_ns,
        changes,
        everything=moment.everything,
        within_ns=round(2 * _IN_TIME * moment.held_ns),
    )
    for turn in turns:
        turn.taken(now_ns, changes)
    return [turn.area for turn in turns]
