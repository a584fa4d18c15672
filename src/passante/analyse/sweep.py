"""Crowds counted by close looks, one part of the picture after another.

Where people stand close and far away, a look at the whole picture sees half of them. A sweep looks
at magnified tiles in turn and adds up what they hold: so it is known how many there are, a few
seconds late, but not who goes where.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from passante.analyse.finder import Finder
from passante.analyse.looks import magnified
from passante.analyse.motion import without_doubles
from passante.analyse.movers import Mover
from passante.analyse.planner import tiles
from passante.analyse.site import Area
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.core.names import Kind
from passante.inside.video import RawFrame

_EVERY_NS = NS_PER_S // 5
"""Between two tiles: so much can be paid for, however large the picture is."""
_SIDE, _MAGNIFY = 480, 1.5
"""Side of a tile, px of the frame, and how much it is enlarged."""
_OVERLAP = 170
"""What two tiles share, px: whoever is lower than this stands whole in one of them."""
_SURE = 0.35
_SLIP = 3.0
"""Whoever ends so near to an inner edge of a tile, px, is cut off: the next tile has all of him."""
_WITHIN = 0.75
"""A box of which so much lies in a larger one is part of somebody: legs, or head and shoulders."""


class Sweep:
    """Looks at the tiles that crowded zones lie in, in turn."""

    def __init__(self, finder: Finder, form: VideoFormat, areas: Sequence[Area]) -> None:
        """For zones of pictures of one format."""
        self._finder, self._form = finder, form
        spots = tiles(form, side=_SIDE, overlap=_OVERLAP)
        self._tiles = tuple(
            spot
            for spot in spots
            if any(area.polygon.bounds.intersection(spot) is not None for area in areas)
        )
        self._found: dict[Box, list[tuple[Box, float]]] = {}
        self._turn = itertools.cycle(self._tiles)
        self._at_ns: int | None = None

    def look(self, frame: RawFrame) -> None:
        """Look at the next tile, if it is time to."""
        now = frame.pts_ns
        if not self._tiles or (self._at_ns is not None and 0 <= now - self._at_ns < _EVERY_NS):
            return
        self._at_ns = now
        tile = next(self._turn)
        seen = self._finder.look(magnified(frame, tile, _MAGNIFY).lit())
        self._found[tile] = [
            (box, float(score))
            for row, score, kind in zip(seen.boxes, seen.scores, seen.kinds, strict=True)
            if kind is Kind.PERSON
            and score >= _SURE
            and not self._cut(box := Box(*(float(edge) for edge in row)), tile)
        ]

    def count(self, area: Area, movers: Iterable[Mover]) -> int | None:
        """How many people are in a zone; None until all of it was looked at once.

        Args:
            area: The zone.
            movers: Those whom looks at the whole picture show: near ones are larger than a tile.
        """
        if len(self._found) < len(self._tiles):
            return None
        boxes = [box for found in self._found.values() for box, _ in found]
        scores = [score for found in self._found.values() for _, score in found]
        for mover in movers:
            if mover.kind is Kind.PERSON and mover.seen:
                boxes.append(mover.box)
                scores.append(mover.score)
        people = _whole([boxes[i] for i in without_doubles(boxes, scores)])
        return sum(area.polygon.holds(((box.x0 + box.x1) / 2, box.y1)) for box in people)

    def _cut(self, box: Box, tile: Box) -> bool:
        return (
            (box.x0 < tile.x0 + _SLIP and tile.x0 > 0)
            or (box.y0 < tile.y0 + _SLIP and tile.y0 > 0)
            or (box.x1 > tile.x1 - _SLIP and tile.x1 < self._form.width)
            or (box.y1 > tile.y1 - _SLIP and tile.y1 < self._form.height)
        )


def _whole(boxes: Sequence[Box]) -> list[Box]:
    """Boxes that are not part of a larger one."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda one: -one.area):
        shared = (box.intersection(other) for other in kept)
        if not any(one is not None and one.area > _WITHIN * box.area for one in shared):
            kept.append(box)
    return kept
