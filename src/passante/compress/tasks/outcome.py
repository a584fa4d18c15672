"""What a smaller network still does of what its parent did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from passante.compress.data import Form, Item
from passante.core.intervals import difference
from passante.evaluate.rates import Rate

FEWEST = 100
"""A class of sizes with fewer things in it is joined with the next: one miss would be more than the
one point that may go."""


class What(StrEnum):
    """What is counted."""

    KEPT = "kept"
    """Of what the parent found, how much is found still."""
    RECALL = "recall"
    """Of what people have marked, how much is found."""
    TRACKS = "tracks"
    """Of the ways through a video on which the parent never loses somebody, on how many that is so
    still."""
    AGREEMENT = "agreement"
    """How often both say the same. Where it is known what is right, this is told and decides
    nothing."""
    ACCURACY = "accuracy"
    """How often it says what people have said."""
    TOLD = "told"
    """Of sounds of which the product tells, how many it tells of."""
    CLEAN = "clean"
    """Of sounds, at how many the product tells nothing but what they are."""


_RIGHT = (What.ACCURACY, What.TOLD, What.CLEAN)


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a table: how often, and how often with the parent."""

    what: What
    group: str
    """Class of sizes, or "all"."""
    rate: Rate
    before: Rate
    """The parent's; all of all where the parent is what is counted against."""
    lost: int = 0
    """Things that the parent has and it has not."""
    won: int = 0
    """Things that it has and the parent has not; both counted where what is right is known."""

    @classmethod
    def beside(cls, what: What, now: Sequence[bool], before: Sequence[bool]) -> Share:
        """Of the same things, one by one, for all."""
        lost = sum(old and not new for new, old in zip(now, before, strict=True))
        won = sum(new and not old for new, old in zip(now, before, strict=True))
        count = len(now)
        return cls(what, "all", Rate.of(sum(now), count), Rate.of(sum(before), count), lost, won)

    @property
    def loss(self) -> float:
        """Points of 100 that went; below 0 where it became more."""
        return 100 * (self.before.share - self.rate.share)

    @property
    def between(self) -> tuple[float, float] | None:
        """The 95 % interval of `loss`; None where things were not counted one by one."""
        if not self.lost and not self.won:
            return None
        low, high = difference(self.lost, self.won, self.rate.trials)
        return 100 * low, 100 * high


@dataclass(frozen=True, slots=True)
class Quality:
    """What one network was found to do, beside its parent."""

    shares: tuple[Share, ...]
    extra: float
    """Things in an item, on average, sure enough to be covered, that neither the parent found nor
    people marked."""
    items: int

    @property
    def judged(self) -> tuple[Share, ...]:
        """What the gate goes by: whether both say the same only where nobody said what is right."""
        known = any(share.what in _RIGHT for share in self.shares)
        return tuple(s for s in self.shares if not (known and s.what is What.AGREEMENT))

    def worst(self, what: What) -> Share | None:
        """The class that lost most of this."""
        return max((s for s in self.shares if s.what is what), key=lambda s: s.loss, default=None)


class Runner(Protocol):
    """A network that can be asked."""

    @property
    def ref(self) -> str:
        """Its reference."""
        ...

    # Any: numbers of whatever types the network has.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """The outputs for these inputs."""
        ...


# Any: an answer is read by the task that gave it and by nobody else.
Answer = Any
Progress = Callable[[int, int], None]


class Task(Protocol):
    """What a network is for."""

    @property
    def protective(self) -> bool:
        """Whether somebody is seen or heard where it misses something."""
        ...

    @property
    def form(self) -> Form:
        """What it looks at."""
        ...

    def ask(self, network: Runner, item: Item) -> Answer:
        """What a network says of an item, asked the way the product asks it."""
        ...

    def judge(
        self, items: Iterable[Item], parent: Sequence[Answer], given: Sequence[Answer]
    ) -> Quality:
        """What is left of the parent's answers, item by item."""
        ...


def by_size(
    what: What, sizes: Sequence[float], hit: Sequence[bool], before: Sequence[bool],
    edges: Sequence[float],
) -> list[Share]:  # fmt: skip
    """One line for all, and one for each class of sizes with enough in it.

    Args:
        what: What is counted.
        sizes: Of each thing, px.
        hit: Whether the network found it.
        before: Whether the parent did.
        edges: Where classes of sizes begin; small ones are joined with the next larger.
    """
    size, now, then = np.array(sizes), np.array(hit, bool), np.array(before, bool)
    lines = [_line(what, "all", now, then)]
    low = edges[0]
    for _, high in pairwise([*edges, float("inf")]):
        inside = (size >= low) & (size < high)
        rest = int((size >= high).sum())
        if (inside.sum() < FEWEST and rest) or (0 < rest < FEWEST):
            continue
        if inside.any():
            words = f"{low:g} to {high:g} px" if np.isfinite(high) else f"{low:g} px and up"
            lines.append(_line(what, words, now[inside], then[inside]))
        low = high
    return lines


def whole(what: What, now: Sequence[bool], then: Sequence[bool]) -> Share:
    """One line for all: how often, and how often with the parent."""
    return _line(what, "all", np.array(now, bool), np.array(then, bool))


def _line(
    what: What, group: str, now: NDArray[np.bool_], then: NDArray[np.bool_]
) -> Share:  # fmt: skip
    return Share(
        what, group, Rate.of(int(now.sum()), now.size), Rate.of(int(then.sum()), then.size)
    )
