"""The facing end of a vehicle: glass, lamps, bumper, grille, badges, and the place of the plate."""

from __future__ import annotations

import cv2
import numpy as np

from training.plates.render import glyphs, marks, photos, street
from training.plates.render.body import BOXES, Body, Kind, tone
from training.plates.render.dice import (
    Colour,
    Picture,
    between,
    chance,
    grey,
    near,
    pick,
    vivid,
    whole,
)
from training.plates.render.ink import clouds, resized, write


def rear(rng: np.random.Generator, body: Body) -> None:
    """The back of a vehicle."""
    if body.kind is Kind.BIKE:
        _bike(rng, body)
        return
    _hull(rng, body)
    _glass(rng, body, front=False)
    _lid(rng, body)
    _bumper(rng, body, front=False)
    _recess(rng, body)
    lamp = near(rng, (170, 26, 30), 30) if not body.lit else (255.0, 70.0, 60.0)
    _lamps(rng, body, lamp, front=False)
    marks.draw(rng, body)
    _finish(rng, body)


def front(rng: np.random.Generator, body: Body) -> None:
    """The front of a vehicle."""
    _hull(rng, body)
    _glass(rng, body, front=True)
    _grille(rng, body)
    _bumper(rng, body, front=True)
    lamp = grey(rng, 150, 230) if not body.lit else (255.0, 252.0, 235.0)
    _lamps(rng, body, lamp, front=True)
    _badge(rng, body, -0.5 * body.high)
    _finish(rng, body)


def _hull(rng: np.random.Generator, body: Body) -> None:
    """Tyres and outline, shaded from the sky above to the road below."""
    a, h, sheet = body.wide / 2, body.high, body.sheet
    tyre = grey(rng, 14, 40)
    for side in (-1, 1):
        sheet.box(side * 0.8 * a, -0.12 * h, 0.3 * a, 0.26 * min(h, 1.7), tyre)
    if body.kind in BOXES:
        lean = between(rng, 0.9, 1.0)
        outline = [
            (-a * lean, -h),
            (a * lean, -h),
            (a, -0.5 * h),
            (a, -0.12 * h),
            (-a, -0.12 * h),
            (-a, -0.5 * h),
        ]
    else:
        top, belt = between(rng, 0.66, 0.8), between(rng, 0.9, 0.98)
        half = [
            (top * a, -h),
            (belt * a, -0.64 * h),
            (a, -0.5 * h),
            (0.99 * a, -0.24 * h),
            (0.92 * a, -0.14 * h),
        ]
        crown = [(0.5 * top * a, -1.02 * h)]
        right = crown + half
        outline = [(-x, y) for x, y in reversed(right)] + right
    sheet.shape(outline, body.paint)
    rows = np.asarray([1.15, between(rng, 0.9, 1.2), 0.95, between(rng, 0.6, 1.0), 0.5], np.float32)
    sheet.shade(rows[:, None])


def _glass(rng: np.random.Generator, body: Body, *, front: bool) -> None:
    a, h, sheet = body.wide / 2, body.high, body.sheet
    colour = near(rng, pick(rng, ((38, 44, 50), (70, 84, 92), (20, 22, 26), (120, 140, 150))), 14)
    if body.kind in BOXES and not front:
        if chance(rng, 0.6):
            for side in (-1, 1):
                sheet.box(side * 0.47 * a, -0.72 * h, 0.72 * a, 0.3 * h, colour)
        return
    top, bottom = (
        (-0.95 * h, between(rng, -0.7, -0.64) * h)
        if body.kind not in BOXES
        else (-0.9 * h, -0.5 * h)
    )
    b, c = between(rng, 0.58, 0.68) * a, between(rng, 0.76, 0.88) * a
    sheet.shape([(-b, top), (b, top), (c, bottom), (-c, bottom)], colour)
    light = tone(colour, between(rng, 1.3, 2.2))
    x = between(rng, -0.5, 0.2) * a
    sheet.shape(
        [(x, top * 0.98), (x + 0.3 * a, top * 0.98), (x + 0.1 * a, bottom), (x - 0.2 * a, bottom)],
        light,
    )
    if chance(rng, 0.5):
        for side in (-1, 1):
            sheet.disc(side * 0.35 * a, bottom * 1.06, 0.32 * a, 0.16 * h, tone(colour, 0.6))
    if chance(rng, 0.5):
        sheet.line([(0.1 * a, bottom), (-0.4 * a, bottom * 1.12)], (16, 16, 16), 0.02)
    if chance(rng, 0.2):
        left, top_px, wide, high = sheet.box_px(0, bottom * 1.1, 1.0 * a, 0.07 * h)
        write(
            sheet.picture,
            pick(rng, marks.SLOGANS),
            whole(rng, 0, glyphs.count() - 1),
            (left, top_px, wide, high),
            grey(rng, 180, 250),
        )
    if chance(rng, 0.15):
        sheet.box(between(rng, -0.6, 0.6) * a, bottom * 1.1, 0.12, 0.08, vivid(rng), round_by=0.1)


