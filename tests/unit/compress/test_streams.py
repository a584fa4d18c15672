import pytest

from passante.compress.streams import Streams, Video
from passante.core.errors import SettingsError


def test_streams_are_read_from_words():
    streams = Streams.parse("2x1080p25, 1xaudio,640x480@15")
    assert streams.videos == (Video(1920, 1080, 25), Video(1920, 1080, 25), Video(640, 480, 15))
    assert streams.sounds == 1


def test_one_needs_no_count():
    assert Streams.parse("audio") == Streams((), 1)
    assert Streams.parse("720p30").videos == (Video(1280, 720, 30),)


@pytest.mark.parametrize("text", ["", "1080", "2x", "999p25", "0x0@5", "video", "0xaudio"])
def test_what_is_not_understood_is_an_error(text):
    with pytest.raises(SettingsError):
        Streams.parse(text)
