"""Letters as masks: strokes of our own, and faces from an atlas made of free fonts.

A mask is uint8 (ROWS, width): capitals fill rows TOP to TOP + CAP, the baseline is at TOP + CAP.
The strokes are drawn on a grid in the proportions that plates have (narrow, even, rounded), in
several widths and weights; they need no font. `PASSANTE_PLATE_FONTS` names an atlas (see
`atlas.py`) whose faces join them.
"""

from __future__ import annotations

import os
from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np

from training.plates.render.dice import Mask

TOP, CAP, ROWS = 8, 64, 88
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
ARABIC = "٠١٢٣٤٥٦٧٨٩"
PAPER = "#"
"""Stands for a sign of a script the face lacks: a knot of strokes like a CJK character."""

# A stroke: "r" rounds the corners, "s" keeps them, "*" closes the line; then points "x,y" of a
# box 1 wide and 1 high, y down.
STROKES = {
    "A": "s 0,1 .5,0 1,1;s .2,.66 .8,.66",
    "B": "s 0,0 0,1;r 0,0 .93,0 .93,.47 0,.47;r 0,.47 1,.47 1,1 0,1",
    "C": "r 1,.3 1,0 0,0 0,1 1,1 1,.7",
    "D": "s 0,0 0,1;r 0,0 1,0 1,1 0,1",
    "E": "s 1,0 0,0 0,1 1,1;s 0,.48 .85,.48",
    "F": "s 1,0 0,0 0,1;s 0,.5 .85,.5",
    "G": "r 1,.28 1,0 0,0 0,1 1,1 1,.52 .55,.52",
    "H": "s 0,0 0,1;s 1,0 1,1;s 0,.48 1,.48",
    "I": "s .5,0 .5,1",
    "J": "r .9,0 .9,1 0,1 0,.72",
    "K": "s 0,0 0,1;s 1,0 0,.62;s .35,.4 1,1",
    "L": "s 0,0 0,1 1,1",
    "M": "s 0,1 0,0 .5,.6 1,0 1,1",
    "N": "s 0,1 0,0 1,1 1,0",
    "O": "r* 0,0 1,0 1,1 0,1",
    "P": "s 0,0 0,1;r 0,0 1,0 1,.55 0,.55",
    "Q": "r* 0,0 1,0 1,1 0,1;s .6,.7 1.05,1.06",
    "R": "s 0,0 0,1;r 0,0 1,0 1,.54 0,.54;s .45,.54 1,1",
    "S": "r 1,.27 1,0 0,0 0,.47 1,.47 1,1 0,1 0,.73",
    "T": "s 0,0 1,0;s .5,0 .5,1",
    "U": "r 0,0 0,1 1,1 1,0",
    "V": "s 0,0 .5,1 1,0",
    "W": "s 0,0 .25,1 .5,.25 .75,1 1,0",
    "X": "s 0,0 1,1;s 1,0 0,1",
    "Y": "s 0,0 .5,.5 1,0;s .5,.5 .5,1",
    "Z": "s 0,0 1,0 0,1 1,1",
    "0": "r* 0,0 1,0 1,1 0,1",
    "1": "s .1,.25 .55,0 .55,1",
    "2": "r 0,.28 0,0 1,0 1,.42 .1,.95;s 0,1 1,1",
    "3": "r 0,.25 0,0 1,0 1,.47 .4,.47;r .4,.47 1,.47 1,1 0,1 0,.75",
    "4": "s .65,0 0,.7 1,.7;s .72,.42 .72,1",
    "5": "s .95,0 .1,0 .05,.45;r .05,.42 1,.36 1,1 0,1 0,.75",
    "6": "r* 0,.43 1,.43 1,1 0,1;s .02,.62 .62,0",
    "7": "s 0,0 1,0 .35,1",
    "8": "r* .06,0 .94,0 .94,.46 .06,.46;r* 0,.46 1,.46 1,1 0,1",
    "9": "r* 0,0 1,0 1,.57 0,.57;s .98,.38 .38,1",
    "-": "s .1,.5 .9,.5",
    ".": "s .45,.97 .55,.97",
    "٠": "s .45,.5 .55,.55",
    "١": "s .45,0 .55,1",
    "٢": "r .2,0 .3,.3 .9,.3 .9,0;s .2,0 .3,1",
    "٣": "r .1,0 .2,.3 .5,.3 .5,0;r .5,.3 .9,.3 .95,0;s .1,0 .3,1",
    "٤": "r .9,0 .2,.1 .3,.4 .7,.42 .1,.6 .2,1 .9,.95",
    "٥": "r* .1,.3 .9,.3 .9,.95 .1,.95",
    "٦": "s .1,.05 .8,.05 .85,1",
    "٧": "s 0,0 .5,1 1,0",
    "٨": "s 0,1 .5,0 1,1",
    "٩": "r* .15,.05 .8,.05 .8,.5 .15,.5;s .8,.2 .9,1",
}

Face = dict[str, Mask]


