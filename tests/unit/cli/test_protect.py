import json
import os
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from click.testing import CliRunner

import passante.cli.protect as command
from passante.cli.main import cli
from passante.cli.protect import Level
from passante.core.errors import SinkError
from passante.models import store
from passante.pipeline import report
from passante.pipeline.build import Equipment
from passante.protect.policy import Policy
from passante.protect.rules import Silence, Soundscape
from passante.sinks import levels
from standins import Clip, equipment, seen


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in, and fakes in place of networks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "Equipment", equipment)
    return tmp_path


def run(*words: str):
    return CliRunner().invoke(cli, ["protect", *words])


def clip(name: str, frames: int = 6) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Clip(frames=frames).write(Path(name))
    return name


def sound(name: str) -> str:
    Clip(frames=0).write(Path(name))
    return name


def last(text: str, lines: int = 1) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])


def test_one_file(here):
    ended = run(clip("a.mp4"), "-o", "safe.mp4")
    assert ended.exit_code == 0, ended.stderr
    assert Path("safe.mp4").is_file()
    assert ended.stdout == ""


def test_it_says_what_the_policy_leaves_visible_and_never_anonymous(here):
    ended = run(clip("a.mp4"), "-o", "safe.mp4")
    assert ended.stderr.startswith("policy street: Stays visible: ")
    assert Policy.named("street").leaves_visible() in ended.stderr
    assert "anonym" not in ended.stderr.lower()
    assert "\r" not in ended.stderr


def test_it_can_be_quiet(here):
    ended = run(clip("a.mp4"), "-o", "safe.mp4", "-q")
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_a_report_is_written(here):
    run(clip("a.mp4"), "-o", "safe.mp4", "--report", "r.json")
    found = report.decode(Path("r.json").read_bytes())
    assert isinstance(found, report.Report)
    assert found.output.name == "safe.mp4"
    assert json.loads(Path("r.json").read_text())["schema"] == 1


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["a.mp4"], 2, "Missing option"),
        (["-o", "x.mp4"], 2, "Missing argument"),
        (["a.mp4", "-o", "x.mp4", "--policy", "stret"], 2, 'no policy is called "stret"'),
        (["a.mp4", "-o", "x.mp4", "--policy", "no.toml"], 2, "policy no.toml"),
        (["a.mp4", "-o", "x.mp4", "--level", "loud"], 2, "loud"),
        (["a.mp4", "-o", "x.mp4", "--codec", "mpeg1"], 2, "unknown codec"),
        (["a.mp4", "-o", "x.mp4", "--crf", "99"], 2, "out of range"),
        (["a.mp4", "-o", "x.mp4", "--preset", "warp"], 2, "unknown preset"),
        (["a.mp4", "-o", "x.txt"], 2, "cannot be written as .txt"),
        (["a.mp4", "-o", "old.mp4"], 2, "exists already"),
        (["a.mp4", "-o", "a.mp4"], 2, "input and an output"),
        (["a.mp4", "-o", "x.mp4", "--report", "a.mp4"], 2, "both the report and"),
        (["a.mp4", "-o", "x.mp4", "--report", "x.mp4"], 2, "both the report and"),
        (["a.mp4", "-o", "x.mp4", "--report", "old.json"], 2, "exists already"),
        (["a.mp4", "-o", "x.mp4", "--report", "folder"], 2, "is a folder"),
        (["a.mp4", "-o", "x.mp4", "--report", "none/r.json"], 6, "cannot be written"),
        (["a.mp4", "-o", "none/x.mp4"], 6, "folder does not exist"),
        (["missing.mp4", "-o", "x.mp4"], 3, "no such file"),
        (["empty.mp4", "-o", "x.mp4"], 3, "is empty"),
        (["text.mp4", "-o", "x.mp4"], 3, "text.mp4"),
        (["random.mp4", "-o", "x.mp4"], 3, "random.mp4"),
        (["cut.mp4", "-o", "x.mp4"], 3, "cut off"),
        (["*.avi", "-o", "out"], 3, "matches no file"),
    ],
)
def test_a_bad_call_is_one_clear_line_a_hint_and_a_code(here, words, code, message):
    clip("a.mp4")
    Path("folder").mkdir()
    Path("old.mp4").write_bytes(b"mine")
    Path("old.json").write_bytes(b"mine")
    Path("empty.mp4").touch()
    Path("text.mp4").write_text("nothing to see here\n" * 100)
    Path("random.mp4").write_bytes(bytes((n * n * 31 + n * 7) % 251 for n in range(5000)))
    Path("cut.mp4").write_bytes(Path("a.mp4").read_bytes()[:3000])
    before = {path: path.stat().st_size for path in here.rglob("*")}
    ended = run(*words)
    assert ended.exit_code == code, ended.output
    told = last(ended.stderr, 2)
    assert told.startswith("passante: error: ")
    assert message in told
    assert "\nhint: " in told
    assert "Traceback" not in ended.output
    assert {path: path.stat().st_size for path in here.rglob("*")} == before


