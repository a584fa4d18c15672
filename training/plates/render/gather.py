"""Puts free photographs into one folder for PASSANTE_PLATE_BACKGROUNDS; see training/README.md.

    python -m training.plates.render.gather OUT FOLDER [FOLDER ...]

The folders hold the unpacked packages and clones named there. Every file of theirs that is listed
here is made small; real plates that can be seen on one are painted over, since nobody marked them.
"""

from __future__ import annotations

import base64
import os
import re
import sys
from pathlib import Path

os.environ.setdefault("OPENCV_IO_ENABLE_OPENEXR", "1")

import cv2
import numpy as np

from training.plates.render.dice import Picture

LONGEST = 820
Spot = tuple[int, int, int, int]
"""Middle, width and height of a plate to paint over, in pixels of the file as it comes."""

WANTED: dict[str, tuple[Spot, ...]] = {
    # Udacity, MIT
    "test1.jpg": ((898, 449, 36, 22), (1222, 450, 34, 22)),
    "test2.jpg": (),
    "test3.jpg": ((934, 436, 22, 14),),
    "test4.jpg": ((896, 449, 36, 22), (1205, 446, 34, 22)),
    "test5.jpg": ((894, 446, 36, 22), (1275, 451, 30, 22)),
    "test6.jpg": ((897, 451, 36, 22), (1153, 447, 34, 22)),
    "straight_lines1.jpg": (),
    "straight_lines2.jpg": ((106, 455, 30, 18),),
    "solidWhiteCurve.jpg": ((131, 335, 20, 12), (228, 335, 20, 12)),
    "solidWhiteRight.jpg": (),
    "solidYellowCurve.jpg": (),
    "solidYellowCurve2.jpg": (),
    "solidYellowLeft.jpg": (),
    "whiteCarLaneSwitch.jpg": (),
    # lomiri-wallpapers-16.04, CC BY 4.0 and CC0
    "aitzgorri_by_Aitzol_Berasategi.jpg": (),
    "friends_by_Aitzol_Berasategi.jpg": (),
    "life_by_Aitzol_Berasategi.jpg": (),
    "picosdeeuropa_by_Aitzol_Berasategi.jpg": (),
    "sunset_by_Aitzol_Berasategi.jpg": (),
    "Picture_0B_by_freespace.jpg": (),
    "Picture_1A_by_freespace.jpg": (),
    "seeding_by_Clements_Engelhardt.jpg": (),
    "umang_by_Abhishek_Mudgal.jpg": (),
    "Wine_by_Jakkub_Mede.jpg": (),
    # scikit-image, CC0; scikit-learn, CC BY 2.0
    "brick.png": (),
    "grass.png": (),
    "gravel.png": (),
    "coffee.png": (),
    "china.jpg": (),
}
SPHERES = "*/hdri/*.exr.js"
"""Panoramas of Poly Haven in the npm package @pmndrs/assets, CC0."""


def _without_plates(picture: Picture, spots: tuple[Spot, ...]) -> Picture:
    """The picture with some boxes filled from their surroundings."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    for x, y, wide, high in spots:
        low, top = (x - wide // 2, y - high // 2), (x + wide // 2, y + high // 2)
        cv2.rectangle(mask, low, top, (255,), -1)
    return np.asarray(cv2.inpaint(picture, mask, 5, cv2.INPAINT_TELEA), np.uint8)


def _sphere(path: Path) -> Picture:
    """A panorama of wide range, brought to the range of a photograph."""
    coded = re.search(r"base64,([A-Za-z0-9+/=]+)", path.read_text(encoding="ascii"))
    if coded is None:
        raise ValueError(f"{path}: no picture inside")
    data = np.frombuffer(base64.b64decode(coded[1]), np.uint8)
    light = np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.float32)[..., :3]
    level = np.clip(light / (3 * np.median(light) + 1e-6), 0, None)
    shown = (1.6 * level / (1 + level)) ** (1 / 2.2) * 220
    return np.asarray(np.clip(shown, 0, 255), np.uint8)


def _keep(out: Path, name: str, picture: Picture) -> None:
    scale = min(1.0, LONGEST / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(out / f"{name}.jpg"), small, (cv2.IMWRITE_JPEG_QUALITY, 86))


def main(arguments: list[str]) -> int:
    """Gather everything that is found under the folders; 1 if that is nothing."""
    out, *folders = (Path(argument) for argument in arguments)
    out.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            picture = cv2.imread(str(path)) if path.name in WANTED and path.is_file() else None
            if picture is not None:
                _keep(
                    out,
                    path.stem,
                    _without_plates(np.asarray(picture, np.uint8), WANTED[path.name]),
                )
            elif path.match(SPHERES):
                _keep(out, "sphere_" + path.name.removesuffix(".exr.js"), _sphere(path))
    return 0 if any(out.iterdir()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
