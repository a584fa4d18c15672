from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from passante.core.errors import EvaluationError
from passante.core.geometry import Box
from passante.evaluate import footage
from unit.evaluate import streets

HEAD = (
    "clip,ground_truth_file,kind,frames,width,height,fps,face_boxes_file\n"
    'walk.mp4,walk.gt.txt,"pedestrians, street level",24,160,120,25,\n'
    "faces.mp4,,one face,3,160,120,25,faces.faces.csv\n"
    'long.mp4,long.gt.txt,"pedestrians, from above",900,160,120,25,\n'
    "cars.mp4,,vehicles seen from above,40,160,120,25,\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    video = tmp_path / "video"
    video.mkdir()
    (video / "sequences.csv").write_text(HEAD)
    for name in ("walk", "long"):
        (video / f"{name}.gt.txt").write_text("1,7,10,20,30,40,1,-1,-1,-1\n2,7,12,20,30,40,1\n")
    (video / "faces.faces.csv").write_text(
        "frame,left,top,width,height\n1,10,10,20,20\n1,80,10,20,20\n3,82,11,20,20\n3,12,10,20,20\n"
        "3,120,90,20,20\n"
    )
    return tmp_path


def test_recordings_with_people_or_faces_are_taken(folder: Path) -> None:
    found = {clip.name: clip for clip in footage.clips(folder, quick=False)}
    assert set(found) == {"walk", "faces", "long"}
    assert found["walk"].people == {0: {7: Box(10, 20, 40, 60)}, 1: {7: Box(12, 20, 42, 60)}}


def test_a_quick_look_leaves_long_recordings_out(folder: Path) -> None:
    assert {clip.name for clip in footage.clips(folder, quick=True)} == {"walk", "faces"}


def test_faces_are_one_person_where_they_overlap(folder: Path) -> None:
    (clip,) = [one for one in footage.clips(folder, quick=True) if one.name == "faces"]
    assert set(clip.faces[0]) == {1, 2}
    assert clip.faces[2] == {
        2: Box(82, 11, 102, 31),
        1: Box(12, 10, 32, 30),
        3: Box(120, 90, 140, 110),
    }


def test_traffic_is_a_kind_of_its_own(folder: Path) -> None:
    assert [clip.name for clip in footage.vehicle_clips(folder, quick=False)] == ["cars"]
    assert footage.vehicle_clips(folder, quick=True) == []


def test_what_is_written_is_read_again_frame_by_frame(tmp_path: Path) -> None:
    target = tmp_path / "street.mp4"
    smooth = [np.full((48, 64, 3), 60 + 10 * n, np.uint8) for n in range(5)]
    footage.encode(target, smooth)
    read = list(footage.frames(target))
    assert len(read) == 5
    for wanted, frame in zip(smooth, read, strict=True):
        assert np.abs(frame.yuv.astype(int) - wanted).max() <= 2
    assert float(read[1].pts_s - read[0].pts_s) == pytest.approx(1 / 25)


def test_a_file_that_is_no_recording_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "bad.mp4"
    path.write_bytes(b"nothing")
    with pytest.raises(EvaluationError, match=r"bad\.mp4"):
        list(footage.frames(path))


def test_without_its_table_the_folder_is_told_how_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError) as caught:
        footage.clips(tmp_path, quick=True)
    assert "PASSANTE_DATA" in caught.value.hint


def test_the_street_of_these_tests_has_people_where_it_says() -> None:
    (first, *_) = streets.frames()
    box = streets.people()[0][2]
    assert tuple(first.yuv[100, int(box.x0)]) == streets.COLOURS[2]


def wall() -> Iterator[NDArray[np.uint8]]:
    """A smooth wall that drifts by, at a size at which x264 may give other bytes every time."""
    rng = np.random.default_rng(1)
    shade = cv2.GaussianBlur(rng.normal(0, 60, (270, 504, 3)).astype(np.float32), (0, 0), 20)
    shade *= 40 / shade.std()
    for at in range(24):
        yield (128 + shade[:, at : at + 480] + rng.normal(0, 1, (270, 480, 3))).astype(np.uint8)


def test_the_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for number in range(4):
        target = tmp_path / f"{number}.mp4"
        footage.encode(target, wall())
        made.append(target.read_bytes())
    assert len(set(made)) == 1
