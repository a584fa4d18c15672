"""Reading and writing short clips as planes, and making test clips with plain ffmpeg."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(height, width, 3), RGB."""
Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""Y, U, V, all of full size: chroma is repeated."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip for the speed table."""

    name: str
    source: str
    """File below data/video."""
    filters: str
    """What ffmpeg does to it."""
    size: str
    what: str
    """For the page."""


SPEED = (
    Clip(
        "street-480", "tud_campus.mp4", "scale=640:480", "640x480",
        "pedestrians at street level, faces up to 30 px, fixed camera",
    ),
    Clip(
        "square-480", "pets09_s2l1.avi", "crop=640:480:64:48", "640x480",
        "up to 8 pedestrians seen from a mast, fixed camera",
    ),
    Clip(
        "night-720", "mot17_03_first5s.mp4", "scale=1280:720", "1280x720",
        "dense street at night from above, fixed camera",
    ),
    Clip(
        "walk-720", "egoblur_car_park_with_audio.mp4", "scale=1280:960,crop=1280:720", "1280x720",
        "walk through a car park, moving camera",
    ),
    Clip(
        "night-1080", "mot17_03_first5s.mp4", "scale=1920:1080", "1920x1080",
        "dense street at night from above, fixed camera",
    ),
    Clip(
        "walk-1080", "egoblur_car_park_with_audio.mp4", "crop=1920:1080", "1920x1080",
        "walk through a car park, moving camera",
    ),
)  # fmt: skip


def make(ffmpeg: Path, clip: Clip, videos: Path, target: Path, *, seconds: float) -> Path:
    """A clip of `seconds` at 25 frames/s, played forward and backward so that it has no cut."""
    if target.is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    turn = target.with_suffix(".turn.mp4")
    # 150 frames at most: reversing holds them all in memory
    there_and_back = (
        f"[0:v]trim=end_frame=150,setpts=N/25/TB,{clip.filters},split[a][b];"
        "[b]reverse[r];[a][r]concat=n=2:v=1"
    )
    encode = ["-r", "25", "-c:v", "libx264", "-preset", "veryfast", "-crf", "18"]
    quiet: list[str | Path] = [ffmpeg, "-y", "-v", "error"]
    subprocess.run(
        [*quiet, "-i", videos / clip.source, "-filter_complex", there_and_back, "-an", *encode,
         "-pix_fmt", "yuv420p", turn],
        check=True,
    )  # fmt: skip
    subprocess.run(
        [*quiet, "-stream_loop", "-1", "-i", turn, "-t", f"{seconds}", "-an", *encode,
         "-pix_fmt", "yuv420p", target],
        check=True,
    )  # fmt: skip
    turn.unlink()
    return target


def frames(path: Path) -> int:
    """How many frames a clip really has."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def pictures(path: Path) -> Iterator[Picture]:
    """The frames of a clip."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def planes(path: Path) -> Iterator[Planes]:
    """The frames of a clip or picture as Y, U, V of full size."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            flat = np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)
            height, width = frame.height, frame.width
            luma = flat[:height]
            half = (-(-height // 2), -(-width // 2))
            count = half[0] * half[1]
            chroma = flat.reshape(-1)[height * width :]
            u, v = chroma[:count].reshape(half), chroma[count : 2 * count].reshape(half)
            yield luma, _doubled(u, width, height), _doubled(v, width, height)


def _doubled(plane: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    return np.repeat(np.repeat(plane, 2, axis=0), 2, axis=1)[:height, :width]


def write(path: Path, made: Iterable[Picture], *, crf: int = 28, rate: int = 25) -> Path:
    """Frames as H.264 at `crf`, preset medium."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(rate))
        stream.options = {"crf": str(crf), "preset": "medium"}
        stream.pix_fmt = "yuv420p"
        for number, picture in enumerate(made):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def read_picture(path: Path) -> Picture:
    """A picture file."""
    read = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if read is None:
        raise FileNotFoundError(path)
    return np.asarray(read[:, :, ::-1], np.uint8)


def write_picture(path: Path, picture: Picture) -> Path:
    """A picture as PNG or JPEG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), np.ascontiguousarray(picture[:, :, ::-1])):
        raise OSError(f"cannot write {path.name}")
    return path
