import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import pytest

from passante.core.errors import BoundaryError, ProtectError, SinkError, SourceLostError
from passante.core.media import MediaInfo
from passante.core.names import Kind, StreamId
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.inside.video import AnalysedFrame, RawFrame
from passante.outside._mint import MINT
from passante.outside.media import ProtectedAudio, ProtectedFrame
from passante.outside.receipt import Receipt
from passante.pipeline.meter import Meter, Place, Tolerance
from passante.pipeline.runner import Fault, Lane, Pipeline, Runner
from passante.testing import (
    RecordingSink,
    ScriptedSource,
    ScriptedStage,
    raw_audio,
    raw_frame,
    video_format,
    video_info,
)

VIDEO, AUDIO = StreamId("video"), StreamId("audio-0")
INFO = video_info(video_format(8, 8), frames=20)
RECEIPT = Receipt("test", "00", (("head", "fill@1"),), (), "passante test")


def frames(n: int) -> list[RawFrame]:
    return [raw_frame(seq, video_format(8, 8), seed=None) for seq in range(n)]


def analysed(raw: RawFrame) -> AnalysedFrame:
    return AnalysedFrame(raw, (), frozenset(Kind))


def protected(item: AnalysedFrame) -> ProtectedFrame:
    raw = item.raw
    planes = tuple(np.zeros_like(plane) for plane in raw.planes)
    return ProtectedFrame(
        raw.stream, raw.seq, raw.pts, raw.time_base, raw.format, planes, RECEIPT, MINT
    )


def heard(raw: RawAudio) -> AnalysedAudio:
    return AnalysedAudio(raw, np.ones(raw.samples.shape[1], np.float32))


def masked(item: AnalysedAudio) -> ProtectedAudio:
    raw = item.raw
    return ProtectedAudio(
        raw.stream,
        raw.seq,
        raw.pts,
        raw.time_base,
        raw.rate_hz,
        raw.layout,
        np.zeros_like(raw.samples),
        RECEIPT,
        MINT,
    )


class Bench:
    """A pipeline of scripted parts, and what came of running it."""

    def __init__(
        self,
        items: Sequence[RawFrame | RawAudio],
        *,
        look: ScriptedStage | None = None,
        hide: ScriptedStage | None = None,
        sink: RecordingSink | None = None,
        error: Exception | None = None,
        tolerance: Tolerance | None = None,
        info: MediaInfo = INFO,
    ) -> None:
        self.source = ScriptedSource(info, items, error=error)
        self.sink = sink or RecordingSink()
        self.pipeline = Pipeline(
            self.source,
            self.sink,
            {VIDEO: Lane(look or ScriptedStage(analysed), hide or ScriptedStage(protected))},
            {AUDIO: Lane(ScriptedStage(heard, hold=2), ScriptedStage(masked))},
        )
        self.meter = Meter(self.pipeline.streams, tolerance=tolerance)
        self.runner = Runner(self.pipeline, self.meter)

    def run(self) -> "Bench":
        self.runner.run()
        return self

    @property
    def written(self) -> list[int]:
        return [item.seq for item in self.sink.items if item.stream == VIDEO]

    @property
    def count(self):
        return self.meter.counts()[VIDEO]


def test_every_frame_read_is_written_once_and_in_order():
    bench = Bench(frames(50), look=ScriptedStage(analysed, hold=7)).run()
    assert bench.written == list(range(50))
    assert bench.sink.closed
    assert not bench.sink.aborted
    assert bench.source.closed
    assert bench.count.balanced


def test_pictures_and_sound_go_through_lanes_of_their_own():
    items = [item for seq in range(10) for item in (raw_frame(seq), raw_audio(seq))]
    bench = Bench(items).run()
    assert sum(isinstance(item, ProtectedFrame) for item in bench.sink.items) == 10
    assert sum(isinstance(item, ProtectedAudio) for item in bench.sink.items) == 10
    assert bench.meter.counts()[AUDIO].written == 10


def test_an_empty_source_closes_an_empty_sink():
    assert Bench([]).run().sink.closed


def test_a_frame_whose_analysis_raises_is_dropped_and_counted():
    bench = Bench(frames(9), look=ScriptedStage(analysed, errors={4: RuntimeError("x")})).run()
    assert bench.written == [0, 1, 2, 3, 5, 6, 7, 8]
    assert bench.count.unanalysed == 1
    assert bench.runner.faults == (Fault(VIDEO, Place.ANALYSIS, "RuntimeError", 1),)


def test_a_frame_whose_protection_raises_is_dropped_and_counted():
    bench = Bench(frames(9), hide=ScriptedStage(protected, errors={4: RuntimeError("x")})).run()
    assert bench.written == [0, 1, 2, 3, 5, 6, 7, 8]
    assert bench.count.unprotected == 1


def test_a_frame_that_a_stage_swallows_is_counted_as_lost():
    look = ScriptedStage(analysed, swallow={1, 2})
    hide = ScriptedStage(protected, swallow={0})
    bench = Bench(frames(6), look=look, hide=hide).run()
    assert bench.written == [3, 4, 5]
    assert (bench.count.unanalysed, bench.count.unprotected) == (2, 1)


