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
from passante.analyse.video import TRACKING
from passante.compress.data import Form, Item
from passante.compress.tasks.outcome import Quality, Runner, Share, What, by_size, whole
from passante.core.names import Kind

Boxes = NDArray[np.float32]

_SAME = 0.5
"""Overlap (intersection over union) from which two boxes are the same thing."""
FOUND = 0.3
"""Overlap from which a box is of a marked thing."""
_LOST = 3
"""So many looks running may not miss somebody: the product bridges shorter gaps."""
_CERTAIN = 0.8
"""Scores above it say nothing about thresholds."""
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
    tracks: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """Whose each mark is; -1 where nobody said so."""
    video: str = ""
    """Name of the video; "" for a picture."""


@dataclass(frozen=True, slots=True)
class Looking:
    """A finder at one size of view."""

    finder: Callable[[Runner, float], Finder] = field(repr=False)
    size: tuple[int, int]
    """Width and height of the view, px."""
    threshold: float
    """From which score a thing that is known already counts, 0 to 1: where the product goes on
    covering it."""
    sure: float
    """From which score a thing counts that is new: where the product begins to cover it. What the
    parent finds with it has to be found, and recall is that of such things alone."""
    marks: Kind
    """What people have marked."""
    edges: tuple[float, ...] = (0, 12, 16, 24, 32, 48, 96)
    """Where classes of sizes begin, px of the view: height, or width of plates."""
    only: bool = False
    """Whether nothing counts but what people have marked: a person finder's vehicles do not."""
    logits: tuple[int, int, int] = (5, 0, 1)
    """How many channels of last layers belong together, and from which on up to which they are
    logits of scores."""
    same: float = _SAME
    """Overlap from which the parent's box is kept."""
    covers: bool = False
    """Whether a marked thing counts as found where one box holds it, rather than fits it."""
    form: Form = field(default=Form.PICTURES, init=False)
    protective: bool = field(default=True, init=False)

    def ask(self, network: Runner, item: Item) -> Seen:
        """What the product's own finder sees in a picture with this network."""
        assert item.frame is not None
        view = item.frame.view(*self.size)
        found = self.finder(network, self.threshold).look(view)
        video, mark, _ = item.name.rpartition("#")
        return Seen(
            found.boxes, found.scores, found.kinds, item.marked, view.scale, item.tracks,
            video if mark else "",
        )  # fmt: skip

    def shift(self, parent: Sequence[Seen], given: Sequence[Seen]) -> float:
        """By how much scores of the same things fell, as logits: the median; at least 0."""
        found: list[float] = []
        for before, after in zip(parent, given, strict=True):
            for kind in set(before.kinds) & set(after.kinds):
                old, new = _mine(before, kind), _mine(after, kind)
                overlap = _overlaps(before.boxes[old], after.boxes[new])
                at = overlap.argmax(axis=1)
                same = (overlap.max(axis=1) >= _SAME) & (before.scores[old] < _CERTAIN)
                fell = _logit(before.scores[old]) - _logit(after.scores[new][at])
                found += fell[same].tolist()
        return max(0.0, float(np.median(found))) if found else 0.0

    def judge(
        self, items: Iterable[Item], parent: Sequence[Seen], given: Sequence[Seen]
    ) -> Quality:
        """Boxes kept and marked things found, by size; and what is found in vain."""
        kept = _Count(What.KEPT)
        found = _Count(What.RECALL)
        ways = _Ways()
        extra = 0
        for before, after in zip(parent, given, strict=True):
            for kind in [self.marks] if self.only else sorted(set(before.kinds)):
                old, new = _of(before, kind, least=self.sure), _of(after, kind)
                kept.add(
                    self._sizes(old, before.scale),
                    _same(old, new) >= self.same,
                    np.ones(len(old), bool),
                )
            old, new = (_of(seen, self.marks, least=self.sure) for seen in (before, after))
            hits = self._hit(before.marked, new), self._hit(before.marked, old)
            found.add(self._sizes(before.marked, before.scale), *hits)
            ways.add(before, *hits)
            extra += int((in_vain(before, after) & (after.scores >= self.sure)).sum())
        shares = [*kept.lines(self.edges), *found.lines(self.edges), *ways.lines()]
        return Quality(tuple(shares), extra / max(1, len(given)), len(given))

    def _sizes(self, boxes: Boxes, scale: float) -> NDArray[np.float32]:
        """Height of each, or width of a plate, px of the parent's view."""
        side = 0 if self.marks is Kind.PLATE else 1
        return np.asarray((boxes[:, 2 + side] - boxes[:, side]) * scale, np.float32)

    def _hit(self, marked: Boxes, boxes: Boxes) -> NDArray[np.bool_]:
        if self.covers:
            return np.asarray(_held(marked, boxes) >= _COVERED, np.bool_)
        return np.asarray(_same(marked, boxes) >= FOUND, np.bool_)