def _rounded(points: list[tuple[float, float]], radius: float, closed: bool) -> np.ndarray:
    """The line with its corners cut by quadratic curves; points (n, 2) in pixels."""
    line = np.asarray(points, np.float64)
    count = len(line)
    made: list[np.ndarray] = []
    for index, corner in enumerate(line):
        if not closed and index in {0, count - 1}:
            made.append(corner[None])
            continue
        before, after = line[index - 1], line[(index + 1) % count]
        reach_in, reach_out = (float(np.linalg.norm(end - corner)) for end in (before, after))
        start = corner + (before - corner) * min(0.5, radius / max(reach_in, 1e-6))
        end = corner + (after - corner) * min(0.5, radius / max(reach_out, 1e-6))
        t = np.linspace(0, 1, 6)[:, None]
        made.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
    return np.concatenate(made)


def _parse(stroke: str) -> tuple[str, list[tuple[float, float]]]:
    kind, *points = stroke.split()
    return kind, [(float(p.split(",")[0]), float(p.split(",")[1])) for p in points]


def _draw(strokes: str, *, aspect: float, weight: float, radius: float) -> Mask:
    """One sign: aspect is width over height of the stroke's box, weight and radius over height."""
    thick = max(2, round(weight * CAP))
    wide, high = aspect * CAP - thick, CAP - thick
    mask = np.zeros((ROWS, round(aspect * CAP)), np.uint8)
    for stroke in strokes.split(";"):
        kind, points = _parse(stroke)
        placed = [(thick / 2 + x * wide, TOP + thick / 2 + y * high) for x, y in points]
        curve = radius * CAP if kind[0] == "r" else 0.02 * CAP
        line = _rounded(placed, curve, "*" in kind)
        fixed = np.round(line * 8).astype(np.int32)
        cv2.polylines(mask, [fixed], "*" in kind, 255, thick, cv2.LINE_AA, 3)
    return mask


def _knot(seed: int) -> str:
    """Strokes that look like some CJK character from afar."""
    rng = np.random.default_rng(seed)
    lines = [f"s 0,{y:.2f} 1,{y:.2f}" for y in rng.random(rng.integers(2, 5))]
    lines += [f"s {x:.2f},0 {x:.2f},1" for x in rng.random(rng.integers(1, 3))]
    lines += [f"s .5,{y:.2f} {x:.2f},1" for x, y in rng.random((int(rng.integers(1, 3)), 2))]
    return ";".join(lines)


STYLES = tuple(
    (aspect, weight, radius)
    for aspect, weight in ((0.44, 0.1), (0.5, 0.13), (0.56, 0.12), (0.6, 0.15), (0.68, 0.17))
    for radius in (0.14, 0.3)
)
"""Width, weight and rounding of our own faces: narrow Italian and US forms to broad British."""


@cache
def _strokes(style: int) -> Face:
    aspect, weight, radius = STYLES[style]
    face: Face = {}
    for sign, strokes in STROKES.items():
        width = {"I": 0.22, "1": 0.4, ".": 0.24, "-": 0.4, "M": 1.15, "W": 1.25}.get(sign, 1.0)
        share = aspect * width if width != 0.22 else weight + 0.06
        face[sign] = _draw(strokes, aspect=share, weight=weight, radius=radius)
    for index in range(40):
        made = _draw(_knot(index), aspect=0.9, weight=0.08, radius=0.02)
        face[PAPER + str(index)] = made
    return face


@cache
def _atlas() -> tuple[Face, ...]:
    """Faces of the atlas named by PASSANTE_PLATE_FONTS; none when it names none."""
    named = os.environ.get("PASSANTE_PLATE_FONTS", "")
    if not named or not Path(named).is_file():
        return ()
    faces: dict[str, Face] = {}
    with np.load(named) as stored:
        strips = {name: stored[name] for name in stored.files}
    for name, strip in strips.items():
        if name.endswith(":signs"):
            continue
        signs = strips[name + ":signs"]
        # signs: (n, 3) int32 of code point, first column, width
        for code, start, width in signs.tolist():
            faces.setdefault(name, {})[chr(code)] = strip[:, start : start + width]
    return tuple(faces[name] for name in sorted(faces))


def count() -> int:
    """How many faces there are, our own first."""
    return len(STYLES) + len(_atlas())


def face(number: int) -> Face:
    """A face by its number."""
    number %= count()
    return _strokes(number) if number < len(STYLES) else _atlas()[number - len(STYLES)]


@lru_cache(maxsize=4096)
def sign(number: int, letter: str) -> Mask:
    """The mask of a letter in a face, or of a stand-in where the face lacks it."""
    chosen = face(number)
    if letter in chosen:
        return chosen[letter]
    if letter.upper() in chosen:
        return chosen[letter.upper()]
    for other in _atlas():
        if ord(letter) > 0x2000 and letter in other:
            return other[letter]
    own = _strokes(number % len(STYLES))
    return own.get(letter, own[PAPER + str(ord(letter) % 40)])


def line(text: str, number: int, *, tracking: float = 0.16, gap: float = 0.45) -> Mask:
    """A line of text: uint8 (ROWS, width); tracking and gap (of a space) in cap heights."""
    space = max(1, round(tracking * CAP))
    parts: list[Mask] = []
    for letter in text:
        if letter == " ":
            parts.append(np.zeros((ROWS, round(gap * CAP)), np.uint8))
            continue
        parts.append(sign(number, letter))
        parts.append(np.zeros((ROWS, space), np.uint8))
    return np.hstack(parts[:-1]) if len(parts) > 1 else np.zeros((ROWS, 8), np.uint8)
