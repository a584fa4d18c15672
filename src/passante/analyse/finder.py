"""The one shape of everything that looks at a picture."""

from __future__ import annotations

from typing import Protocol

from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View


class Finder(Protocol):
    """Looks at one small upright picture and says what is where. Keeps nothing of it."""

    @property
    def kinds(self) -> frozenset[Kind]:
        """What it can find."""
        ...

    @property
    def model(self) -> str:
        """Reference of its model, e.g. "centerface-int8@1.0.0"."""
        ...

    def look(self, view: View) -> Detections:
        """Everything it takes for one of its kinds, boxes in px of the coded frame.

        Scores are comparable between looks; the threshold is as low as the finder can bear, since
        a missed face costs more than a covered wall. Any view size is accepted.
        """
        ...
