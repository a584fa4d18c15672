"""How many number plates are found, by width, and what a look costs; a Haar cascade beside it.

Each plate of the photographs is looked at as large as it is and with the photograph shrunk so that
it is 80 to 22 px wide. Two looks are scored, as the pipeline takes them:

- close-up: a vehicle's box, found by nobody but put around the plate by chance (a plate is 14 to
  40 % as wide as its vehicle, and anywhere on its lower two thirds), in 320x192;
- frame: the whole photograph, shrunk to 640x384 where it is larger.

The cascade (of OpenCV, for Russian plates: the only other permissive finder that comes in a
package) looks at the same views, and at the whole photograph at its full size.

A plate counts as found if boxes cover at least 80 % of its area. A box that touches no marked
plate counts as extra; some of those are plates in the background that nobody marked.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from measure import command_line, data_dir, machine, publish, table
from passante.analyse.finder import Finder
from passante.analyse.persons import PersonFinder
from passante.analyse.plates import PlateFinder, likely_plate_zones, search_area
from passante.core.errors import PassanteError
from passante.core.geometry import Box
from passante.core.media import LAYOUTS, VideoFormat
from passante.core.names import Kind, StreamId
from passante.inside.observation import Detections
from passante.inside.video import RawFrame, View
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from scoring import wilson

WIDTHS = (None, 80, 60, 40, 30, 22)
"""Plate widths in px of the frame; None is as photographed."""
CLOSE_UP = (320, 192)
FRAME = (640, 384)
FOUND = 0.8
SEED = 11


class HaarFinder:
    """OpenCV's cascade for Russian plates."""

    kinds = frozenset({Kind.PLATE})
    model = "haarcascade_russian_plate_number"

    def __init__(self) -> None:
        """Load it from the package of OpenCV."""
        folder = Path(cv2.__file__).parent / "data"
        self._cascade = cv2.CascadeClassifier(str(folder / f"{self.model}.xml"))

    def look(self, view: View) -> Detections:
        """Everything it takes for a plate."""
        grey = cv2.cvtColor(view.pixels, cv2.COLOR_RGB2GRAY)
        found = [(x, y, x + w, y + h) for x, y, w, h in self._cascade.detectMultiScale(grey)]
        boxes = view.to_frame(np.array(found, np.float32).reshape(-1, 4))
        scores = np.ones(len(found), np.float32)
        return Detections(boxes, scores, (Kind.PLATE,) * len(found), self.model)


@dataclass(slots=True)
class Tally:
    """What one finder did in one kind of look."""

    hits: int = 0
    plates: int = 0
    extra: int = 0
    looks: int = 0
    cpu_ns: int = 0

    def add(self, other: Tally) -> None:
        """Count another's looks too."""
        self.hits += other.hits
        self.plates += other.plates
        self.extra += other.extra
        self.looks += other.looks
        self.cpu_ns += other.cpu_ns

    def recall(self) -> str:
        """Share found, with its 95 % interval and count."""
        if not self.plates:
            return "-"
        low, high = wilson(self.hits, self.plates)
        share = self.hits / self.plates
        return f"{share:.1%} ({low:.0%}-{high:.0%}), {self.hits}/{self.plates}"

    def per_look(self) -> str:
        """Extra boxes and CPU time of a look."""
        return f"{self.extra / self.looks:.1f}, {self.cpu_ns / self.looks / 1e6:.0f} ms"


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


def look(finder: Finder, view: View, wanted: Sequence[Box], marked: Sequence[Box]) -> Tally:
    """One look, scored on `wanted`; boxes that touch none of `marked` are extra."""
    began = time.process_time_ns()
    found = finder.look(view)
    cpu_ns = time.process_time_ns() - began
    boxes = [Box(*(float(edge) for edge in edges)) for edges in found.boxes]
    extra = sum(all(box.intersection(plate) is None for plate in marked) for box in boxes)
    hits = sum(covered(plate, found) for plate in wanted)
    return Tally(hits, len(wanted), extra, 1, cpu_ns)


