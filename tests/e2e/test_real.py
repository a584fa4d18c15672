"""The command itself, with the default networks, on real recordings."""

import csv
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from passante.pipeline import report

pytestmark = [pytest.mark.data, pytest.mark.models, pytest.mark.slow]


def protect(source: Path, folder: Path, *words: str) -> tuple[Path, report.Report]:
    target = folder / source.name
    ended = subprocess.run(
        [
            sys.executable, "-m", "passante", "protect", str(source), "-o", str(target),
            "--report", str(folder / "r.json"), "--preset", "ultrafast", *words,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    found = report.decode((folder / "r.json").read_bytes())
    assert isinstance(found, report.Report)
    return target, found


def pictures(path: Path) -> tuple[list[object], list[NDArray[np.uint8]]]:
    """Presentation times in s, and luma as (height, width)."""
    with av.open(str(path)) as media:
        frames = list(media.decode(video=0))
        times = [frame.pts * frame.time_base for frame in frames]
        return times, [frame.to_ndarray(format="gray") for frame in frames]


def faces(table: Path) -> dict[int, list[tuple[float, float, float, float]]]:
    """(left, top, width, height) in px by frame, counted from 0."""
    found = defaultdict(list)
    with table.open(newline="") as file:
        for row in csv.DictReader(file):
            box = tuple(float(row[key]) for key in ("left", "top", "width", "height"))
            found[int(row["frame"]) - 1].append(box)
    return found


@pytest.mark.parametrize("clip", ["intel_head_pose_f", "intel_three_faces_walking"])
def test_no_face_is_left_on_any_frame_and_times_stay(data_dir, tmp_path, clip):
    folder = data_dir / "video"
    target, done = protect(folder / f"{clip}.mp4", tmp_path)
    before_times, before = pictures(folder / f"{clip}.mp4")
    after_times, after = pictures(target)
    assert after_times == before_times
    bare = []
    for seq, boxes in faces(folder / f"{clip}.faces.csv").items():
        for left, top, width, height in boxes:
            if width < 12:
                continue
            # the middle half of the face: eyes, nose and mouth
            rows = slice(round(top + height / 4), round(top + height * 3 / 4))
            columns = slice(round(left + width / 4), round(left + width * 3 / 4))
            if after[seq][rows, columns].std() > before[seq][rows, columns].std() / 3:
                bare.append(seq)
    assert bare == []
    assert done.streams[0].written == done.streams[0].read == len(before)
    assert {model.task for model in done.models} >= {"find.face", "find.person"}


def test_speech_in_a_recording_is_gone_and_its_length_stays(data_dir, tmp_path):
    source = next((data_dir / "speech").rglob("*.flac"))
    target, done = protect(source, tmp_path)
    sounds = []
    for path in (source, target):
        with av.open(str(path)) as media:
            parts = [frame.to_ndarray().reshape(-1) for frame in media.decode(audio=0)]
            sounds.append(np.concatenate(parts).astype(float))
    before, after = sounds
    assert len(after) == len(before)
    spoken = sum(span.end_s - span.start_s for span in done.speech)
    assert spoken > 0.5 * done.timing.media_s
    likeness = abs((before * after).sum()) / np.sqrt((before**2).sum() * (after**2).sum())
    assert likeness < 0.1
