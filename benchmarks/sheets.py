"""Contact sheets: frames before and after, one above the other, as PNG, to look at by eye."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

import clips
from clips import Picture
from measure import WORK, data_dir, passante, run

PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
VIDEOS = {".mp4", ".avi", ".mkv", ".mov"}


def samples(path: Path, at: Sequence[int]) -> list[Picture]:
    """The frames of those numbers, in order."""
    wanted = set(at)
    return [
        picture
        for number, picture in enumerate(islice(clips.pictures(path), max(at) + 1))
        if number in wanted
    ]


def fit(picture: Picture, width: int, height: int) -> Picture:
    """The picture in a box of (width, height), the rest black."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale)))
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return canvas


def label(picture: Picture, text: str) -> Picture:
    """The picture with a word in its corner."""
    shown = picture.copy()
    for colour, thick in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(shown, text, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, thick, cv2.LINE_AA)
    return shown


def contact(
    before: Sequence[Picture], after: Sequence[Picture], *, width: int = 480, height: int = 270
) -> Picture:
    """One row of inputs above one row of outputs for each four frames."""
    rows = []
    for start in range(0, len(before), 4):
        for word, shown in (("before", before), ("after", after)):
            tiles = [label(fit(one, width, height), word) for one in shown[start : start + 4]]
            tiles += [np.zeros((height, width, 3), np.uint8)] * (4 - len(tiles))
            rows.append(np.hstack(tiles))
    return np.vstack(rows)


def spectrogram(path: Path, *, width: int = 1920, height: int = 160) -> Picture | None:
    """Sound as a picture, 0 to 8 kHz from bottom to top, or None where there is none."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return None
        resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
        blocks: list[NDArray[np.float32]] = []
        for frame in container.decode(audio=0):
            blocks += [np.asarray(out.to_ndarray()[0]) for out in resampler.resample(frame)]
    sound = np.concatenate([*blocks, np.zeros(1024, np.float32)])
    windows = np.lib.stride_tricks.sliding_window_view(sound, 512)[::128] * np.hanning(512)
    level = 20 * np.log10(np.abs(np.fft.rfft(windows, axis=1)) + 1e-4)
    grey = np.clip((level + 60) / 80 * 255, 0, 255).astype(np.uint8).T[::-1]
    wide = cv2.resize(np.ascontiguousarray(grey), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.applyColorMap(wide, cv2.COLORMAP_INFERNO)[:, :, ::-1], np.uint8)


def of_video(source: Path, output: Path, target: Path, *, count: int = 8) -> Path:
    """Frames spread over a recording, and its sound."""
    total = clips.frames(source)
    at = sorted({round((k + 0.5) * total / count) for k in range(count)} - {total})
    sheet = contact(samples(source, at), samples(output, at))
    for word, path in (("before: sound", source), ("after: sound", output)):
        if (sound := spectrogram(path, width=sheet.shape[1])) is not None:
            sheet = np.vstack([sheet, label(sound, word)])
    return clips.write_picture(target, sheet)


def of_folder(folder: Path, target: Path, *, every: int, policy: str) -> None:
    """Protect a folder of pictures or recordings and make sheets of it."""
    outputs = target / "protected"
    run([passante(), "protect", folder, "-o", outputs, "--overwrite", "--policy", policy])
    pictures = sorted(path for path in folder.iterdir() if path.suffix in PICTURES)[::every]
    for page, start in enumerate(range(0, len(pictures), 24)):
        chosen = pictures[start : start + 24]
        before = [clips.read_picture(path) for path in chosen]
        after = [clips.read_picture(outputs / path.name) for path in chosen]
        sheet = contact(before, after, width=400, height=300)
        print(clips.write_picture(target / f"pictures-{page:02d}.png", sheet))
    for path in sorted(path for path in folder.iterdir() if path.suffix in VIDEOS):
        print(of_video(path, outputs / path.name, target / f"{path.stem}.png"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="default: the real recordings")
    parser.add_argument("--every", type=int, default=1, help="only every nth picture")
    parser.add_argument("--policy", default="street")
    options = parser.parse_args()
    data = data_dir()
    folders = options.folders or [data / "video", data / "faces/images", data / "plates/images"]
    for folder in folders:
        name = folder.parent.name if folder.name == "images" else folder.name
        of_folder(folder, WORK / "sheets" / name, every=options.every, policy=options.policy)


if __name__ == "__main__":
    main()