def test_a_level_is_asked_for_as_policies_write_it(here):
    ended = run(clip("a.mp4"), "-o", "safe.mp4", "--level", "silent")
    assert ended.exit_code == 0, ended.stderr
    assert ended.stderr.startswith("policy street+silent: ")
    assert "[soundscape|revoice|silent]" in run("--help").stdout


def test_the_silent_level_writes_no_sound_but_levels(here):
    ended = run(sound("talk.wav"), "-o", "safe.wav", "--level", "silent", "--report", "r.json")
    assert ended.exit_code == 0, ended.stderr
    assert np.abs(seen(Path("safe.wav")).sounds[0]).max() == 0
    rows = [levels.decode(line) for line in Path("safe.wav.levels.jsonl").read_bytes().splitlines()]
    assert isinstance(rows[0], levels.Header)
    assert rows[0].policy == "street+silent"
    assert sum(isinstance(row, levels.StepRow) for row in rows) == 12
    found = report.decode(Path("r.json").read_bytes())
    assert isinstance(found, report.Report)
    assert found.output.levels == "safe.wav.levels.jsonl"


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (["--level", "silent", "--no-levels"], False),
        (["--policy", "silent"], False),
        (["--policy", "silent", "--levels"], True),
        ([], False),
        (["--levels", "--calibration", "94"], True),
    ],
)
def test_levels_are_written_where_they_are_asked_for(here, words, written):
    ended = run(sound("talk.wav"), "-o", "safe.wav", *words)
    assert ended.exit_code == 0, ended.stderr
    assert Path("safe.wav.levels.jsonl").exists() is written


def test_levels_that_stand_there_already_are_not_replaced_unasked(here):
    Path("safe.wav.levels.jsonl").write_text("mine", encoding="utf-8")
    ended = run(sound("talk.wav"), "-o", "safe.wav", "--levels")
    assert ended.exit_code == 2
    assert "safe.wav.levels.jsonl: exists already" in ended.stderr
    assert not Path("safe.wav").exists()


def test_a_report_that_fails_takes_the_levels_with_it(here, monkeypatch):
    def fails(path, done):
        raise SinkError("the disk is full")

    monkeypatch.setattr(report, "write", fails)
    run(sound("talk.wav"), "-o", "safe.wav", "--levels", "--report", "r.json")
    assert sorted(path.name for path in here.iterdir()) == ["talk.wav"]


def test_a_calibration_that_no_sound_has_is_refused(here):
    ended = run(sound("talk.wav"), "-o", "safe.wav", "--levels", "--calibration", "1000")
    assert ended.exit_code == 2
    assert "--calibration" in ended.stderr


def test_words_are_kept_only_for_a_reason_in_words(here):
    sound("talk.wav")
    for words in ([], ["--legal-basis", "  "]):
        ended = run("talk.wav", "-o", "safe.wav", "--level", "revoice", *words)
        assert ended.exit_code == 2
        assert "it needs a legal basis" in ended.stderr
        assert '--legal-basis "..."' in ended.stderr
    ended = run("talk.wav", "-o", "safe.wav", "--legal-basis", "why not")
    assert ended.exit_code == 2
    assert "--legal-basis is for --level revoice alone" in ended.stderr
    assert not Path("safe.wav").exists()


def test_the_reason_stands_in_the_report_and_words_are_announced(here):
    words = ["--level", "revoice", "--legal-basis", " consent of all ", "--report", "r.json"]
    ended = run(sound("talk.wav"), "-o", "safe.wav", *words)
    assert ended.exit_code == 0, ended.stderr
    assert "policy street+revoice: " in ended.stderr
    assert "what is said, in one voice" in ended.stderr
    assert "of speech said by another voice" in ended.stderr
    found = report.decode(Path("r.json").read_bytes())
    assert isinstance(found, report.Report)
    assert found.policy.revealed["speech"] == "consent of all"
    assert found.policy.operators["speech"] == "revoice@1"


