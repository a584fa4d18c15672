"""The diet: what share of the pictures shows what."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.plates.bank import HIGH, WIDE, Sample
from training.plates.render import romanian
from training.plates.render.romanian import Frame
from training.plates.render.scene import Look, render

_VEHICLES = 0.6
"""Share of looks at one vehicle; the others show a street."""
_REAL = 0.22
"""Share of pieces of real frames, where there are any: half of them with plates that are drawn."""
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Diet:
    """Makes the pictures to learn from."""

    frames: tuple[Frame, ...]
    """Real ones with marked plates; none: everything is drawn."""

    def __call__(self, rng: np.random.Generator) -> Sample:
        """One picture of WIDE x HIGH px."""
        view: Look = "vehicle" if rng.random() < _VEHICLES else "frame"
        if self.frames and rng.random() < _REAL:
            return romanian.render(rng, self.frames, width=WIDE, height=HIGH, view=view)
        return render(rng, width=WIDE, height=HIGH, view=view)


def real_frames(part: romanian.Part = romanian.Part.TRAINING) -> tuple[Frame, ...]:
    """The Romanian frames of $PASSANTE_DATA; none where that is no folder."""
    folder = Path(os.environ.get("PASSANTE_DATA") or ROOT.parent / "shared" / "data") / "plates"
    return romanian.load(folder, part) if folder.is_dir() else ()
