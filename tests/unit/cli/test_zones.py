from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

import passante.cli.zones as command
from cameras import http_camera
from passante.cli.main import cli
from passante.pipeline import still
from standins import Clip, equipment

ZONES = '[[zone]]\nname = "all"\n'


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in, and fakes in place of networks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(still, "Equipment", equipment)
    Clip(frames=40).write(Path("a.mp4"))
    Path("zones.toml").write_text(ZONES, encoding="utf-8")
    assert command.zones.name == "zones"
    return tmp_path


def run(*words: str):
    return CliRunner().invoke(cli, ["zones", *words])


@pytest.mark.parametrize("name", ["still.png", "page.html"])
def test_a_still_or_a_page_is_written(here, name):
    ended = run("a.mp4", "-o", name, "--rules", "zones.toml", "--at", "1")
    assert ended.exit_code == 0, ended.output
    assert Path(name).stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["a.mp4"], 2, "Missing option"),
        (["a.mp4", "-o", "still.jpg"], 2, "written as .png or .html"),
        (["none.mp4", "-o", "still.png"], 3, "none.mp4"),
        (["a.mp4", "-o", "still.png", "--rules", "none.toml"], 2, "none.toml"),
        (["a.mp4", "-o", "old.png"], 2, "exists already"),
    ],
)
def test_what_is_wrong_is_said_with_its_exit_code(here, words, code, message):
    Path("old.png").write_bytes(b"old")
    ended = run(*words)
    assert ended.exit_code == code, ended.output
    assert message in ended.stderr
    assert Path("old.png").read_bytes() == b"old"
    assert not Path("still.png").exists()


@pytest.mark.parametrize(
    ("rotation", "shape"), [(0, (144, 192)), (90, (192, 144)), (180, (144, 192))]
)
def test_a_still_of_a_recording_stored_turned_stands_upright(here, rotation, shape):
    Clip(frames=40, rotation=rotation).write(Path("turned.mp4"))
    ended = run("turned.mp4", "-o", "still.png", "--rules", "zones.toml", "--at", "1")
    assert ended.exit_code == 0, ended.output
    assert np.asarray(cv2.imread("still.png")).shape[:2] == shape


def test_a_still_of_a_live_stream_is_made_and_shows_no_password(here):
    clip = Clip(frames=120).write(Path("a.ts")).read_bytes()

    def serve(to):
        to.begin()
        while not to.gone.is_set():
            to.send(clip)

    with http_camera(serve) as port:
        ended = run(f"http://anna:geheim@127.0.0.1:{port}/live", "-o", "still.png")
    assert ended.exit_code == 0, ended.output
    assert np.asarray(cv2.imread("still.png")).shape[:2] == (144, 192)
    assert "geheim" not in ended.output
