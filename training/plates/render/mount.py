"""What holds a plate: nothing, a holder with a dealer's words, a chrome frame over its edge."""

from __future__ import annotations

from dataclasses import dataclass

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
    near,
    pick,
    whole,
)
from training.plates.render.ink import write

DEALERS = (
    "AUTOHAUS MEIER", "www.motors.com", "Garage Dupont", "TOYOTA OF DALLAS", "AUTO-NOVAK.SK",
    "CITY CARS 555-0134", "SUPERIOR FORD", "Bavaria Auto", "WORLD'S BEST DAD", "HONDA", "ALUMNI",
    "UNIVERSITY", "CARMAX", "www.autodealer.ro", "PEUGEOT", "0800 121 314", "MY OTHER CAR",
)  # fmt: skip
TONES = (
    (22, 22, 24), (22, 22, 24), (22, 22, 24), (30, 30, 32), (200, 200, 205), (190, 190, 195),
    (60, 60, 64), (235, 235, 235), (110, 30, 30),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Framed:
    """A plate in its holder: texture, where it is, and the plate's own corners (4, 2) in it."""

    picture: Picture
    alpha: Mask
    corners: np.ndarray


def frame(rng: np.random.Generator, picture: Picture, alpha: Mask, *, american: bool) -> Framed:
    """Put a plate into a holder, often into none."""
    if chance(rng, 0.4):
        return _padded(picture, alpha, (2, 2, 2, 2), None)
    high = picture.shape[0]
    colour = near(rng, pick(rng, TONES), 12)
    thin = between(rng, 0.02, 0.07) * high
    words_above, words_below = chance(rng, 0.5 if american else 0.1), chance(rng, 0.6)
    if american and chance(rng, 0.6):
        bare = _padded(picture, alpha, (0, 0, 0, 0), None)
        return _over(rng, bare, colour, above=words_above, below=words_below)
    top = thin + (between(rng, 0.08, 0.16) * high if words_above else 0)
    bottom = thin + (between(rng, 0.1, 0.2) * high if words_below else 0)
    margins = (round(top), max(1, round(bottom)), max(1, round(thin)), max(1, round(thin)))
    made = _padded(picture, alpha, margins, colour)
    ink = _contrast(rng, colour)
    full_high, full_wide = made.picture.shape[:2]
    if words_below:
        box = (0.15 * full_wide, full_high - bottom, 0.7 * full_wide, bottom)
        _words(rng, made.picture, box, ink)
    if words_above:
        _words(rng, made.picture, (0.15 * full_wide, 0.0, 0.7 * full_wide, top), ink)
    return made


def _contrast(rng: np.random.Generator, colour: Colour) -> Colour:
    return grey(rng, 190, 250) if sum(colour) < 380 else grey(rng, 10, 60)


def _words(
    rng: np.random.Generator, picture: Picture, box: tuple[float, float, float, float], ink: Colour
) -> None:
    if box[3] >= 3:
        write(picture, pick(rng, DEALERS), whole(rng, 0, glyphs.count() - 1), box, ink, fill=0.6)


def _padded(
    picture: Picture, alpha: Mask, margins: tuple[int, int, int, int], colour: Colour | None
) -> Framed:
    """More room around the plate: top, bottom, left, right; filled if a colour is given."""
    top, bottom, left, right = margins
    high, wide = picture.shape[:2]
    if colour is None:
        made = cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_REPLICATE)
        where = cv2.copyMakeBorder(alpha, top, bottom, left, right, cv2.BORDER_CONSTANT, value=0)
    else:
        made = cv2.copyMakeBorder(
            picture, top, bottom, left, right, cv2.BORDER_CONSTANT, value=colour
        )
        inside = made[top : top + high, left : left + wide]
        share = alpha[:, :, None].astype(np.float32) / 255
        inside[...] = inside * share + np.asarray(colour, np.float32) * (1 - share)
        where = np.full(made.shape[:2], 255, np.uint8)
    corners = np.asarray([[0, 0], [wide, 0], [wide, high], [0, high]]) + np.asarray((left, top))
    return Framed(
        np.asarray(made, np.uint8), np.asarray(where, np.uint8), corners.astype(np.float32)
    )


def _over(
    rng: np.random.Generator, plate: Framed, colour: Colour, *, above: bool, below: bool
) -> Framed:
    """A frame that lies over the plate's edge and hides some of it, as sold in the US."""
    made = _padded(plate.picture, plate.alpha, (3, 3, 3, 3), colour)
    high, wide = made.picture.shape[:2]
    side = max(1, round(between(rng, 0.015, 0.04) * wide))
    top = round(high * (between(rng, 0.12, 0.18) if above else 0.05))
    bottom = round(high * (between(rng, 0.12, 0.18) if below else 0.05))
    tone = np.asarray(colour, np.uint8)
    made.picture[:top], made.picture[high - bottom :] = tone, tone
    made.picture[:, :side], made.picture[:, wide - side :] = tone, tone
    ink = _contrast(rng, colour)
    if above:
        _words(rng, made.picture, (0.1 * wide, 0.0, 0.8 * wide, float(top)), ink)
    if below:
        _words(
            rng, made.picture, (0.1 * wide, float(high - bottom), 0.8 * wide, float(bottom)), ink
        )
    return made
