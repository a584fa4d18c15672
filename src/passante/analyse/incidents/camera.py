"""Rules about the camera itself: covered, moved, blinded, or out of what the finders know.

A small copy of the picture is compared with how it usually looks: where its lasting edges are.
Somebody or a lorry in front of the camera changes part of them for a while; a bag over it or a
push changes all of them and it stays so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.analyse.incidents.rule import Finding, Moment, beyond, evidence, seconds
from passante.analyse.zones import CameraRules
from passante.core.clock import NS_PER_S
from passante.core.names import EventKind, Measure, Unit
from passante.inside.incident import Evidence
from passante.inside.video import RawFrame

_SIZE = (120, 88)
"""Width and height of the small copy, px: multiples of the cells."""
_CELLS = (4, 6)
"""Rows and columns in which edges are compared."""
_UNSEEN_NS = 5 * NS_PER_S
"""After a gap longer than this, what lasts begins to last anew."""
_EVERY_NS = NS_PER_S // 4
_EDGE = 24.0
"""Gradient, grey levels, from which there is an edge, in a picture of usual contrast."""
_CONTRAST = 45.0
"""Deviation of such a picture, grey levels: a dim one has its edges all the same."""
_LEARN_S = 20.0
"""Time in which the usual picture is learnt, and forgotten."""
_KNOWN_S = 3.0
"""Before that nothing is usual yet."""
_LASTING = 0.5
"""Share of the time for which an edge must have been there to be the picture's own."""
_ENOUGH = 12
"""A cell with fewer lasting edges, px, says nothing."""
_LOST = 0.35
"""A cell in which fewer of its lasting edges are found has lost its picture."""
_ALL = 0.75
"""Share of cells that have lost it when it is the camera and not what stands before it."""
_BARE = 0.35
"""Share of the usual edges under which a picture is covered, not moved."""
_GLARE, _GLARING = 250, 0.5
"""Grey level, and the share of the picture above it, that blind."""
_BLACK = 8.0
"""Mean brightness, grey levels, under which nothing is seen at all."""
_DARK, _FLAT = 24.0, 9.0
"""Mean brightness and deviation, grey levels, under which finders were not measured."""
_ENVELOPE = 10
"""How many times as long a picture must be unlike those measured."""
_RELEARN_S = 60.0
"""After so long the new picture is the usual one."""


@dataclass(slots=True)
class _State:
    """What is wrong with the picture, since when, and by which numbers."""

    kind: EventKind | None = None
    since_ns: int = 0
    numbers: tuple[Evidence, ...] = ()
    score: float = 0.0


