"""How loud a place was: levels that may leave. Only `passante.protect` can make them."""

from __future__ import annotations

import math
from dataclasses import InitVar, dataclass

from passante.core.names import StreamId
from passante.outside import _mint


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelStep:
    """The levels of 125 ms of the sound without its voices, or that they are not known.

    Levels are in dB above the reference of their header; not A-weighted where not said otherwise.
    """

    stream: StreamId
    start_ns: int
    """Stream time."""
    leq_db: float | None
    """LAeq; None, as all others, where it could not be measured."""
    fast_max_db: float | None
    """LAFmax."""
    bands_db: tuple[float, ...] | None
    """Equivalent levels of third octaves, from 25 Hz upwards."""
    mint: InitVar[object]

    def __post_init__(self, mint: object) -> None:
        _mint.check(mint)
        _check(self.leq_db, self.fast_max_db, *(self.bands_db or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Levels of a period, A-weighted, dB; those that are exceeded are of time weighting F."""

    leq_db: float
    """LAeq."""
    fast_max_db: float
    """LAFmax."""
    l10_db: float
    """Exceeded for 10 % of the time."""
    l50_db: float
    l90_db: float

    def __post_init__(self) -> None:
        _check(self.leq_db, self.fast_max_db, self.l10_db, self.l50_db, self.l90_db)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPeriod:
    """The levels of a longer time."""

    stream: StreamId
    start_ns: int
    """Stream time."""
    end_ns: int
    beside: Spread | None
    """Of the sound without its voices; None where nothing could be measured."""
    heard: Spread | None
    """Of all sound, voices included, in whole dB; only of whole minutes."""
    unmeasured_s: float
    """How much of it could not be measured, s."""
    mint: InitVar[object]

    def __post_init__(self, mint: object) -> None:
        _mint.check(mint)
        if self.end_ns <= self.start_ns:
            raise ValueError("a period ends after it begins")


Levels = LevelStep | LevelPeriod
"""What is told of how loud it was."""


def _check(*levels: float | None) -> None:
    if not all(level is None or math.isfinite(level) for level in levels):
        raise ValueError("a level is a number")
