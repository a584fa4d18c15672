import numpy as np
import pytest

from passante.core.errors import SourceLostError
from passante.core.names import Kind
from passante.inside.video import RawFrame
from passante.testing import (
    ManualClock,
    RecordingSink,
    ScriptedFinder,
    ScriptedSource,
    detections,
    drive,
    raw_audio,
    raw_frame,
    video_format,
    video_info,
)


class Late:
    """Gives each item one push later."""

    delay_ns = 1

    def __init__(self) -> None:
        self.held: list[int] = []

    def push(self, item: int, /) -> list[int]:
        out, self.held = self.held, [item]
        return out

    def flush(self) -> list[int]:
        return self.held


def test_drive_returns_what_a_stage_still_held_at_the_end():
    assert drive(Late(), [1, 2, 3]) == [1, 2, 3]


def test_a_manual_clock_moves_only_by_hand():
    clock = ManualClock()
    before = clock.now()
    clock.advance(1.5)
    assert clock.monotonic_ns() == 1_500_000_000
    assert (clock.now() - before).total_seconds() == 1.5
    with pytest.raises(ValueError, match="grows"):
        clock.advance(-1)


def test_a_scripted_source_raises_after_its_last_item():
    frames = [raw_frame(0), raw_frame(1)]
    source = ScriptedSource(
        video_info(video_format(), frames=2), frames, error=SourceLostError("cut short")
    )
    seen: list[RawFrame] = []
    with pytest.raises(SourceLostError):
        seen.extend(source)
    source.close()
    assert [frame.seq for frame in frames] == [0, 1]
    assert source.closed


def test_a_scripted_finder_repeats_its_last_answer_and_raises_what_it_is_given():
    view = raw_frame().view(32, 24)
    finder = ScriptedFinder({Kind.FACE}, [detections(), detections((1, 2, 3, 4))])
    assert [len(finder.look(view)) for _ in range(3)] == [0, 1, 1]
    with pytest.raises(RuntimeError):
        ScriptedFinder({Kind.FACE}, [RuntimeError("dead")]).look(view)
    assert len(ScriptedFinder({Kind.FACE}).look(view)) == 0


@pytest.mark.parametrize("layout", ["yuv420p", "yuv422p10le", "gbrp", "gray"])
def test_made_frames_repeat_and_differ_from_one_another(layout):
    form = video_format(10, 7, layout)
    first, again, other = raw_frame(3, form), raw_frame(3, form), raw_frame(4, form)
    assert np.array_equal(first.planes[0], again.planes[0])
    assert not np.array_equal(first.planes[0], other.planes[0])
    assert raw_frame(0, form, seed=None).planes[0].max() == form.layout.middle


def test_made_sound_has_no_gap():
    first, second = raw_audio(0, channels=2), raw_audio(1, channels=2)
    assert second.pts_ns - first.pts_ns == 100_000_000
    assert first.samples.shape == (2, 1_600)


def test_a_recording_sink_fails_where_it_is_told_to_and_forgets_on_abort():
    sink = RecordingSink(error=SourceLostError("full"), at=0)
    with pytest.raises(SourceLostError):
        sink.write(object())  # type: ignore[arg-type]  # the fake never looks inside
    sink.abort()
    assert sink.aborted
    assert not sink.items
