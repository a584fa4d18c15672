"""Who is seen weakly, but at the same place look after look, is there.

Somebody half behind a post or a sign never looks enough like a person to start a track. A shadow
or an edge that looks a bit like one on a single look does not do so on the next ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from passante.core.clock import NS_PER_S
from passante.core.geometry import Box

_TIMES = 3
"""Looks that must show it."""
_FORGOTTEN_NS = 4 * NS_PER_S // 5
"""A hint that no look has repeated for so long counts no more. Looks between that do not show it
are none the worse: whoever is half hidden is found now and then."""
_SAME, _KNOWN = 0.5, 0.3
"""Intersection over union from which two hints are of one thing, and one is of a track."""
_LARGEST = 0.2
"""In longer sides of the picture: whoever is larger is seen so well that a low score means no."""


@dataclass(slots=True)
class _Hint:
    box: Box
    ns: int
    times: int = 1


class Hints:
    """Weak finds of one kind that no track explains."""

    def __init__(self) -> None:
        self._hints: list[_Hint] = []

    def often(self, now_ns: int, side: int, box: Box, tracks: Iterable[Box]) -> bool:
        """Take a weak find; gives whether it was seen often enough to count as found.

        Args:
            now_ns: Stream time of the frame.
            side: Longer side of the picture, px.
            box: Where, px.
            tracks: Where the living tracks are, px.
        """
        self._hints = [hint for hint in self._hints if now_ns - hint.ns <= _FORGOTTEN_NS]
        if max(box.width, box.height) > _LARGEST * side or any(
            box.iou(other) > _KNOWN for other in tracks
        ):
            return False
        same = next((hint for hint in self._hints if hint.box.iou(box) > _SAME), None)
        if same is None:
            self._hints.append(_Hint(box, now_ns))
            return False
        if same.ns < now_ns:
            same.box, same.ns, same.times = box, now_ns, same.times + 1
        if same.times < _TIMES:
            return False
        self._hints.remove(same)
        return True
