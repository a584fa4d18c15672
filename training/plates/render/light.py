"""The light of a scene: day, dusk, night with lamps, infrared; shadows and glow."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import cv2
import numpy as np

from training.plates.render.canvas import Canvas
from training.plates.render.dice import (
    Colour,
    Floats,
    between,
    chance,
    log_between,
    near,
    pick,
    whole,
)


class Hour(enum.Enum):
    """A kind of light."""

    DAY = enum.auto()
    DULL = enum.auto()
    NIGHT = enum.auto()
    INFRARED = enum.auto()


@dataclass(frozen=True, slots=True)
class Light:
    """How a scene is lit: factors on the colours by day."""

    hour: Hour
    ambient: float
    plate: tuple[float, float]
    """Least and most factor on a plate, which throws light back."""
    cast: Colour
    """Factors on red, green and blue, as parts of 255."""

    @property
    def dark(self) -> bool:
        """Whether lamps are lit."""
        return self.hour in {Hour.NIGHT, Hour.INFRARED}


Glow = tuple[float, float, float, Colour]
"""Where a lamp is seen, its radius in pixels, its colour."""


def draw(rng: np.random.Generator) -> Light:
    """A light by chance."""
    kind = rng.random()
    if kind < 0.5:
        ambient = between(rng, 0.65, 1.2)
        return Light(
            Hour.DAY, ambient, (0.6 * ambient, 1.2 * ambient), near(rng, (245, 245, 240), 14)
        )
    if kind < 0.7:
        ambient = between(rng, 0.3, 0.7)
        return Light(
            Hour.DULL, ambient, (0.6 * ambient, 1.3 * ambient), near(rng, (235, 240, 250), 20)
        )
    if kind < 0.92:
        casts = (
            (255, 190, 120),
            (235, 235, 245),
            (250, 150, 190),
            (255, 120, 120),
            (190, 200, 255),
        )
        ambient = log_between(rng, 0.06, 0.35)
        return Light(Hour.NIGHT, ambient, (0.8 * ambient, 1.1), near(rng, pick(rng, casts), 25))
    return Light(Hour.INFRARED, log_between(rng, 0.1, 0.5), (0.5, 1.7), (245, 245, 245))


def on_plate(rng: np.random.Generator, light: Light) -> float:
    """The factor for one plate."""
    return log_between(rng, *light.plate)


def shadows(rng: np.random.Generator, canvas: Canvas) -> None:
    """Edges of shadow across the picture, hard or soft, and patches of sun."""
    wide, high = canvas.size
    mask = np.zeros((high, wide), np.float32)
    for _ in range(whole(rng, 1, 3)):
        corners = (rng.random((whole(rng, 3, 6), 2)) * 1.6 - 0.3) * (wide, high)
        cv2.fillPoly(mask, [corners.astype(np.int32)], (1.0,))
    if chance(rng, 0.6):
        side = 2 * whole(rng, 1, 8) + 1
        mask = np.asarray(cv2.blur(mask, (side, side)), np.float32)
    canvas.light *= 1 - mask * np.float32(between(rng, 0.2, 0.65))


def compose(canvas: Canvas, light: Light, glows: list[Glow]) -> Floats:
    """What reaches the lens: float32 (height, width, 3), 0 to 255 and above."""
    cast = [np.float32(part / 255) for part in light.cast]
    colours = canvas.colours
    if light.hour is Hour.INFRARED:
        colours = np.asarray(cv2.transform(colours, np.full((3, 3), 1 / 3, np.float32)), np.uint8)
    factors = cv2.merge([canvas.light * part for part in cast])
    seen = np.asarray(cv2.multiply(colours, factors, dtype=cv2.CV_32F), np.float32)
    if glows:
        seen += _halo(canvas.size, glows, grey=light.hour is Hour.INFRARED)
    return seen


def _halo(size: tuple[int, int], glows: list[Glow], *, grey: bool) -> Floats:
    """Lamps and the light they spill, computed at a quarter of the size."""
    wide, high = size
    small = np.zeros((max(4, high // 4), max(4, wide // 4), 3), np.float32)
    for x, y, radius, colour in glows:
        tone = (sum(colour) / 3,) * 3 if grey else colour
        spot = (int(x / 4 * 16), int(y / 4 * 16))
        if max(map(abs, spot)) < 1 << 20:
            cv2.circle(small, spot, max(8, int(radius / 4 * 16)), tone, -1, cv2.LINE_AA, 4)
    spread = max(1.0, 0.02 * wide)
    tight = cv2.GaussianBlur(small, (0, 0), spread / 3)
    broad = cv2.GaussianBlur(small, (0, 0), spread * 1.5)
    return np.asarray(
        cv2.resize(tight * 1.2 + broad * 0.9, (wide, high), interpolation=cv2.INTER_LINEAR),
        np.float32,
    )
