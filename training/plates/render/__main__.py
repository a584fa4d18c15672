"""A sheet of what the renderer draws: `python -m training.plates.render --sheet out.png`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

from training.plates.render.dice import Picture
from training.plates.render.scene import Look, Sample, render

SIZES: dict[Look, tuple[int, int]] = {"frame": (512, 288), "vehicle": (256, 256)}


def marked(sample: Sample) -> Picture:
    """The picture with its plates outlined: green asked for, red ignored."""
    picture = sample.picture.copy()
    for quads, colour in ((sample.quads, (0, 255, 0)), (sample.ignore, (255, 0, 0))):
        for quad in quads:
            cv2.polylines(
                picture, [np.round(quad * 16).astype(np.int32)], True, colour, 1, cv2.LINE_AA, 4
            )
    return picture


def sheet(*, view: Look, count: int, columns: int, seed: int, mark: bool) -> Picture:
    """Samples side by side, one seed each."""
    width, height = SIZES[view]
    tiles: list[Picture] = []
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        sample = render(rng, width=width, height=height, view=view)
        tiles.append(marked(sample) if mark else sample.picture)
    rows = [np.hstack(tiles[start : start + columns]) for start in range(0, count, columns)]
    return np.vstack(rows)


def main(arguments: list[str]) -> int:
    """Write one sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--view", choices=sorted(SIZES), default="vehicle")
    parser.add_argument("--rows", type=int, default=6)
    parser.add_argument("--columns", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bare", action="store_true", help="without outlines")
    asked = parser.parse_args(arguments)
    made = sheet(
        view=asked.view,
        count=asked.rows * asked.columns,
        columns=asked.columns,
        seed=asked.seed,
        mark=not asked.bare,
    )
    return 0 if cv2.imwrite(str(asked.sheet), made[:, :, ::-1]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
