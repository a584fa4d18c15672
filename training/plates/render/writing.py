"""Writing that is no plate: signs, boards, shop names, numbers, with what they stand on."""

from __future__ import annotations

import cv2
import numpy as np

from training.plates.render import glyphs
from training.plates.render.dice import (
    Colour,
    Mask,
    Picture,
    between,
    chance,
    grey,
    letters,
    near,
    pick,
    vivid,
    whole,
)
from training.plates.render.glyphs import DIGITS, LATIN
from training.plates.render.ink import fitted, stamped, write

Board = tuple[Picture, Mask]
STREETS = (
    "Hauptstrasse", "Cumberland Ave", "Rue de la Paix", "Via Roma", "Str. Mihai", "EXIT 12",
    "Zentrum", "North Blvd", "CENTRO", "Stadtmitte", "NO PARKING", "PRIVATE PROPERTY", "ONE WAY",
    "Oak St", "P 200m",
)  # fmt: skip
SHOPS = (
    "PIZZERIA", "Kebap Haus", "FARMACIA", "BANK", "CAFE", "Bakery", "MARKET", "HOTEL", "optik",
    "SALE 50%", "Blumen", "Post", "MODA", "Apotheke", "SUPER", "FOR RENT", "OPEN 24H",
    "tel. 044 555 12 34", "NAILS", "REIFEN", "BAR", "Salon", "Zahnarzt", "Liquor", "CARREFOUR",
    "LOTTO", "kiosk", "0741 234 567",
)  # fmt: skip
LINES = (
    "64 HBF", "101 Gara de Nord", "X17 AIRPORT", "N5 Depot", "381", "Not in service",
    "M2 DEPTFORD", "EXPRESS",
)  # fmt: skip


def _flat(wide: int, high: int, colour: Colour) -> Board:
    picture = np.empty((max(4, high), max(4, wide), 3), np.uint8)
    picture[...] = np.asarray(colour, np.uint8)
    return picture, np.full(picture.shape[:2], 255, np.uint8)


def _face(rng: np.random.Generator) -> int:
    return whole(rng, 0, glyphs.count() - 1)


