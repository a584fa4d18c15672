from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from passante.analyse.video import Finders
from passante.core.errors import ModelMissingError
from passante.core.media import AudioStream, MediaInfo, MediaKind
from passante.core.names import Kind, StreamId
from passante.models import store
from passante.pipeline.build import AllSpeech, Equipment, SpansNoted, build, capacity
from passante.protect.levels import LevelSettings, MeasureLevels
from passante.protect.policy import Policy
from passante.protect.rules import Reveal, Soundscape
from passante.testing import (
    RecordingSink,
    ScriptedFinder,
    ScriptedSource,
    drive,
    raw_audio,
    video_format,
    video_info,
)
from standins import ToneVoice, equipment

AUDIO = tuple(
    AudioStream(StreamId(f"audio-{n}"), 16_000, "mono", 1, Fraction(1, 16_000), "aac")
    for n in (1, 2)
)
VIDEO_INFO = video_info(video_format(), frames=3)
BOTH = replace(VIDEO_INFO, audio=AUDIO)


def built(info: MediaInfo, tools: Equipment):
    return build(info, ScriptedSource(info, ()), RecordingSink(), tools)


def test_every_stream_gets_a_lane_of_its_own():
    made = built(BOTH, equipment())
    assert made.pipeline.streams == ("video", "audio-1", "audio-2")
    first, second = made.pipeline.audio.values()
    assert first.analyse is not second.analyse
    assert first.protect is not second.protect


def test_the_networks_behind_a_run_are_named():
    assert built(BOTH, equipment()).models == ("scripted@1.0.0", "squares@1.0.0", "tones@1.0.0")
    assert built(VIDEO_INFO, equipment()).models == ("scripted@1.0.0", "squares@1.0.0")


def test_sound_without_a_word_to_find_needs_no_network(tmp_path, monkeypatch):
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    sound = MediaInfo(MediaKind.SOUND, "wav", None, AUDIO[:1], None)
    made = built(sound, Equipment(Policy.named("silent")))
    assert made.models == ()
    with pytest.raises(ModelMissingError):
        built(sound, Equipment(Policy.named("street")))


def test_a_policy_of_low_delay_waits_for_nothing():
    waits = built(BOTH, equipment()).pipeline.audio[AUDIO[0].stream]
    quick = Policy.named("street")
    quick = replace(quick, speech=Soundscape(low_delay=True))
    lane = built(BOTH, equipment(quick)).pipeline.audio[AUDIO[0].stream]
    assert lane.analyse.delay_ns + lane.protect.delay_ns <= 60_000_000
    assert waits.analyse.delay_ns > 500_000_000


@pytest.mark.parametrize("policy", ["street", "silent"])
def test_levels_are_taken_from_sound_without_its_voices(policy):
    told = []
    source = ScriptedSource(BOTH, ())
    tools = equipment(policy, levels=LevelSettings())
    made = build(BOTH, source, RecordingSink(), tools, told.append)
    stage = made.pipeline.audio[AUDIO[0].stream].protect
    assert isinstance(stage, MeasureLevels)
    assert made.models == ("scripted@1.0.0", "squares@1.0.0", "tones@1.0.0")


def test_a_policy_that_reveals_needs_no_finder_for_it():
    shown = Reveal("a test")
    policy = replace(Policy.named("street"), plate=shown, priors=frozenset())
    assert policy.kinds_needed == {Kind.FACE}
    tools = Equipment(policy, finders=Finders(faces=ScriptedFinder({Kind.FACE})))
    assert built(VIDEO_INFO, tools).models == ("scripted@1.0.0",)


def test_a_finder_that_the_policy_needs_must_be_there():
    tools = Equipment(Policy.named("street"), finders=Finders(faces=ScriptedFinder({Kind.FACE})))
    with pytest.raises(ValueError, match="no finder for"):
        built(VIDEO_INFO, tools)


def test_finders_are_loaded_once_for_many_files():
    tools = equipment()
    assert tools.finders is tools.finders
    assert tools.listeners is tools.listeners


def test_where_no_sound_is_kept_every_sample_counts_as_speech():
    given = drive(AllSpeech(), [raw_audio(0), raw_audio(1)])
    assert [item.begins for item in given] == [True, False]
    assert all(np.all(item.speech == 1) for item in given)


def test_spans_of_speech_are_noted_for_the_report_and_blocks_go_on():
    made = built(replace(BOTH, audio=AUDIO[:1]), equipment(voice=ToneVoice(fails=True)))
    (stage,) = made.listeners.values()
    assert isinstance(stage, SpansNoted)
    blocks = [raw_audio(seq) for seq in range(20)]
    assert [item.raw for item in drive(stage, blocks)] == blocks
    assert len(made.speech["audio-1"]) >= 1
    assert stage.failures > 0
    assert stage.delay_ns > 0


@pytest.mark.parametrize(
    ("form", "held"),
    [
        (None, 6),
        (video_format(640, 480), 6),
        (video_format(1920, 1080), 4),
        (video_format(1920, 1080, "yuv420p10le"), 2),
        (video_format(3840, 2160), 2),
    ],
)
def test_few_large_frames_wait_and_more_small_ones(form, held):
    sound = MediaInfo(MediaKind.SOUND, "wav", None, AUDIO, None)
    assert capacity(video_info(form, frames=1) if form else sound) == held
