"""What finders see while somebody else has them look: counted from the very looks that protect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from passante.analyse.finder import Finder
from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """One look at part of a frame."""

    area: Box
    """What was looked at, px of the coded frame."""
    found: Detections

    def upright(self, form: VideoFormat) -> Glance:
        """The same look in px of the upright picture, where `form` stores it turned."""
        if not form.rotation:
            return self
        wide, high, turn = form.width, form.height, form.rotation
        boxes = [
            (box.x0, box.y0, box.x1, box.y1)
            for row in self.found.boxes.tolist()
            for box in (Box(*row).turned(wide, high, turn),)
        ]
        found = Detections(
            np.array(boxes, np.float32).reshape(-1, 4),
            self.found.scores,
            self.found.kinds,
            self.found.by,
            self.found.sorts,
        )
        return Glance(self.area.turned(wide, high, turn), found)


class Overhear:
    """A finder that hands on what another one finds, and keeps it until it is fetched.

    Whoever owns the looks decides when and where; nothing is looked at twice.
    """

    def __init__(self, finder: Finder) -> None:
        """Listen in on `finder`."""
        self._finder = finder
        self._heard: list[Glance] = []

    @property
    def kinds(self) -> frozenset[Kind]:
        """Those of the other finder."""
        return self._finder.kinds

    @property
    def model(self) -> str:
        """That of the other finder."""
        return self._finder.model

    def look(self, view: View) -> Detections:
        """What the other finder finds."""
        found = self._finder.look(view)
        if len(self._heard) < _MOST:
            self._heard.append(Glance(view.area, found))
        return found

    def fetch(self) -> list[Glance]:
        """Every look since the last call."""
        heard, self._heard = self._heard, []
        return heard


_MOST = 256
"""So many looks are kept at most, should nobody fetch them."""
