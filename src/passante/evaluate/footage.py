"""Recordings with known people in them, and what becomes of them under a policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from passante.core.errors import EvaluationError
from passante.core.geometry import Box
from passante.evaluate.pictures import Picture, table
from passante.pipeline.build import Equipment
from passante.pipeline.job import Job, protect_file
from passante.protect.policy import Policy
from passante.sinks import OutputSettings

_SAME_FACE = 0.2
"""Faces on consecutive marked frames that overlap by more (IoU) are one person's."""
_CRF = "20"
PRESET = "superfast"
"""Of all recordings that are written. From "veryfast" on, x264 gives other bytes for the same
pictures on some processors (its look ahead reads what is not there); figures must repeat."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded frame."""

    pts_s: Fraction
    """Presentation time in s."""
    yuv: NDArray[np.uint8]
    """(height, width, 3): Y, U, V, colour at full size."""

    @property
    def rgb(self) -> Picture:
        """(height, width, 3), RGB, colours roughly: enough to compare clothes."""
        return np.asarray(cv2.cvtColor(self.yuv, cv2.COLOR_YUV2RGB), np.uint8)


Truth = Mapping[int, Mapping[int, Box]]
"""Frame, counted from 0 -> number of a person -> their box, px."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and who is where in it."""

    name: str
    path: Path
    people: Truth = field(default_factory=dict)
    faces: Truth = field(default_factory=dict)


def clips(folder: Path, *, quick: bool) -> list[Clip]:
    """Recordings in which people or faces are marked; `quick`: the two shortest kinds.

    Raises:
        EvaluationError: A table is not there.
    """
    found = []
    for row in table(folder, "video/sequences.csv"):
        path = folder / "video" / row["clip"]
        people = _people(path) if row["kind"].startswith("pedestrians") else {}
        faces = _faces(folder, row["face_boxes_file"]) if row["face_boxes_file"] else {}
        if (people or faces) and not (quick and int(row["frames"]) > _QUICK_FRAMES):
            found.append(Clip(path.stem, path, people, faces))
    return found


_QUICK_FRAMES = 100
_MOST_FRAMES = 400


def vehicle_clips(folder: Path, *, quick: bool) -> list[Clip]:
    """Recordings of traffic, none of them long; `quick`: none at all."""
    rows = table(folder, "video/sequences.csv")
    return [
        Clip(Path(row["clip"]).stem, folder / "video" / row["clip"])
        for row in rows
        if row["kind"].startswith("vehicles") and int(row["frames"]) <= _MOST_FRAMES and not quick
    ]


def _people(path: Path) -> Truth:
    found: dict[int, dict[int, Box]] = {}
    text = path.with_name(f"{path.stem}.gt.txt").read_text(encoding="utf-8")
    for line in text.split():
        frame, number, left, top, wide, high = (float(word) for word in line.split(",")[:6])
        box = Box(left, top, left + wide, top + high)
        found.setdefault(int(frame) - 1, {})[int(number)] = box
    return found


def _faces(folder: Path, name: str) -> Truth:
    """Marked faces, those that overlap from one marked frame to the next under one number."""
    rows = table(folder, f"video/{name}")
    found: dict[int, dict[int, Box]] = {}
    last: dict[int, Box] = {}
    for row in rows:
        left, top, wide, high = (float(row[key]) for key in ("left", "top", "width", "height"))
        box = Box(left, top, left + wide, top + high)
        taken = found.setdefault(int(row["frame"]) - 1, {})
        free = {number: old for number, old in last.items() if number not in taken}
        best = max(free, key=lambda number: free[number].iou(box), default=None)
        if best is None or free[best].iou(box) < _SAME_FACE:
            best = len(last) + 1
        taken[best] = last[best] = box
    return found


def frames(path: Path) -> Iterator[Frame]:
    """The frames of a recording, as stored.

    Raises:
        EvaluationError: It cannot be read.
    """
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                yuv = frame.to_ndarray(format="yuv444p").transpose(1, 2, 0)
                base = frame.time_base or Fraction(0)
                yield Frame((frame.pts or 0) * base, np.ascontiguousarray(yuv, np.uint8))
    except (FFmpegError, OSError) as error:
        raise EvaluationError(f"{path.name} cannot be read: {error}") from error


def protected(clip: Clip, policy: Policy, scratch: Path) -> Path:
    """The recording under a policy, made once and kept in `scratch`."""
    target = scratch / f"{policy.sha256[:12]}-{clip.name}.mp4"
    if not target.exists():
        protect_file(Job(clip.path, target, OutputSettings(preset=PRESET)), Equipment(policy))
    return target


def written_again(clip: Clip, scratch: Path) -> Path:
    """The control: decoded and encoded as protection does, with nothing hidden."""
    target = scratch / f"again-{clip.name}.mp4"
    if not target.exists():
        encode(target, (frame.yuv for frame in frames(clip.path)))
    return target


def encode(target: Path, made: Iterable[NDArray[np.uint8]], *, rate: int = 25) -> None:
    """Frames (height, width, 3) of Y, U, V as H.264."""
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.options = {"crf": _CRF, "preset": PRESET}
        stream.pix_fmt = "yuv420p"
        for number, yuv in enumerate(made):
            if number == 0:
                stream.height, stream.width = yuv.shape[:2]
            flat = np.ascontiguousarray(yuv.transpose(2, 0, 1))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(flat, format="yuv444p")))
        container.mux(stream.encode(None))