def in_vain(before: Seen, after: Seen) -> NDArray[np.bool_]:
    """(n,): which boxes are of nothing that the other found or people have marked."""
    known = np.concatenate([before.boxes, before.marked])
    return np.asarray(_same(after.boxes, known) < _SAME / 2, np.bool_)


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


class _Ways:
    """Ways of people through videos: how long each is lost, by the parent and now."""

    def __init__(self) -> None:
        self._hits: dict[tuple[str, int], list[tuple[bool, bool]]] = {}

    def add(self, seen: Seen, now: NDArray[np.bool_], before: NDArray[np.bool_]) -> None:
        for track, *hit in zip(seen.tracks.tolist(), now, before, strict=False):
            if track >= 0 and seen.video:
                way = self._hits.setdefault((seen.video, track), [])
                way.append((bool(hit[0]), bool(hit[1])))

    def lines(self) -> list[Share]:
        covered = [way for way in self._hits.values() if not _lost(way, 1)]
        if not covered:
            return []
        return [whole(What.TRACKS, [not _lost(way, 0) for way in covered], [True] * len(covered))]


def _lost(way: Sequence[tuple[bool, bool]], of: int) -> bool:
    """Whether somebody is missed in _LOST looks running, or in all where there are fewer."""
    row = "".join("x" if hit[of] else "." for hit in way)
    return "." * min(_LOST, len(row)) in row


def _logit(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    clear = np.clip(scores.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clear / (1 - clear)))


def _mine(seen: Seen, kind: Kind) -> NDArray[np.bool_]:
    return np.array([k is kind for k in seen.kinds], bool).reshape(-1)


def _of(seen: Seen, kind: Kind, *, least: float = 0.0) -> Boxes:
    return np.asarray(seen.boxes[_mine(seen, kind) & (seen.scores >= least)], np.float32)


def _shared(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    start = np.maximum(a[:, None, :2], b[None, :, :2])
    end = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray(np.maximum(end - start, 0).prod(axis=2), np.float32)


def _areas(boxes: Boxes) -> NDArray[np.float32]:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.float32)


def _same(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """(len(a),): the best overlap of each with any of the others; 0 without others."""
    return np.asarray(_overlaps(a, b).max(axis=1, initial=0), np.float32)


def _overlaps(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    shared = _shared(a, b)
    union = _areas(a)[:, None] + _areas(b)[None] - shared
    return np.asarray(shared / np.maximum(union, 1e-6), np.float32)


def _held(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """(len(a),): the largest share of each that one of the others holds."""
    held = _shared(a, b) / np.maximum(_areas(a)[:, None], 1e-6)
    return np.asarray(held.max(axis=1, initial=0), np.float32)


def _tracked(kind: Kind) -> tuple[float, float]:
    """The product's own thresholds: for what is known, and for what is new."""
    return TRACKING[kind].keep, TRACKING[kind].start


FINDERS: dict[str, Looking] = {
    "find.face": Looking(
        lambda network, low: FaceFinder(network, threshold=low), (640, 480),
        *_tracked(Kind.FACE), Kind.FACE,
    ),
    "find.person": Looking(
        lambda network, low: PersonFinder(network, threshold=low), (640, 384),
        *_tracked(Kind.PERSON), Kind.PERSON, (0, 24, 32, 48, 64, 96, 160), logits=(10, 4, 10),
    ),
    "find.plate": Looking(
        lambda network, low: PlateFinder(network, threshold=low), (640, 480),
        *_tracked(Kind.PLATE), Kind.PLATE, (0, 32, 64, 96, 160), covers=True,
    ),
}  # fmt: skip
"""Task of a card -> how its network is judged."""
