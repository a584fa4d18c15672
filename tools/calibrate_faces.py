"""Measures what the conversion of CenterFace to integers needs, and how much it loses.

    python tools/calibrate_faces.py measure FOLDER    writes models/convert/ranges/centerface.json
    python tools/calibrate_faces.py check FOLDER      compares both networks on other pictures

FOLDER holds the package archive that the card names; pictures come from $PASSANTE_DATA/faces.
Every seventh picture serves to measure, the others to check. After `measure` the hash in the card
of centerface-int8 has to be renewed; `check` prints it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from passante.analyse.faces import decode
from passante.models import archive, catalogue
from passante.models.convert import centerface

ROOT = Path(__file__).resolve().parent.parent
RANGES = ROOT / "src/passante/models/convert/ranges/centerface.json"
DATA = Path(os.environ.get("PASSANTE_DATA", ROOT.parent / "shared/data")) / "faces"

Picture = NDArray[np.uint8]
Boxes = NDArray[np.float32]

EVERY, CROPS = 7, 48
EVENED = ("conv00", "conv03", "conv06", "conv10", "conv13", "conv17")
"""Rectified layers before depthwise ones, where evening out channels was found to help."""
SHARE = 99.999
"""Percentile at which ranges end: beyond it lie single pixels."""
SIDES = (640, 420, 300)
"""Longer side, px, of the pictures to check on, in turns."""
THRESHOLD = 0.2
LOWER_THRESHOLD = 0.17
SAME = 0.5
HIT = 0.3


def main(words: list[str]) -> int:
    if len(words) != 2 or words[0] not in ("measure", "check"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    part = catalogue.card("centerface").parts[0]
    published = archive.member(part, archive.find(part, Path(words[1])))
    pictures = sorted((DATA / "images").iterdir())
    if words[0] == "measure":
        measure(published, pictures[::EVERY][:CROPS])
    else:
        check(published, [path for number, path in enumerate(pictures) if number % EVERY])
    return 0


def measure(published: bytes, paths: list[Path]) -> None:
    chance = np.random.default_rng(20260101)
    crops = [varied(load(path), chance) for path in paths]
    layers = centerface.layers(published)
    tops = channel_tops(published, layers, crops)
    ranges = {"input": (0.0, 255.0), **value_ranges(published, layers, crops)}
    ranges |= dict.fromkeys(tops, (0.0, 1.0))
    write(ranges, tops, [0.0] * 5)
    true, whole = (session(make([published])) for make in (centerface.repair, centerface.quantise))
    gaps = []
    for crop in crops:
        a, b = run(true, crop)[0], run(whole, crop)[0]
        gaps.append((b - a)[0][:, a[0, 0] > -3])
    write(ranges, tops, [float(gap) for gap in np.concatenate(gaps, axis=1).mean(axis=1)])


def value_ranges(
    published: bytes, layers: list[centerface.Layer], crops: list[Picture]
) -> dict[str, tuple[float, float]]:
    names = [layer.name for layer in layers[:-1]]
    seen: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
    spy = watching(published, layers[:-1])
    for crop in crops:
        for name, values in zip(names, run(spy, crop), strict=True):
            flat = values.ravel()
            seen[name].append(flat[:: max(1, flat.size // 20_000)])
    found = {}
    for name, samples in seen.items():
        low, high = np.percentile(np.concatenate(samples), [100 - SHARE, SHARE])
        found[name] = (float(low), float(high))
    return found


def channel_tops(
    published: bytes, layers: list[centerface.Layer], crops: list[Picture]
) -> dict[str, list[float]]:
    watched = [layer for layer in layers if layer.name in EVENED]
    spy = watching(published, watched)
    tops: dict[str, list[Any]] = defaultdict(list)
    for crop in crops:
        for layer, values in zip(watched, run(spy, crop), strict=True):
            flat = np.sort(values[0].reshape(values.shape[1], -1), axis=1)
            tops[layer.name].append(flat[:, int(flat.shape[1] * 0.9999)])
    found = {}
    for name, heights in tops.items():
        top = np.max(heights, axis=0)
        # A channel that hardly ever fires would otherwise be blown up without bound.
        found[name] = [float(value) for value in np.maximum(top, top.max() * 1e-3)]
    return found


def check(published: bytes, paths: list[Path]) -> None:
    data = centerface.quantise([published])
    print(f"sha256 = {hashlib.sha256(data).hexdigest()}\nsize_bytes = {len(data)}")
    true, whole = session(centerface.repair([published])), session(data)
    truth = marked()
    kept = kept_lower = boxes = faces = found = found_whole = 0
    for number, path in enumerate(paths):
        picture, scale = shrunk(load(path), SIDES[number % len(SIDES)])
        a, b = run(true, picture)[0], run(whole, picture)[0]
        wanted, given = decode(a, THRESHOLD)[0], decode(b, THRESHOLD)[0]
        boxes += len(wanted)
        kept += hits(wanted, given, SAME)
        kept_lower += hits(wanted, decode(b, LOWER_THRESHOLD)[0], SAME)
        people = truth[f"images/{path.name}"] * np.float32(scale)
        faces += len(people)
        found += hits(people, wanted, HIT)
        found_whole += hits(people, given, HIT)
    print(share("boxes of float32 that int8 has too", kept, boxes))
    print(share(f"the same with int8 at {LOWER_THRESHOLD}", kept_lower, boxes))
    print(share("marked faces found in float32", found, faces))
    print(share("marked faces found in int8", found_whole, faces))
    costs = cost([true, whole])
    print("CPU ms for 640x480, one thread: {:.1f} in float32, {:.1f} in int8".format(*costs))


def cost(networks: list[ort.InferenceSession]) -> list[float]:
    """Median CPU time, ms, of 20 runs of each network in turns."""
    picture = np.random.default_rng(1).integers(0, 256, (480, 640, 3), np.uint8)
    spent: list[list[float]] = [[] for _ in networks]
    for _ in range(20):
        for network, times in zip(networks, spent, strict=True):
            start = time.process_time()
            run(network, picture)
            times.append((time.process_time() - start) * 1e3)
    return [float(np.median(times)) for times in spent]


def share(what: str, hit: int, of: int) -> str:
    """A line with the share and its 95 % interval after Wilson."""
    z, p = 1.96, hit / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return f"{what}: {p:.4f} ({middle - half:.4f} to {middle + half:.4f}, {hit} of {of})"


def hits(wanted: Boxes, given: Boxes, least: float) -> int:
    """How many of the wanted boxes overlap one of the given by at least this much."""
    if not len(wanted) or not len(given):
        return 0
    start = np.maximum(wanted[:, None, :2], given[None, :, :2])
    end = np.minimum(wanted[:, None, 2:], given[None, :, 2:])
    shared = np.maximum(end - start, 0).prod(axis=2)
    a, b = ((box[:, 2:] - box[:, :2]).prod(axis=1) for box in (wanted, given))
    overlap = shared / (a[:, None] + b[None] - shared)
    return int((overlap.max(axis=1) >= least).sum())


def marked() -> dict[str, Boxes]:
    rows: dict[str, list[list[float]]] = defaultdict(list)
    with (DATA / "boxes.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            left, top = float(row["left"]), float(row["top"])
            size = float(row["box_width"]), float(row["box_height"])
            rows[row["image"]].append([left, top, left + size[0], top + size[1]])
    empty = np.empty((0, 4), np.float32)
    return defaultdict(lambda: empty, {k: np.array(v, np.float32) for k, v in rows.items()})


def load(path: Path) -> Picture:
    picture = cv2.imread(str(path))
    assert picture is not None, path
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def shrunk(picture: Picture, side: float) -> tuple[Picture, float]:
    """The picture with this longer side, on grey up to multiples of 32; and its scale."""
    scale = side / max(picture.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how)
    height, width = (-(-size // 32) * 32 for size in small.shape[:2])
    canvas = np.full((height, width, 3), 114, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    return canvas, scale


def varied(picture: Picture, chance: np.random.Generator) -> Picture:
    """A crop for measuring: any size, darker or brighter, sometimes mirrored."""
    side = math.exp(chance.uniform(math.log(240), math.log(900)))
    bend, gain = math.exp(chance.uniform(-0.6, 0.6)), chance.uniform(0.35, 1.1)
    changed = np.clip((picture / 255.0) ** bend * gain, 0, 1) * 255
    changed = changed[:, ::-1] if chance.random() < 0.5 else changed
    return shrunk(np.ascontiguousarray(changed, np.uint8), side)[0]


def watching(published: bytes, layers: list[centerface.Layer]) -> ort.InferenceSession:
    """The repaired network with the results of layers as outputs."""
    model = onnx.load_model_from_string(centerface.repair([published]))
    del model.graph.output[:]
    for layer in layers:
        name = f"{layer.name}.relu" if layer.relu else layer.name
        model.graph.output.append(
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        )
    return session(model.SerializeToString())


def session(data: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def run(network: ort.InferenceSession, picture: Picture) -> list[NDArray[np.float32]]:
    return list(network.run(None, {"image": picture[None]}))


def write(
    ranges: dict[str, tuple[float, float]], tops: dict[str, list[float]], drift: list[float]
) -> None:
    def numbers(values: list[float] | tuple[float, ...], digits: int) -> list[float]:
        return [float(f"{value:.{digits}g}") for value in values]

    lines = [f"    {json.dumps(k)}: {json.dumps(numbers(v, 6))}" for k, v in ranges.items()]
    top_lines = [f"    {json.dumps(k)}: {json.dumps(numbers(v, 3))}" for k, v in tops.items()]
    text = ",\n".join(lines), ",\n".join(top_lines), json.dumps(numbers(drift, 3))
    RANGES.write_text(
        '{{\n  "ranges": {{\n{}\n  }},\n  "tops": {{\n{}\n  }},\n  "drift": {}\n}}\n'.format(*text)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
