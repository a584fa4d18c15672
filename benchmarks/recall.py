"""How much of what others have marked is covered, on real pictures and recordings.

The real command runs on every picture and clip, and what it covered is told from the pixels of what
it wrote. deface does the same on everything with faces.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import clips
import peers
from measure import WORK, command_line, data_dir, machine, passante, publish, run, table
from scoring import BARE, OUR_FILL, PEER_FILL, WHOLE, Ellipse, Mask, changed, rate

PICTURE_CHANGED = 4
"""Levels of 256: both write PNG, so nothing but a cover changes a pixel."""

SIZES = (0, 8, 12, 16, 24, 32, 64)
"""Edges of the classes of face width, px."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One box that others have marked."""

    picture: str
    left: float
    top: float
    width: float
    height: float
    label: str
    frame: int = 0

    def area(self, height: int, width: int, *, ellipse: bool) -> Mask:
        """The pixels that must be covered."""
        if ellipse:
            return Ellipse(
                self.left + self.width / 2,
                self.top + self.height / 2,
                self.width / 2,
                self.height / 2,
            ).mask(height, width)
        mask = np.zeros((height, width), bool)
        rows = slice(max(0, round(self.top)), max(0, round(self.top + self.height)))
        columns = slice(max(0, round(self.left)), max(0, round(self.left + self.width)))
        mask[rows, columns] = True
        return mask


Shares = list[tuple[Marked, float]]
"""Each box with the share of it that is covered."""


def read_boxes(path: Path, every: int) -> list[Marked]:
    """The boxes of every nth picture of data/faces or data/plates, pictures together."""
    with path.open() as file:
        boxes = [
            Marked(
                Path(row["image"]).name,
                float(row["left"]),
                float(row["top"]),
                float(row["box_width"]),
                float(row["box_height"]),
                row.get("label") or row.get("region") or "",
            )
            for row in csv.DictReader(file)
        ]
    names = sorted({box.picture for box in boxes})[::every]
    return sorted((box for box in boxes if box.picture in set(names)), key=lambda box: box.picture)


def as_png(folder: Path, names: Sequence[str], target: Path) -> Path:
    """Copies without compression, so that what changed was covered."""
    for name in names:
        made = target / f"{Path(name).stem}.png"
        if not made.is_file():
            clips.write_picture(made, clips.read_picture(folder / name))
    return target


def pictures(boxes: list[Marked], inputs: Path, outputs: Path, *, ellipse: bool) -> Shares:
    """The covered share of every box of pictures; 0 where there is no output."""
    found: Shares = []
    for name, group in groupby(boxes, key=lambda box: box.picture):
        stem = Path(name).stem
        before = clips.read_picture(inputs / f"{stem}.png").astype(np.int16)
        after = clips.read_picture(outputs / f"{stem}.png").astype(np.int16)
        covered = (np.abs(after - before) > PICTURE_CHANGED).any(axis=2)
        covered |= _flat(after)
        for box in group:
            area = box.area(*covered.shape, ellipse=ellipse)
            if area.any():
                found.append((box, float(covered[area].mean())))
    return found


