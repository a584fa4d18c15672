"""What is behind the vehicles: sky, houses, trees, road and pavement, or nothing but texture."""

from __future__ import annotations

import cv2
import numpy as np

from training.plates.render import writing
from training.plates.render.canvas import Canvas
from training.plates.render.dice import (
    Picture,
    between,
    chance,
    grey,
    log_between,
    near,
    pick,
    vivid,
    whole,
)
from training.plates.render.ink import clouds, ramp, resized


def paint(rng: np.random.Generator, width: int, height: int, horizon: float) -> Picture:
    """A street seen along its length: uint8 (height, width, 3); `horizon` is a row."""
    picture = np.zeros((height, width, 3), np.uint8)
    level = int(np.clip(horizon, 0, height))
    if level:
        above = pick(rng, ((120, 160, 215), (200, 205, 210), (150, 150, 165), (90, 120, 180)))
        picture[:level] = ramp(level, width, near(rng, above, 25), grey(rng, 180, 235))
    if level < height:
        road = grey(rng, 70, 165, 10)
        dark = between(rng, 0.6, 1.0)
        picture[level:] = ramp(
            height - level, width, road, (road[0] * dark, road[1] * dark, road[2] * dark)
        )
    for _ in range(whole(rng, 0, 5) if level > 8 else 0):
        _house(rng, picture, level)
    for _ in range(whole(rng, 0, 4)):
        _tree(rng, picture, level)
    if level < height - 8:
        _road(rng, picture, level)
    rough = clouds(rng, width, height, cells=between(rng, 6, 40), octaves=3)
    factors = 1 + np.float32(between(rng, 0.03, 0.16)) * rough
    cv2.multiply(picture, cv2.merge((factors, factors, factors)), dst=picture, dtype=cv2.CV_8U)
    if chance(rng, 0.2):
        _fence(rng, picture, level)
    return picture


