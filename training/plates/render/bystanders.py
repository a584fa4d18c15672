"""Figures of people as cut-outs: clothes with stripes and words that are no plates."""

from __future__ import annotations

import numpy as np

from training.plates.render import glyphs
from training.plates.render.canvas import Canvas
from training.plates.render.dice import between, chance, grey, log_between, near, pick, vivid, whole
from training.plates.render.ink import write
from training.plates.render.sheet import Sheet

TALL_M = 1.75
LOGOS = ("SPORT", "NYC", "87", "10", "LOVE", "STAFF", "SECURITY", "adi", "CITY", "23", "No. 1")
SKINS = ((240, 205, 180), (200, 150, 115), (120, 80, 55), (80, 55, 40), (225, 180, 150))


def stand_about(rng: np.random.Generator, canvas: Canvas, count: int) -> None:
    """Put figures onto the canvas, the small ones first."""
    wide, high = canvas.size
    for tall in sorted(log_between(rng, 0.12 * high, 0.9 * high) for _ in range(count)):
        scale = float(np.clip(tall / TALL_M, 12, 160))
        sheet = Sheet(0.8, TALL_M * 1.02, scale)
        _figure(rng, sheet)
        x, foot = rng.random() * wide, between(rng, 0.35, 1.2) * high
        across = tall * sheet.alpha.shape[1] / sheet.alpha.shape[0]
        left, right, top = x - across / 2, x + across / 2, foot - tall
        target = np.asarray([[left, top], [right, top], [right, foot], [left, foot]], np.float32)
        canvas.paste(sheet.picture, sheet.alpha, sheet.corners(), target)


def _figure(rng: np.random.Generator, sheet: Sheet) -> None:
    shirt = vivid(rng) if chance(rng, 0.5) else grey(rng, 15, 240)
    trousers = near(rng, pick(rng, ((30, 35, 55), (25, 25, 28), (90, 80, 70), (60, 70, 100))), 20)
    skin = near(rng, pick(rng, SKINS), 15)
    stride = between(rng, 0.02, 0.2)
    for side in (-1, 1):
        foot = side * stride
        sheet.shape(
            [(-0.14, -0.9), (0.14, -0.9), (foot + 0.09, -0.05), (foot - 0.06, -0.05)], trousers
        )
        sheet.box(foot + 0.03, -0.04, 0.22, 0.08, grey(rng, 10, 230))
        hand = side * between(rng, 0.2, 0.34)
        sheet.line([(side * 0.2, -1.4), (hand, -1.12), (hand, -0.92)], shirt, 0.11)
        sheet.disc(hand, -0.88, 0.09, 0.1, skin)
    sheet.shape([(-0.23, -1.46), (0.23, -1.46), (0.19, -0.85), (-0.19, -0.85)], shirt)
    if chance(rng, 0.3):
        ink = grey(rng, 200, 250) if sum(shirt) < 380 else grey(rng, 10, 60)
        for level in np.arange(-1.4, -0.9, between(rng, 0.06, 0.14)):
            sheet.line([(-0.2, level), (0.2, level)], ink, 0.03)
    if chance(rng, 0.35):
        ink = grey(rng, 200, 255) if sum(shirt) < 380 else grey(rng, 10, 60)
        face = whole(rng, 0, glyphs.count() - 1)
        write(
            sheet.picture, pick(rng, LOGOS), face, sheet.box_px(0, -1.25, 0.32, 0.13), ink, fill=0.9
        )
    if chance(rng, 0.25):
        sheet.box(pick(rng, (-0.26, 0.26)), -0.95, 0.24, 0.3, vivid(rng))
    sheet.disc(0, -1.6, 0.2, 0.26, skin)
    if chance(rng, 0.8):
        sheet.disc(0, -1.68, 0.22, 0.14, grey(rng, 15, 140, 30))
    sheet.shade(np.asarray([[1.1], [1.0], [0.8]], np.float32))
