"""Pictures with known answers: who is on them, what their plates say."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.errors import EvaluationError
from passante.core.geometry import Box

Item = TypeVar("Item")

Picture = NDArray[np.uint8]
"""(height, width, 3), RGB."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture with something on it that an attacker is after."""

    file: str
    pixels: Picture
    box: Box
    """Where it is, px."""
    answer: str
    """Who it is, or what it says."""
    group: str = ""
    """What it is counted under, e.g. the country of a plate."""


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a table of the recordings.

    Raises:
        EvaluationError: It is not there.
    """
    path = folder / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise EvaluationError(
            f"there is no {name} in {folder.name}",
            hint="--data, or PASSANTE_DATA, names the folder of the test recordings",
        ) from error


def manifest_hashes(folder: Path) -> dict[str, str]:
    """sha256 of every list of files that the folder has: what was measured on."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*/MANIFEST.csv"))
    }


def read(path: Path) -> Picture:
    """A picture file.

    Raises:
        EvaluationError: It cannot be read.
    """
    data = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if data is None:
        raise EvaluationError(f"{path.name} cannot be read as a picture")
    return np.ascontiguousarray(data[:, :, ::-1], np.uint8)


def write(path: Path, pixels: Picture) -> None:
    """A picture as a PNG file, without loss.

    Raises:
        EvaluationError: It cannot be written.
    """
    if not cv2.imwrite(str(path), pixels[:, :, ::-1]):
        raise EvaluationError(f"{path.name} cannot be written")


def plates(folder: Path, *, most: int, seed: int) -> list[Shown]:
    """Plates whose text is known, `most` of each region, chosen by `seed`."""
    rows = [row for row in table(folder, "plates/plates.csv") if row["text"]]
    found = []
    for region in sorted({row["region"] for row in rows}):
        of_region = [row for row in rows if row["region"] == region]
        for row in chosen(of_region, most, seed):
            left, top, wide, high = (
                float(row[key]) for key in ("left", "top", "box_width", "box_height")
            )
            found.append(
                Shown(
                    file=row["image"],
                    pixels=read(folder / "plates" / row["image"]),
                    box=Box(left, top, left + wide, top + high),
                    answer=row["text"],
                    group=region,
                )
            )
    return found


def people(
    folder: Path, *, most_people: int, most_pictures: int, seed: int
) -> Iterator[tuple[str, list[str]]]:
    """Names of people with their picture files, at least two each, chosen by `seed`."""
    files: dict[str, list[str]] = {}
    for row in table(folder, "identities/identities.csv"):
        files.setdefault(row["identity"], []).append(row["image"])
    names = sorted(name for name, of_name in files.items() if len(of_name) > 1)
    for name in sorted(chosen(names, most_people, seed)):
        yield name, chosen(sorted(files[name]), most_pictures, seed)


def chosen(items: Sequence[Item], most: int, seed: int) -> list[Item]:
    """At most so many of them, drawn by `seed`, in the order drawn."""
    order = np.random.default_rng(seed).permutation(len(items))[:most]
    return [items[number] for number in order]
