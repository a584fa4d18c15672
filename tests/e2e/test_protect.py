"""`protect_file` on recordings made on the spot: in, protected, out."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from passante.core.errors import (
    ModelMissingError,
    ProtectError,
    SettingsError,
    SourceError,
    SourceLostError,
)
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.models import store
from passante.pipeline import report
from passante.pipeline.build import Equipment
from passante.pipeline.job import Job, protect_file
from passante.protect.policy import Policy
from standins import Clip, ToneVoice, equipment, seen, tone_level


def protect(source: Path, target: Path, tools: Equipment | None = None, **job: object):
    return protect_file(Job(source, target, **job), tools or equipment())


def video_stream(done: report.Report) -> report.StreamDone:
    (stream,) = (stream for stream in done.streams if stream.kind == "video")
    return stream


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_no_face_and_no_word_is_left_and_everything_else_is_as_it_was(tmp_path):
    source = Clip().write(tmp_path / "in.mp4")
    protect(source, tmp_path / "out.mp4")
    before, after = seen(source), seen(tmp_path / "out.mp4")
    assert sum(before.marked()) > 5000
    assert sum(after.marked()) == 0
    assert after.seconds == before.seconds
    assert after.pictures[0].shape == before.pictures[0].shape
    # the part of the picture that the square never reaches
    assert np.abs(after.pictures[20][:50].astype(int) - before.pictures[20][:50]).mean() < 3
    assert tone_level(before.sounds[0], 0.5, 0.9) > 0.25
    assert tone_level(after.sounds[0], 0.5, 0.9) < 0.01
    assert len(after.sounds[0]) == len(before.sounds[0])
    assert names(tmp_path) == ["in.mp4", "out.mp4"]


@pytest.mark.parametrize("container", ["mkv", "mov", "avi", "ts", "webm"])
def test_the_containers_people_have(tmp_path, container):
    source = Clip(frames=12).write(tmp_path / f"in.{'mkv' if container == 'webm' else container}")
    done = protect(source, tmp_path / f"out.{container}")
    after = seen(tmp_path / f"out.{container}")
    assert sum(after.marked()) == 0
    assert len(after.pictures) == video_stream(done).written == 12


def test_pictures_of_uneven_times_keep_them(tmp_path):
    ticks = [0, 20, 40, 140, 160, 161, 400, 600]
    source = Clip(frames=8, ticks=ticks, squares=lambda seq: [], sounds=0).write(
        tmp_path / "in.mp4"
    )
    protect(source, tmp_path / "out.mp4")
    assert seen(tmp_path / "out.mp4").seconds == seen(source).seconds


def test_every_sound_track_is_protected(tmp_path):
    source = Clip(sounds=2).write(tmp_path / "in.mkv")
    done = protect(source, tmp_path / "out.mkv")
    after = seen(tmp_path / "out.mkv")
    assert [tone_level(sound, 0.5, 0.9) < 0.01 for sound in after.sounds] == [True, True]
    assert len({span.stream for span in done.speech}) == 2


def test_the_silent_policy_keeps_no_sound_and_needs_no_voice_detector(tmp_path):
    source = Clip().write(tmp_path / "in.mp4")
    protect(source, tmp_path / "out.mp4", equipment("silent", voice=ToneVoice(fails=True)))
    assert np.abs(seen(tmp_path / "out.mp4").sounds[0]).max() < 1e-4


def test_sound_alone(tmp_path):
    source = Clip(frames=0).write(tmp_path / "in.wav")
    done = protect(source, tmp_path / "out.wav")
    before, after = seen(source).sounds[0], seen(tmp_path / "out.wav").sounds[0]
    assert len(after) == len(before)
    assert tone_level(after, 0.5, 0.9) < 0.01
    assert done.input.kind == "sound"
    assert [stream.kind for stream in done.streams] == ["audio"]


def test_a_voice_detector_that_fails_takes_every_sound_for_speech(tmp_path):
    source = Clip(frames=0).write(tmp_path / "in.wav")
    done = protect(source, tmp_path / "out.wav", equipment(voice=ToneVoice(fails=True)))
    assert tone_level(seen(tmp_path / "out.wav").sounds[0], 0.5, 0.9) < 0.01
    assert any("could not be judged" in note for note in done.notes)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_a_picture(tmp_path, ending):
    clip = Clip(frames=6, sounds=0).write(tmp_path / "in.mp4")
    picture = seen(clip).pictures[-1]
    shown = cv2.cvtColor(picture, cv2.COLOR_YUV2BGR_I420)
    cv2.imwrite(str(tmp_path / f"in.{ending}"), shown)
    done = protect(tmp_path / f"in.{ending}", tmp_path / f"out.{ending}")
    after = cv2.imread(str(tmp_path / f"out.{ending}"))
    assert after.shape == shown.shape
    blue, green, red = (after[..., channel].astype(int) for channel in range(3))
    assert ((blue - red > 60) & (blue - green > 30)).sum() == 0
    assert done.input.kind == "picture"
    assert len(done.tracks) == 1


def test_the_report_adds_up_and_says_what_was_covered(tmp_path):
    done = protect(Clip().write(tmp_path / "in.mp4"), tmp_path / "out.mp4")
    assert report.decode(report.encode(done)) == done
    for stream in done.streams:
        lost = stream.dropped
        assert stream.read == stream.written + lost.unanalysed + lost.unprotected + lost.late
    (face,) = (track for track in done.tracks if track.kind == "face")
    frames = face.frames
    assert frames.detection > 0
    assert (
        frames.detection + frames.tracking + frames.look_ahead + frames.prior
        == face.last.seq - face.first.seq + 1
    )
    assert face.first.seq <= 5
    assert face.last.seq == 39
    (speech,) = done.speech
    assert speech.start_s <= 0.4
    assert speech.end_s >= 1.0
    assert done.policy.sha256 == Policy.named("street").sha256
    assert done.input.name == "in.mp4"
    assert done.timing.media_s == pytest.approx(1.6)
    assert 10e6 < done.timing.peak_rss_bytes < 8e9
    assert str(tmp_path) not in report.encode(done).decode()


def test_an_output_that_exists_is_refused_without_a_word_to_replace_it(tmp_path):
    source = Clip(frames=5).write(tmp_path / "in.mp4")
    (tmp_path / "out.mp4").write_bytes(b"mine")
    with pytest.raises(SettingsError, match="exists already"):
        protect(source, tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes() == b"mine"


@pytest.mark.parametrize("mood", ["fail", "well"])
def test_one_bad_look_loses_frames_around_it_and_never_shows_them(tmp_path, mood):
    source = Clip(frames=60, squares=lambda seq: [Box(60, 40, 100, 80)]).write(tmp_path / "in.mp4")
    tools = equipment(mood=lambda look: mood if look == 8 else "well")
    done = protect(source, tmp_path / "out.mp4", tools)
    stream = video_stream(done)
    assert (stream.dropped.unanalysed > 0) is (mood == "fail")
    assert stream.read == 60 == stream.written + stream.dropped.unanalysed
    after = seen(tmp_path / "out.mp4")
    assert len(after.pictures) == stream.written
    assert sum(after.marked()) == 0
    assert [fault.error for fault in stream.faults] == (["RuntimeError"] if mood == "fail" else [])


def test_a_finder_that_dies_leaves_nothing(tmp_path):
    source = Clip(frames=80).write(tmp_path / "in.mp4")
    tools = equipment(mood=lambda look: "fail" if look > 8 else "well")
    with pytest.raises(ProtectError) as caught:
        protect(source, tmp_path / "out.mp4", tools)
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert names(tmp_path) == ["in.mp4"]


def test_a_picture_that_cannot_be_looked_at_leaves_nothing(tmp_path):
    cv2.imwrite(str(tmp_path / "in.png"), np.full((60, 80, 3), 90, np.uint8))
    with pytest.raises(ProtectError, match="none of its 1 items"):
        protect(tmp_path / "in.png", tmp_path / "out.png", equipment(mood=lambda look: "fail"))
    assert names(tmp_path) == ["in.png"]


def test_a_missing_network_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "none"))
    source = Clip(frames=5).write(tmp_path / "in.mp4")
    with pytest.raises(ModelMissingError, match="not on this machine"):
        protect(source, tmp_path / "out.mp4", Equipment(Policy.named("street")))
    assert names(tmp_path) == ["in.mp4"]


def test_a_truncated_recording_is_refused_or_kept_on_request_and_says_so(tmp_path):
    source = Clip(frames=60).write(tmp_path / "in.mkv")
    data = source.read_bytes()
    source.write_bytes(data[: len(data) * 6 // 10])
    with pytest.raises(SourceLostError, match="truncated"):
        protect(source, tmp_path / "out.mkv")
    assert not (tmp_path / "out.mkv").exists()
    done = protect(source, tmp_path / "out.mkv", allow_truncated=True)
    assert done.input.truncated
    assert any("truncated" in note for note in done.notes)
    assert 0 < len(seen(tmp_path / "out.mkv").pictures) < 60


def test_what_is_no_media_is_refused(tmp_path):
    (tmp_path / "in.mp4").write_text("not a recording\n" * 50)
    with pytest.raises(SourceError):
        protect(tmp_path / "in.mp4", tmp_path / "out.mp4")
    assert names(tmp_path) == ["in.mp4"]


def test_only_what_a_policy_needs_is_looked_for(tmp_path):
    policy = replace(Policy.named("street"), priors=frozenset())
    assert Kind.VEHICLE not in policy.kinds_needed
    done = protect(
        Clip(frames=6).write(tmp_path / "in.mp4"), tmp_path / "out.mp4", equipment(policy)
    )
    assert done.policy.sha256 == policy.sha256