class CameraState:
    """How the picture looks now against how it usually looks; about 0.1 CPU ms four times a s."""

    def __init__(self, rules: CameraRules) -> None:
        """Nothing is usual yet."""
        self.after_s = rules.after_s
        self.state = _State()
        self._usual: NDArray[np.float32] = np.zeros(_SIZE[::-1], np.float32)
        self._known_s = 0.0
        self._at_ns: int | None = None

    def take(self, frame: RawFrame) -> None:
        """Compare a frame, if it is time to."""
        now = frame.pts_ns
        if self._at_ns is not None and 0 <= now - self._at_ns < _EVERY_NS:
            return
        step_s = min(1.0, max(0.0, seconds(now - self._at_ns))) if self._at_ns is not None else 0.25
        if self._at_ns is not None and now - self._at_ns > _UNSEEN_NS:
            self.state = _State(None, now)  # what it was meanwhile nobody has seen
        self._at_ns = now
        grey = np.asarray(cv2.GaussianBlur(frame.grey(_SIZE), (3, 3), 0), np.uint8)
        edges = _edges(grey)
        kind, numbers, score = self._judge(grey, edges)
        if kind is not self.state.kind:
            self.state = _State(kind, now)
        self.state.numbers, self.state.score = numbers, score
        lasted_s = seconds(now - self.state.since_ns)
        if kind in {EventKind.CAMERA_MOVED, EventKind.CAMERA_COVERED} and lasted_s > _RELEARN_S:
            self._known_s = 0.0
        if kind in {None, EventKind.OUT_OF_ENVELOPE} or self._known_s < _KNOWN_S:
            self._learn(edges, step_s)

    def _learn(self, edges: NDArray[np.bool_], step_s: float) -> None:
        share = step_s / min(_LEARN_S, self._known_s + step_s)
        self._usual += np.float32(share) * (edges.astype(np.float32) - self._usual)
        self._known_s = min(_LEARN_S, self._known_s + step_s)

    def _judge(
        self, grey: NDArray[np.uint8], edges: NDArray[np.bool_]
    ) -> tuple[EventKind | None, tuple[Evidence, ...], float]:
        mean, spread = float(grey.mean()), float(grey.std())
        glaring = float(np.mean(grey >= _GLARE))
        if glaring >= _GLARING or mean <= _BLACK:
            numbers = (
                evidence(Measure.BRIGHTNESS, mean / 255, _BLACK / 255, Unit.SHARE),
                evidence(Measure.AREA, glaring, _GLARING, Unit.SHARE),
            )
            score = max(beyond(glaring, _GLARING), beyond(_BLACK, max(mean, 0.1)))
            return EventKind.CAMERA_BLINDED, numbers, score
        lost, left = self._compare(edges)
        if self._known_s >= _KNOWN_S and lost is not None and lost >= _ALL:
            bare = left < _BARE
            kind = EventKind.CAMERA_COVERED if bare else EventKind.CAMERA_MOVED
            numbers = (
                evidence(Measure.AREA, lost, _ALL, Unit.SHARE),
                evidence(Measure.DETAIL, left, _BARE, Unit.SHARE),
            )
            return kind, numbers, 0.5 + 0.5 * (lost - _ALL) / (1 - _ALL)
        if mean < _DARK or spread < _FLAT:
            numbers = (
                evidence(Measure.BRIGHTNESS, mean / 255, _DARK / 255, Unit.SHARE),
                evidence(Measure.CONTRAST, spread / 255, _FLAT / 255, Unit.SHARE),
            )
            score = max(beyond(_DARK, max(mean, 0.1)), beyond(_FLAT, max(spread, 0.1)))
            return EventKind.OUT_OF_ENVELOPE, numbers, score
        return None, (), 0.0

    def _compare(self, edges: NDArray[np.bool_]) -> tuple[float | None, float]:
        """Share of cells that lost their picture (None: nothing to compare), and of edges left."""
        lasting = self._usual >= _LASTING
        near = np.asarray(cv2.dilate(edges.astype(np.uint8), np.ones((3, 3), np.uint8))) > 0
        wanted, kept = _sums(lasting), _sums(lasting & near)
        tell = wanted >= _ENOUGH
        if np.count_nonzero(tell) < 4:
            return None, 1.0
        # Where there are edges everywhere, some lie where others were by chance.
        chance = _sums(near)[tell] / (near.size / wanted.size)
        lost = kept[tell] / wanted[tell] < chance + _LOST * (1 - chance)
        left = float(edges.sum()) / max(1.0, float(lasting.sum()))
        return float(lost.mean()), left


class CameraRule:
    """One of the things that may be wrong with a camera."""

    zone = None

    def __init__(self, kind: EventKind, state: CameraState) -> None:
        """Several share one state."""
        self.kind = kind
        self._state = state

    def see(self, moment: Moment) -> Iterator[Finding]:
        """Whether it is so, and has been for long enough."""
        state = self._state.state
        if state.kind is not self.kind:
            return
        longer = _ENVELOPE if self.kind is EventKind.OUT_OF_ENVELOPE else 1
        lasted_s = seconds(moment.at_ns - state.since_ns)
        limit_s = self._state.after_s * longer
        if lasted_s >= limit_s:
            lasted = evidence(Measure.LASTED, lasted_s, limit_s, Unit.SECOND)
            yield Finding(0, state.since_ns, state.score, (*state.numbers, lasted))


KINDS = (
    EventKind.CAMERA_COVERED,
    EventKind.CAMERA_MOVED,
    EventKind.CAMERA_BLINDED,
    EventKind.OUT_OF_ENVELOPE,
)


def _edges(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where brightness changes much, against how much it changes in the whole picture."""
    gain = _CONTRAST / max(float(grey.std()), _FLAT)
    across = np.asarray(cv2.Sobel(grey, cv2.CV_16S, 1, 0), np.int32)
    down = np.asarray(cv2.Sobel(grey, cv2.CV_16S, 0, 1), np.int32)
    # Sobel's kernel weighs four pixels on either side.
    return gain * (np.abs(across) + np.abs(down)) > 4 * _EDGE


def _sums(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Pixels set in each cell."""
    rows, columns = _CELLS
    high, wide = mask.shape
    cells = mask.reshape(rows, high // rows, columns, wide // columns)
    return np.asarray(cells.sum(axis=(1, 3)), np.int64)