def _lid(rng: np.random.Generator, body: Body) -> None:
    """Seams of the boot or of the doors, a spoiler, handles."""
    a, h, sheet = body.wide / 2, body.high, body.sheet
    dark = tone(body.paint, between(rng, 0.3, 0.6))
    if body.kind in BOXES:
        sheet.line([(0, -h), (0, -0.14 * h)], dark, 0.012)
        for side in (-1, 1):
            sheet.box(side * 0.15 * a, -0.45 * h, 0.05, 0.2, grey(rng, 40, 160))
        return
    low = between(rng, -0.42, -0.3) * h
    c = 0.8 * a
    sheet.line([(-c, -0.62 * h), (-c * 0.97, low), (c * 0.97, low), (c, -0.62 * h)], dark, 0.012)
    if chance(rng, 0.4):
        y = between(rng, -0.66, -0.4) * h
        sheet.box(
            0,
            y,
            between(rng, 0.4, 1.2) * a,
            0.05,
            pick(rng, (dark, (200.0, 200.0, 205.0), (20.0, 20.0, 22.0))),
        )
    _badge(rng, body, between(rng, -0.62, -0.5) * h)


def _bumper(rng: np.random.Generator, body: Body, *, front: bool) -> None:
    a, h, sheet = body.wide / 2, body.high, body.sheet
    colour = pick(
        rng,
        (tone(body.paint, 0.85), tone(body.paint, 0.7), (32.0, 33.0, 35.0), (180.0, 182.0, 186.0)),
    )
    y, thick = between(rng, -0.3, -0.24) * h, between(rng, 0.08, 0.2) * min(h, 1.8)
    sheet.box(0, y, 2 * a, thick, colour, round_by=0.3)
    sheet.line([(-0.95 * a, y - thick / 2), (0.95 * a, y - thick / 2)], tone(colour, 1.5), 0.012)
    if chance(rng, 0.5):
        sheet.line([(-0.98 * a, y), (0.98 * a, y)], tone(colour, 0.5), 0.03)
    if front and chance(rng, 0.7):
        _slats(
            rng, body, (0.0, -0.22 * h), (between(rng, 0.8, 1.5) * a, between(rng, 0.07, 0.12) * h)
        )
    if not front and chance(rng, 0.4):
        sheet.disc(pick(rng, (-0.55, 0.55)) * a, -0.15 * h, 0.09, 0.06, grey(rng, 20, 170))
    for side in (-1, 1):
        if chance(rng, 0.35):
            fill = near(rng, (150, 40, 30) if not front else (210, 200, 180), 30)
            sheet.box(side * 0.75 * a, y + 0.2 * thick, 0.16, 0.06, fill)


def _slats(
    rng: np.random.Generator, body: Body, middle: tuple[float, float], size: tuple[float, float]
) -> None:
    """A grille: dark, with bars or a net."""
    sheet, (x, y), (wide, high) = body.sheet, middle, size
    sheet.box(x, y, wide, high, grey(rng, 10, 34))
    bars = pick(rng, ((24.0, 24.0, 26.0), (150.0, 152.0, 156.0), (70.0, 70.0, 74.0)))
    for index in range(1, whole(rng, 2, 6)):
        level = y - high / 2 + high * index / 6
        sheet.line([(x - wide * 0.47, level), (x + wide * 0.47, level)], bars, 0.012)
    if chance(rng, 0.3):
        for offset in np.linspace(-0.45, 0.45, whole(rng, 6, 16)):
            sheet.line(
                [(x + wide * offset, y - high / 2), (x + wide * offset, y + high / 2)], bars, 0.012
            )


