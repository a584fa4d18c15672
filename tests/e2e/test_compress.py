"""The command that makes networks smaller, stopped in the middle and started again."""

import json
import signal
import subprocess
import sys

from unit.compress.test_run import brightness, colours


def command(tmp_path, out):
    return [
        sys.executable, "-m", "passante", "compress", str(tmp_path / "colours.onnx"),
        "-o", str(out), "--calibration", str(tmp_path / "cal"),
        "--evaluation", str(tmp_path / "eva"), "--levels", "0..1", "--prune", "",
        "--max-loss", "agreement=50", "--target", "rpi4",
    ]  # fmt: skip


def found(out):
    """All of a report but how it was called."""
    report = json.loads((out / "report.json").read_text())
    return {
        name: value for name, value in report.items()
        if name not in ("command", "calibration_peak_mb")
    }  # fmt: skip


def test_a_run_stopped_by_ctrl_c_goes_on_to_the_same_result(tmp_path):
    (tmp_path / "colours.onnx").write_bytes(brightness().to_bytes())
    colours(tmp_path / "cal", 6)
    colours(tmp_path / "eva", 9, first=40)
    once, twice = tmp_path / "once", tmp_path / "twice"
    subprocess.run(command(tmp_path, once), check=True, capture_output=True)

    with subprocess.Popen(
        command(tmp_path, twice), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as stopped:
        for line in stopped.stderr:
            if line.startswith("judging int8"):
                stopped.send_signal(signal.SIGINT)
                break
        _, said = stopped.communicate()
    assert stopped.returncode == 128 + signal.SIGINT, said
    assert not (twice / "report.json").exists()
    assert not list((twice / ".work").glob("*.part"))

    again = subprocess.run(command(tmp_path, twice), check=True, capture_output=True, text=True)
    assert "calibrating" not in again.stderr
    assert found(twice) == found(once)
