"""Recordings as cameras and phones make them, through the whole pipeline: they keep their shape."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from passante.pipeline.job import Job, protect_file
from passante.sinks import OutputSettings
from recordings import Clip, Sound, make, read
from standins import equipment


def quiet(seconds):
    """A short, soft beep: too soft to be taken for speech, so that it stays where it is."""
    return 0.02 * np.sin(2 * np.pi * 440 * seconds) * ((seconds > 0.3) & (seconds < 0.5))


UNEVEN = (0, 1, 2, 9, 10, 11, 30, 31, 33, 60)

CASES = {
    "10 bit": ("mp4", Clip(codec="libx265", pixels="yuv420p10le", colour=(9, 16, 9, 1))),
    "4:2:2": ("mkv", Clip(pixels="yuv422p")),
    "4:4:4": ("mp4", Clip(pixels="yuv444p")),
    "full range": ("mp4", Clip(colour=(1, 1, 1, 2))),
    "rotated": ("mp4", Clip(rotation=90)),
    "portrait": ("mov", Clip(size=(64, 96), rotation=270)),
    "21:9": ("mp4", Clip(size=(168, 72))),
    "interlaced": ("mp4", Clip(fields="tff")),
    "anamorphic": ("mp4", Clip(aspect=Fraction(16, 11))),
    "uneven times": ("mkv", Clip(pts=UNEVEN)),
    "late start": ("mp4", Clip(pts=tuple(range(40, 52)))),
    "sound that begins later": ("mp4", Clip(sounds=(Sound(wave=quiet, start_s=Fraction(1, 5)),))),
    "two sounds": (
        "mkv",
        Clip(
            sounds=(
                Sound(wave=quiet, language="deu"),
                Sound(wave=quiet, rate=44_100, layout="mono"),
            )
        ),
    ),
    "no index": ("ts", Clip(sounds=(Sound(wave=quiet),))),
    "old film": ("avi", Clip(codec="mpeg4", sounds=(Sound(wave=quiet, codec="pcm_s16le"),))),
    "everything else": ("mkv", Clip(chapters=2, subtitles=True, attachment=True)),
}


@pytest.mark.parametrize("case", CASES)
def test_it_comes_out_in_the_shape_it_came_in(tmp_path, case):
    ending, clip = CASES[case]
    source = make(tmp_path / f"in.{ending}", clip)
    target = tmp_path / f"out.{ending}"
    done = protect_file(Job(source, target, OutputSettings(preset="ultrafast")), equipment())
    before, after = read(source), read(target)
    assert [f.pts * f.time_base for f in after.frames] == [
        f.pts * f.time_base for f in before.frames
    ]
    one, other = before.info.video.format, after.info.video.format
    assert (other.width, other.height, other.rotation) == (one.width, one.height, one.rotation)
    assert (other.sample_aspect, other.colour, other.interlaced) == (
        one.sample_aspect,
        one.colour,
        one.interlaced,
    )
    assert other.layout == one.layout
    assert [(t.rate_hz, t.layout) for t in after.info.audio] == [
        (t.rate_hz, t.layout) for t in before.info.audio
    ]
    for stream in before.sounds:
        assert after.centre_s(stream) == pytest.approx(before.centre_s(stream), abs=0.001)
    assert all(stream.read == stream.written for stream in done.streams)
    assert Path(target).stat().st_size == done.output.size_bytes