def street_sign(rng: np.random.Generator, wide: int) -> Board:
    """The name of a street or a way, white on blue or green, black on white or yellow."""
    ground, ink = pick(
        rng,
        (
            ((30, 60, 150), (240, 240, 240)),
            ((20, 110, 70), (240, 240, 240)),
            ((238, 238, 234), (20, 20, 30)),
            ((240, 190, 30), (20, 20, 20)),
            ((110, 60, 40), (240, 240, 240)),
        ),
    )
    high = round(wide * between(rng, 0.12, 0.6))
    picture, alpha = _flat(wide, high, near(rng, ground, 20))
    rows = 1 if high < 0.3 * wide else whole(rng, 2, 4)
    for row in range(rows):
        box = (0.06 * wide, row * high / rows, 0.88 * wide, high / rows)
        write(
            picture,
            pick(rng, STREETS),
            _face(rng),
            box,
            ink,
            fill=between(rng, 0.4, 0.65),
            align=between(rng, 0, 1),
        )
    if chance(rng, 0.6):
        inset = max(1, high // 20)
        cv2.rectangle(
            picture, (inset, inset), (wide - 1 - inset, high - 1 - inset), ink, max(1, high // 30)
        )
    return picture, alpha


def shop_sign(rng: np.random.Generator, wide: int) -> Board:
    """A shop's name: any colours, any length."""
    high = round(wide * between(rng, 0.1, 0.5))
    ground = vivid(rng) if chance(rng, 0.6) else grey(rng, 10, 245)
    picture, alpha = _flat(wide, high, ground)
    ink = (
        grey(rng, 220, 255)
        if sum(ground) < 400
        else pick(rng, ((20.0, 20.0, 20.0), (170.0, 20.0, 20.0), (20.0, 40.0, 120.0)))
    )
    rows = 1 if chance(rng, 0.6) else 2
    for row in range(rows):
        box = (0.05 * wide, row * high / rows, 0.9 * wide, high / rows)
        write(picture, pick(rng, SHOPS), _face(rng), box, ink, fill=between(rng, 0.4, 0.8))
    return picture, alpha


def bare_words(rng: np.random.Generator, wide: int) -> Board:
    """Letters alone, stuck onto whatever is behind: a wall, a van, a window."""
    high = round(wide * between(rng, 0.15, 0.4))
    picture, alpha = _flat(wide, high, vivid(rng) if chance(rng, 0.5) else grey(rng, 10, 250))
    alpha[...] = 0
    words = pick(rng, SHOPS + STREETS)
    mask = fitted(words, _face(rng), (0, 0, wide, high), fill=0.8)
    stamped(alpha, mask, ((wide - mask.shape[1]) // 2, (high - mask.shape[0]) // 2))
    return picture, alpha


def traffic_sign(rng: np.random.Generator, wide: int) -> Board:
    """A round or square sign with a number, an arrow or nothing."""
    picture, alpha = _flat(wide, wide, grey(rng, 225, 250))
    alpha[...] = 0
    middle, radius = (wide // 2, wide // 2), wide // 2 - 1
    shape = whole(rng, 0, 2)
    if shape == 0:
        cv2.circle(picture, middle, radius, (190, 26, 30), max(1, wide // 8), cv2.LINE_AA)
        cv2.circle(alpha, middle, radius, (255,), -1, cv2.LINE_AA)
        write(
            picture,
            pick(rng, ("30", "50", "70", "3.5t", "90")),
            _face(rng),
            (0.2 * wide, 0.3 * wide, 0.6 * wide, 0.4 * wide),
            (20, 20, 20),
        )
    elif shape == 1:
        alpha[...] = 255
        picture[...] = np.asarray(near(rng, (30, 80, 180), 30), np.uint8)
        write(
            picture,
            pick(rng, ("P", "H", "M", "P 2h")),
            _face(rng),
            (0.15 * wide, 0.2 * wide, 0.7 * wide, 0.6 * wide),
            (245, 245, 245),
        )
    else:
        triangle = np.asarray([[wide // 2, 1], [wide - 1, wide - 2], [1, wide - 2]], np.int32)
        cv2.fillPoly(alpha, [triangle], (255,), cv2.LINE_AA)
        cv2.polylines(picture, [triangle], True, (190, 26, 30), max(1, wide // 6), cv2.LINE_AA)
    return picture, alpha


def route_board(rng: np.random.Generator, wide: int) -> Board:
    """The board of a bus or a tram: amber or white points of light on black."""
    high = round(wide * between(rng, 0.12, 0.22))
    picture, alpha = _flat(wide, high, grey(rng, 8, 28))
    ink = pick(rng, ((250, 170, 40), (245, 245, 220), (250, 110, 30), (160, 240, 90)))
    write(
        picture,
        pick(rng, LINES),
        _face(rng),
        (0.04 * wide, 0, 0.92 * wide, high),
        ink,
        fill=0.7,
        align=between(rng, 0, 1),
    )
    if wide > 60:
        picture[:: max(2, high // 12)] //= 3
    return picture, alpha


def house_number(rng: np.random.Generator, wide: int) -> Board:
    """A number beside a door: one to four signs, white on blue or the like, nearly square."""
    high = round(wide * between(rng, 0.7, 1.1))
    ground, ink = pick(
        rng,
        (
            ((30, 50, 140), (245, 245, 245)),
            ((240, 240, 236), (20, 20, 20)),
            ((30, 30, 30), (230, 230, 220)),
        ),
    )
    picture, alpha = _flat(wide, high, near(rng, ground, 20))
    number = letters(rng, DIGITS, whole(rng, 1, 3)) + (
        pick(rng, "abAB") if chance(rng, 0.2) else ""
    )
    write(
        picture, number, _face(rng), (0.1 * wide, 0.1 * high, 0.8 * wide, 0.8 * high), ink, fill=0.7
    )
    return picture, alpha


def poster(rng: np.random.Generator, wide: int) -> Board:
    """Many lines of small writing, as on a poster, a menu or a notice."""
    high = round(wide * between(rng, 0.6, 1.6))
    ground = grey(rng, 190, 250) if chance(rng, 0.6) else vivid(rng)
    picture, alpha = _flat(wide, high, ground)
    ink = grey(rng, 10, 80) if sum(ground) > 380 else grey(rng, 220, 255)
    rows = whole(rng, 3, 7)
    for row in range(rows):
        words = (
            pick(rng, SHOPS + STREETS)
            if chance(rng, 0.5)
            else letters(rng, LATIN.lower() + "   ", whole(rng, 8, 22)) + "."
        )
        box = (0.08 * wide, (row + 0.1) * high / rows, 0.84 * wide, 0.8 * high / rows)
        write(
            picture,
            words,
            _face(rng),
            box,
            ink if chance(rng, 0.8) else vivid(rng),
            fill=between(rng, 0.3, 0.8),
            align=0,
        )
    return picture, alpha


def stripes(rng: np.random.Generator, wide: int) -> Board:
    """Light and dark in turn: grilles, vents, steps, shutters, barriers, crossings."""
    high = round(wide * between(rng, 0.15, 0.8))
    picture, alpha = _flat(wide, high, grey(rng, 10, 120))
    bright = grey(rng, 130, 250) if chance(rng, 0.8) else (200.0, 30.0, 30.0)
    step = max(2.0, wide / between(rng, 4, 16))
    lean = between(rng, -1, 1) * step * 2 if chance(rng, 0.3) else 0.0
    for left in np.arange(-2 * step, wide + 2 * step, step):
        corners = [
            [left, 0],
            [left + step * 0.5, 0],
            [left + step * 0.5 + lean, high],
            [left + lean, high],
        ]
        cv2.fillPoly(picture, [np.round(corners).astype(np.int32)], bright, cv2.LINE_AA)
    if chance(rng, 0.4):
        picture = np.ascontiguousarray(np.rot90(picture))
        alpha = np.ascontiguousarray(np.rot90(alpha))
    return picture, alpha


def shelf(rng: np.random.Generator, wide: int) -> Board:
    """Rows of things much alike: goods, tiles, lockers, a rack, a crowd of lights."""
    high = round(wide * between(rng, 0.3, 1.2))
    picture, alpha = _flat(wide, high, grey(rng, 8, 160))
    across, down = whole(rng, 3, 12), whole(rng, 2, 7)
    base = vivid(rng) if chance(rng, 0.4) else grey(rng, 120, 245)
    round_ones = chance(rng, 0.4)
    for row in range(down):
        for column in range(across):
            x, y = (column + 0.5) * wide / across, (row + 0.5) * high / down
            a, b = between(rng, 0.25, 0.48) * wide / across, between(rng, 0.25, 0.46) * high / down
            colour = near(rng, base, 40)
            if round_ones:
                size = (max(1, int(a)), max(1, int(b)))
                cv2.ellipse(picture, (int(x), int(y)), size, 0, 0, 360, colour, -1, cv2.LINE_AA)
            else:
                corners = (int(x - a), int(y - b)), (int(x + a), int(y + b))
                cv2.rectangle(picture, *corners, colour, -1)
    return picture, alpha


def chevrons(rng: np.random.Generator, wide: int) -> Board:
    """Arrows in a row, as bends and works have them."""
    high = round(wide * between(rng, 0.2, 0.5))
    pairs = (
        ((200, 30, 40), (240, 240, 240)),
        ((240, 190, 30), (20, 20, 20)),
        ((20, 20, 20), (240, 240, 240)),
    )
    ground, ink = pick(rng, pairs)
    picture, alpha = _flat(wide, high, near(rng, ground, 20))
    count = whole(rng, 1, 5)
    step = wide / count
    for index in range(count):
        x, b = index * step + 0.15 * step, 0.35 * step
        line = [
            [x, 0],
            [x + b, 0],
            [x + 2 * b, high / 2],
            [x + b, high],
            [x, high],
            [x + b, high / 2],
        ]
        cv2.fillPoly(picture, [np.round(line).astype(np.int32)], ink, cv2.LINE_AA)
    if chance(rng, 0.5):
        picture = np.ascontiguousarray(picture[:, ::-1])
    return picture, alpha


def glint(rng: np.random.Generator, wide: int) -> Board:
    """A bright spot without an edge: a lamp, a reflection, the sun on chrome."""
    wide = min(wide, 40)
    high = max(3, round(wide * between(rng, 0.2, 1.0)))
    picture, alpha = _flat(wide, high, grey(rng, 200, 255) if chance(rng, 0.7) else vivid(rng))
    high, wide = alpha.shape
    alpha[...] = 0
    size = (max(1, wide // 3), max(1, high // 3))
    cv2.ellipse(alpha, (wide // 2, high // 2), size, 0, 0, 360, (255,), -1, cv2.LINE_AA)
    return picture, np.asarray(
        cv2.blur(alpha, (2 * (wide // 8) + 1, 2 * (high // 8) + 1)), np.uint8
    )


def blank(rng: np.random.Generator, wide: int) -> Board:
    """A light or coloured box with nothing on it: a window, a lamp, a box, a sheet of paper."""
    picture, alpha = _flat(
        wide,
        round(wide * between(rng, 0.15, 1.2)),
        grey(rng, 90, 250) if chance(rng, 0.6) else vivid(rng),
    )
    high = picture.shape[0]
    if chance(rng, 0.5):
        cv2.rectangle(
            picture, (0, 0), (picture.shape[1] - 1, high - 1), grey(rng, 10, 90), max(1, high // 14)
        )
    if chance(rng, 0.3):
        cv2.line(
            picture,
            (picture.shape[1] // 2, 0),
            (picture.shape[1] // 2, high),
            grey(rng, 10, 90),
            max(1, high // 14),
        )
    return picture, alpha


BOARDS = (
    street_sign, street_sign, shop_sign, shop_sign, bare_words, bare_words, traffic_sign,
    route_board, house_number, poster, stripes, shelf, blank,
    chevrons, glint, glint,
)  # fmt: skip


def board(rng: np.random.Generator, wide: int) -> Board:
    """Some writing about `wide` pixels across: picture (h, w, 3) and where it is (h, w)."""
    return pick(rng, BOARDS)(rng, max(8, wide))


def stamp(rng: np.random.Generator, picture: Picture) -> None:
    """Date, time or name that a camera writes over its picture, in place."""
    high, wide = picture.shape[:2]
    digits = letters(rng, DIGITS, 6)
    words = pick(
        rng,
        (
            "CAM 01",
            f"20{digits[:2]}-0{digits[2]}-1{digits[3]} 1{digits[4]}:4{digits[5]}:07",
            "REC",
            "PARKING 3",
            "62 km/h",
        ),
    )
    tall = between(rng, 0.02, 0.06) * high
    share = between(rng, 0.15, 0.5)
    x, y = pick(rng, (0.01, 0.98 - share)) * wide, pick(rng, (0.01, 0.93)) * high
    box = (x, y, share * wide, max(5.0, tall))
    if chance(rng, 0.4):
        picture[int(y) : int(y + box[3] * 1.2), int(x) : int(x + box[2])] = 0
    write(picture, words, _face(rng), box, grey(rng, 225, 255), fill=0.8, align=0)
