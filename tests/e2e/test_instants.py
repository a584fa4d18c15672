"""Faces that a crowded street shows for an instant, through the default networks."""

import csv
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from passante.analyse.video import AnalyseVideo, Finders
from passante.core.geometry import Box
from passante.core.names import Kind, StreamId
from passante.inside.video import RawFrame
from passante.pipeline.build import Equipment
from passante.protect.policy import Policy
from passante.testing import drive, video_format

pytestmark = [pytest.mark.data, pytest.mark.models, pytest.mark.slow]

WIDE, HIGH, FRAMES = 640, 360, 57
FACE_PX = 36


def heads(folder: Path) -> list[tuple[NDArray[np.uint8], Box]]:
    """Eight heads, RGB, and where the face is, all with a face 36 px wide."""
    found = []
    with (folder / "boxes.csv").open(newline="") as table:
        for row in csv.DictReader(table):
            left, top, wide, high = (
                float(row[key]) for key in ("left", "top", "box_width", "box_height")
            )
            whole = Box(left - wide / 2, top - 0.6 * high, left + 1.5 * wide, top + 1.6 * high)
            room = Box(0, 0, float(row["width"]), float(row["height"]))
            named = row["label"] in {"face", "without_mask"}
            if not named or wide < 70 or whole.intersection(room) != whole:
                continue
            picture = cv2.imread(str(folder / row["image"]), cv2.IMREAD_COLOR_RGB)
            cut = picture[int(whole.y0) : int(whole.y1), int(whole.x0) : int(whole.x1)]
            scale = FACE_PX / wide
            small = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            x, y = (left - int(whole.x0)) * scale, (top - int(whole.y0)) * scale
            found.append((np.asarray(small, np.uint8), Box(x, y, x + FACE_PX, y + high * scale)))
            if len(found) == 8:
                break
    return found


def street(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as media:
        frames = (frame.to_ndarray(format="rgb24") for frame in media.decode(video=0))
        return [cv2.resize(next(frames), (WIDE, HIGH)) for _ in range(FRAMES)]  # type: ignore[misc]


def raw(seq: int, rgb: NDArray[np.uint8]) -> RawFrame:
    planes = np.vsplit(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), [HIGH, HIGH + HIGH // 4])
    colour = [np.ascontiguousarray(plane).reshape(HIGH // 2, WIDE // 2) for plane in planes[1:]]
    form = video_format(WIDE, HIGH)
    luma = np.ascontiguousarray(planes[0])
    return RawFrame(StreamId("video"), seq, seq, Fraction(1, 25), form, (luma, *colour))


@pytest.mark.parametrize("lasts", [1, 2, 4])
def test_my_face_was_there_for_an_instant_among_people_who_walk(data_dir: Path, lasts: int) -> None:
    pictures = street(data_dir / "video" / "mot17_03_first5s.mp4")
    where, truth = np.random.default_rng(lasts), dict[int, Box]()
    people = heads(data_dir / "faces")
    for first in range(8, FRAMES - lasts, 7):
        head, face = people[first % len(people)]
        x, y = int(where.uniform(0, WIDE - 90)), int(where.uniform(0, HIGH - 110))
        for seq in range(first, first + lasts):
            pictures[seq][y : y + head.shape[0], x : x + head.shape[1]] = head
            truth[seq] = face.shifted(x, y)
    finders = Equipment(Policy.named("street")).finders
    stage = AnalyseVideo(
        Finders(faces=finders.faces, people=finders.people),
        needed=frozenset({Kind.FACE, Kind.PERSON}),
    )
    bare = []
    for item in drive(stage, (raw(seq, rgb) for seq, rgb in enumerate(pictures))):
        face = truth.get(item.raw.seq)
        if face is None:
            continue
        shared = [region.box.intersection(face) for region in item.regions]
        if not any(one is not None and one.area > 0.6 * face.area for one in shared):
            bare.append(item.raw.seq)
    assert len(bare) <= len(truth) // 20
