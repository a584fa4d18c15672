"""Background picture, name, words and stickers of a US plate."""

from __future__ import annotations

import cv2
import numpy as np

from training.plates.render import glyphs, layouts
from training.plates.render.dice import Colour, Picture, between, chance, near, pick, whole
from training.plates.render.ink import ramp, write

STATES = (
    "CALIFORNIA", "TEXAS", "FLORIDA", "OHIO", "UTAH", "IDAHO", "NEVADA", "OREGON", "ILLINOIS",
    "INDIANA", "MISSOURI", "GEORGIA", "MAINE", "KANSAS", "ARIZONA", "ALABAMA", "IOWA", "VIRGINIA",
    "MICHIGAN", "WYOMING", "COLORADO", "ONTARIO", "VERMONT", "HAWAII", "ALASKA", "MONTANA",
    "DELAWARE", "OKLAHOMA", "WISCONSIN", "NEBRASKA", "TENNESSEE", "ARKANSAS", "NEW YORK",
    "NEW JERSEY", "NEW MEXICO", "NORTH CAROLINA", "WEST VIRGINIA",
)  # fmt: skip
MOTTOES = (
    "GARDEN STATE", "LONE STAR", "SUNSHINE", "GREAT LAKES", "dmv.state.gov", "IN GOD WE TRUST",
    "FAMOUS POTATOES", "FIRST IN FLIGHT", "EVERGREEN STATE", "LIVE FREE", "LAND OF LINCOLN",
    "Scenic", "The First State", "Native America", "COUNTY", "PURE",
)  # fmt: skip


def decorate(rng: np.random.Generator, picture: Picture, ground: Colour, ink: Colour) -> None:
    """Print everything but the number, in place."""
    high, wide = picture.shape[:2]
    if chance(rng, 0.45):
        pale = (layouts.WHITE, layouts.SKY, layouts.YELLOW, layouts.PINK, layouts.LIME)
        other = near(rng, pick(rng, pale), 25)
        pair = (other, ground) if chance(rng, 0.5) else (ground, other)
        picture[...] = ramp(high, wide, *pair)
    if chance(rng, 0.4):
        _scenery(rng, picture)
    if chance(rng, 0.25):
        strip = round(high * between(rng, 0.14, 0.22))
        colour = near(rng, pick(rng, (layouts.NAVY, layouts.RED, layouts.GREEN)), 30)
        picture[:strip] = np.asarray(colour, np.uint8)
        if chance(rng, 0.5):
            picture[high - strip :] = np.asarray(colour, np.uint8)
    if chance(rng, 0.3):
        _emblem(rng, picture)
    _words(rng, picture, ink)
    for x, y in ((0.03, 0.03), (0.83, 0.03), (0.03, 0.8), (0.83, 0.8)):
        if chance(rng, 0.3):
            left, top = round(x * wide), round(y * high)
            right, bottom = left + round(0.13 * wide), top + round(0.16 * high)
            cv2.rectangle(picture, (left, top), (right, bottom), _loud(rng), -1)


def _loud(rng: np.random.Generator) -> Colour:
    loud = (layouts.RED, layouts.YELLOW, layouts.BLUE, layouts.GREEN, layouts.ORANGE)
    return near(rng, pick(rng, loud), 40)


def _words(rng: np.random.Generator, picture: Picture, ink: Colour) -> None:
    """The state above, its motto below."""
    high, wide = picture.shape[:2]
    face = whole(rng, 0, glyphs.count() - 1)
    head = near(rng, pick(rng, (ink, ink, layouts.RED, layouts.NAVY, layouts.WHITE)), 20)
    name = pick(rng, STATES)
    box = (0.2 * wide, 0.03 * high, 0.6 * wide, 0.16 * high)
    write(picture, name if chance(rng, 0.6) else name.title(), face, box, head, fill=0.75)
    if chance(rng, 0.7):
        box = (0.2 * wide, 0.83 * high, 0.6 * wide, 0.13 * high)
        write(picture, pick(rng, MOTTOES), face, box, head, fill=0.6)


def _emblem(rng: np.random.Generator, picture: Picture) -> None:
    """A weak patch of colour in the middle: a fruit, a tree, a seal."""
    high, wide = picture.shape[:2]
    spot = np.asarray((between(rng, 0.35, 0.65) * wide, between(rng, 0.4, 0.6) * high))
    angles = np.linspace(0, 2 * np.pi, 12)
    radius = high * between(rng, 0.15, 0.3) * (0.6 + 0.5 * rng.random((12, 1)))
    points = np.stack([np.cos(angles), np.sin(angles)], 1) * radius + spot
    drawn = picture.copy()
    cv2.fillPoly(drawn, [np.round(points).astype(np.int32)], _loud(rng), cv2.LINE_AA)
    picture[...] = cv2.addWeighted(picture, 0.4, drawn, 0.6, 0)


def _scenery(rng: np.random.Generator, picture: Picture) -> None:
    """Hills, a sun or a stripe in weak colours, behind the letters."""
    high, wide = picture.shape[:2]
    drawn = picture.copy()
    xs = np.linspace(0, wide, 9)
    for layer in range(whole(rng, 1, 3)):
        ys = high * (0.45 + 0.15 * layer + 0.15 * rng.random(9))
        outline = np.concatenate([np.stack([xs, ys], 1), [[wide, high], [0, high]]])
        colour = near(
            rng,
            pick(rng, (layouts.SKY, layouts.LIME, layouts.TEAL, layouts.PINK, layouts.AMBER)),
            50,
        )
        cv2.fillPoly(drawn, [np.round(outline).astype(np.int32)], colour)
    if chance(rng, 0.4):
        spot = (round(between(rng, 0.2, 0.8) * wide), round(0.4 * high))
        cv2.circle(drawn, spot, round(0.25 * high), near(rng, layouts.YELLOW, 40), -1)
    picture[...] = cv2.addWeighted(picture, 0.5, drawn, 0.5, 0)
