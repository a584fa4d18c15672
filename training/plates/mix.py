"""The diet: what share of the pictures shows what."""

from __future__ import annotations

import numpy as np

from training.plates.bank import HIGH, WIDE, Sample
from training.plates.render.scene import Look, render

_VEHICLES = 0.65
"""Share of looks at one vehicle; the others show a street."""


def make(rng: np.random.Generator) -> Sample:
    """One picture to learn from, by chance."""
    view: Look = "vehicle" if rng.random() < _VEHICLES else "frame"
    return render(rng, width=WIDE, height=HIGH, view=view)