def _grille(rng: np.random.Generator, body: Body) -> None:
    a, h = body.wide / 2, body.high
    dark = tone(body.paint, 0.5)
    body.sheet.line([(-0.85 * a, -0.6 * h), (0.85 * a, -0.6 * h)], dark, 0.012)
    low = -0.46 * h if body.kind not in BOXES else -0.33 * h
    _slats(
        rng, body, (0.0, low), (between(rng, 0.6, 1.3) * a, between(rng, 0.06, 0.14) * min(h, 2))
    )


def _recess(rng: np.random.Generator, body: Body) -> None:
    """The hollow the plate hangs in, with its lamp above."""
    x, y = body.plate
    if chance(rng, 0.3):
        return
    wide, high = between(rng, 0.5, 0.95), between(rng, 0.16, 0.34)
    colour = pick(
        rng,
        (tone(body.paint, 0.75), tone(body.paint, 0.5), (26.0, 27.0, 29.0), tone(body.paint, 1.2)),
    )
    body.sheet.box(x, y, wide, high, colour, round_by=between(rng, 0.02, 0.3))
    body.sheet.line(
        [(x - 0.45 * wide, y - 0.5 * high), (x + 0.45 * wide, y - 0.5 * high)],
        tone(colour, 0.35),
        0.025,
    )
    if chance(rng, 0.3):
        body.sheet.box(x, y - 0.58 * high, wide * 1.05, 0.035, grey(rng, 150, 235))


def _lamps(rng: np.random.Generator, body: Body, colour: Colour, *, front: bool) -> None:
    size = (between(rng, 0.14, 0.4), between(rng, 0.1, 0.3))
    if not front and chance(rng, 0.4):
        size = (between(rng, 0.1, 0.2), between(rng, 0.25, 0.6))
    split = chance(rng, 0.5)
    tinted = near(rng, (220, 140, 40) if chance(rng, 0.5) else (225, 220, 215), 20)
    for x, y in body.lamps:
        body.sheet.box(x, y, size[0] * 1.1, size[1] * 1.1, tone(body.paint, 0.5), round_by=0.25)
        body.sheet.box(x, y, *size, colour, round_by=0.25)
        if chance(rng, 0.6):
            _lens(rng, body, (x, y), size)
        if split:
            body.sheet.box(
                x * 0.97, y + 0.25 * size[1], size[0] * 0.8, size[1] * 0.3, tinted, round_by=0.2
            )
        body.sheet.disc(x, y - 0.1 * size[1], size[0] * 0.3, size[1] * 0.3, tone(colour, 1.4))
    if not front and body.lit and chance(rng, 0.5):
        body.sheet.box(0, -0.97 * body.high, 0.4, 0.03, (255, 80, 70))


def _lens(
    rng: np.random.Generator, body: Body, spot: tuple[float, float], size: tuple[float, float]
) -> None:
    """The ribs, cells and glints of a lamp's glass."""
    (x, y), (wide, high), sheet = spot, size, body.sheet
    bright = grey(rng, 150, 255) if chance(rng, 0.7) else near(rng, (220, 60, 50), 40)
    if chance(rng, 0.5):
        for level in np.linspace(-0.4, 0.4, whole(rng, 2, 7)):
            ends = [(x + level * wide, y - 0.45 * high), (x + level * wide, y + 0.45 * high)]
            sheet.line(ends, tone(bright, between(rng, 0.4, 1)), 0.008)
    if chance(rng, 0.4):
        for level in np.linspace(-0.35, 0.35, whole(rng, 2, 5)):
            ends = [(x - 0.45 * wide, y + level * high), (x + 0.45 * wide, y + level * high)]
            sheet.line(ends, tone(bright, between(rng, 0.4, 1)), 0.008)
    for _ in range(whole(rng, 0, 3)):
        a, b = between(rng, -0.35, 0.35) * wide, between(rng, -0.3, 0.3) * high
        sheet.disc(x + a, y + b, between(rng, 0.03, 0.1), between(rng, 0.02, 0.06), (255, 255, 250))


