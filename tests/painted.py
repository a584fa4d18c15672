"""A street painted by chance, for rules that look at pictures themselves."""

from dataclasses import replace

import numpy as np

from passante.inside.video import RawFrame
from passante.testing import raw_frame
from walkers import FORM, HIGH, TICKS, WIDE

Picture = np.ndarray


def street() -> Picture:
    """A picture full of lasting edges: windows, kerbs, signs."""
    random = np.random.default_rng(4)
    picture = np.full((HIGH, WIDE), 120.0)
    for _ in range(150):
        x, y = random.integers(0, WIDE - 60), random.integers(0, HIGH - 60)
        wide, high = random.integers(15, 60, 2)
        picture[y : y + high, x : x + wide] = random.integers(40, 210)
    return picture


STREET = street()


NOISE = np.random.default_rng(5).normal(0, 2, (HIGH, WIDE))


def dressed(luma: Picture, number: int = 0) -> RawFrame:
    """A picture of that brightness, with the noise of a camera on frame `number`."""
    blank = raw_frame(form=FORM, seed=None)
    planes = (
        np.clip(luma + np.roll(NOISE, number * 997), 0, 255).astype(np.uint8),
        *blank.planes[1:],
    )
    return replace(blank, planes=planes, time_base=TICKS)
