"""`passante watch` with live streams among what it watches."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from cameras import Connection, http_camera, rtsp_server
from passante.cli.failure import Stopped
from passante.cli.main import cli
from passante.pipeline import gather
from passante.pipeline.watch import Watch
from passante.sources import LiveSource
from squares import without_networks
from standins import Clip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    # However slow this machine is just now, nothing is left out where a test does not want it.
    monkeypatch.setattr(gather, "_PICTURES", 500)
    without_networks(monkeypatch)
    return tmp_path


@pytest.fixture
def clip(tmp_path: Path) -> bytes:
    return Clip(frames=50).write(tmp_path / "a.ts").read_bytes()


def run(*words: str):
    return CliRunner().invoke(cli, ["watch", *words, "--rules", "zones.toml"])


def facts() -> list[dict]:
    return [json.loads(line) for line in Path("facts.jsonl").read_text().splitlines()]


def sized(clip: bytes):
    """A recording by HTTP: it has an end."""

    def serve(to: Connection) -> None:
        to.begin(Content_Length=str(len(clip)))
        to.send(clip)

    return serve


def pausing(clip: bytes):
    """A camera that shows two seconds and then nothing more."""

    def serve(to: Connection) -> None:
        to.begin()
        to.send(clip)
        to.gone.wait(60)

    return serve


def test_a_camera_by_rtsp_is_watched_in_its_time_of_day(here, clip) -> None:
    Clip(frames=60).write(here / "camera.mp4")
    with rtsp_server(here) as port:
        ended = run(f"rtsp://127.0.0.1:{port}/camera.mp4", "-o", "facts.jsonl", "--reconnect", "0")
    assert ended.exit_code == 3  # a camera that ends is one that is gone
    assert f"rtsp://127.0.0.1:{port}: broke off" in ended.stderr
    assert f"rtsp://127.0.0.1:{port}: 2." in ended.stderr
    told = facts()
    assert [one["phase"] for one in told if one["fact"] == "event"] == ["began", "ended"]
    assert all(one["at"] for one in told)
    assert any(one["fact"] == "exact_statistic" for one in told)


def test_a_stop_tells_what_is_known_and_is_no_failure(here, clip, monkeypatch) -> None:
    taken = Watch._picture

    def stops(self, frame):
        if frame.pts_ns > 1_600_000_000:
            raise Stopped(15)
        taken(self, frame)

    monkeypatch.setattr(Watch, "_picture", stops)
    with http_camera(pausing(clip)) as port:
        ended = run(f"http://127.0.0.1:{port}/live", "-o", "facts.jsonl", "--timeout", "3")
    assert ended.exit_code == 0, ended.output
    assert "stopped by SIGTERM" in ended.stderr
    told = facts()
    assert [one["phase"] for one in told if one["fact"] == "event"] == ["began", "ended"]
    assert any(one["fact"] == "exact_statistic" for one in told)


def test_it_ends_by_itself_after_the_time_asked_for(here, clip) -> None:
    with http_camera(pausing(clip)) as port:
        ended = run(f"http://127.0.0.1:{port}/live", "--timeout", "3", "--duration", "0.5")
    assert ended.exit_code == 0, ended.output
    assert ": 0.5 s watched" in ended.stderr


def test_several_streams_and_recordings_have_names_of_their_own(here, clip) -> None:
    with http_camera(sized(clip)) as one, http_camera(sized(clip)) as other:
        ended = run(
            f"http://127.0.0.1:{one}/a", "a.ts", f"http://127.0.0.1:{other}/b", "-o", "facts.jsonl"
        )
    assert ended.exit_code == 0, ended.output
    told = facts()
    assert {fact["stream"] for fact in told} == {"1.video", "2.video", "3.video"}
    whole = {  # the recording waits, so that nothing of it is left out
        fact["value"]
        for fact in told
        if fact["stream"] == "2.video"
        and (fact.get("quantity"), fact.get("of"), fact.get("direction"))
        == ("crossings", "person", "forward")
    }
    assert whole == {1}


def test_one_that_fails_leaves_the_others_alone_and_is_the_exit_code(here, clip) -> None:
    def gone(to: Connection) -> None:
        to.begin(404)

    with http_camera(gone) as bad, http_camera(sized(clip)) as good:
        ended = run(f"http://127.0.0.1:{bad}/a", f"http://127.0.0.1:{good}/b", "-o", "facts.jsonl")
    assert ended.exit_code == 3
    assert "cannot be opened" in ended.stderr
    assert {fact["stream"] for fact in facts()} == {"2.video"}


def test_what_came_too_fast_is_counted(here, clip, monkeypatch) -> None:
    taken, closed = Watch._picture, LiveSource.close
    all_read = threading.Event()

    def slow(self, frame):
        assert all_read.wait(20)  # the whole stream arrives while the first picture is looked at
        taken(self, frame)

    def closes(self):
        closed(self)
        all_read.set()

    monkeypatch.setattr(gather, "_PICTURES", 16)
    monkeypatch.setattr(Watch, "_picture", slow)
    monkeypatch.setattr(LiveSource, "close", closes)
    with http_camera(sized(clip)) as port:
        ended = run(f"http://127.0.0.1:{port}/live")
    assert ended.exit_code == 0, ended.output
    assert re.search(r"warning: \d+ pictures or pieces of sound were left out", ended.stderr)


SECRET = "geheim"


@pytest.mark.parametrize("status", [200, 401, 404])
def test_no_output_shows_a_password(here, clip, status: int) -> None:
    def serve(to: Connection) -> None:
        to.begin(status)
        to.send(clip if status == 200 else b"")

    with http_camera(serve) as port:
        ended = CliRunner().invoke(
            cli,
            [
                "watch",
                f"http://{SECRET}:{SECRET}@127.0.0.1:{port}/{SECRET}?key={SECRET}",
                "--rules", "zones.toml", "-o", "facts.jsonl", "--debug", "--explain",
                "--reconnect", "0", "--store", "facts.db",
            ],
        )  # fmt: skip
    assert ended.exit_code == 3
    assert SECRET not in ended.output
    for file in here.glob("facts*"):
        assert SECRET.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--clip", "clips"], "--clip is cut out of recordings"),
        (["--began", "2026-05-01"], "a live stream is now"),
    ],
)
def test_what_is_for_recordings_alone_is_refused(here, words, message) -> None:
    ended = run("rtsp://anna:geheim@127.0.0.1/1", *words)
    assert ended.exit_code == 2
    assert message in ended.stderr
