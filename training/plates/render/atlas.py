"""Packs signs of free fonts into one file that needs no font library to be read.

    python -m training.plates.render.atlas OUT.npz FONT.ttf [FONT.ttf ...]

Needs Pillow; the file it writes is read with numpy alone and is never committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.plates.render.dice import Mask
from training.plates.render.glyphs import ARABIC, CAP, DIGITS, LATIN, ROWS, TOP

LOWER = LATIN.lower() + "-.·:/&'"
FOREIGN = (
    "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
    "品川横浜名古屋大阪神戸京都札幌福岡練馬多摩足立あいうえかきくけこさすせそたちつてとなにぬね"
    "가나다라마거너더러머고노도로모구누두루무서울경기부산대구인천"
    "ابحدرسصطعقكلمنهوىالسعوديةدبيกขคฆงจฉช"
)


def _signs(path: Path) -> tuple[Mask, np.ndarray]:
    """The strip (ROWS, all widths) of a font and its table (n, 3): code, first column, width."""
    size = 100
    font = ImageFont.truetype(str(path), size)
    top, bottom = font.getbbox("H")[1], font.getbbox("H")[3]
    font = ImageFont.truetype(str(path), round(size * CAP / max(bottom - top, 1)))
    shift = TOP + CAP - int(font.getbbox("H", anchor="ls")[3])
    missing = _bitmap(font, "\U0010ffff", shift)
    parts: list[Mask] = []
    table: list[tuple[int, int, int]] = []
    column = 0
    for letter in LATIN + DIGITS + LOWER + ARABIC + FOREIGN:
        bitmap = _bitmap(font, letter, shift)
        if bitmap.shape == missing.shape and bool((bitmap == missing).all()):
            continue
        if not bitmap.any():
            continue
        table.append((ord(letter), column, bitmap.shape[1]))
        column += bitmap.shape[1]
        parts.append(bitmap)
    return np.hstack(parts), np.asarray(table, np.int32)


def _bitmap(font: ImageFont.FreeTypeFont, letter: str, baseline: int) -> Mask:
    """One sign, cut to its ink from left to right."""
    image = Image.new("L", (4 * CAP, ROWS), 0)
    ImageDraw.Draw(image).text((CAP, baseline), letter, fill=255, font=font, anchor="ls")
    pixels = np.asarray(image, np.uint8)
    inked = np.flatnonzero(pixels.any(axis=0))
    if not len(inked):
        return np.zeros((ROWS, 1), np.uint8)
    return pixels[:, inked[0] : inked[-1] + 1]


def main(arguments: list[str]) -> int:
    """Write the atlas; the first argument is the file, the others are fonts."""
    out, *fonts = (Path(argument) for argument in arguments)
    stored: dict[str, np.ndarray] = {}
    for path in sorted(fonts):
        stored[path.stem], stored[path.stem + ":signs"] = _signs(path)
    with out.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **stored)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
