import io

import pytest

from passante.cli.progress import Progress, line
from passante.core.media import MediaInfo, MediaKind
from passante.core.names import Loss, StreamId
from passante.pipeline.meter import Meter
from passante.testing import video_format, video_info

VIDEO = StreamId("video")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def meter_at(written: int, lost: int = 0) -> Meter:
    meter = Meter([VIDEO])
    for seq in range(written + lost):
        meter.read(VIDEO, seq, seq * 1_000_000_000)
        if seq < written:
            meter.analysed(VIDEO, seq)
            meter.written(VIDEO, seq)
        else:
            meter.lost(VIDEO, seq, Loss.UNANALYSED)
    return meter


def test_a_line_says_how_far_how_fast_and_how_long():
    shown = line("a.mp4", video_info(video_format(), frames=200), meter_at(40, 10), 2.0)
    assert shown == "a.mp4  [######..................]  25%  50/200 frames  25.0 fps  ETA 0:06"


def test_a_long_time_is_shown_in_hours():
    shown = line("a.mp4", video_info(video_format(), frames=100_000), meter_at(10), 1.0)
    assert shown.endswith("ETA 2:46:39")


def test_nothing_done_yet_shows_no_time_left():
    shown = line("a.mp4", video_info(video_format(), frames=9), meter_at(0), 0.0)
    assert shown.endswith("0/9 frames  0.0 fps")


def test_more_frames_than_promised_are_not_more_than_all():
    assert "100%" in line("a.mp4", video_info(video_format(), frames=4), meter_at(9), 1.0)


def test_the_number_of_frames_follows_from_rate_and_length():
    info = video_info(video_format(), frames=200)
    untold = MediaInfo(
        info.kind,
        info.container,
        info.video.__class__(VIDEO, video_format(), info.video.time_base, 25, None, "h264"),
        (),
        8_000_000_000,
    )
    assert "50/200 frames" in line("a.mp4", untold, meter_at(50), 1.0)


def test_sound_is_counted_in_seconds():
    info = MediaInfo(MediaKind.SOUND, "wav", None, (), 20_000_000_000)
    assert "10/20 s  5.0x  ETA 0:02" in line("a.wav", info, meter_at(11), 2.0)


def test_sound_of_unknown_length_shows_what_was_done():
    info = MediaInfo(MediaKind.SOUND, "wav", None, (), None)
    assert line("a.wav", info, meter_at(11), 2.0) == "a.wav  10 s  5.0x"


@pytest.mark.parametrize(("quiet", "stream"), [(True, Terminal()), (False, io.StringIO())])
def test_it_is_silent_where_nobody_watches(quiet, stream):
    progress = Progress(quiet=quiet, stream=stream)
    progress.of("a.mp4")(video_info(video_format(), frames=4))(meter_at(1))
    progress.clear()
    assert stream.getvalue() == ""


def test_each_line_takes_the_place_of_the_last():
    stream = Terminal()
    progress = Progress(stream=stream, seconds=iter([0.0, 1.0]).__next__)
    progress.of("a.mp4")(video_info(video_format(), frames=4))(meter_at(1))
    progress.clear()
    first, second = stream.getvalue().split("\r\x1b[K")[1:]
    assert "1/4 frames" in first
    assert second == ""


def test_a_line_never_wraps(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    Progress(stream=stream).of("a-very-long-name.mp4")(video_info(video_format(), frames=4))(
        meter_at(1)
    )
    assert stream.getvalue() == "\r\x1b[Ka-very-long-name.mp"
