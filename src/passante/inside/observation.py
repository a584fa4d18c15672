"""What was found: personal, but not raw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.core.names import Cause, Kind, Sort


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """What one look found, as a struct of arrays."""

    boxes: NDArray[np.float32]
    """(n, 4): x0, y0, x1, y1 in px of the coded frame; half-open; may lie partly outside."""
    scores: NDArray[np.float32]
    """(n,), 0 to 1."""
    kinds: tuple[Kind, ...]
    """n kinds."""
    by: str
    """Reference of the model that looked, e.g. "centerface@1.0.0"."""
    sorts: tuple[Sort | None, ...] = ()
    """n sorts of vehicles, None for what is none; () where nobody tells them apart."""

    def __post_init__(self) -> None:
        n = len(self.kinds)
        if self.boxes.shape != (n, 4) or self.scores.shape != (n,):
            raise ValueError(f"shapes {self.boxes.shape} and {self.scores.shape} for {n} kinds")
        if len(self.sorts) not in (0, n):
            raise ValueError(f"{len(self.sorts)} sorts for {n} kinds")
        if not (np.isfinite(self.boxes).all() and np.isfinite(self.scores).all()):
            raise ValueError("a box or a score is not a number")
        self.boxes.setflags(write=False)
        self.scores.setflags(write=False)

    def __len__(self) -> int:
        return len(self.kinds)


@dataclass(frozen=True, slots=True)
class Region:
    """One thing on one frame, as it is to be covered."""

    kind: Kind
    box: Box
    """px of the coded frame: where it is, grown by what is not known exactly; no margin added."""
    score: float
    """0 to 1: of the best detection behind it."""
    cause: Cause
    track: int
    """Number of its track in this run of the stream."""
    parts: tuple[Box, ...] = ()
    """Where it may be, each the whole of it, where `box` holds several such places; () where it is
    `box`. What follows from it follows from each."""


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """One track, for the report: when and why something was covered, not what."""

    number: int
    kind: Kind
    first_seq: int
    last_seq: int
    first_ns: int
    last_ns: int
    frames: dict[Cause, int]
    """How many frames it was covered on, by cause."""


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch of one audio stream that counts as speech, pre-roll and hang-over included."""

    start_ns: int
    end_ns: int
    score: float
    """0 to 1: the highest of the detector within it."""
