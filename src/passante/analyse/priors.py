"""What follows from something else: a person has a head, a vehicle has plates."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from passante.analyse.tracking import TrackSummary
from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.core.names import Cause, Kind
from passante.inside.observation import Region
from passante.inside.video import RawFrame


@dataclass(slots=True)
class _Tally:
    number: int
    first: tuple[int, int]
    last: tuple[int, int]
    frames: int = 0


@dataclass(slots=True)
class Prior:
    """Regions of one kind that regions of another imply, where no finder has seen them."""

    kind: Kind
    """What is implied."""
    where: Callable[[Box], Iterable[Box]]
    """From the parent's box to the boxes in which it must lie; upright picture coordinates."""
    numbers: itertools.count[int]
    """Where track numbers come from."""
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
        parents = list(parents)
        seen = np.array([region.box.centre for region in known], np.float64).reshape(-1, 2)
        places = [self._places(parent.box, form) for parent in parents]
        implied = []
        owners = _owners(places, seen)
        for number, parent in enumerate(parents):
            if number in owners:
                continue
            tally = self._tallies.get(parent.track)
            if tally is None:
                tally = _Tally(next(self.numbers), (-1, -1), (-1, -1))
                self._tallies[parent.track] = tally
            now = (frame.seq, frame.pts_ns)
            tally.first = now if tally.frames == 0 else tally.first
            tally.last = now
            tally.frames += 1
            implied += [
                Region(self.kind, place, parent.score, Cause.PRIOR, tally.number)
                for place in places[number]
            ]
        return implied

    def _places(self, parent: Box, form: VideoFormat) -> list[Box]:
        """Where it must lie, px of the coded frame."""
        wide, high, turn = form.width, form.height, form.rotation
        upright = parent.turned(wide, high, turn)
        return [place.turned_back(wide, high, turn) for place in self.where(upright)]

    def summaries(self) -> list[TrackSummary]:
        """One for each parent that was covered by the prior on at least one frame."""
        return [
            TrackSummary(
                t.number,
                self.kind,
                t.first[0],
                t.last[0],
                t.first[1],
                t.last[1],
                {Cause.PRIOR: t.frames},
            )
            for t in self._tallies.values()
            if t.frames
        ]


def _owners(places: list[list[Box]], centres: NDArray[np.float64]) -> set[int]:
    """Parents to whom a finding belongs, each finding to one parent only.

    In a crowd a neighbour's face lies where one's own would be, and one's own may be turned away.

    Args:
        places: For each parent, where its own finding may lie.
        centres: (n, 2), px: centres of the findings.
    """
    pairs: list[tuple[float, int, int]] = []
    x, y = centres[:, 0], centres[:, 1]
    for parent, boxes in enumerate(places):
        for box in boxes:
            inside = (box.x0 <= x) & (x <= box.x1) & (box.y0 <= y) & (y <= box.y1)
            middle = box.centre
            for hit in np.flatnonzero(inside).tolist():
                gap = np.hypot((x[hit] - middle[0]) / box.width, (y[hit] - middle[1]) / box.height)
                pairs.append((float(gap), parent, int(hit)))
    owners: set[int] = set()
    taken: set[int] = set()
    for _, owner, found in sorted(pairs):
        if owner not in owners and found not in taken:
            owners.add(owner)
            taken.add(found)
    return owners
