"""From a source through analysis and protection into a sink, failing closed.

Three threads, joined by two bounded channels: one reads, one analyses, one protects and writes.
Decoding, inference and encoding leave the interpreter lock, so that they overlap.

Rules:

1. Only what came out of a protecting stage, and was counted in and analysed before, is written.
2. A stage that raises for an item loses that item; what it swallows or passes over is lost too.
   Lost items are counted, never passed on; too many of them stop the run.
3. Stages flush in order, the books must balance, and only then the sink closes.
4. Any error of source or sink, any broken rule and any interruption stops all threads, aborts the
   sink and is raised. No error is swallowed: further ones are noted on the first.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from passante.core.clock import NS_PER_S
from passante.core.errors import BoundaryError, ProtectError
from passante.core.names import StreamId
from passante.flow import Sink, Source, Stage
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.inside.video import AnalysedFrame, RawFrame
from passante.outside.media import Outbound, ProtectedAudio, ProtectedFrame, ProtectedMedia
from passante.pipeline.channel import Channel, ChannelClosed
from passante.pipeline.meter import Meter, Observer, Place

RawT = TypeVar("RawT")
AnalysedT = TypeVar("AnalysedT")
ProtectedT = TypeVar("ProtectedT")
ItemT = TypeVar("ItemT")

Raw = RawFrame | RawAudio
Analysed = AnalysedFrame | AnalysedAudio


@dataclass(frozen=True, slots=True)
class Lane(Generic[RawT, AnalysedT, ProtectedT]):
    """The two stages that one stream goes through; no other stream shares them."""

    analyse: Stage[RawT, AnalysedT]
    protect: Stage[AnalysedT, ProtectedT]


VideoLane = Lane[RawFrame, AnalysedFrame, ProtectedFrame]
AudioLane = Lane[RawAudio, AnalysedAudio, ProtectedAudio]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A source, a lane for each of its streams, and a sink."""

    source: Source[Raw]
    sink: Sink[Outbound]
    video: Mapping[StreamId, VideoLane] = field(default_factory=dict)
    audio: Mapping[StreamId, AudioLane] = field(default_factory=dict)

    @property
    def streams(self) -> tuple[StreamId, ...]:
        """All streams, pictures first."""
        return (*self.video, *self.audio)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why items of a stream were lost, without content: the name of an error and how often."""

    stream: StreamId
    place: Place
    error: str
    times: int


class Runner:
    """One run of a pipeline. Use it once.

    Args:
        pipeline: What runs. The runner closes its source, and closes or aborts its sink.
        meter: Counts; it knows all streams of the pipeline.
        capacity: How many items each of the two channels holds. Frames are large: keep it small.
    """

    def __init__(self, pipeline: Pipeline, meter: Meter, *, capacity: int = 6) -> None:
        self._pipeline = pipeline
        self._meter = meter
        self._raw: Channel[Raw] = Channel(capacity)
        self._analysed: Channel[Analysed] = Channel(capacity)
        self._errors: list[BaseException] = []
        self._faults: Counter[tuple[StreamId, Place, str]] = Counter()
        self._alive = 0
        self._lock = threading.Lock()
        self._done = threading.Event()
        self.complete = False
        """Whether the sink was closed: what was written stands, whatever happened since."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What stages raised, most frequent first."""
        return tuple(Fault(*key, times) for key, times in self._faults.most_common())

    def run(self, observe: Observer | None = None, *, every_s: float = 0.25) -> None:
        """Run to the end, looking at the meter every `every_s` s; returns once the sink is closed.

        Raises:
            PassanteError: The source, the sink or the limit of losses stopped it; sink aborted.
            BaseException: Whatever interrupted the calling thread; sink aborted.
        """
        works = (self._read, self._analyse, self._protect)
        self._alive = len(works)
        threads = [
            threading.Thread(target=self._guarded, args=(work,), name=work.__name__.strip("_"))
            for work in works
        ]
        try:
            for thread in threads:
                thread.start()
            while not self._done.wait(every_s):
                if observe:
                    observe(self._meter)
        except BaseException as error:  # an interruption: stop the threads before anything else
            self._stop(error)
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        self._finish()
        if observe:
            observe(self._meter)

    def _finish(self) -> None:
        self._noting(self._pipeline.source.close)
        if self._errors:
            self._noting(self._pipeline.sink.abort)
        if not self._errors:
            return
        first, *rest = self._errors
        for other in rest:
            first.add_note(f"then: {type(other).__name__}: {other}")
        raise first

    def _noting(self, end: Callable[[], None]) -> None:
        try:
            end()
        except Exception as error:  # raised by run(), or noted on what came before
            self._errors.append(error)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except ChannelClosed:
            pass  # the other end has already told why
        except BaseException as error:  # raised by run(), in the calling thread
            self._stop(error)
        finally:
            with self._lock:
                self._alive -= 1
                if not self._alive:
                    self._done.set()

    def _stop(self, error: BaseException) -> None:
        self._errors.append(error)
        self._raw.close(error)
        self._analysed.close(error)

    def _read(self) -> None:
        for item in self._pipeline.source:
            lasts_ns = 0
            if isinstance(item, RawAudio):
                lasts_ns = item.samples.shape[1] * NS_PER_S // item.rate_hz
            self._meter.read(item.stream, item.seq, item.pts_ns, lasts_ns)
            self._raw.put(item)
        self._raw.close()

    def _analyse(self) -> None:
        for item in self._raw:
            if isinstance(item, RawFrame):
                stage = self._pipeline.video[item.stream].analyse
                self._hand_over(self._pushed(stage, item, item.stream, item.seq, Place.ANALYSIS))
            else:
                listener = self._pipeline.audio[item.stream].analyse
                self._hand_over(self._pushed(listener, item, item.stream, item.seq, Place.ANALYSIS))
        for stream, lane in self._pipeline.video.items():
            self._hand_over(self._flushed(lane.analyse, stream, Place.ANALYSIS))
        for stream, audio_lane in self._pipeline.audio.items():
            self._hand_over(self._flushed(audio_lane.analyse, stream, Place.ANALYSIS))
        self._analysed.close()

    def _hand_over(self, items: Iterable[Analysed]) -> None:
        for item in items:
            if self._meter.analysed(item.raw.stream, item.raw.seq):
                self._analysed.put(item)

    def _protect(self) -> None:
        for item in self._analysed:
            stream, seq = item.raw.stream, item.raw.seq
            if isinstance(item, AnalysedFrame):
                stage = self._pipeline.video[stream].protect
                self._write(self._pushed(stage, item, stream, seq, Place.PROTECTION))
            else:
                mask = self._pipeline.audio[stream].protect
                self._write(self._pushed(mask, item, stream, seq, Place.PROTECTION))
        for stream, lane in self._pipeline.video.items():
            self._write(self._flushed(lane.protect, stream, Place.PROTECTION))
        for stream, audio_lane in self._pipeline.audio.items():
            self._write(self._flushed(audio_lane.protect, stream, Place.PROTECTION))
        self._check_books()
        self._pipeline.sink.close()
        self.complete = True

    def _write(self, items: Iterable[ProtectedMedia]) -> None:
        for item in items:
            if self._meter.protected(item.stream, item.seq):
                self._pipeline.sink.write(item)
                self._meter.written(item.stream, item.seq)

    def _check_books(self) -> None:
        self._meter.check_balance()
        for stream, count in self._meter.counts().items():
            if count.lost and not count.written:
                raise ProtectError(
                    f"stream {stream}: none of its {count.read} items could be protected",
                    hint="nothing was kept; run again with --debug to see what failed",
                )

    def _pushed(
        self, stage: Stage[ItemT, ProtectedT], item: ItemT, stream: StreamId, seq: int, place: Place
    ) -> Iterator[ProtectedT]:
        """What `stage` gives for `item`; if it raises, the item is lost."""

        def lose(error: Exception) -> None:
            self._faults[stream, place, type(error).__name__] += 1
            self._meter.lost(stream, seq, place.loss)

        yield from _until_raised(lambda: stage.push(item), lose)

    def _flushed(
        self, stage: Stage[ItemT, ProtectedT], stream: StreamId, place: Place
    ) -> Iterator[ProtectedT]:
        """What `stage` still held; what it never gives is lost."""
        cause: list[Exception] = []

        def note(error: Exception) -> None:
            self._faults[stream, place, type(error).__name__] += 1
            cause.append(error)

        yield from _until_raised(stage.flush, note)
        try:
            self._meter.settle(stream, place)
        except ProtectError as error:
            raise error from (cause[0] if cause else None)


def _until_raised(
    give: Callable[[], Iterable[ItemT]], on_error: Callable[[Exception], None]
) -> Iterator[ItemT]:
    """Items of `give()` up to where it raises; then `on_error`, whose own error has that as cause.

    A broken line is no fault of one item: BoundaryError is never handled here.
    """
    try:
        items = iter(give())
        while True:
            try:
                item = next(items)
            except StopIteration:
                return
            yield item
    except BoundaryError:
        raise
    except Exception as error:  # whatever it is, the item is lost, not passed
        try:
            on_error(error)
        except ProtectError as limit:
            raise limit from error
