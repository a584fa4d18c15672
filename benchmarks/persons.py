"""How many people and vehicles are found, at which size of look, and what a look costs.

Truth comes with the recordings: walkers seen from a mast (pets09_s2l1, every 40th frame, most of
them 60 to 110 px high), walkers at street level (tud_campus, every 10th), a motorway seen from high
above (ngsim_us101_seq1, every 25th, vehicles of about 27x20 px), and every eighth photograph of
plates, where a vehicle counts as found if one box holds its plate. Elsewhere a box counts as found
if a box of its kind overlaps it by half (intersection over union), each box used once.

The last table asks how much of a face is covered if only the person around it is known, nobody
having looked for faces: faces of 8 px and more, as marked in `faces` and in the clips with faces.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from measure import command_line, data_dir, machine, publish, table
from passante.analyse.heads import head_of
from passante.analyse.persons import PersonFinder
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View
from passante.models.card import ModelRef
from passante.models.catalogue import DEFAULTS, card
from passante.models.session import OnnxSession
from passante.models.store import find
from scoring import wilson

SIZES = ((320, 192), (512, 288), (640, 384), (960, 544), (1280, 736))
THRESHOLDS = (0.15, 0.2, 0.3, 0.4)
HALF = 0.5
FACE_PX = 8

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Case:
    """A picture and what is on it."""

    name: str
    picture: Picture
    """RGB."""
    boxes: tuple[Box, ...]
    kind: Kind
    plate: bool = False
    """The boxes are plates, to be found within vehicles."""


def clip(name: str, suffix: str, every: int, kind: Kind) -> Iterator[Case]:
    folder = data_dir() / "video"
    truth: dict[int, list[Box]] = defaultdict(list)
    with (folder / f"{name}.gt.txt").open(encoding="ascii") as lines:
        for row in csv.reader(lines):
            x, y, width, height = map(float, row[2:6])
            truth[int(row[0])].append(Box(x, y, x + width, y + height))
    for number, picture in frames(folder / f"{name}{suffix}"):
        if number % every == 1:
            yield Case(name, picture, tuple(truth[number]), kind)


def frames(path: Path) -> Iterator[tuple[int, Picture]]:
    video, number = cv2.VideoCapture(str(path)), 0
    while (read := video.read())[0]:
        number += 1
        yield number, np.asarray(read[1][:, :, ::-1], np.uint8)


def photographs(folder: str, tables: str, every: int) -> Iterator[Case]:
    marked: dict[str, list[Box]] = defaultdict(list)
    with (data_dir() / folder / tables).open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            x, y = float(row["left"]), float(row["top"])
            box = Box(x, y, x + float(row["box_width"]), y + float(row["box_height"]))
            marked[row["image"]].append(box)
    for image in sorted(marked)[::every]:
        picture = cv2.imread(str(data_dir() / folder / image))
        assert picture is not None, image
        shown = np.asarray(picture[:, :, ::-1], np.uint8)
        yield Case(folder, shown, tuple(marked[image]), Kind.VEHICLE, plate=folder == "plates")


def faces_of_clips() -> Iterator[Case]:
    folder = data_dir() / "video"
    for path in sorted(folder.glob("*.faces.csv")):
        name = path.name.removesuffix(".faces.csv")
        truth: dict[int, list[Box]] = defaultdict(list)
        with path.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                x, y = float(row["left"]), float(row["top"])
                box = Box(x, y, x + float(row["width"]), y + float(row["height"]))
                truth[int(row["frame"])].append(box)
        for number, picture in frames(folder / f"{name}.mp4"):
            if number in truth and number % 10 == 1:
                yield Case("clips", picture, tuple(truth[number]), Kind.PERSON)


def look(finder: PersonFinder, picture: Picture, size: tuple[int, int]) -> tuple[Detections, float]:
    """What is found in a picture fitted to a size, and CPU seconds."""
    height, width = picture.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    small = cv2.resize(
        picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA
    )
    canvas = np.full((size[1], size[0], 3), 114, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    view = View(canvas, scale, Box(0, 0, width, height), 0)
    began = time.process_time()
    found = finder.look(view)
    return found, time.process_time() - began


def boxes_of(found: Detections, kind: Kind, threshold: float) -> list[Box]:
    return [
        Box(*map(float, box))
        for box, score, other in zip(found.boxes, found.scores, found.kinds, strict=True)
        if other is kind and score >= threshold
    ]


def hits(case: Case, found: Sequence[Box]) -> int:
    if case.plate:
        return sum(any(share(plate, box) > 0.9 for box in found) for plate in case.boxes)
    free, count = list(found), 0
    for wanted in case.boxes:
        best = max(free, key=wanted.iou, default=None)
        if best is not None and wanted.iou(best) >= HALF:
            free.remove(best)
            count += 1
    return count


def share(inner: Box, outer: Box) -> float:
    """How much of a box lies in another, 0 to 1."""
    both = inner.intersection(outer)
    return both.area / inner.area if both else 0.0


def rate(count: int, n: int) -> str:
    low, high = wilson(count, n)
    return f"{count / n:.3f} ({low:.2f}-{high:.2f}, n {n})"


def recall(finder: PersonFinder, exact: PersonFinder, cases: Sequence[Case]) -> str:
    """Two tables: found by size and threshold, and integers against floating point."""
    names = list(dict.fromkeys(case.name for case in cases))
    rows, costs = [], []
    for size in SIZES:
        found = [look(finder, case.picture, size) for case in cases]
        true = [look(exact, case.picture, size) for case in cases]
        cost, cost_true = (statistics.median(s for _, s in runs) * 1e3 for runs in (found, true))
        kept = n = 0
        for (mine, _), (other, _) in zip(found, true, strict=True):
            for kind in (Kind.PERSON, Kind.VEHICLE):
                near = boxes_of(mine, kind, THRESHOLDS[0])
                wanted = boxes_of(other, kind, THRESHOLDS[1])
                n += len(wanted)
                kept += sum(any(box.iou(have) >= HALF for have in near) for box in wanted)
        name = f"{size[0]}x{size[1]}"
        costs.append([name, f"{cost:.0f}", f"{cost_true:.0f}", rate(kept, n)])
        for threshold in THRESHOLDS:
            cells = []
            for which in names:
                count = wanted_n = boxes = 0
                for case, (result, _) in zip(cases, found, strict=True):
                    if case.name == which:
                        have = boxes_of(result, case.kind, threshold)
                        count, boxes = count + hits(case, have), boxes + len(have)
                        wanted_n += len(case.boxes)
                cells.append(f"{rate(count, wanted_n)}, {boxes} boxes")
            rows.append([name, str(threshold), *cells])
    return "\n\n".join(
        [
            table(["look", "threshold", *names], rows),
            "Integers against floating point: boxes above 0.2 that remain above 0.15.",
            table(["look", "CPU ms", "CPU ms, float32", "kept"], costs),
        ]
    )


def heads(finder: PersonFinder, groups: Iterable[Callable[[], Iterator[Case]]]) -> str:
    """How much of a face the heads of all people cover, nobody having looked for faces."""
    rows = []
    for group in groups:
        covered: list[float] = []
        areas: list[float] = []
        name = ""
        for case in group():
            name = case.name
            found, _ = look(finder, case.picture, (640, 384))
            people = boxes_of(found, Kind.PERSON, 0.2)
            places = [head_of(person) for person in people]
            areas += [p.area / person.area for p, person in zip(places, people, strict=True)]
            covered += [
                max((share(face, place) for place in places), default=0.0)
                for face in case.boxes
                if face.height >= FACE_PX
            ]
        whole = rate(sum(part >= 0.9 for part in covered), len(covered))
        mean = statistics.fmean(covered)
        rows.append([name, f"{mean:.3f}", whole, f"{statistics.median(areas):.2f}"])
    return table(["faces of", "mean share", "covered by 90 %", "area / person"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", type=Path, help="page to write the figures into")
    page = parser.parse_args().page
    ref = DEFAULTS["find.person"]
    finder, exact = (
        PersonFinder(OnnxSession(find(name))) for name in (ref, ModelRef(card(ref).parent))
    )
    cases = [
        *clip("pets09_s2l1", ".avi", 40, Kind.PERSON),
        *clip("tud_campus", ".mp4", 10, Kind.PERSON),
        *clip("ngsim_us101_seq1", ".mp4", 25, Kind.VEHICLE),
        *photographs("plates", "plates.csv", 8),
    ]
    prior = heads(finder, (faces_of_clips, lambda: photographs("faces", "boxes.csv", 4)))
    text = [f"`{command_line()}`; {machine()}.", recall(finder, exact, cases), prior]
    publish("persons", "\n\n".join(text), page)


if __name__ == "__main__":
    main()