def _flat(after: NDArray[np.int16]) -> Mask:
    """Pixels of one of the two fills, to the last level: what was of that colour is hidden too."""
    fills = [(after == level).all(axis=2) for level in (0, 0x5F)]
    kernel = np.ones((5, 5), np.uint8)
    return np.asarray(
        cv2.morphologyEx((fills[0] | fills[1]).astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0, bool
    )


def protect(source: Path, target: Path, *extra: str) -> None:
    """Our own run."""
    target.parent.mkdir(parents=True, exist_ok=True)
    run([passante(), "protect", source, "-o", target, "--overwrite", *extra])


def deface_pictures(beside: peers.Peers, inputs: Path, outputs: Path) -> None:
    """The peer names its own outputs, beside its inputs: they are moved."""
    outputs.mkdir(parents=True, exist_ok=True)
    named = sorted(path for path in inputs.glob("*.png") if "_anonymized" not in path.stem)
    run(beside.solid(named, None, video=False))
    for path in named:
        path.with_name(f"{path.stem}_anonymized.png").replace(outputs / path.name)


def clip(
    boxes: list[Marked], source: Path, output: Path, fill: tuple[int, int, int], *, ellipse: bool
) -> Shares:
    """The covered share of every box of a clip."""
    by_frame: dict[int, list[Marked]] = {}
    for box in boxes:
        by_frame.setdefault(box.frame, []).append(box)
    found: Shares = []
    pairs = zip(clips.planes(source), clips.planes(output), strict=True)
    for number, (before, after) in enumerate(pairs, 1):
        if number not in by_frame:
            continue
        covered = changed(before, after, fill)
        for box in by_frame[number]:
            area = box.area(*covered.shape, ellipse=ellipse)
            if area.any():
                found.append((box, float(covered[area].mean())))
    return found


def faces_of(videos: Path, name: str) -> list[Marked]:
    """Faces marked in a clip."""
    with (videos / f"{name}.faces.csv").open() as file:
        return [
            Marked(
                name,
                float(row["left"]),
                float(row["top"]),
                float(row["width"]),
                float(row["height"]),
                "face",
                int(row["frame"]),
            )
            for row in csv.DictReader(file)
        ]


def heads_of(videos: Path, name: str, width: int, height: int) -> list[Marked]:
    """Where a marked person's head is: middle 40 % of the top 15 % of the box, inside the frame.

    A guess from the box of a whole person: heads that are bent or hidden lie elsewhere.
    """
    found = []
    for line in (videos / f"{name}.gt.txt").read_text().splitlines():
        frame, _, left, top, wide, high, *_ = (float(word) for word in line.split(","))
        if left >= 0 and top >= 0 and left + wide <= width and top + high <= height:
            head = Marked(name, left + 0.3 * wide, top, 0.4 * wide, 0.15 * high, "", int(frame))
            found.append(head)
    return found


Keep = Callable[[Marked], bool]


def between(low: float, high: float, label: str | None = None) -> Keep:
    """Boxes from `low` to below `high` px wide, of a label."""
    return lambda box: low <= box.width < high and label in (None, box.label)


def row(what: str, shares: Mapping[str, Shares], keep: Keep) -> list[str]:
    """One line: ours and the peer's, at 50 % and 90 %."""
    line = [what]
    for who in ("ours", "deface"):
        of_class = [share for box, share in shares.get(who, []) if keep(box)]
        n = len(of_class)
        line += [
            rate(sum(share >= BARE for share in of_class), n),
            rate(sum(share >= WHOLE for share in of_class), n),
        ]
    return line


HEAD = ("marked", "ours >= 50 %", "ours >= 90 %", "deface >= 50 %", "deface >= 90 %")


def face_rows(shares: Mapping[str, Shares]) -> list[list[str]]:
    """Lines by size and by label."""
    labels = sorted({box.label for box, _ in shares["ours"]})
    classes = {
        **{f"{low} to {high} px": between(low, high) for low, high in pairwise(SIZES)},
        f"{SIZES[-1]} px and up": between(SIZES[-1], math.inf),
        "**12 px and up**": between(12, math.inf),
        **{f"12 px and up, {label}": between(12, math.inf, label) for label in labels},
    }
    return [row(what, shares, keep) for what, keep in classes.items()]


def measure_faces(beside: peers.Peers, options: argparse.Namespace) -> str:
    """Pictures of data/faces."""
    folder, work = data_dir() / "faces", WORK / "recall" / f"faces-{options.every}"
    boxes = read_boxes(folder / "boxes.csv", options.every)
    names = sorted({box.picture for box in boxes})
    inputs = as_png(folder / "images", names, work / "input")
    protect(inputs, work / "ours")
    shares = {"ours": pictures(boxes, inputs, work / "ours", ellipse=True)}
    if not options.no_peer:
        deface_pictures(beside, inputs, work / "deface")
        shares["deface"] = pictures(boxes, inputs, work / "deface", ellipse=True)
    return f"Faces in {len(names)} pictures:\n\n" + table(HEAD, face_rows(shares))


def measure_clips(beside: peers.Peers, options: argparse.Namespace) -> str:
    """Clips of data/video with faces or persons marked."""
    videos, work = data_dir() / "video", WORK / "recall" / "video"
    faces = ["intel_three_faces_walking", "intel_head_pose_f"]
    if options.every == 1:
        faces.append("egoblur_one_face_selfie")
    marked = {name: (f"faces, {name}", faces_of(videos, name)) for name in faces}
    marked["tud_campus"] = (
        "heads by person boxes, tud_campus",
        heads_of(videos, "tud_campus", 640, 480),
    )
    if options.every == 1:
        marked["pets09_s2l1"] = (
            "heads by person boxes, pets09_s2l1",
            heads_of(videos, "pets09_s2l1", 768, 576),
        )
    rows = []
    for name, (what, boxes) in marked.items():
        print(name, file=sys.stderr)
        source = next(path for path in videos.glob(f"{name}.*") if path.suffix in {".mp4", ".avi"})
        ours, peer = work / f"{name}-ours.mp4", work / f"{name}-deface.mp4"
        protect(source, ours, "--crf", "10", "--preset", "veryfast")
        shares = {"ours": clip(boxes, source, ours, OUR_FILL, ellipse=True)}
        if not options.no_peer:
            run(beside.solid([source], peer, video=True))
            shares["deface"] = clip(boxes, source, peer, PEER_FILL, ellipse=True)
        rows.append(row(what, shares, between(0, math.inf)))
    return "Clips (PETS and TUD: heads seen from all sides, which deface was not made for):\n\n" + (
        table(HEAD, rows)
    )


def measure_plates(options: argparse.Namespace) -> str:
    """Pictures of data/plates; the peer has no plates."""
    folder, work = data_dir() / "plates", WORK / "recall" / f"plates-{options.every}"
    boxes = read_boxes(folder / "plates.csv", options.every)
    names = sorted({box.picture for box in boxes})
    inputs = as_png(folder / "images", names, work / "input")
    protect(inputs, work / "ours")
    shares = {"ours": pictures(boxes, inputs, work / "ours", ellipse=False)}
    regions = sorted({box.label for box in boxes})
    rows = [
        row("**all**", shares, between(0, math.inf)),
        *(row(region, shares, between(0, math.inf, region)) for region in regions),
        row("60 px wide and up", shares, between(60, math.inf)),
    ]
    return f"Plates in {len(names)} pictures:\n\n" + table(HEAD[:3], [line[:3] for line in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every eighth picture, three clips")
    parser.add_argument("--only", nargs="*", default=["faces", "clips", "plates"])
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--write", type=Path, help="page to put the figures into")
    options = parser.parse_args()
    options.every = 8 if options.quick else 1
    beside = peers.prepare()
    parts = [f"`{command_line()}`", f"Machine: {machine()}. Beside: {beside.versions}."]
    if "faces" in options.only:
        parts.append(measure_faces(beside, options))
    if "clips" in options.only:
        parts.append(measure_clips(beside, options))
    if "plates" in options.only:
        parts.append(measure_plates(options))
    publish("recall", "\n\n".join(parts), options.write)


if __name__ == "__main__":
    main()
