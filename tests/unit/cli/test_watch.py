import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import passante.cli.watch as command
from passante.cli.failure import Stopped
from passante.cli.main import cli
from passante.pipeline.clips import Clips
from passante.pipeline.watch import Watch
from squares import ZONES, without_networks
from standins import Clip, equipment, seen


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in with zones.toml, and fakes in place of networks."""
    monkeypatch.chdir(tmp_path)
    without_networks(monkeypatch)

    def clips(folder, policy, *, overwrite):
        made = Clips(folder, policy, overwrite)
        made._equipment = equipment(policy)
        return made

    monkeypatch.setattr(command, "Clips", clips)
    return tmp_path


def run(*words: str):
    return CliRunner().invoke(cli, ["watch", *words])


def clip(name: str, frames: int = 50) -> str:
    Clip(frames=frames).write(Path(name))
    return name


def test_events_and_statistics_are_printed_and_written(here):
    ended = run(clip("a.mp4"), "--rules", "zones.toml", "-o", "events.jsonl")
    assert ended.exit_code == 0, ended.output
    lines = [json.loads(line) for line in Path("events.jsonl").read_text().splitlines()]
    events = [line for line in lines if line["fact"] == "event"]
    assert [one["phase"] for one in events] == ["began", "ended"]
    assert {one["place"] for one in lines} == {"square"}
    (passes,) = [
        line
        for line in lines
        if line.get("quantity") == "crossings"
        and (line["of"], line["direction"]) == ("person", "forward")
    ]
    assert passes["value"] == 1
    assert "loitering" in ended.stdout
    assert "crossings" in ended.stdout
    assert "1 event" in ended.stderr
    assert "because" not in ended.stdout


def test_explained_it_says_why(here):
    ended = run(clip("a.mp4"), "--rules", "zones.toml", "--explain", "--no-statistics")
    assert "because  lasted" in ended.stdout
    assert "crossings" not in ended.stdout


def test_quiet_it_prints_events_and_nothing_else(here):
    ended = run(clip("a.mp4"), "--rules", "zones.toml", "-q")
    assert ended.stderr == ""
    assert all("loitering" in line for line in ended.stdout.splitlines())


def test_clips_of_events_are_protected(here):
    ended = run(clip("a.mp4"), "--rules", "zones.toml", "--clip", "clips", "-q")
    assert ended.exit_code == 0, ended.output
    (made,) = Path("clips").iterdir()
    assert set(seen(made).marked()) == {0}


def test_several_recordings_go_on_past_a_bad_one(here):
    Path("bad.mp4").write_bytes(b"no media at all")
    ended = run(clip("a.mp4"), "bad.mp4", clip("b.mp4"), "--rules", "zones.toml")
    assert ended.exit_code == 3
    assert "1: a.mp4" in ended.stderr
    assert "3: b.mp4" in ended.stderr
    assert ended.stdout.count("began") == 2


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ([], 2, ""),
        (["ftp://user:secret@camera/1"], 2, "ftp://... is an address of a kind that is not read"),
        (["none.mp4"], 3, "none.mp4"),
        (["a.mp4", "--rules", "none.toml"], 2, "none.toml: no such file"),
        (["a.mp4", "--rules", "zones.toml", "-o", "zones.toml"], 2, "exists already"),
        (["a.mp4", "-o", "nowhere/events.jsonl"], 6, "cannot be written"),
        (["a.mp4", "--policy", "stret"], 2, "stret"),
    ],
)
def test_what_is_wrong_is_said_with_its_exit_code(here, words, code, message):
    clip("a.mp4", frames=5)
    ended = run(*words)
    assert ended.exit_code == code, ended.output
    assert message in ended.stderr
    assert "secret" not in ended.output


def test_a_key_that_is_not_known_is_named_with_the_nearest(here):
    Path("odd.toml").write_text("bucket = 5\n", encoding="utf-8")
    ended = run(clip("a.mp4", 5), "--rules", "odd.toml")
    assert ended.exit_code == 2
    assert 'did you mean "bucket_s"?' in ended.stderr


def test_a_stopped_watch_tells_what_it_knew(here, monkeypatch):
    taken = Watch._picture

    def stops(self, frame):
        if frame.seq == 45:
            raise Stopped(2)
        taken(self, frame)

    monkeypatch.setattr(Watch, "_picture", stops)
    ended = run(clip("a.mp4"), "--rules", "zones.toml", "-o", "events.jsonl")
    assert ended.exit_code == 130
    lines = [json.loads(line) for line in Path("events.jsonl").read_text().splitlines()]
    assert [line["phase"] for line in lines if line["fact"] == "event"] == ["began", "ended"]
    assert any(line["fact"] == "exact_statistic" for line in lines)


@pytest.mark.parametrize(("rotation", "way"), [(0, "forward"), (180, "backward")])
def test_a_recording_stored_turned_is_counted_as_a_viewer_sees_it(here, rotation, way):
    Clip(frames=50, rotation=rotation).write(Path("turned.mp4"))
    lines = ZONES.replace("[[0.4, 1.0], [0.4, 0.0]]", "[[0.5, 1.0], [0.5, 0.0]]")
    Path("zones.toml").write_text(lines, encoding="utf-8")
    assert passed(run("turned.mp4", "--rules", "zones.toml", "-o", "facts.jsonl")) == {way: 1}


@pytest.mark.parametrize(("rotation", "way"), [(90, "forward"), (270, "backward")])
def test_whoever_walks_across_a_picture_on_its_side_walks_down_or_up(here, rotation, way):
    Clip(frames=50, rotation=rotation).write(Path("turned.mp4"))
    level = ZONES.replace("[[0.4, 1.0], [0.4, 0.0]]", "[[0.0, 0.5], [1.0, 0.5]]")
    Path("zones.toml").write_text(level, encoding="utf-8")
    assert passed(run("turned.mp4", "--rules", "zones.toml", "-o", "facts.jsonl")) == {way: 1}


def passed(ended) -> dict[str, float]:
    """Ways that people went over the line, and how many."""
    assert ended.exit_code == 0, ended.output
    lines = [json.loads(line) for line in Path("facts.jsonl").read_text().splitlines()]
    return {
        line["direction"]: line["value"]
        for line in lines
        if (line.get("quantity"), line.get("of")) == ("crossings", "person") and line["value"]
    }


@pytest.mark.parametrize(
    ("make", "code", "word"),
    [
        (lambda path: path.write_bytes(b""), 3, "is empty"),
        (lambda path: Clip(frames=0).write(path.with_suffix(".m4a")).rename(path), 0, "0 events"),
        (lambda path: Clip(frames=1, sounds=0).write(path), 0, "0 events"),
        (lambda path: path.mkdir(), 3, "is a folder"),
    ],
)
def test_odd_recordings_end_with_a_word_or_are_watched(here, make, code, word):
    make(Path("odd.mp4"))
    ended = run("odd.mp4", "--rules", "zones.toml")
    assert ended.exit_code == code, ended.output
    assert word in ended.stderr
    assert "unexpected" not in ended.stderr


def test_uneven_times_of_pictures_count_the_same(here):
    ticks = [seq * 24 + (seq % 3) * 7 + (300 if seq > 30 else 0) for seq in range(50)]
    Clip(frames=50, ticks=ticks).write(Path("uneven.mp4"))
    words = ("--rules", "zones.toml", "-o", "facts.jsonl")
    assert passed(run("uneven.mp4", *words)) == {"forward": 1}


def test_damage_in_the_middle_is_survived(here):
    data = bytearray(Clip(frames=60).write(Path("a.ts")).read_bytes())
    for at in range(20_000, len(data), 977):
        data[at] ^= 0x55
    Path("damaged.ts").write_bytes(data)
    ended = run("damaged.ts", "--rules", "zones.toml")
    assert ended.exit_code == 0, ended.output


def test_a_full_disk_is_one_clear_error(here):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no full device")
    ended = run(clip("a.mp4"), "--rules", "zones.toml", "-o", "/dev/full", "--overwrite")
    assert ended.exit_code == 6
    assert "cannot be written" in ended.stderr
