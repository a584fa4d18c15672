"""Reading recordings and sound files, whole ones and bad ones."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from passante.core.errors import (
    DecodeError,
    SourceError,
    SourceLostError,
    SourceUnavailableError,
)
from passante.core.media import MediaKind
from passante.sources import open_source
from recordings import QUIET_X265, Clip, Sound, make, read

LONG = Clip(
    pts=range(75), size=(160, 120), encoder={"g": "10"}, sounds=(Sound(seconds=Fraction(3)),)
)
FRONT = {"movflags": "+faststart"}


def test_info_names_every_track(tmp_path: Path) -> None:
    sounds = (Sound(language="ita"), Sound("pcm_s16le", rate=44_100, layout="mono"))
    info = open_source(make(tmp_path / "a.mkv", Clip(sounds=sounds))).info
    assert info.kind is MediaKind.VIDEO
    assert info.container == "matroska,webm"
    assert info.video is not None
    assert (info.video.stream, info.video.codec, info.video.rate) == ("video", "h264", 25)
    assert [(t.stream, t.codec, t.rate_hz, t.layout, t.language) for t in info.audio] == [
        ("audio-1", "aac", 48_000, "stereo", "ita"),
        ("audio-2", "pcm_s16le", 44_100, "mono", None),
    ]
    assert info.audio[1].depth == 16
    assert info.duration_ns == pytest.approx(1_000_000_000, abs=50_000_000)


def test_a_recording_without_sound_has_none(tmp_path: Path) -> None:
    seen = read(make(tmp_path / "a.mp4", Clip()))
    assert seen.info.audio == ()
    assert seen.info.video is not None
    assert seen.info.video.frames == 12


def test_pictures_and_sound_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    source = open_source(make(tmp_path / "a.mkv", LONG))
    late = {"video": 0, "audio-1": 0}
    for item in source:
        late[item.stream] = item.pts_ns
        assert abs(late["video"] - late["audio-1"]) < 1_000_000_000
    source.close()


def test_planes_are_views_without_padding_that_cannot_be_written(tmp_path: Path) -> None:
    frame = read(make(tmp_path / "a.mp4", Clip(size=(74, 54)))).frames[3]
    assert [plane.shape for plane in frame.planes] == [(54, 74), (27, 37), (27, 37)]
    assert all(not plane.flags.owndata and not plane.flags.writeable for plane in frame.planes)
    # A slope without its padding has no step longer than its own.
    steps = np.abs(np.diff(frame.planes[0].astype(int), axis=1))
    assert np.median(steps) == 2


def test_frames_outlive_their_source(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", LONG)
    source = open_source(path)
    kept = [item for item in source if item.stream == "video"]
    source.close()
    del source
    again = read(path).frames
    for one, other in zip(kept, again, strict=True):
        assert (one.planes[0] == other.planes[0]).all()  # type: ignore[union-attr]


def test_sound_is_float_in_minus_one_to_one(tmp_path: Path) -> None:
    for codec in ("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f32le", "pcm_s16be_planar"):
        kind = "mov" if codec.endswith("planar") else "mkv"
        if codec.endswith("planar"):
            continue
        clip = Clip(codec=None, sounds=(Sound(codec, wave=lambda at: np.sign(at - 0.5)),))
        samples = read(make(tmp_path / f"{codec}.{kind}", clip)).samples()
        assert samples.dtype == np.float32
        assert samples.shape == (2, 48_000)
        assert samples.min() == pytest.approx(-1, abs=0.02)
        assert samples.max() == pytest.approx(1, abs=0.02)
        assert samples[:, :20_000].max() < -0.97


def test_a_mirrored_recording_is_carried_unmirrored(tmp_path: Path) -> None:
    plain = read(make(tmp_path / "a.mp4", Clip()))
    with av.open(str(tmp_path / "a.mp4")) as given, av.open(str(tmp_path / "b.mp4"), "w") as made:
        stream = made.add_stream_from_template(given.streams.video[0], opaque=True)
        stream.set_display_rotation(-90, hflip=True)
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    seen = read(tmp_path / "b.mp4")
    assert seen.info.video is not None
    upright = np.rot90(seen.frames[4].planes[0], -seen.info.video.format.rotation // 90)
    # First turned clockwise, then mirrored left to right.
    wanted = np.fliplr(np.rot90(plain.frames[4].planes[0], -1))
    assert (upright == wanted).all()


@pytest.mark.parametrize("kind", ["mp3", "m4a", "flac"])
def test_cover_art_is_no_video(kind: str, tmp_path: Path) -> None:
    codec = {"mp3": "libmp3lame", "m4a": "aac", "flac": "flac"}[kind]
    path = tmp_path / f"a.{kind}"
    container = "mp4" if kind == "m4a" else kind
    with av.open(str(path), "w", format=container) as output:
        sound = output.add_stream(codec, rate=48_000)
        cover = output.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = 1 << 10
        picture = av.VideoFrame(64, 64, "yuvj420p")
        packets = [*cover.encode(picture), *cover.encode(None)]
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 24_000), np.float32), "fltp", "stereo")
        frame.sample_rate = 48_000
        packets += [*sound.encode(frame), *sound.encode(None)]
        output.mux(packets)
    info = open_source(path).info
    assert info.kind is MediaKind.SOUND
    assert info.video is None
    assert "attached picture" in info.dropped


def test_of_several_videos_the_largest_is_carried(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as output:
        for size in ((32, 32), (96, 64)):
            stream = output.add_stream("mpeg4", rate=25)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for stream in output.streams.video:
            output.mux(stream.encode(av.VideoFrame(stream.width, stream.height, "yuv420p")))
            output.mux(stream.encode(None))
    seen = read(path)
    assert seen.info.video is not None
    assert seen.info.video.format.width == 96
    assert seen.info.dropped == ("further video track",)


def test_a_change_of_size_on_the_way_is_scaled_and_noted(tmp_path: Path) -> None:
    parts = [
        make(tmp_path / f"{n}.h264", Clip(size=size, encoder=QUIET_X265 if n > 1 else {}))
        for n, size in enumerate([(96, 64), (160, 128)])
    ]
    joined = tmp_path / "joined.h264"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    seen = read(joined)
    assert {frame.planes[0].shape for frame in seen.frames} == {(64, 96)}
    assert len(seen.frames) == 24
    assert "12 pictures had another size and were scaled to the first" in seen.notes
    assert seen.times_ns == sorted(set(seen.times_ns))


def test_a_transport_stream_whose_clock_jumps_back_goes_on(tmp_path: Path) -> None:
    part = make(tmp_path / "a.ts", LONG).read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(part + part)
    seen = read(joined)
    assert seen.times_ns == sorted(set(seen.times_ns))
    assert seen.times_ns[-1] - seen.times_ns[0] == pytest.approx(6e9, rel=0.05)
    ends = [blocks[-1].pts_ns for blocks in seen.sounds.values()]
    assert ends[0] == pytest.approx(seen.times_ns[-1], abs=200_000_000)
    assert any("jump" in note for note in seen.notes)


@pytest.mark.parametrize("kind", ["mkv", "mp4", "mov", "ts", "flv"])
def test_a_recording_whose_clock_starts_late_is_whole(kind: str, tmp_path: Path) -> None:
    """Recorders that cut their day into parts let the clock run on."""
    seen = read(make(tmp_path / f"a.{kind}", Clip(pts=range(90_000, 90_012))))
    assert not seen.truncated
    assert seen.times_ns[0] == 3_600_000_000_000
    assert len(seen.frames) == 12


@pytest.mark.parametrize("kind", ["mp4", "mov"])
def test_what_somebody_trimmed_off_stays_away(kind: str, tmp_path: Path) -> None:
    """Phones trim a recording by an edit list: the beginning is in the file and is not shown."""
    path = make(tmp_path / f"a.{kind}", Clip(pts=range(-10, 5), luma=lambda n: 50 + 10 * n))
    assert b"elst" in path.read_bytes()
    seen = read(path)
    assert [round(float(frame.planes[0].mean()), -1) for frame in seen.frames] == [
        150, 160, 170, 180, 190,
    ]  # fmt: skip


def test_nothing_reaches_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = make(tmp_path / "a.mp4", LONG)
    path.write_bytes(damaged(path.read_bytes()))
    read(path)
    assert capfd.readouterr() == ("", "")


def damaged(data: bytes) -> bytes:
    """Three thousand bytes in the middle replaced by noise."""
    made, chance = bytearray(data), random.Random(2)
    middle = len(made) // 2
    made[middle : middle + 3000] = chance.randbytes(3000)
    return bytes(made)


def cut(data: bytes) -> bytes:
    """The first six tenths, not at the end of any packet."""
    return data[: len(data) * 6 // 10 | 1]


def _text(folder: Path) -> Path:
    path = folder / "text.mp4"
    path.write_text("these are words, and no recording\n" * 40)
    return path


def _bytes(content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "bad.mp4"
        path.write_bytes(content)
        return path

    return write


def _codec_unknown(folder: Path) -> Path:
    path = make(folder / "a.mp4", Clip(options=FRONT))
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    return path


def _not_one_frame(folder: Path) -> Path:
    path = make(folder / "a.mp4", Clip())
    data = path.read_bytes()
    at = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    path.write_bytes(data[:at] + b"\xff" * (end - at) + data[end:])
    return path


def _script(first: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        make(folder / "real.ts", Clip())
        path = folder / "list.mp4"
        path.write_text(first)
        return path

    return write


BAD = {
    "a picture of another kind": (
        _bytes(b"\0\0\0\x18ftypheic" + bytes(100)),
        SourceUnavailableError,
        "of a kind that is not read",
    ),
    "missing": (lambda folder: folder / "no.mp4", SourceUnavailableError, "no such file"),
    "a folder": (lambda folder: folder, SourceUnavailableError, "is a folder"),
    "empty": (_bytes(b""), SourceUnavailableError, "is empty"),
    "three bytes": (_bytes(b"\0\0\0"), SourceUnavailableError, "no recording"),
    "text": (_text, SourceUnavailableError, "no recording"),
    "random bytes": (
        _bytes(random.Random(1).randbytes(50_000)),
        SourceUnavailableError,
        "no recording",
    ),
    "a list of other files": (
        _script("ffconcat version 1.0\nfile 'real.ts'\n"),
        SourceUnavailableError,
        "no recording",
    ),
    "a playlist": (
        _script("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nreal.ts\n#EXT-X-ENDLIST\n"),
        SourceUnavailableError,
        "no recording",
    ),
    "unknown codec": (_codec_unknown, DecodeError, "no decoder"),
    "no frame that can be decoded": (_not_one_frame, DecodeError, "not one picture"),
}


@pytest.mark.parametrize(("build", "kind", "said"), BAD.values(), ids=BAD)
def test_bad_input_is_told_with_a_hint(
    build: Callable[[Path], Path], kind: type[SourceError], said: str, tmp_path: Path
) -> None:
    path = build(tmp_path)
    with pytest.raises(kind) as caught:
        read(path)
    assert said in str(caught.value)
    assert caught.value.hint
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", Clip())
    path.chmod(0)
    with pytest.raises(SourceUnavailableError, match="no permission"):
        open_source(path)


def test_permission_is_told_apart_from_other_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path / "a.mp4", Clip())

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceUnavailableError, match="no permission"):
        open_source(path)


CUT = {
    "mp4, index at front": ("mp4", LONG, FRONT),
    "mp4, in fragments": ("mp4", LONG, {"movflags": "+frag_keyframe+empty_moov"}),
    "mkv": ("mkv", LONG, {}),
    "ts": ("ts", LONG, {}),
    "avi": ("avi", Clip(codec="mpeg4", pts=range(75)), {}),
    "webm": ("webm", Clip(codec="libvpx-vp9", pts=range(75)), {}),
}


@pytest.mark.parametrize(("kind", "clip", "options"), CUT.values(), ids=CUT)
def test_a_truncated_recording_is_refused_or_kept_and_said(
    kind: str, clip: Clip, options: dict[str, str], tmp_path: Path
) -> None:
    made = Clip(
        codec=clip.codec, pts=clip.pts, size=clip.size, sounds=clip.sounds, options=options,
        encoder=clip.encoder,
    )  # fmt: skip
    path = make(tmp_path / f"a.{kind}", made)
    whole = read(path)
    assert not whole.truncated
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(SourceLostError) as caught:
        read(path)
    assert "--allow-truncated" in caught.value.hint
    part = read(path, allow_truncated=True)
    assert part.truncated
    assert any(note.startswith("truncated") for note in part.notes)
    assert 20 <= len(part.frames) < 75
    for one, other in zip(whole.frames[:20], part.frames, strict=False):
        assert (one.planes[0] == other.planes[0]).all()


@pytest.mark.parametrize(
    ("kind", "codec"),
    [
        ("wav", "pcm_s16le"), ("flac", "flac"), ("mp3", "libmp3lame"), ("opus", "libopus"),
        ("ogg", "libopus"),
    ],
)  # fmt: skip
def test_a_truncated_sound_file_is_refused_or_kept_and_said(
    kind: str, codec: str, tmp_path: Path
) -> None:
    path = make(
        tmp_path / f"a.{kind}", Clip(codec=None, sounds=(Sound(codec, seconds=Fraction(5)),))
    )
    assert not read(path).truncated
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(SourceLostError):
        read(path)
    part = read(path, allow_truncated=True)
    assert part.truncated
    assert 100_000 < part.samples().shape[1] < 200_000


@pytest.mark.parametrize("kind", ["mp4", "mov", "m4a"])
def test_a_recording_cut_before_its_index_says_so(kind: str, tmp_path: Path) -> None:
    clip = LONG if kind != "m4a" else Clip(codec=None, sounds=(Sound(),))
    path = make(tmp_path / f"a.{kind}", clip)
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(SourceLostError, match="index is missing"):
        read(path, allow_truncated=True)


@pytest.mark.parametrize("kind", ["mp4", "ts", "mov"])
def test_damage_in_the_middle_is_counted_and_the_rest_is_read(kind: str, tmp_path: Path) -> None:
    path = make(tmp_path / f"a.{kind}", LONG)
    path.write_bytes(damaged(path.read_bytes()))
    seen = read(path)
    assert len(seen.frames) > 60
    assert any("damaged" in note for note in seen.notes)


def test_damage_after_which_a_container_gives_up_is_no_silent_end(tmp_path: Path) -> None:
    path = make(tmp_path / "a.webm", Clip(codec="libvpx-vp9", pts=range(75), size=(160, 120)))
    path.write_bytes(damaged(path.read_bytes()))
    with pytest.raises(SourceLostError, match="missing"):
        read(path)
    seen = read(path, allow_truncated=True)
    assert seen.truncated
    assert seen.frames


def test_a_name_does_not_decide_what_a_file_is(tmp_path: Path) -> None:
    for name in ("sound.jpg", "http:x.mp4", "frame%03d.png", "-dash.txt", "pipe:0"):
        path = make(tmp_path / "a.mp4", Clip()).rename(tmp_path / name)
        assert len(read(path).frames) == 12


def test_a_source_can_be_closed_early_and_twice(tmp_path: Path) -> None:
    source = open_source(make(tmp_path / "a.mp4", LONG))
    next(iter(source))
    source.close()
    source.close()
