"""What is known of one thing that is followed."""

from __future__ import annotations

from dataclasses import dataclass, field

from passante.analyse.template import Template
from passante.core.geometry import Box
from passante.core.names import Cause


@dataclass(frozen=True, slots=True)
class Place:
    """Where a track is on one frame."""

    box: Box
    slack: float
    """By how much the box is grown on every side, px."""
    cause: Cause
    parts: tuple[Box, ...] = ()
    """Where it may be, where `box` is the union of several such places."""


@dataclass(slots=True)
class Track:
    """One thing that is followed."""

    number: int
    box: Box
    score: float
    template: Template | None
    seen_seq: int
    seen_ns: int
    seen_box: Box
    anchor: Box
    """Where it was last looked for, and when; between, it goes on at its speed."""
    anchor_ns: int
    speed: tuple[float, float] = (0.0, 0.0)
    """px a second."""
    places: dict[int, Place] = field(default_factory=dict)
    counts: dict[Cause, int] = field(default_factory=dict)
    first: tuple[int, int] | None = None
    last: tuple[int, int] = (0, 0)