def measured(sample: Sequence[Photo], ours: Finder, haar: Finder) -> Results:
    """Every look at every plate of a sample."""
    results = Results()
    chance = np.random.default_rng(SEED)
    for number, photo in enumerate(sample):
        print(f"\r{number + 1}/{len(sample)}", end="", file=sys.stderr, flush=True)
        rgb = photo.pixels()
        for plate, width, factor in _sizes(photo):
            small = rgb if factor == 1 else shrunk(rgb, factor)
            frame = as_frame(small)
            marked = [
                Box(b.x0 * factor, b.y0 * factor, b.x1 * factor, b.y1 * factor)
                for b in photo.plates
            ]
            target = marked[photo.plates.index(plate)]
            area = search_area(vehicle_around(target, chance))
            close = frame.view(*CLOSE_UP, area)
            scale = min(1.0, FRAME[0] / small.shape[1], FRAME[1] / small.shape[0])
            size = [-(-round(side * scale) // 32) * 32 for side in small.shape[1::-1]]
            wide = frame.view(*size)
            full = frame.view(small.shape[1], small.shape[0])
            for name, finder, view in (
                ("close-up", ours, close),
                ("frame", ours, wide),
                ("Haar, close-up", haar, close),
                ("Haar, full size", haar, full),
            ):
                tally = results.of(photo.region, width, name)
                tally.add(look(finder, view, [target], marked))
    print(file=sys.stderr)
    return results


def _sizes(photo: Photo) -> Iterator[tuple[Box, int | None, float]]:
    """Every plate at every width that needs no enlarging: plate, width, factor."""
    for plate in photo.plates:
        for width in WIDTHS:
            factor = 1.0 if width is None else width / plate.width
            if factor <= 1:
                yield plate, width, factor


def report(results: Results) -> str:
    """Both tables in Markdown."""
    looks = ("close-up", "frame", "Haar, close-up", "Haar, full size")
    regions = sorted({region for region, _, _ in results.tallies})
    rows = []
    for width in WIDTHS:
        name = "as it is" if width is None else f"{width} px"
        for region in regions:
            if (region, width, looks[0]) in results.tallies:
                shares = [results.of(region, width, each).recall() for each in looks]
                rows.append([name, region, *shares])
        rows.append([name, "all", *(results.total(width, each).recall() for each in looks)])
    costs = []
    for width in WIDTHS:
        name = "as it is" if width is None else f"{width} px"
        costs.append([name, *(results.total(width, each).per_look() for each in looks)])
    return "\n\n".join(
        [
            "Plates found (95 % interval), n:",
            table(["plate width", "region", *looks], rows),
            "Extra boxes and CPU time of a look:",
            table(["plate width", *looks], costs),
        ]
    )


def zones(sample: Sequence[Photo]) -> str:
    """How much of the plates the prior holds, on vehicles that a finder of vehicles found."""
    finder = PersonFinder(OnnxSession(store.find(DEFAULTS["find.person"])))
    held, on_vehicles, total = 0, 0, 0
    for photo in sample:
        found = finder.look(as_frame(photo.pixels()).view(*FRAME))
        vehicles = [
            Box(*(float(edge) for edge in edges))
            for edges, kind in zip(found.boxes, found.kinds, strict=True)
            if kind is Kind.VEHICLE
        ]
        for plate in photo.plates:
            total += 1
            x, y = plate.centre
            around = [v for v in vehicles if v.x0 <= x <= v.x1 and v.y0 <= y <= v.y1]
            on_vehicles += bool(around)
            places = [zone for vehicle in around for zone in likely_plate_zones(vehicle)]
            shares = [p.area for zone in places if (p := plate.intersection(zone)) is not None]
            held += max(shares, default=0.0) >= FOUND * plate.area
    low, high = wilson(held, on_vehicles)
    return (
        f"A vehicle was found around {on_vehicles} of {total} plates; of those, the places where a "
        f"plate is likely held {held / on_vehicles:.1%} ({low:.0%}-{high:.0%}) of the plates."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--every", type=int, default=1, help="use every so-manieth photograph")
    parser.add_argument("--page", type=Path, help="Markdown page to put the tables in")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    try:
        ours = PlateFinder(OnnxSession(store.find(DEFAULTS["find.plate"])))
        sample = photos(data_dir() / "plates", every=options.every)
        text = report(measured(sample, ours, HaarFinder())) + "\n\n" + zones(sample)
    except PassanteError as error:
        sys.exit(f"{error}\n{error.hint}")
    head = f"`{command_line()}` on {machine()}; {ours.model}; {len(sample)} photographs."
    publish("plates", f"{head}\n\n{text}", options.page)


if __name__ == "__main__":
    main()
