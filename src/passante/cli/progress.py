"""One line that moves: how far a run is, how fast it goes, how long it will take."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import TextIO

from passante.core.clock import NS_PER_S
from passante.core.media import MediaInfo
from passante.pipeline.meter import Meter, Observer

_WIDTH = 24
_CLEAR = "\r\x1b[K"


class Progress:
    """Writes to a terminal and to nothing else.

    Args:
        quiet: Say nothing at all.
        stream: Where to write; silent unless it is a terminal. None: standard error.
        seconds: A clock that only grows, s.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._on = not quiet and self._stream.isatty()
        self._seconds = seconds

    def of(self, name: str) -> Callable[[MediaInfo], Observer]:
        """What shows the run of one file, called `name`."""

        def begin(info: MediaInfo) -> Observer:
            start = self._seconds()

            def show(meter: Meter) -> None:
                if self._on:
                    self._draw(line(name, info, meter, self._seconds() - start))

            return show

        return begin

    def clear(self) -> None:
        """Take the line away, so that a message can stand in its place."""
        if self._on:
            self._draw("")

    def _draw(self, text: str) -> None:
        # A line that wraps could not be taken away again.
        room = shutil.get_terminal_size().columns - 1
        self._stream.write(_CLEAR + text[:room])
        self._stream.flush()


def line(name: str, info: MediaInfo, meter: Meter, elapsed_s: float) -> str:
    """How a run stands: part done, frames (or seconds of sound), speed and time left."""
    counts = meter.counts()
    if info.video is None:
        done = max((count.media_s for count in counts.values()), default=0.0)
        total = info.duration_ns / NS_PER_S if info.duration_ns else None
        shown, unit = f"{done:.0f}" + (f"/{total:.0f}" if total else "") + " s", "x"
    else:
        count = counts[info.video.stream]
        done = float(count.written + count.lost)
        total = _frames(info)
        shown, unit = f"{done:.0f}" + (f"/{total:.0f}" if total else "") + " frames", " fps"
    speed = done / elapsed_s if elapsed_s > 0 else 0.0
    parts = [name, shown, f"{speed:.1f}{unit}"]
    if total:
        share = min(1.0, done / total)
        full = round(share * _WIDTH)
        parts.insert(1, f"[{'#' * full}{'.' * (_WIDTH - full)}] {share:4.0%}")
        if speed > 0:
            parts.append(f"ETA {_clock_of(max(0.0, total - done) / speed)}")
    return "  ".join(parts)


def _frames(info: MediaInfo) -> float | None:
    """How many frames there should be, told or worked out."""
    if info.video is None:
        return None
    if info.video.frames:
        return float(info.video.frames)
    if info.video.rate and info.duration_ns:
        return float(round(info.video.rate * info.duration_ns / NS_PER_S))
    return None


def _clock_of(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
