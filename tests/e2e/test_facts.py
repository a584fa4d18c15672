"""`passante watch` and `passante zones` as a user has them, on real recordings."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

pytestmark = [pytest.mark.data, pytest.mark.models("find.face", "find.person", "find.plate")]

ZONES = """
place = "campus"
[[line]]
name = "middle"
points = [[0.5, 1.0], [0.5, 0.0]]
of = ["person"]
[[zone]]
name = "all"
of = ["person"]
[zone.fall]
[zone.running]
[zone.left]
"""


def passante(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "passante", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_people_who_walk_are_counted_and_nothing_is_told_of_them(
    data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "zones.toml").write_text(ZONES, encoding="utf-8")
    clip = str(data_dir / "video" / "tud_campus.mp4")
    ended = passante(
        "watch", clip, "--rules", "zones.toml", "-o", "facts.jsonl", "--no-sound", cwd=tmp_path
    )
    assert ended.returncode == 0, ended.stderr
    lines = (tmp_path / "facts.jsonl").read_text(encoding="utf-8").splitlines()
    facts = [json.loads(line) for line in lines]
    assert [fact["kind"] for fact in facts if fact["fact"] == "event"] == []
    told = {
        (fact["quantity"], fact["zone"], fact["direction"]): fact["value"]
        for fact in facts
        if fact["fact"] == "exact_statistic"
    }
    assert 2 <= told["occupancy", "all", None] <= 7  # 5.1 are marked on a frame
    passes = sum(value for (what, *_), value in told.items() if what == "crossings")
    assert 3 <= passes <= 9  # 6 by the truth


@pytest.mark.slow
def test_a_still_shows_nobody(data_dir: Path, tmp_path: Path) -> None:
    clip = data_dir / "video" / "tud_campus.mp4"
    ended = passante("zones", str(clip), "-o", "still.png", "--at", "1", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    still = np.asarray(cv2.imread(str(tmp_path / "still.png")))
    assert still.shape == (480, 640, 3)
    video = cv2.VideoCapture(str(clip))
    video.set(cv2.CAP_PROP_POS_FRAMES, 25)
    raw = np.asarray(video.read()[1]).astype(int)
    changed = np.abs(still.astype(int) - raw).max(axis=2) > 40
    for line in (clip.with_name("tud_campus.gt.txt")).read_text(encoding="utf-8").split():
        frame, _, left, top, wide, high = (float(word) for word in line.split(",")[:6])
        if int(frame) == 26:
            body = changed[
                int(top + 0.1 * high) : int(top + 0.6 * high),
                int(max(0, left) + 0.3 * wide) : int(left + 0.7 * wide),
            ]
            assert body.mean() > 0.5