def texture(rng: np.random.Generator, width: int, height: int) -> Picture:
    """No street at all: patches of colours, edges and noise."""
    a, b = (
        np.asarray(vivid(rng) if chance(rng, 0.4) else grey(rng, 10, 245), np.float32)
        for _ in range(2)
    )
    size = (width // 2 + 1, height // 2 + 1)
    field = clouds(rng, *size, cells=between(rng, 1, 12), octaves=whole(rng, 1, 5))
    if chance(rng, 0.4):
        field = np.where(field > 0, 1, -1).astype(np.float32) * between(rng, 0.3, 1) + 0.2 * field
    t = np.clip(field * 0.5 + 0.5, 0, 1)[:, :, None]
    picture = resized(np.asarray(a * t + b * (1 - t), np.uint8), width, height)
    for _ in range(whole(rng, 0, 8)):
        corners = rng.random((whole(rng, 3, 5), 2)) * (width, height)
        colour = vivid(rng) if chance(rng, 0.3) else grey(rng, 10, 245)
        cv2.fillPoly(picture, [corners.astype(np.int32)], colour, cv2.LINE_AA)
    return picture


def furnish(rng: np.random.Generator, canvas: Canvas, count: int) -> None:
    """Hang signs, boards and stripes about, somewhat turned."""
    width, height = canvas.size
    for _ in range(count):
        wide = log_between(rng, 10, 0.5 * width)
        picture, alpha = writing.board(rng, round(min(1.3 * wide, 260)))
        tall = wide * picture.shape[0] / picture.shape[1]
        x, y = rng.random() * width, rng.random() * height
        corners = np.asarray([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32) * (
            wide / 2,
            tall / 2,
        )
        lean, turn = between(rng, 0.4, 1.0), rng.normal(0, 0.12)
        corners[:, 1] *= 1 + (1 - lean) * 0.4 * np.sign(corners[:, 0]) * pick(rng, (-1, 1))
        corners[:, 0] *= lean
        spin = np.asarray([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], np.float32)
        source = np.asarray(
            [
                [0, 0],
                [picture.shape[1], 0],
                [picture.shape[1], picture.shape[0]],
                [0, picture.shape[0]],
            ],
            np.float32,
        )
        light = canvas.ambient if chance(rng, 0.8) else max(canvas.ambient, 1.0)
        canvas.paste(
            picture, alpha, source, (corners @ spin + (x, y)).astype(np.float32), light=light
        )


def _house(rng: np.random.Generator, picture: Picture, level: int) -> None:
    width = picture.shape[1]
    wide, tall = int(between(rng, 0.15, 0.7) * width), int(between(rng, 0.3, 1.2) * level)
    left, top, bottom = int(between(rng, -0.2, 0.9) * width), max(0, level - tall), level
    wall = near(
        rng,
        pick(
            rng, ((170, 150, 130), (150, 80, 65), (190, 185, 175), (120, 120, 125), (210, 195, 160))
        ),
        30,
    )
    cv2.rectangle(picture, (left, top), (left + wide, bottom), wall, -1)
    across, down = whole(rng, 2, 9), whole(rng, 1, 6)
    step_x, step_y = wide / across, (bottom - top) / down
    pane = near(rng, (60, 70, 85), 40)
    for column in range(across):
        for row in range(down):
            x, y = left + (column + 0.25) * step_x, top + (row + 0.2) * step_y
            cv2.rectangle(
                picture, (int(x), int(y)), (int(x + 0.5 * step_x), int(y + 0.6 * step_y)), pane, -1
            )
    if chance(rng, 0.25):
        _bricks(rng, picture[max(top, 0) : bottom, max(left, 0) : max(min(left + wide, width), 0)])
    if chance(rng, 0.5) and wide > 20:
        sign = writing.shop_sign(rng, int(wide * between(rng, 0.4, 0.9)))[0]
        place = picture[max(0, bottom - int(0.4 * step_y) - sign.shape[0]) :, max(left, 0) :]
        high, across = min(sign.shape[0], place.shape[0]), min(sign.shape[1], place.shape[1])
        place[:high, :across] = sign[:high, :across]


def _bricks(rng: np.random.Generator, area: Picture) -> None:
    if area.size == 0:
        return
    size = whole(rng, 3, 9)
    line = np.uint8(between(rng, 110, 200))
    area[::size] = line
    for row in range(0, area.shape[0], size):
        area[row : row + size, (row // size % 2) * size :: size * 2] = line


def _tree(rng: np.random.Generator, picture: Picture, level: int) -> None:
    height, width = picture.shape[:2]
    size = int(between(rng, 0.1, 0.5) * max(width, height))
    if size < 8:
        return
    x, y = int(between(rng, -0.2, 0.9) * width), int(level - between(rng, 0.3, 1.0) * size)
    rough = clouds(rng, size, size, cells=size / 6, octaves=3)
    reach = np.hypot(*np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]).astype(np.float32)
    leaf = np.asarray(
        near(rng, pick(rng, ((60, 90, 40), (40, 60, 35), (110, 110, 50), (90, 70, 50))), 20),
        np.float32,
    )
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + size, width), min(y + size, height)
    if x1 <= x0 or y1 <= y0:
        return
    part = (slice(y0 - y, y1 - y), slice(x0 - x, x1 - x))
    mask = (reach[part] + 0.3 * rough[part]) < 0.85
    colours = np.clip(leaf * (1 + 0.6 * rough[part][:, :, None]), 0, 255).astype(np.uint8)
    place = picture[y0:y1, x0:x1]
    place[mask] = colours[mask]


def _road(rng: np.random.Generator, picture: Picture, level: int) -> None:
    """Kerbs and lines that run to one point, a crossing, cracks and patches."""
    height, width = picture.shape[:2]
    gone = np.asarray((between(rng, 0.1, 0.9) * width, level), np.float64)
    for _ in range(whole(rng, 0, 4)):
        foot = between(rng, -1.0, 2.0) * width
        wide = between(rng, 0.005, 0.05) * width
        colour = grey(rng, 170, 240) if chance(rng, 0.7) else near(rng, (210, 170, 50), 20)
        for start in np.arange(0.0, 1.0, 0.3) if chance(rng, 0.5) else (0.0,):
            end = start + (0.15 if start or chance(rng, 0.5) else 1.0)
            edge = [
                gone + (np.asarray((foot + o, height)) - gone) * t
                for o, t in ((0, start), (wide, start), (wide, end), (0, end))
            ]
            cv2.fillPoly(picture, [np.round(edge).astype(np.int32)], colour, cv2.LINE_AA)
    if chance(rng, 0.35):
        foot = between(rng, -0.5, 0.6) * width
        near_x, far_x = (foot, foot - 2 * width) if chance(rng, 0.5) else (width - foot, 3 * width)
        pave = np.asarray([gone, (near_x, height), (far_x, height)])
        cv2.fillPoly(
            picture,
            [np.round(pave).astype(np.int32)],
            near(rng, pick(rng, ((150, 145, 140), (90, 110, 60))), 25),
            cv2.LINE_AA,
        )
    if chance(rng, 0.25):
        top, step = (
            int(level + between(rng, 0.1, 0.7) * (height - level)),
            width / between(rng, 6, 14),
        )
        for left in np.arange(0, width, step):
            cv2.rectangle(
                picture,
                (int(left), top),
                (int(left + step / 2), top + max(2, (height - level) // 9)),
                grey(rng, 190, 235),
                -1,
            )


def _fence(rng: np.random.Generator, picture: Picture, level: int) -> None:
    height, width = picture.shape[:2]
    bars, tone = whole(rng, 8, 40), grey(rng, 15, 70)
    top, bottom = (
        int(level - between(rng, 0.0, 0.3) * height),
        int(level + between(rng, 0.05, 0.3) * height),
    )
    for x in np.linspace(0, width, bars):
        cv2.line(picture, (int(x), top), (int(x), bottom), tone, max(1, width // 250), cv2.LINE_AA)
    for y in (top, bottom):
        cv2.line(picture, (0, y), (width, y), tone, max(1, width // 200), cv2.LINE_AA)


def crop(rng: np.random.Generator, photo: Picture, width: int, height: int) -> Picture:
    """A piece of a photograph scaled to the size asked for, mirrored, its colours changed."""
    high, wide = photo.shape[:2]
    part = between(rng, 0.2, 1.0)
    across = min(wide, int(part * min(wide, high * width / height)))
    down = min(high, max(4, int(across * height / width)))
    left, top = whole(rng, 0, wide - across), whole(rng, 0, high - down)
    piece = photo[top : top + down, left : left + across]
    if chance(rng, 0.5):
        piece = piece[:, ::-1]
    if chance(rng, 0.15):
        piece = piece[::-1]
    if chance(rng, 0.3):
        piece = piece[:, :, rng.permutation(3)]
    return resized(np.ascontiguousarray(piece), width, height)


def collage(rng: np.random.Generator, photos: list[Picture], width: int, height: int) -> Picture:
    """Pieces of photographs beside and over each other."""
    picture = crop(rng, photos[0], width, height)
    for photo in photos[1:]:
        wide, high = whole(rng, width // 8, width // 2), whole(rng, height // 8, height // 2)
        x, y = whole(rng, 0, width - wide), whole(rng, 0, height - high)
        picture[y : y + high, x : x + wide] = crop(rng, photo, wide, high)
    return picture
