"""Writing on vehicles that is no plate: names, stickers, ovals, firms' words, cards in panes."""

from __future__ import annotations

import numpy as np

from training.plates.render import glyphs, mount
from training.plates.render.body import BOXES, Body
from training.plates.render.dice import between, chance, grey, letters, near, pick, vivid, whole
from training.plates.render.ink import write

BRANDS = (
    "CITROEN", "PEUGEOT", "TOYOTA", "OPEL", "FABIA", "FOCUS", "GMC", "CHEVROLET", "Berlingo",
    "TDI", "HYUNDAI", "KIA", "4x4", "Dodge", "RENAULT", "1.9", "16V", "LX", "Civic", "BOXER",
    "D O D G E",
)  # fmt: skip
SLOGANS = (
    "PENSKE", "Truck Rental", "FRESH FOOD", "www.transport.eu", "1-800-555-0199",
    "HOW AM I DRIVING", "Elektro Novak", "0905 123 456", "MOVING", "LOGISTICS", "BAKERY",
    "plumbing & heating", "TAXI", "POLICE", "Express", "SCHOOL BUS", "LIVRAISON", "TRANSPORT",
    "INFORMATIKA", "KEEP DISTANCE", "24H",
)  # fmt: skip


def draw(rng: np.random.Generator, body: Body) -> None:
    """Names, stickers, ovals and firm's words: writing that is no plate."""
    sheet, a, h = body.sheet, body.wide / 2, body.high
    ink = grey(rng, 170, 240) if sum(body.paint) < 380 or chance(rng, 0.3) else grey(rng, 20, 110)
    for side in (-1, 1):
        if chance(rng, 0.45):
            wide = between(rng, 0.12, 0.36)
            box = sheet.box_px(
                side * between(rng, 0.4, 0.62) * a, between(rng, -0.6, -0.42) * h, wide, 0.05
            )
            write(
                sheet.picture,
                pick(rng, BRANDS),
                whole(rng, 0, glyphs.count() - 1),
                box,
                ink,
                fill=0.9,
            )
    if chance(rng, 0.15):
        x, y = between(rng, -0.6, 0.6) * a, between(rng, -0.6, -0.3) * h
        sheet.disc(x, y, 0.17, 0.11, (238, 238, 236))
        code = letters(rng, "ABCDEFGHKLPRSZ", whole(rng, 1, 3))
        write(sheet.picture, code, 6, sheet.box_px(x, y, 0.11, 0.06), (20, 20, 20), fill=0.9)
    if chance(rng, 0.15):
        x, y = between(rng, -0.6, 0.6) * a, between(rng, -0.4, -0.2) * h
        sheet.box(x, y, between(rng, 0.2, 0.3), 0.09, vivid(rng), round_by=0.05)
        write(
            sheet.picture,
            pick(rng, SLOGANS),
            whole(rng, 0, glyphs.count() - 1),
            sheet.box_px(x, y, 0.2, 0.04),
            grey(rng, 200, 255),
        )
    if body.kind in BOXES and chance(rng, 0.6):
        face = whole(rng, 0, glyphs.count() - 1)
        ink = vivid(rng) if chance(rng, 0.6) else ink
        for line in range(whole(rng, 1, 4)):
            box = sheet.box_px(
                0,
                (-0.85 + 0.13 * line) * h,
                between(rng, 0.5, 0.85) * body.wide,
                between(rng, 0.06, 0.12) * h,
            )
            write(
                sheet.picture,
                pick(rng, SLOGANS),
                face,
                box,
                ink,
                fill=0.75,
                align=between(rng, 0, 1),
            )
    if chance(rng, 0.12):
        _card(rng, body)


def _card(rng: np.random.Generator, body: Body) -> None:
    """A dealer's card, a learner's sign, a slip of paper: of a plate's colours, not of its kind."""
    sheet = body.sheet
    x = between(rng, -0.35, 0.35) * body.wide
    y = between(rng, -0.9, -0.2) * body.high
    ground = near(
        rng, pick(rng, ((235, 235, 232), (240, 200, 50), (30, 60, 150), (200, 30, 40))), 20
    )
    ink = grey(rng, 10, 60) if sum(ground) > 380 else grey(rng, 210, 250)
    if chance(rng, 0.4):
        side = between(rng, 0.1, 0.2)
        sheet.box(x, y, side, side, ground, round_by=0.05)
        word = pick(rng, ("L", "E", "80", "P", "BABY", "25", "A"))
        write(sheet.picture, word, 6, sheet.box_px(x, y, 0.8 * side, 0.8 * side), ink, fill=0.8)
        return
    wide = between(rng, 0.3, 0.6)
    sheet.box(x, y, wide, 0.3 * wide, ground, round_by=0.05)
    for row in (-0.07, 0.06):
        box = sheet.box_px(x, y + row * wide, 0.9 * wide, 0.1 * wide)
        write(sheet.picture, pick(rng, mount.DEALERS), _face(rng), box, ink, fill=0.7)


def _face(rng: np.random.Generator) -> int:
    return whole(rng, 0, glyphs.count() - 1)
