"""Finders of faces, people, vehicles and plates: judged by boxes, by class of size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from passante.analyse.faces import FaceFinder
from passante.analyse.finder import Finder
from passante.analyse.persons import PersonFinder
from passante.analyse.plates import PlateFinder
from passante.compress.data import Form, Item
from passante.compress.tasks.outcome import Quality, Runner, Share, What, by_size
from passante.core.names import Kind

Boxes = NDArray[np.float32]

_SAME = 0.5
"""Overlap (intersection over union) from which two boxes are the same thing."""
_COVERED = 0.5
"""Share of a marked thing that one box must hold for it to count as found."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a finder saw in one picture, px of the frame."""

    boxes: Boxes
    scores: NDArray[np.float32]
    kinds: tuple[Kind, ...]
    marked: Boxes
    """What people have marked there."""
    scale: float
    """View px for each px of the frame."""


@dataclass(frozen=True, slots=True)
class Looking:
    """A finder at one size of view."""

    finder: Callable[[Runner, float], Finder] = field(repr=False)
    size: tuple[int, int]
    """Width and height of the view, px."""
    threshold: float
    """From which score a thing counts, 0 to 1: that of the product."""
    sure: float
    """From which score a thing that the parent found has to be kept: a little higher, since what
    lies right at the threshold comes and goes with any rounding."""
    marks: Kind
    """What people have marked."""
    edges: tuple[float, ...] = (0, 12, 16, 24, 32, 48, 96)
    """Where classes of sizes begin, px of the view: height, or width of plates."""
    only: bool = False
    """Whether nothing counts but what people have marked: a person finder's vehicles do not."""
    covers: bool = False
    """Whether a marked thing counts as found where one box holds it, rather than fits it."""
    form: Form = field(default=Form.PICTURES, init=False)
    protective: bool = field(default=True, init=False)

    def ask(self, network: Runner, item: Item) -> Seen:
        """What the product's own finder sees in a picture with this network."""
        assert item.frame is not None
        view = item.frame.view(*self.size)
        found = self.finder(network, self.threshold).look(view)
        return Seen(found.boxes, found.scores, found.kinds, item.marked, view.scale)

    def judge(
        self, items: Iterable[Item], parent: Sequence[Seen], given: Sequence[Seen]
    ) -> Quality:
        """Boxes kept and marked things found, by size; and what is found in vain."""
        kept = _Count(What.KEPT)
        found = _Count(What.RECALL)
        extra = 0
        for before, after in zip(parent, given, strict=True):
            for kind in [self.marks] if self.only else sorted(set(before.kinds)):
                old, new = _of(before, kind, least=self.sure), _of(after, kind)
                kept.add(
                    self._sizes(old, before.scale),
                    _same(old, new) >= _SAME,
                    np.ones(len(old), bool),
                )
            old, new = _of(before, self.marks), _of(after, self.marks)
            found.add(
                self._sizes(before.marked, before.scale),
                self._hit(before.marked, new),
                self._hit(before.marked, old),
            )
            known = np.concatenate([before.boxes, before.marked])
            extra += int((_same(after.boxes, known) < _SAME / 2).sum())
        shares = [*kept.lines(self.edges), *found.lines(self.edges)]
        return Quality(tuple(shares), extra / max(1, len(given)), len(given))

    def _sizes(self, boxes: Boxes, scale: float) -> NDArray[np.float32]:
        """Height of each, or width of a plate, px of the parent's view."""
        side = 0 if self.marks is Kind.PLATE else 1
        return np.asarray((boxes[:, 2 + side] - boxes[:, side]) * scale, np.float32)

    def _hit(self, marked: Boxes, boxes: Boxes) -> NDArray[np.bool_]:
        if self.covers:
            return np.asarray(_held(marked, boxes) >= _COVERED, np.bool_)
        return np.asarray(_same(marked, boxes) >= 0.3, np.bool_)


class _Count:
    """Things by size: found now, found before."""

    def __init__(self, what: What) -> None:
        self._what = what
        self._sizes: list[float] = []
        self._now: list[bool] = []
        self._before: list[bool] = []

    def add(
        self, sizes: NDArray[np.float32], now: NDArray[np.bool_], before: NDArray[np.bool_]
    ) -> None:
        self._sizes += sizes.tolist()
        self._now += now.tolist()
        self._before += before.tolist()

    def lines(self, edges: Sequence[float]) -> list[Share]:
        if not self._sizes:
            return []
        return by_size(self._what, self._sizes, self._now, self._before, edges)


def _of(seen: Seen, kind: Kind, *, least: float = 0.0) -> Boxes:
    chosen = np.array([k is kind for k in seen.kinds], bool).reshape(-1)
    return np.asarray(seen.boxes[chosen & (seen.scores >= least)], np.float32)


def _shared(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    start = np.maximum(a[:, None, :2], b[None, :, :2])
    end = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray(np.maximum(end - start, 0).prod(axis=2), np.float32)


def _areas(boxes: Boxes) -> NDArray[np.float32]:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.float32)


def _same(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """(len(a),): the best overlap of each with any of the others; 0 without others."""
    shared = _shared(a, b)
    union = _areas(a)[:, None] + _areas(b)[None] - shared
    return np.asarray((shared / np.maximum(union, 1e-6)).max(axis=1, initial=0), np.float32)


def _held(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """(len(a),): the largest share of each that one of the others holds."""
    held = _shared(a, b) / np.maximum(_areas(a)[:, None], 1e-6)
    return np.asarray(held.max(axis=1, initial=0), np.float32)


FINDERS: dict[str, Looking] = {
    "find.face": Looking(
        lambda network, low: FaceFinder(network, threshold=low), (640, 480), 0.17, 0.2, Kind.FACE
    ),
    "find.person": Looking(
        lambda network, low: PersonFinder(network, threshold=low), (640, 384), 0.15, 0.2,
        Kind.PERSON,
        (0, 24, 32, 48, 64, 96, 160),
    ),
    "find.plate": Looking(
        lambda network, low: PlateFinder(network, threshold=low), (640, 480), 0.25, 0.3, Kind.PLATE,
        (0, 32, 64, 96, 160), covers=True,
    ),
}  # fmt: skip
"""Task of a card -> how its network is judged."""
