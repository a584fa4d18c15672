"""Signals and full disks, from outside: what is left in the folder, and what the shell sees."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from standins import Clip, seen

DRIVER = Path(__file__).with_name("driver.py")
LONGEST_S = 60
"""Only a hang comes near it."""


def start(fault: str, *words: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(DRIVER), fault, *words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def going(process: subprocess.Popen[str]) -> None:
    """Wait until frames flow through the whole pipeline."""
    assert process.stdout is not None
    watch = threading.Timer(LONGEST_S, process.kill)
    watch.start()
    try:
        assert process.stdout.readline() == "going\n", process.communicate()
    finally:
        watch.cancel()


@pytest.fixture
def here(tmp_path):
    Clip(frames=12, width=96, height=72).write(tmp_path / "in.mp4")
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_stopped_run_leaves_nothing(here, number, code):
    process = start("endless", "protect", "in.mp4", "-o", "out.mp4", cwd=here)
    going(process)
    process.send_signal(number)
    _, told = process.communicate(timeout=LONGEST_S)
    assert process.returncode == code
    assert told.splitlines()[-1] == "passante: error: stopped; nothing unfinished was left behind"
    assert "Traceback" not in told
    assert names(here) == ["in.mp4"]


def test_a_stopped_run_leaves_what_it_would_have_replaced(here):
    (here / "out.mp4").write_bytes(b"mine")
    process = start("endless", "protect", "in.mp4", "-o", "out.mp4", "--overwrite", cwd=here)
    going(process)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=LONGEST_S)
    assert (here / "out.mp4").read_bytes() == b"mine"
    assert names(here) == ["in.mp4", "out.mp4"]


def test_a_killed_run_leaves_nothing_under_the_final_name(here):
    process = start("endless", "protect", "in.mp4", "-o", "out.mp4", cwd=here)
    going(process)
    process.kill()
    process.communicate(timeout=LONGEST_S)
    assert process.returncode == -signal.SIGKILL
    left = [name for name in names(here) if name != "in.mp4"]
    assert all(name.startswith(".out.mp4.") and name.endswith(".part") for name in left)


def test_a_stopped_batch_keeps_what_was_complete_and_does_not_go_on(here):
    Clip(frames=0).write(here / "a.wav")
    Clip(frames=0).write(here / "z.wav")
    process = start("endless", "protect", "a.wav", "in.mp4", "z.wav", "-o", "out", cwd=here)
    going(process)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=LONGEST_S)
    assert process.returncode == 143
    assert names(here / "out") == ["a.wav"]


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path):
    Clip(frames=60, width=320, height=240).write(tmp_path / "in.mp4")
    process = start(
        "full", "protect", "in.mp4", "-o", "out.mp4", "--crf", "4", "--report", "r.json",
        cwd=tmp_path,
    )  # fmt: skip
    _, told = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 6, told
    assert told.splitlines()[-2].startswith("passante: error: out.mp4: cannot be written")
    assert told.splitlines()[-1].startswith("hint: ")
    assert names(tmp_path) == ["in.mp4"]


def test_a_file_that_fits_is_still_written_under_the_same_limit(tmp_path):
    Clip(frames=6, width=96, height=72).write(tmp_path / "in.mp4")
    process = start("full", "protect", "in.mp4", "-o", "out.mp4", cwd=tmp_path)
    _, told = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 0, told
    assert len(seen(tmp_path / "out.mp4").pictures) == 6


def test_a_crash_puts_no_raw_picture_on_the_disk(here):
    resource = pytest.importorskip("resource")
    process = start("endless", "protect", "in.mp4", "-o", "out.mp4", cwd=here)
    going(process)
    limits = resource.prlimit(process.pid, resource.RLIMIT_CORE)
    process.kill()
    process.communicate(timeout=LONGEST_S)
    assert limits == (0, 0)
