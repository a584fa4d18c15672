"""Chance in a few plain words, all from one seeded generator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")
Colour = tuple[float, float, float]
"""Red, green, blue, 0 to 255."""
Picture = NDArray[np.uint8]
Mask = NDArray[np.uint8]
Floats = NDArray[np.float32]


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True as often as said."""
    return bool(rng.random() < probability)


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Evenly spread over [low, high)."""
    return float(low + (high - low) * rng.random())


def log_between(rng: np.random.Generator, low: float, high: float) -> float:
    """Every doubling from low to high equally often."""
    return float(np.exp(between(rng, float(np.log(low)), float(np.log(high)))))


def whole(rng: np.random.Generator, low: int, high: int) -> int:
    """An integer of [low, high]."""
    return int(rng.integers(low, high + 1))


def pick(rng: np.random.Generator, items: Sequence[Item]) -> Item:
    """One of the items."""
    return items[int(rng.integers(0, len(items)))]


def letters(rng: np.random.Generator, alphabet: str, count: int) -> str:
    """A word of that many letters."""
    return "".join(pick(rng, alphabet) for _ in range(count))


def near(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    """A colour a little off, each channel by at most `spread`."""
    off = (rng.random(3) * 2 - 1) * spread
    r, g, b = np.clip(np.asarray(colour) + off, 0, 255)
    return float(r), float(g), float(b)


def grey(rng: np.random.Generator, low: float, high: float, tint: float = 6.0) -> Colour:
    """A grey between two levels, hardly tinted."""
    level = between(rng, low, high)
    return near(rng, (level, level, level), tint)


def vivid(rng: np.random.Generator) -> Colour:
    """Any colour, rather saturated."""
    hue, weak = rng.random() * 6, between(rng, 0.0, 0.5)
    strong = between(rng, 90, 255)
    ramp = abs(hue % 2 - 1)
    down = 1 - ramp
    table = ((1, down, 0), (down, 1, 0), (0, 1, down), (0, down, 1), (down, 0, 1), (1, 0, down))
    r, g, b = ((weak + (1 - weak) * part) * strong for part in table[int(hue)])
    return r, g, b
