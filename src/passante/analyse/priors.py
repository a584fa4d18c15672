"""What follows from something else: a person has a head, a vehicle has plates."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from passante.analyse.motion import nearest
from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.core.names import Cause, Kind
from passante.inside.observation import Region, TrackSummary
from passante.inside.video import RawFrame


@dataclass(slots=True)
class _Tally:
    number: int
    first: tuple[int, int]
    last: tuple[int, int]
    frames: int = 0


@dataclass(frozen=True, slots=True)
class _Spot:
    """One place where a parent may be."""

    parent: int
    """Its number in the list."""
    upright: Box
    """The place in the picture as it is shown, px."""
    places: list[Box]
    """Where what it implies must lie then, px of the coded frame."""


_DOUBTFUL = 0.5
"""A score under this leaves it open whether the parent is a thing of its own."""
_WITHIN = 0.85
"""Boxes of which the smaller one lies within the larger one by this share may be of one thing."""
_HUGE = 0.2
"""Who fills more than this share of the picture is often seen in several pieces."""
_TALLER = 1.8
"""How much further up and down the head of such a box is looked for."""
_CLEAR = 0.5
"""What is found of somebody so near scores at least this, or it is something else."""
_MOSTLY = 0.6
"""Of these, boxes that have this share in common may be of one."""


@dataclass(slots=True)
class Prior:
    """Regions of one kind that regions of another imply, where no finder has seen them."""

    kind: Kind
    """What is implied."""
    where: Callable[[Box], Iterable[Box]]
    """From the parent's box to the boxes in which it must lie; upright picture coordinates."""
    numbers: itertools.count[int]
    """Where track numbers come from."""
    own: Callable[[Box, Box], bool] | None = None
    """Whether a finding may be that parent's, by its size; upright, parent first."""
    near: float = math.inf
    """How near to the middle of a place, in its widths and heights, a finding that is known to be
    another parent's must lie to stand for one's own too, where both may be the same thing."""
    shown: float = 1.0
    """What of a place is covered, a share of its width and height: operators add a margin."""
    _tallies: dict[int, _Tally] = field(default_factory=dict)

    def regions(
        self, frame: RawFrame, parents: Iterable[Region], known: Iterable[Region]
    ) -> list[Region]:
        """A region for each parent in which nothing of `known` is seen.

        Args:
            frame: The frame that is released.
            parents: Regions of the parent kind on it.
            known: Regions of the implied kind on it, found by a finder.
        """
        form = frame.format
        parents, known = list(parents), list(known)
        spots = [
            _Spot(number, _upright(box, form), self._places(box, form))
            for number, parent in enumerate(parents)
            for box in parent.parts or (parent.box,)
        ]
        gaps, owners = self._owners(parents, spots, known, form)
        implied = []
        for spot, gap in zip(spots, gaps, strict=True):
            parent = parents[spot.parent]
            if spot.parent in owners:
                hit = owners[spot.parent]
                if hit is None or math.isfinite(gap[hit]):
                    continue
            now = (frame.seq, frame.pts_ns)
            tally = self._tallies.get(parent.track)
            if tally is None:
                tally = _Tally(next(self.numbers), now, (-1, -1))
                self._tallies[parent.track] = tally
            tally.frames += tally.last != now
            tally.last = now
            implied += [
                Region(self.kind, place.scaled(self.shown), parent.score, Cause.PRIOR, tally.number)
                for place in spot.places
            ]
        return implied

    def _owners(
        self, parents: list[Region], spots: list[_Spot], known: list[Region], form: VideoFormat
    ) -> tuple[NDArray[np.float64], dict[int, int | None]]:
        """Whose own finding has been made.

        Returns:
            (spots, known): how far each finding is from where each spot has it; and by the numbers
            of parents in the list the number of their finding, None where it is right for all of
            their spots.
        """
        if not spots or not known:
            return np.full((len(spots), len(known)), np.inf), {}
        found = [region.box for region in known]
        middles = np.array([box.centre for box in found], np.float64).T
        theirs = [_upright(box, form) for box in found]
        near = self._gaps(spots, theirs, middles)
        first = np.searchsorted([spot.parent for spot in spots], range(len(parents)))
        gaps = np.minimum.reduceat(near, first, axis=0)
        # In a crowd a neighbour's face lies where one's own, turned away, would be: one face each.
        owners = nearest(gaps)
        # Some are seen twice: whole, and once more in part. What is known of one is of both.
        doubles: dict[int, int | None] = {}
        whole = Box(0, 0, form.width, form.height)
        seen = [parent.box.intersection(whole) or Box(0, 0, 0, 0) for parent in parents]
        for number, parent in enumerate(parents):
            huge = seen[number].area > _HUGE * whole.area
            gap = gaps[number]
            if huge:
                # The head may be above a box that shows a body only.
                taller = [box.scaled(1.0, _TALLER) for box in self._places(parent.box, form)]
                spot = _Spot(number, _upright(parent.box, form), taller)
                gap = self._gaps([spot], theirs, middles)[0]
            least = math.inf if huge or parent.score < _DOUBTFUL else self.near
            within = _MOSTLY if huge else _WITHIN
            if number in owners:
                continue
            for other, hit in owners.items():
                if (
                    np.isfinite(gap[hit])
                    and gap[hit] <= least
                    and (known[hit].score >= _CLEAR or not huge)
                    and _one_thing(seen[number], seen[other], within)
                ):
                    doubles[number] = None if huge else hit
                    break
        return near, {**owners, **doubles}

    def _gaps(
        self, spots: list[_Spot], found: list[Box], middles: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """How far each finding is from the middle of the nearest place of each spot.

        Args:
            spots: Where they should be.
            found: The findings, upright, px.
            middles: (2, n): x and y of their middles, px of the coded frame.

        Returns:
            (spots, n), in widths and heights of the place; infinite where the middle of a finding
            lies outside all places of a spot, or where the finding is another's by its size.
        """
        gaps = np.full((len(spots), len(found)), np.inf)
        x, y = middles
        places = [(number, box) for number, spot in enumerate(spots) for box in spot.places]
        edges = np.array([(box.x0, box.y0, box.x1, box.y1) for _, box in places]).reshape(-1, 4, 1)
        x0, y0, x1, y1 = edges[:, 0], edges[:, 1], edges[:, 2], edges[:, 3]
        inside = (x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1)
        for place, hit in np.argwhere(inside).tolist():
            number, box = places[place]
            if self.own is None or self.own(spots[number].upright, found[hit]):
                middle = box.centre
                across = (x[hit] - middle[0]) / max(box.width, 1e-3)
                down = (y[hit] - middle[1]) / max(box.height, 1e-3)
                gaps[number, hit] = min(gaps[number, hit], math.hypot(across, down))
        return gaps

    def _places(self, parent: Box, form: VideoFormat) -> list[Box]:
        """Where it must lie, px of the coded frame."""
        wide, high, turn = form.width, form.height, form.rotation
        return [place.turned_back(wide, high, turn) for place in self.where(_upright(parent, form))]

    def end(self, parent: int) -> TrackSummary | None:
        """What was covered for a parent whose track, of this number, has ended; None for nothing.

        It is forgotten with that.
        """
        tally = self._tallies.pop(parent, None)
        if tally is None:
            return None
        (first_seq, first_ns), (last_seq, last_ns) = tally.first, tally.last
        frames = {Cause.PRIOR: tally.frames}
        return TrackSummary(tally.number, self.kind, first_seq, last_seq, first_ns, last_ns, frames)


def _upright(box: Box, form: VideoFormat) -> Box:
    """A box of the coded frame in the picture as it is shown, px."""
    return box.turned(form.width, form.height, form.rotation)


def _one_thing(a: Box, b: Box, within: float) -> bool:
    """Whether so much of the smaller of two boxes lies in the larger: perhaps the same thing."""
    shared = a.intersection(b)
    return shared is not None and shared.area >= within * min(a.area, b.area)
