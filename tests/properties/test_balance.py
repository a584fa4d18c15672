"""Whatever stages do, every item read is written or counted as lost, and none twice."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from passante.core.errors import ProtectError
from passante.core.names import Kind, Loss, StreamId
from passante.inside.video import AnalysedFrame, RawFrame
from passante.outside._mint import MINT
from passante.outside.media import ProtectedFrame
from passante.outside.receipt import Receipt
from passante.pipeline.meter import Meter, Place
from passante.pipeline.runner import Lane, Pipeline, Runner
from passante.testing import (
    RecordingSink,
    ScriptedSource,
    ScriptedStage,
    raw_frame,
    video_format,
    video_info,
)

VIDEO = StreamId("video")
FORM = video_format(8, 8)
FRAMES = [raw_frame(seq, FORM, seed=None) for seq in range(30)]
RECEIPT = Receipt("test", "00", (("head", "fill@1"),), (), "passante test")


def look(raw: RawFrame) -> AnalysedFrame:
    return AnalysedFrame(raw, (), frozenset(Kind))


def hide(item: AnalysedFrame) -> ProtectedFrame:
    raw = item.raw
    planes = tuple(np.zeros_like(plane) for plane in raw.planes)
    return ProtectedFrame(
        raw.stream, raw.seq, raw.pts, raw.time_base, raw.format, planes, RECEIPT, MINT
    )


numbers = st.sets(st.integers(0, 29), max_size=12)


@st.composite
def stages(draw, make):
    return ScriptedStage(
        make,
        hold=draw(st.integers(0, 10)),
        errors={number: RuntimeError("planned") for number in draw(numbers)},
        swallow=draw(numbers),
        flush_error=draw(st.sampled_from([None, RuntimeError("planned")])),
    )


@settings(max_examples=150, deadline=None)
@given(n=st.integers(0, 30), first=stages(look), second=stages(hide), capacity=st.integers(1, 5))
def test_read_is_written_plus_everything_lost(n, first, second, capacity):
    sink = RecordingSink()
    pipeline = Pipeline(
        ScriptedSource(video_info(FORM, frames=n), FRAMES[:n]), sink, {VIDEO: Lane(first, second)}
    )
    meter = Meter(pipeline.streams)
    try:
        Runner(pipeline, meter, capacity=capacity).run()
    except ProtectError:
        assert sink.aborted
        assert meter.counts()[VIDEO].written == 0
    else:
        assert sink.closed
        seqs = [item.seq for item in sink.items]
        assert seqs == sorted(set(seqs))
        assert len(seqs) == meter.counts()[VIDEO].written
    count = meter.counts()[VIDEO]
    assert count.read == n == count.written + count.unanalysed + count.unprotected + count.late


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["read", "analysed", "written", "lost", "settle"]), st.integers(0, 5)
        ),
        max_size=40,
    )
)
def test_no_order_of_events_counts_an_item_twice(steps):
    meter = Meter([VIDEO])
    reads = 0
    for what, seq in steps:
        match what:
            case "read":
                meter.read(VIDEO, reads)
                reads += 1
            case "analysed":
                meter.analysed(VIDEO, seq)
            case "written":
                if meter.protected(VIDEO, seq):
                    meter.written(VIDEO, seq)
            case "lost":
                meter.lost(VIDEO, seq, Loss.LATE)
            case _:
                meter.settle(VIDEO, Place.ANALYSIS)
    meter.settle(VIDEO, Place.ANALYSIS)
    meter.settle(VIDEO, Place.PROTECTION)
    meter.check_balance()
    assert meter.counts()[VIDEO].read == reads
