"""Fakes we ship: a clock to move by hand, scripted sources and finders, a recording sink.

They make nothing that may leave: protected media comes only out of a real `passante.protect`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Generic, TypeVar

import numpy as np

from passante.core.clock import NS_PER_S
from passante.core.errors import PassanteError
from passante.core.media import LAYOUTS, MediaInfo, MediaKind, VideoFormat, VideoStream
from passante.core.names import Kind, StreamId
from passante.flow import Stage
from passante.inside.audio import RawAudio
from passante.inside.observation import Detections
from passante.inside.video import RawFrame, View
from passante.outside.media import Outbound

In = TypeVar("In")
Out = TypeVar("Out")

TIME_BASE = Fraction(1, 25)
"""Seconds a tick of every picture made here: one tick a frame."""


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._ns = 0

    def monotonic_ns(self) -> int:
        """Nanoseconds moved so far."""
        return self._ns

    def now(self) -> datetime:
        """Start plus what was moved so far, aware UTC."""
        return self._start + timedelta(microseconds=self._ns / 1000)

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`."""
        if seconds < 0:
            raise ValueError("time only ever grows")
        self._ns += round(seconds * NS_PER_S)


class ScriptedSource(Generic[Out]):
    """Gives the items it was made with, then ends, or raises where it was told to.

    Args:
        info: What it says it holds.
        items: What it gives, in order.
        error: Raised after the last item, or None for a clean end.
    """

    def __init__(
        self, info: MediaInfo, items: Iterable[Out], *, error: PassanteError | None = None
    ) -> None:
        self._info = info
        self._items = items
        self._error = error
        self.closed = False

    @property
    def info(self) -> MediaInfo:
        """What the source holds."""
        return self._info

    def __iter__(self) -> Iterator[Out]:
        yield from self._items
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class RecordingSink:
    """Keeps what is written to it, and raises on the item it was told to.

    Args:
        error: Raised instead of taking item number `at`.
        at: Counts from 0.
    """

    def __init__(self, *, error: PassanteError | None = None, at: int = 0) -> None:
        self.items: list[Outbound] = []
        self.closed = False
        self.aborted = False
        self._error = error
        self._at = at

    def write(self, item: Outbound, /) -> None:
        """Keep one item."""
        if self._error is not None and len(self.items) == self._at:
            raise self._error
        self.items.append(item)

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    def abort(self) -> None:
        """Remember that it was given up, and drop what it kept."""
        self.aborted = True
        self.items.clear()


class ScriptedFinder:
    """Answers each look with the next of its answers, and with the last one ever after.

    Args:
        kinds: What it says it can find.
        answers: One for each look; an exception among them is raised instead.
        model: Its model's reference.
    """

    def __init__(
        self,
        kinds: Iterable[Kind],
        answers: Sequence[Detections | Exception] = (),
        *,
        model: str = "scripted@1.0.0",
    ) -> None:
        self._kinds = frozenset(kinds)
        self._answers = answers
        self._model = model
        self.views: list[View] = []

    @property
    def kinds(self) -> frozenset[Kind]:
        """What it can find."""
        return self._kinds

    @property
    def model(self) -> str:
        """Reference of its model."""
        return self._model

    def look(self, view: View) -> Detections:
        """The next answer of the script; nothing found where the script is empty."""
        self.views.append(view)
        if not self._answers:
            return detections()
        answer = self._answers[min(len(self.views), len(self._answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


class ScriptedStage(Generic[In, Out]):
    """Makes one item of each, some items later, and fails where it was told to.

    Args:
        make: Turns an item.
        hold: How many items it holds back until the next one or the end comes.
        errors: Number of a push (from 0): raised there, before its item is taken.
        swallow: Numbers of pushes whose items are taken and never given.
        flush_error: Raised by `flush` instead of giving what is held.
    """

    delay_ns = 0

    def __init__(
        self,
        make: Callable[[In], Out],
        *,
        hold: int = 0,
        errors: Mapping[int, Exception] | None = None,
        swallow: Collection[int] = (),
        flush_error: Exception | None = None,
    ) -> None:
        self._make = make
        self._hold = hold
        self._errors = errors or {}
        self._swallow = swallow
        self._flush_error = flush_error
        self._held: list[In] = []
        self.pushed = 0
        """How many items it was given."""

    def push(self, item: In, /) -> Iterator[Out]:
        """What became ready through `item`."""
        number, self.pushed = self.pushed, self.pushed + 1
        if number in self._errors:
            raise self._errors[number]
        if number not in self._swallow:
            self._held.append(item)
        while len(self._held) > self._hold:
            yield self._make(self._held.pop(0))

    def flush(self) -> Iterator[Out]:
        """What was held."""
        if self._flush_error is not None:
            raise self._flush_error
        while self._held:
            yield self._make(self._held.pop(0))


def drive(stage: Stage[In, Out], items: Iterable[In]) -> list[Out]:
    """Everything that `stage` makes of `items`: all pushed, then flushed."""
    made: list[Out] = []
    for item in items:
        made.extend(stage.push(item))
    made.extend(stage.flush())
    return made


def detections(
    *boxes: tuple[float, float, float, float],
    kind: Kind = Kind.FACE,
    score: float = 0.9,
    by: str = "scripted@1.0.0",
) -> Detections:
    """Boxes (x0, y0, x1, y1 in px) of one kind, all with one score."""
    return Detections(
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        scores=np.full(len(boxes), score, np.float32),
        kinds=(kind,) * len(boxes),
        by=by,
    )


def video_format(width: int = 64, height: int = 48, layout: str = "yuv420p") -> VideoFormat:
    """A picture format without tags; sizes in px."""
    return VideoFormat(width=width, height=height, layout=LAYOUTS[layout])


def video_info(form: VideoFormat, *, frames: int) -> MediaInfo:
    """An "mp4" of one silent picture stream at 25 frames/s."""
    stream = VideoStream(StreamId("video"), form, TIME_BASE, 1 / TIME_BASE, frames, "h264")
    duration_ns = frames * NS_PER_S * TIME_BASE.numerator // TIME_BASE.denominator
    return MediaInfo(MediaKind.VIDEO, "mp4", stream, (), duration_ns)


def raw_frame(seq: int = 0, form: VideoFormat | None = None, *, seed: int | None = 0) -> RawFrame:
    """A picture of noise that `seed` decides (None: mid-grey), shown at tick `seq`."""
    form = form or video_format()
    kind = np.uint8 if form.layout.depth == 8 else np.uint16
    random = None if seed is None else np.random.default_rng((seed, seq))
    planes = []
    for number in range(form.layout.planes):
        shape = form.plane_shape(number)
        if random is None:
            planes.append(np.full(shape, form.layout.middle, kind))
        else:
            planes.append(random.integers(0, 1 << form.layout.depth, shape).astype(kind))
    return RawFrame(StreamId("video"), seq, seq, TIME_BASE, form, tuple(planes))


def raw_audio(
    seq: int = 0, *, rate_hz: int = 16_000, samples: int = 1_600, channels: int = 1, seed: int = 0
) -> RawAudio:
    """A block of quiet noise that `seed` decides; blocks follow each other without a gap."""
    random = np.random.default_rng((seed, seq))
    noise = random.uniform(-0.1, 0.1, (channels, samples)).astype(np.float32)
    return RawAudio(
        stream=StreamId("audio-0"),
        seq=seq,
        pts=seq * samples,
        time_base=Fraction(1, rate_hz),
        rate_hz=rate_hz,
        layout="mono" if channels == 1 else "stereo" if channels == 2 else f"{channels}c",
        samples=noise,
    )