def test_low_delay_is_for_soundscape_and_named_on_the_receipt(here):
    policy = command._policy("street", None, low_delay=True)
    assert (policy.name, policy.speech) == ("street+low-delay", Soundscape(low_delay=True))
    both = command._policy("street", Level.SOUNDSCAPE, low_delay=True)
    assert both.name == "street+soundscape+low-delay"
    assert run(sound("talk.wav"), "-o", "safe.wav", "--low-delay").exit_code == 0
    ended = run("talk.wav", "-o", "other.wav", "--low-delay", "--level", "silent")
    assert ended.exit_code == 2
    assert "--low-delay is not for silence" in ended.stderr


def test_an_output_may_be_replaced_on_request(here):
    Path("safe.mp4").write_bytes(b"mine")
    assert run(clip("a.mp4"), "-o", "safe.mp4", "--overwrite").exit_code == 0
    assert Path("safe.mp4").stat().st_size > 1000


def test_a_failed_replacement_leaves_what_was_there(here):
    Path("safe.mp4").write_bytes(b"mine")
    Path("a.mp4").write_bytes(b"no recording at all")
    assert run("a.mp4", "-o", "safe.mp4", "--overwrite").exit_code == 3
    assert Path("safe.mp4").read_bytes() == b"mine"


def test_a_folder_goes_on_past_bad_files_and_ends_with_a_table(here):
    clip("in/a.mp4")
    clip("in/sub/c.wav", frames=0)
    Path("in/b.mp4").write_text("no recording\n" * 50)
    Path("in/notes.txt").write_text("notes")
    ended = run("in", "-o", "out", "--report", "r.json")
    assert ended.exit_code == 3
    assert sorted(str(p.relative_to("out")) for p in Path("out").rglob("*.*")) == [
        "a.mp4",
        "sub/c.wav",
    ]
    assert "1 of 3 inputs could not be protected:" in ended.stderr
    assert "b.mp4  exit 3  is no recording" in ended.stderr
    assert "skipped, being no media: notes.txt" in ended.stderr
    batch = report.decode(Path("r.json").read_bytes())
    assert isinstance(batch, report.Batch)
    assert [done.input.name for done in batch.files] == ["a.mp4", "sub/c.wav"]
    assert [done.output.name for done in batch.files] == ["a.mp4", "sub/c.wav"]
    assert [(failed.name, failed.exit_code) for failed in batch.failed] == [("b.mp4", 3)]
    assert batch.skipped == ("notes.txt",)


def test_several_good_files_end_well(here):
    ended = run(clip("a.mp4"), clip("b.mkv"), "-o", "out")
    assert ended.exit_code == 0, ended.stderr
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.mp4", "b.mkv"]
    assert "could not be protected" not in ended.stderr


def test_a_second_run_over_a_folder_refuses_each_output_that_is_there(here):
    clip("in/a.mp4")
    assert run("in", "-o", "out", "--report", "out/report.json").exit_code == 0
    assert Path("out/report.json").is_file()
    ended = run("in", "-o", "out")
    assert ended.exit_code == 2
    assert "exists already" in ended.stderr
    assert run("in", "-o", "out", "--overwrite").exit_code == 0


def test_a_report_that_cannot_be_written_takes_the_output_with_it(here, monkeypatch):
    def full(path, made):
        raise command.SinkError("no room for the report")

    monkeypatch.setattr(command.report, "write", full)
    ended = run(clip("a.mp4"), "-o", "safe.mp4", "--report", "r.json")
    assert ended.exit_code == 6
    assert sorted(path.name for path in here.iterdir()) == ["a.mp4"]


def test_lost_frames_are_a_warning_even_when_quiet(here, monkeypatch):
    monkeypatch.setattr(
        command,
        "Equipment",
        lambda policy, **_: equipment(policy, mood=lambda look: "fail" if look == 8 else "well"),
    )
    ended = run(clip("a.mp4", frames=60), "-o", "safe.mp4", "-q")
    assert ended.exit_code == 0
    assert "of 60 frames could not be protected and are not in the output" in ended.stderr


