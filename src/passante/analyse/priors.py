"""What follows from something else: a person has a head, a vehicle has plates."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from passante.analyse.tracking import TrackSummary
from passante.core.geometry import Box
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
        seen = np.array([region.box.centre for region in known], np.float64).reshape(-1, 2)
        form = frame.format
        implied = []
        for parent in parents:
            box = parent.box.turned(form.width, form.height, form.rotation)
            places = [
                place.turned_back(form.width, form.height, form.rotation)
                for place in self.where(box)
            ]
            if any(_holds(place, seen) for place in places):
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
                for place in places
            ]
        return implied

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


def _holds(place: Box, centres: NDArray[np.float64]) -> bool:
    """Whether any finding (centres (n, 2), px) lies where it may be expected."""
    x, y = centres[:, 0], centres[:, 1]
    inside = (place.x0 <= x) & (x <= place.x1) & (place.y0 <= y) & (y <= place.y1)
    return bool(inside.any())
