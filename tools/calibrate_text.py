"""Measures the ranges that the conversion of PP-OCRv4's detector to integers needs.

    python tools/calibrate_text.py FOLDER

FOLDER holds the package archive that the card names; pictures are every seventh of
$PASSANTE_DATA/plates. Writes models/convert/ranges/ppocr_det.json; after that the hash in the card
of ppocr-det-local-int8 has to be renewed: it is printed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from passante.models import archive, catalogue
from passante.models.convert import ppocr_det
from passante.models.convert.ppocr_steps import Op, Step, after_last_swish, fused, steps_of

ROOT = Path(__file__).resolve().parent.parent
RANGES = ROOT / "src/passante/models/convert/ranges/ppocr_det.json"
DATA = Path(os.environ.get("PASSANTE_DATA", ROOT.parent / "shared/data")) / "plates"
EVERY = 7
SIZES = ((320, 192), (640, 384))
"""Width and height of looks, px."""
SHARE = 99.99
"""Percentile at which the range of one picture ends."""
LOGITS = (-8.0, 8.0)
"""Of the last layer: beyond these a likelihood is as good as 0 or 1."""


def main(words: list[str]) -> int:
    if len(words) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    part = catalogue.card("ppocr-det-local").parts[0]
    published = archive.member(part, archive.find(part, Path(words[0])))
    steps = fused(steps_of(published))
    whole = after_last_swish(steps)
    names = [name for name in steps if name in whole or _feeds(name, steps, whole)]
    names = [name for name in names if steps[name].op not in (Op.SIGMOID, Op.ENLARGE)]
    ranges = values(published, names, sorted((DATA / "images").iterdir())[::EVERY])
    for name in names:
        if steps[name].op is Op.RELU:
            ranges[steps[name].inputs[0]] = ranges[name]
    ranges[names[-1]] = LOGITS
    lines = [f"    {json.dumps(k)}: [{low:.4g}, {high:.4g}]" for k, (low, high) in ranges.items()]
    RANGES.write_text('{{\n  "ranges": {{\n{}\n  }}\n}}\n'.format(",\n".join(lines)))
    made = ppocr_det.quantise([published])
    sys.stdout.write(f"sha256 {hashlib.sha256(made).hexdigest()}, {len(made)} bytes\n")
    return 0


def _feeds(name: str, steps: dict[str, Step], whole: set[str]) -> bool:
    return any(name in steps[reader].inputs for reader in whole)


def values(published: bytes, names: list[str], paths: list[Path]) -> dict[str, tuple[float, float]]:
    """Lowest and highest value of every step over all pictures."""
    model = onnx.load_model_from_string(ppocr_det.settle([published]))
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    network = ort.InferenceSession(model.SerializeToString())
    ranges = dict.fromkeys(names, (0.0, 0.0))
    for number, path in enumerate(paths):
        picture = fitted(np.asarray(cv2.imread(str(path)), np.uint8), *SIZES[number % len(SIZES)])
        for name, found in zip(names, network.run(names, {"image": picture}), strict=True):
            low, high = np.percentile(found, (100 - SHARE, SHARE))
            ranges[name] = min(ranges[name][0], float(low)), max(ranges[name][1], float(high))
    return ranges


def fitted(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    canvas = np.full((1, height, width, 3), 114, np.uint8)
    canvas[0, : size[1], : size[0]] = small[:, :, ::-1]
    return canvas


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