def test_a_traceback_comes_only_on_request(here):
    assert "Traceback" not in run("missing.mp4", "-o", "x.mp4").output
    assert "Traceback" in run("missing.mp4", "-o", "x.mp4", "--debug").output


@pytest.mark.parametrize(
    ("level", "rule", "name"),
    [
        (None, Soundscape(), "street"),
        (Level.SOUNDSCAPE, Soundscape(), "street"),
        (Level.SILENT, Silence(), "street+silent"),
    ],
)
def test_a_level_replaces_the_rule_for_speech_and_shows_in_the_name(level, rule, name):
    policy = command._policy("street", level)
    assert (policy.speech, policy.name) == (rule, name)
    assert (policy.sha256 == Policy.named("street").sha256) is (name == "street")


def test_a_missing_network_stops_several_inputs_at_the_first(here, monkeypatch):
    monkeypatch.setattr(command, "Equipment", Equipment)
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(here / "none"))
    ended = run(clip("in/a.mp4"), clip("in/b.mp4"), "-o", "out")
    assert ended.exit_code == 4
    assert "passante models pull" in ended.stderr
    assert "inputs could not be protected" not in ended.stderr
    assert list(Path("out").iterdir()) == []


def test_errors_of_several_inputs_show_where_they_come_from_on_request(here):
    ended = run(clip("a.mp4"), "missing.mp4", "-o", "out", "--debug")
    assert ended.exit_code == 3
    assert "Traceback" in ended.stderr
    assert Path("out/a.mp4").is_file()


def test_a_folder_that_cannot_be_made_is_one_clear_line(here):
    Path("file").write_bytes(b"mine")
    ended = run(clip("a.mp4"), clip("b.mp4"), "-o", "file/out")
    assert ended.exit_code == 6
    assert "passante: error: out: the folder cannot be made" in ended.stderr


def test_what_is_left_out_and_what_was_odd_is_said(here):
    clip("a.mkv", frames=60)
    with av.open("a.mkv") as media, av.open("b.mkv", "w") as output:
        output.metadata["title"] = "My holiday"
        output.set_chapters(
            [{"id": 1, "start": 0, "end": 500, "time_base": Fraction(1, 1000), "metadata": {}}]
        )
        streams = {
            stream.index: output.add_stream_from_template(stream) for stream in media.streams
        }
        for packet in media.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
    data = Path("b.mkv").read_bytes()
    Path("b.mkv").write_bytes(data[: len(data) * 6 // 10])
    ended = run("b.mkv", "-o", "safe.mkv", "--allow-truncated")
    assert ended.exit_code == 0, ended.stderr
    assert "  left out: " in ended.stderr
    assert "metadata: title" in ended.stderr
    assert "holiday" not in ended.stderr
    assert "  note: truncated: " in ended.stderr


def test_sound_and_pictures_are_summed_up_in_their_own_words(here):
    clip("a.wav", frames=0)
    ended = run("a.wav", "-o", "safe.wav")
    assert "a.wav: 1.6 s of sound, 1 stretch of speech destroyed, " in ended.stderr
    cv2.imwrite("a.png", np.full((60, 80, 3), 90, np.uint8))
    ended = run("a.png", "-o", "safe.png")
    assert "a.png: picture, 0 things covered" in ended.stderr


def test_a_folder_for_one_file_is_made_as_for_several(here):
    ended = run(clip("a.mp4"), "-o", "new/folder/")
    assert ended.exit_code == 0, ended.stderr
    assert Path("new/folder/a.mp4").is_file()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (b"caf\xe9.mp4", "caf\\udce9.mp4"),
        (b"a\x1b[2Jb\n.mp4", "a\\x1b[2Jb\\n.mp4"),
        ("gpj.\u202eabc.mp4".encode(), "gpj.\\u202eabc.mp4"),
    ],
)
def test_a_name_that_no_terminal_should_be_given_is_told_in_escapes(here, name, told):
    source = os.fsdecode(name)
    Path(clip("a.mp4")).rename(source)
    ended = run(source, "-o", "out/", "--report", "r.json")
    assert ended.exit_code == 0, ended.stderr
    assert f"{told}: 6 frames" in ended.stderr
    assert json.loads(Path("r.json").read_text())["input"]["name"] == told
    ended = run(source, "-o", "out/")
    assert f"passante: error: {told}: exists already" in ended.stderr
