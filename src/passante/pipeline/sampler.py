"""What a running node leaks, as told by a second pair of eyes on its own output.

Moments drawn by chance, one in each interval of stream time, are looked at with a detector that the
protection does not use. What it finds there is a suspect. Counted are

- exposure: the share of moments with a suspect in view, so also seconds in each camera-hour;
- onsets: suspects that were not there at the moment before, in each camera-hour. One that comes and
  goes between two moments is not seen, so this is a lower bound where exposures are short.

It stands in the pipeline, not in `evaluate`: it runs in a street, sees nothing but protected frames
(the only type that it takes), and keeps numbers and the last boxes alone, never a picture. Nothing
is known of what both detectors miss; what the second takes for a face by mistake counts as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.intervals import garwood, wilson
from passante.outside.media import ProtectedFrame

_SAME = 0.2
"""A suspect that overlaps one of the moment before by more (IoU) is the same."""
_HOUR_S = 3600.0


class Detector(Protocol):
    """Finds what must not be there, e.g. `analyse.otherfaces.Libfacedetection`."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def find(self, pixels: NDArray[np.uint8], /) -> list[Box]:
        """Every suspect in (height, width, 3), px."""
        ...


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was seen so far."""

    detector: str
    samples: int
    """Moments that were looked at."""
    hits: int
    """Moments with a suspect in view."""
    onsets: int
    failures: int
    """Moments at which the detector failed; they count neither way."""
    hours: float
    """Camera-hours that the moments stand for."""
    seconds_per_hour: tuple[float, float, float]
    """Time with a suspect in view in each camera-hour, s: figure, lower and upper end (Wilson)."""
    onsets_per_hour: tuple[float, float, float]
    """The same of onsets, exact for counts that follow Poisson (Garwood, 1936)."""


class LeakSampler:
    """Takes every frame that leaves; looks at few of them.

    Args:
        detector: The second pair of eyes.
        every_s: Length of the intervals in each of which one moment is drawn, s.
        rng: Draws the moments; nobody who walks by can know them.
    """

    def __init__(self, detector: Detector, *, every_s: float, rng: np.random.Generator) -> None:
        if not every_s > 0:
            raise ValueError(f"an interval of {every_s} s")
        self._detector = detector
        self._every_ns = round(every_s * NS_PER_S)
        self._rng = rng
        self._slot: int | None = None
        self._due_ns: int | None = None
        self._samples = self._hits = self._onsets = self._failures = 0
        self._last: tuple[Box, ...] = ()

    def see(self, frame: ProtectedFrame) -> bool:
        """Look at a frame if its moment has come.

        Returns:
            Whether it was looked at.
        """
        slot = frame.pts_ns // self._every_ns
        due = self._due_ns is not None and self._slot == slot and frame.pts_ns >= self._due_ns
        if slot != self._slot:  # later, or the clock of the camera was set back
            # a moment after the last frame of its interval is that of the next frame
            due = self._due_ns is not None and self._slot == slot - 1
            self._slot = slot
            self._due_ns = slot * self._every_ns + int(self._rng.integers(self._every_ns))
        elif due:
            self._due_ns = None
        if due:
            self._look(frame)
        return due

    def _look(self, frame: ProtectedFrame) -> None:
        try:
            found = tuple(self._detector.find(upright(frame)))
        except Exception:  # whatever it is: watching must not stop what it watches
            self._failures += 1
            return
        self._samples += 1
        self._hits += bool(found)
        self._onsets += sum(all(box.iou(old) <= _SAME for old in self._last) for box in found)
        self._last = found

    def estimate(self) -> Estimate:
        """What can be said by now; nothing (0 to everything) before the first moment."""
        hours = self._samples * self._every_ns / NS_PER_S / _HOUR_S
        low, high = wilson(self._hits, self._samples)
        share = self._hits / self._samples if self._samples else 0.0
        least, most = garwood(self._onsets)
        rate = (
            (self._onsets / hours, least / hours, most / hours) if hours else (0.0, 0.0, math.inf)
        )
        return Estimate(
            detector=self._detector.name,
            samples=self._samples,
            hits=self._hits,
            onsets=self._onsets,
            failures=self._failures,
            hours=hours,
            seconds_per_hour=(_HOUR_S * share, _HOUR_S * low, _HOUR_S * high),
            onsets_per_hour=rate,
        )


def upright(frame: ProtectedFrame) -> NDArray[np.uint8]:
    """(height, width, 3): the brightness of a frame three times, as a viewer turns it."""
    plane = frame.planes[0] >> (frame.format.layout.depth - 8)
    grey = np.rot90(plane.astype(np.uint8), -frame.format.rotation // 90)
    return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))
