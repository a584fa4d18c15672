"""How looks at number plates are scored: photographs, what counts as found, tallies."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from measure import ROOT
from passante.analyse.finder import Finder
from passante.analyse.looks import LookSettings, Moment, PlateLooks
from passante.analyse.planner import Changes
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.media import LAYOUTS, VideoFormat
from passante.core.names import Kind, StreamId
from passante.inside.observation import Detections
from passante.inside.video import RawFrame
from scoring import wilson

sys.path.insert(0, str(ROOT))  # the renderer is no part of the package

from training.plates.render import romanian

FOUND = 0.8
"""Share of a plate that has to be covered."""


@dataclass(slots=True)
class Tally:
    """What one finder did in one kind of look."""

    hits: int = 0
    plates: int = 0
    extra: int = 0
    looks: int = 0

    def add(self, other: Tally) -> None:
        """Count another's looks too."""
        self.hits += other.hits
        self.plates += other.plates
        self.extra += other.extra
        self.looks += other.looks

    def recall(self) -> str:
        """Share found, with its 95 % interval and count."""
        if not self.plates:
            return "-"
        low, high = wilson(self.hits, self.plates)
        share = self.hits / self.plates
        return f"{share:.1%} ({low:.0%}-{high:.0%}), {self.hits}/{self.plates}"

    def in_vain(self) -> str:
        """Boxes in vain a look."""
        return f"{self.extra / self.looks:.2f}" if self.looks else "-"


@dataclass(frozen=True, slots=True)
class Photo:
    """One photograph and the plates marked on it, px."""

    path: Path
    region: str
    plates: tuple[Box, ...]

    def pixels(self) -> NDArray[np.uint8]:
        """(height, width, 3), RGB."""
        bgr = cv2.imread(str(self.path))
        if bgr is None:
            sys.exit(f"{self.path} is no picture")
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


@dataclass(slots=True)
class Results:
    """Tallies by region, width and kind of look."""

    tallies: dict[tuple[str, int | None, str], Tally] = field(default_factory=dict)

    def of(self, region: str, width: int | None, look: str) -> Tally:
        """The tally of these, new at first."""
        return self.tallies.setdefault((region, width, look), Tally())

    def total(self, width: int | None, look: str) -> Tally:
        """Over all regions."""
        whole = Tally()
        for (_, its_width, its_look), tally in self.tallies.items():
            if (its_width, its_look) == (width, look):
                whole.add(tally)
        return whole


def photos(folder: Path, *, every: int) -> list[Photo]:
    """Every so-manieth photograph, in the order of names."""
    plates: dict[str, list[Box]] = {}
    regions: dict[str, str] = {}
    with (folder / "plates.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            x, y, w, h = (float(row[key]) for key in ("left", "top", "box_width", "box_height"))
            plates.setdefault(row["image"], []).append(Box(x, y, x + w, y + h))
            regions[row["image"]] = row["region"]
            if row["region"] == "ro":
                held = romanian.second_of(row["image"]) >= romanian.HELD_FROM_S
                regions[row["image"]] = "ro, held back" if held else "ro, trained on"
    names = sorted(plates)[::every]
    return [Photo(folder / name, regions[name], tuple(plates[name])) for name in names]


def as_frame(rgb: NDArray[np.uint8]) -> RawFrame:
    """A picture (height, width, 3) as a frame."""
    high, wide = rgb.shape[:2]
    red, green, blue = (np.ascontiguousarray(rgb[..., channel]) for channel in range(3))
    form = VideoFormat(width=wide, height=high, layout=LAYOUTS["gbrp"])
    return RawFrame(StreamId("video"), 0, 0, Fraction(1), form, (green, blue, red))


def shrunk(rgb: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """A picture shrunk by a factor of at most 1."""
    size = (max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def vehicle_around(plate: Box, chance: np.random.Generator) -> Box:
    """A vehicle's box that a plate may be on, px."""
    wide = plate.width / chance.uniform(0.14, 0.40)
    high = max(wide / chance.uniform(1.0, 1.7), 3 * plate.height)
    x, y = plate.centre
    x0, y0 = x - wide * chance.uniform(0.3, 0.7), y - high * chance.uniform(0.42, 0.88)
    return Box(x0, y0, x0 + wide, y0 + high)


def covered(plate: Box, found: Detections) -> bool:
    """Whether boxes together hide enough of a plate."""
    spot = plate.cover(1 << 20, 1 << 20)
    if spot is None:
        return False
    under = np.zeros((spot.height, spot.width), bool)
    for edges in found.boxes:
        box = Box(*(float(edge) for edge in edges)).shifted(-spot.left, -spot.top)
        part = box.cover(spot.width, spot.height)
        if part is not None:
            under[part.top : part.bottom, part.left : part.right] = True
    return float(under.mean()) >= FOUND


def scored(found: Detections, wanted: Sequence[Box], marked: Sequence[Box]) -> Tally:
    """What was found, scored on `wanted`; boxes that touch none of `marked` are in vain."""
    boxes = [Box(*(float(edge) for edge in edges)) for edges in found.boxes]
    extra = sum(all(box.intersection(plate) is None for plate in marked) for box in boxes)
    hits = sum(covered(plate, found) for plate in wanted)
    return Tally(hits, len(wanted), extra, 1)


def as_picture(finder: Finder, frame: RawFrame) -> Detections:
    """All that the product sees of a single picture on which it has found no vehicle."""
    looks = PlateLooks(finder, frame.format, LookSettings(thorough=True))
    moment = Moment(frame, Changes(frame.format), NS_PER_S, everything=True)
    found = looks.look(moment, []) or []
    boxes = np.concatenate([part.boxes for part in found])
    scores = np.concatenate([part.scores for part in found])
    return Detections(boxes, scores, (Kind.PLATE,) * len(boxes), finder.model)