class RaisesThenGivesAnyway:
    """Keeps every item, raises for number 2, and still gives it with the next one."""

    delay_ns = 0

    def __init__(self) -> None:
        self.held: list[RawFrame] = []

    def push(self, raw: RawFrame, /) -> list[AnalysedFrame]:
        self.held.append(raw)
        if raw.seq == 2:
            raise RuntimeError("the finder is gone")
        given, self.held = [analysed(item) for item in self.held], []
        return given

    def flush(self) -> list[AnalysedFrame]:
        return []


def test_a_frame_that_failed_stays_dropped_even_if_the_stage_gives_it_later():
    bench = Bench(frames(5), look=RaisesThenGivesAnyway()).run()
    assert bench.written == [0, 1, 3, 4]
    assert bench.count.unanalysed == 1


def test_a_stage_that_raises_in_flush_loses_what_it_held():
    look = ScriptedStage(analysed, hold=3, flush_error=RuntimeError("x"))
    bench = Bench(frames(9), look=look).run()
    assert bench.written == list(range(6))
    assert bench.count.unanalysed == 3


def test_what_a_stage_gave_before_it_raised_is_kept():
    class HalfWay:
        delay_ns = 0
        held: RawFrame | None = None

        def push(self, raw: RawFrame, /) -> Iterator[AnalysedFrame]:
            if raw.seq == 0:
                self.held = raw
                return
            yield analysed(self.held)
            raise RuntimeError("x")

        def flush(self) -> list[AnalysedFrame]:
            return []

    assert Bench(frames(2), look=HalfWay()).run().written == [0]


def test_too_many_losses_stop_the_run_and_leave_nothing():
    broken = RuntimeError("the finder is gone")
    look = ScriptedStage(analysed, errors=dict.fromkeys(range(10, 100), broken))
    bench = Bench(frames(100), look=look, tolerance=Tolerance(lost=5, window=50))
    with pytest.raises(ProtectError, match="could not be protected") as caught:
        bench.run()
    assert caught.value.__cause__ is broken
    assert bench.sink.aborted
    assert not bench.sink.closed


def test_losing_the_only_frame_leaves_nothing():
    bench = Bench(frames(1), look=ScriptedStage(analysed, errors={0: RuntimeError("x")}))
    with pytest.raises(ProtectError, match="none of its 1 items"):
        bench.run()
    assert bench.sink.aborted
    assert not bench.sink.closed


def test_a_lost_source_aborts_the_sink():
    bench = Bench(frames(5), error=SourceLostError("cut off"))
    with pytest.raises(SourceLostError, match="cut off"):
        bench.run()
    assert bench.sink.aborted
    assert not bench.sink.closed
    assert bench.source.closed


def test_a_full_disk_releases_the_reader_and_aborts_the_sink():
    bench = Bench(frames(500), sink=RecordingSink(error=SinkError("disk full"), at=3))
    with pytest.raises(SinkError, match="disk full"):
        bench.run()
    assert bench.sink.aborted
    assert bench.source.closed


def test_an_item_of_an_unknown_stream_stops_the_run():
    stranger = RawFrame(
        StreamId("other"), 0, 0, Fraction(1, 25), video_format(8, 8), frames(1)[0].planes
    )
    bench = Bench([stranger])
    with pytest.raises(BoundaryError, match="not announced"):
        bench.run()
    assert bench.sink.aborted


def test_a_broken_line_is_never_taken_for_a_bad_frame():
    look = ScriptedStage(analysed, errors={1: BoundaryError("crossed")})
    bench = Bench(frames(5), look=look)
    with pytest.raises(BoundaryError, match="crossed"):
        bench.run()
    assert bench.sink.aborted


class BadlyClosed(RecordingSink):
    """Cannot finish."""

    def close(self) -> None:
        raise SinkError("cannot finish")


def test_a_sink_that_cannot_finish_is_aborted():
    bench = Bench(frames(3), sink=BadlyClosed())
    with pytest.raises(SinkError, match="cannot finish"):
        bench.run()
    assert bench.sink.aborted


class StuckAbort(RecordingSink):
    """Cannot give up either."""

    def abort(self) -> None:
        super().abort()
        raise SinkError("cannot give up")


def test_a_second_error_is_noted_on_the_first():
    bench = Bench(frames(3), error=SourceLostError("first"), sink=StuckAbort())
    with pytest.raises(SourceLostError) as caught:
        bench.run()
    assert any("cannot give up" in note for note in caught.value.__notes__)


def test_an_interruption_stops_the_threads_and_aborts_the_sink():
    going = threading.Event()

    class Endless:
        info = INFO
        closed = False

        def __iter__(self) -> Iterator[RawFrame]:
            seq = 0
            while True:
                yield raw_frame(seq, video_format(8, 8), seed=None)
                seq += 1
                if seq == 20:
                    going.set()

        def close(self) -> None:
            self.closed = True

    def interrupt(_: Meter) -> None:
        assert going.wait(10)
        raise KeyboardInterrupt

    bench = Bench([])
    source, sink = Endless(), RecordingSink()
    pipeline = Pipeline(source, sink, bench.pipeline.video, bench.pipeline.audio)
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        Runner(pipeline, Meter(pipeline.streams)).run(interrupt, every_s=0.001)
    assert sink.aborted
    assert not sink.closed
    assert source.closed
    assert threading.active_count() == before


def test_the_observer_sees_the_end():
    seen = []
    bench = Bench(frames(4))
    bench.runner.run(lambda meter: seen.append(meter.counts()[VIDEO].written))
    assert seen[-1] == 4
