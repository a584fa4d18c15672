"""How many number plates are found, by width; boxes in vain; and what a look costs.

Each photograph is looked at as it is, and shrunk so that a plate is 40, 30 or 22 px wide. Looks
are scored as the pipeline takes them:

- picture: all that the product looks at in a single picture, if it has found no vehicle;
- full: the whole photograph at its own size;
- frame: the whole photograph, shrunk to 640x384 where it is larger;
- close-up: a vehicle's box, found by nobody but put around the plate by chance (a plate is 14 to
  40 % as wide as its vehicle, and anywhere on its lower two thirds), in 256x160.

Then pictures that were drawn, with a seed that no training had: 512x320, by region.

A plate counts as found if boxes cover at least 80 % of its area. A box that touches no marked plate
is one in vain; where only one plate of a photograph is marked (eu, us, br), some of those are other
plates. Of the Romanian frames those that the training had are counted apart.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from measure import command_line, data_dir, machine, publish, table
from passante.analyse.finder import Finder
from passante.analyse.persons import PersonFinder
from passante.analyse.plates import PlateFinder, likely_plate_zones, search_area
from passante.analyse.video import TRACKING
from passante.core.errors import PassanteError
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import RawFrame, View
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from plate_finders import HaarFinder, Loose
from plate_scoring import (
    FOUND,
    Photo,
    Results,
    as_frame,
    as_picture,
    covered,
    photos,
    scored,
    shrunk,
    vehicle_around,
)
from scoring import wilson
from training.plates.render import scene
from training.plates.render.layouts import LAYOUTS
from writing import WritingFinder

WIDTHS = (None, 40, 30, 22)
"""Plate widths in px of the frame; None is as photographed."""
CLOSE_UP = (256, 160)
FRAME = (640, 384)
SEED = 11
DRAWN = 40
"""How many pictures are drawn of each region."""
DRAWN_SEED = 900_001
LOOKS = 24
"""How often a look is timed."""


class Gallery:
    """Where what was missed is kept to be looked at."""

    def __init__(self, folder: Path | None) -> None:
        """In a folder; None: nowhere."""
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def keep(self, name: str, view: View, found: Detections, plates: Sequence[Box]) -> None:
        """A view with what was marked (green) and found (red)."""
        if self._folder is None:
            return
        shown = view.pixels.copy()
        marked = np.array([[b.x0, b.y0, b.x1, b.y1] for b in plates], np.float32).reshape(-1, 4)
        origin = np.array([view.area.x0, view.area.y0] * 2, np.float32)
        for edges, colour in ((marked, (0, 255, 0)), (found.boxes, (255, 0, 0))):
            for box in ((edges - origin) * view.scale).astype(int).tolist():
                cv2.rectangle(shown, box[:2], box[2:], colour, 1)
        cv2.imwrite(str(self._folder / f"{name}.png"), shown[..., ::-1])


def measured(sample: Sequence[Photo], finders: dict[str, Finder], gallery: Gallery) -> Results:
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
            for kind, view in _views(frame, target, chance).items():
                for name, finder in finders.items():
                    if name != "ours" and kind == "frame":
                        continue
                    found = finder.look(view)
                    one = scored(found, [target], marked)
                    results.of(photo.region, width, f"{name}, {kind}").add(one)
                    if name == "ours" and one.hits < one.plates:
                        title = f"{kind}-{width or 'full'}-{photo.path.stem}-{plate.x0:.0f}"
                        gallery.keep(title, view, found, [target])
            whole = scored(as_picture(finders["ours"], frame), [target], marked)
            results.of(photo.region, width, "ours, picture").add(whole)
    print(file=sys.stderr)
    return results


def _views(frame: RawFrame, target: Box, chance: np.random.Generator) -> dict[str, View]:
    wide, high = frame.format.width, frame.format.height
    area = search_area(vehicle_around(target, chance))
    scale = min(1.0, FRAME[0] / wide, FRAME[1] / high)
    width, height = (-(-round(side * scale) // 32) * 32 for side in (wide, high))
    return {
        "full": frame.view(wide, high),
        "frame": frame.view(width, height),
        "close-up": frame.view(*CLOSE_UP, area),
    }


def _sizes(photo: Photo) -> Iterator[tuple[Box, int | None, float]]:
    """Every plate at every width that needs no enlarging: plate, width, factor."""
    for plate in photo.plates:
        for width in WIDTHS:
            factor = 1.0 if width is None else width / plate.width
            if factor <= 1:
                yield plate, width, factor


def drawn(finders: dict[str, Finder], gallery: Gallery) -> Results:
    """Looks at pictures that are drawn, by region and by the width of plates."""
    results = Results()
    for region in sorted({layout.region for layout in LAYOUTS}):
        rng = np.random.default_rng(DRAWN_SEED)
        for index in range(DRAWN):
            view: scene.Look = "vehicle" if index % 2 else "frame"
            made = scene.render(rng, width=512, height=320, view=view, region=region)
            boxes, unclear = _boxes(made.quads), _boxes(made.ignore)
            whole = as_frame(made.picture).view(512, 320)
            for name, finder in finders.items():
                found = finder.look(whole)
                tally = scored(found, boxes, [*boxes, *unclear])
                results.of(region, None, name).add(tally)
                if name == "ours" and tally.hits < tally.plates:
                    missed = [box for box in boxes if not covered(box, found)]
                    gallery.keep(f"drawn-{region}-{index}", whole, found, missed)
    return results


def _boxes(quads: NDArray[np.float32]) -> list[Box]:
    """The boxes around quads (n, 4, 2), as far as they are in the picture."""
    inside = np.clip(quads, 0, [512, 320]).reshape(-1, 4, 2)
    edges = np.concatenate([inside.min(axis=1), inside.max(axis=1)], axis=1)
    return [Box(*(float(edge) for edge in box)) for box in edges]


def costs(sample: Sequence[Photo], finders: dict[str, Finder]) -> str:
    """CPU ms of a look at 640x360 and of a close-up, in turns."""
    spent: dict[tuple[str, str], list[float]] = {}
    for photo in sample[:: max(1, len(sample) // LOOKS)]:
        frame = as_frame(photo.pixels())
        whole = Box(0, 0, frame.format.width, frame.format.height)
        for kind, size in (("640x360", (640, 360)), ("close-up", CLOSE_UP)):
            for name, finder in finders.items():
                began = time.process_time_ns()
                finder.look(frame.view(*size, whole))
                spent.setdefault((name, kind), []).append((time.process_time_ns() - began) / 1e6)
    rows = [
        [name, *(f"{np.median(spent[name, kind]):.1f} ms" for kind in ("640x360", "close-up"))]
        for name in finders
    ]
    return table(
        ["finder", "a look at 640x360", f"a close-up of {CLOSE_UP[0]}x{CLOSE_UP[1]}"], rows
    )


def report(results: Results, looks: Sequence[str]) -> str:
    """Plates found and boxes in vain, in Markdown."""
    regions = sorted({region for region, _, _ in results.tallies})
    shares, extras = [], []
    for width in WIDTHS:
        name = "as it is" if width is None else f"{width} px"
        for region in regions:
            if any((region, width, each) in results.tallies for each in looks):
                tallies = [results.of(region, width, each) for each in looks]
                shares.append([name, region, *(tally.recall() for tally in tallies)])
                extras.append([name, region, *(tally.in_vain() for tally in tallies)])
        shares.append([name, "all", *(results.total(width, each).recall() for each in looks)])
    head = ["plate width", "region", *looks]
    return "\n\n".join(
        ["Plates found (95 % interval), n:", table(head, shares),
         "Boxes in vain, a look:", table(head, [row for row in extras if row[0] == "as it is"])]
    )  # fmt: skip


def report_drawn(results: Results, names: Sequence[str]) -> str:
    """The same of pictures that were drawn."""
    kinds = sorted({region for region, _, _ in results.tallies})
    rows = [
        [kind, *(f"{results.of(kind, None, name).recall()}; "
                 f"{results.of(kind, None, name).in_vain()} in vain" for name in names)]
        for kind in kinds
    ]  # fmt: skip
    rows.append(
        [
            "all",
            *(
                f"{results.total(None, name).recall()}; "
                f"{results.total(None, name).in_vain()} in vain"
                for name in names
            ),
        ]
    )
    return "Drawn pictures that no training had:\n\n" + table(["region", *names], rows)


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
    parser.add_argument("--alone", action="store_true", help="ours alone, without the others")
    parser.add_argument("--network", type=Path, help="a file in place of the shipped network")
    parser.add_argument("--threshold", type=float, help="in place of the usual one")
    parser.add_argument("--gallery", type=Path, help="folder for what was missed, to look at")
    parser.add_argument("--page", type=Path, help="Markdown page to put the tables in")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    # A plate is covered from the score on at which the product begins to follow it.
    least = options.threshold or TRACKING[Kind.PLATE].start
    try:
        if options.network:
            ours = PlateFinder(Loose(options.network), threshold=least)
        else:
            network = OnnxSession(store.find(DEFAULTS["find.plate"]))
            ours = PlateFinder(network, threshold=least)
        finders: dict[str, Finder] = {"ours": ours}
        if not options.alone:
            text = OnnxSession(store.find("ppocr-det-local-int8"))
            finders |= {"writing": WritingFinder(text), "Haar": HaarFinder()}
        sample = photos(data_dir() / "plates", every=options.every)
        gallery = Gallery(options.gallery)
        results = measured(sample, finders, gallery)
        parts = [
            report(results, [f"ours, {kind}" for kind in ("picture", "full", "frame", "close-up")])
        ]
        others = [name for name in finders if name != "ours"]
        if others:
            kinds = ("full", "close-up")
            parts.append(report(results, [f"{n}, {kind}" for n in others for kind in kinds]))
        parts.append(report_drawn(drawn(finders, gallery), list(finders)))
        parts.append("CPU time, median, in turns:\n\n" + costs(sample, finders))
        parts.append(zones(sample))
    except PassanteError as error:
        sys.exit(f"{error}\n{error.hint}")
    head = f"`{command_line()}` on {machine()}; {ours.model}; {len(sample)} photographs."
    publish("plates", "\n\n".join([head, *parts]), options.page)


if __name__ == "__main__":
    main()