def _badge(rng: np.random.Generator, body: Body, y: float) -> None:
    if chance(rng, 0.2):
        _oval(rng, body, y)
    elif chance(rng, 0.75):
        size = between(rng, 0.06, 0.13)
        body.sheet.disc(0, y, size * between(rng, 1.0, 1.6), size, grey(rng, 140, 235))
        inner = near(rng, pick(rng, ((40, 60, 120), (60, 60, 60), (120, 30, 30))), 30)
        body.sheet.disc(0, y, size * 0.7, size * 0.6, inner)


def _oval(rng: np.random.Generator, body: Body, y: float) -> None:
    """A maker's name on an oval, a bar or the paint itself."""
    sheet, wide, high = body.sheet, between(rng, 0.16, 0.34), between(rng, 0.06, 0.13)
    ground = near(rng, pick(rng, ((20, 40, 110), (20, 20, 22), (170, 20, 30), (190, 192, 195))), 20)
    shape = whole(rng, 0, 2)
    if shape == 0:
        sheet.disc(0, y, wide * 1.1, high * 1.15, grey(rng, 170, 240))
        sheet.disc(0, y, wide, high, ground)
    elif shape == 1:
        sheet.box(0, y, wide * 1.4, 0.7 * high, ground, round_by=0.1)
    ink = grey(rng, 190, 250) if sum(ground) < 380 else grey(rng, 10, 70)
    face = whole(rng, 0, glyphs.count() - 1)
    box = sheet.box_px(0, y, 0.8 * wide, 0.6 * high)
    write(sheet.picture, pick(rng, marks.BRANDS), face, box, ink, fill=0.8)


def _bike(rng: np.random.Generator, body: Body) -> None:
    """A motorcycle from behind: wheel, guard, seat, lamp, bags."""
    a, h, sheet = body.wide / 2, body.high, body.sheet
    dark = grey(rng, 14, 44)
    sheet.box(0, -0.3 * h, 0.16, 0.6 * h, dark, round_by=0.4)
    sheet.line([(-a, -0.9 * h), (a, -0.9 * h)], grey(rng, 30, 160), 0.04)
    sheet.shape(
        [(-0.4 * a, -0.85 * h), (0.4 * a, -0.85 * h), (0.55 * a, -0.6 * h), (-0.55 * a, -0.6 * h)],
        body.paint,
    )
    if chance(rng, 0.4):
        for side in (-1, 1):
            sheet.box(side * 0.7 * a, -0.5 * h, 0.5 * a, 0.3 * h, tone(body.paint, 0.7))
    lamp = near(rng, (180, 30, 30), 25) if not body.lit else (255.0, 80.0, 60.0)
    sheet.box(0, -0.68 * h, between(rng, 0.1, 0.22), 0.07, lamp, round_by=0.3)
    sheet.box(*body.plate, 0.12, 0.3, tone(dark, 0.8), round_by=0.1)
    sheet.shade(np.asarray([[1.1], [1.0], [0.7]], np.float32))


def _finish(rng: np.random.Generator, body: Body) -> None:
    """Reflections and dirt over everything."""
    sheet = body.sheet
    high, wide = sheet.alpha.shape
    if chance(rng, 0.6):
        share = between(rng, 0.04, 0.28)
        sheet.picture[...] = cv2.addWeighted(
            sheet.picture, 1 - share, _surroundings(rng, wide, high), share, 0
        )
    rough = clouds(rng, max(8, wide // 4), max(8, high // 4), cells=between(rng, 2, 7), octaves=3)
    force = between(rng, 0.03, 0.2)
    sheet.shade(1 + force * rough)
    if chance(rng, 0.35):
        dirt = np.linspace(0, 1, 9, dtype=np.float32)[:, None] ** 2
        sheet.shade(1 - between(rng, 0.1, 0.5) * dirt)


def _surroundings(rng: np.random.Generator, wide: int, high: int) -> Picture:
    """What the paint mirrors: a piece of a photograph, or patches."""
    photo = photos.draw(rng)
    if photo is None:
        return resized(street.texture(rng, 64, 48), wide, high)
    return resized(street.crop(rng, photo, max(8, wide // 2), max(8, high // 2)), wide, high)
