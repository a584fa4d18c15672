"""Part of a recording."""

from passante.core.clock import NS_PER_S
from passante.core.media import AudioStream, MediaInfo, MediaKind, VideoStream
from passante.core.names import StreamId
from passante.inside.video import RawFrame
from passante.pipeline.part import Part
from passante.testing import TIME_BASE, ScriptedSource, raw_audio, raw_frame, video_format


def source(count: int = 100) -> ScriptedSource:
    """4 s of pictures and sound, interleaved."""
    video = VideoStream(StreamId("video"), video_format(), TIME_BASE, 1 / TIME_BASE, count, "h264")
    blocks = [raw_audio(seq, samples=640) for seq in range(count)]
    audio = AudioStream(StreamId("audio-0"), 16_000, "mono", 1, blocks[0].time_base, "aac")
    items = [item for seq in range(count) for item in (raw_frame(seq), blocks[seq])]
    return ScriptedSource(MediaInfo(MediaKind.VIDEO, "mp4", video, (audio,), 4 * NS_PER_S), items)


def test_only_what_lies_between_comes_out() -> None:
    items = list(Part(source(), start_ns=NS_PER_S, end_ns=2 * NS_PER_S))
    assert {item.seq for item in items} == set(range(25, 50))
    assert len({item.stream for item in items}) == 2


def test_reading_ends_where_it_ends() -> None:
    whole = source()
    seen = []
    whole._items = (seen.append(item) or item for item in whole._items)
    list(Part(whole, start_ns=0, end_ns=NS_PER_S))
    assert len(seen) < 60


def test_sound_can_be_left_out() -> None:
    part = Part(source(), start_ns=0, end_ns=9 * NS_PER_S, pictures_only=True)
    assert part.info.audio == ()
    assert all(isinstance(item, RawFrame) for item in part)
    assert len(list(part)) == 100


def test_how_long_it_lasts_is_not_known_beforehand() -> None:
    part = Part(source(), start_ns=0, end_ns=NS_PER_S)
    assert part.info.duration_ns is None
    assert part.info.video is not None
    assert part.info.video.frames is None


def test_closing_it_closes_the_whole() -> None:
    whole = source()
    Part(whole, start_ns=0, end_ns=1).close()
    assert whole.closed
