"""Measures the activation ranges of SSD-MobileNetV2: `calibrate_ssd.py GRAPH.pb PICTURE...`.

Writes the text of `models/convert/ranges/ssd_mobilenet_v2.json` to standard output. PICTURE may be
a picture or a video, of which four frames are taken. A tensor's range runs from the lowest to the
highest value over all pictures, leaving out one value in ten thousand at each end of each picture.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from passante.models.convert import ssd_mobilenet_v2

SIZES = ((300, 300), (512, 288), (640, 384))
"""Width and height of looks, in turn, px."""
PLACES = (0.07, 0.36, 0.64, 0.93)
"""Where frames are taken from a video, as parts of its length."""
LOGITS = (-6.0, 5.0)
"""Of heads that say what is there: beyond these a score is as good as 0 or 1."""


def pictures(path: Path) -> Iterator[NDArray[np.uint8]]:
    if path.suffix.lower() in {".jpg", ".jpeg", ".png"}:
        yield np.asarray(cv2.imread(str(path)), np.uint8)
        return
    video = cv2.VideoCapture(str(path))
    frames = video.get(cv2.CAP_PROP_FRAME_COUNT)
    for place in PLACES:
        video.set(cv2.CAP_PROP_POS_FRAMES, int(place * frames))
        good, frame = video.read()
        if good:
            yield np.asarray(frame, np.uint8)


def fitted(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    canvas = np.full((1, height, width, 3), 114, np.uint8)
    canvas[0, : size[1], : size[0]] = small[:, :, ::-1]
    return canvas


def ranges(graph: bytes, paths: list[Path]) -> dict[str, list[float]]:
    layers = ssd_mobilenet_v2.layers(graph)
    names = [f"{layer.name}.relu" if layer.relu else layer.name for layer in layers]
    model = onnx.load_model_from_string(ssd_mobilenet_v2.convert([graph]))
    for name in names:
        model.graph.output.append(
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        )
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = {layer.name: (0.0, 0.0) for layer in layers}
    every = (picture for path in paths for picture in pictures(path))
    for number, picture in enumerate(every):
        feed: dict[str, Any] = {"image": fitted(picture, *SIZES[number % len(SIZES)])}
        for layer, values in zip(layers, session.run(names, feed), strict=True):
            low, high = np.percentile(values, [0.01, 99.99])
            before = found[layer.name]
            found[layer.name] = (min(before[0], float(low)), max(before[1], float(high)))
    found |= {name: LOGITS for name in found if name.endswith("ClassPredictor")}
    return {
        name: [float(f"{low:.6g}"), float(f"{high:.6g}")] for name, (low, high) in found.items()
    }


def main() -> None:
    graph, *paths = (Path(name) for name in sys.argv[1:])
    table = ranges(graph.read_bytes(), paths)
    lines = ",\n".join(f"    {json.dumps(name)}: {limits}" for name, limits in table.items())
    print(f'{{\n  "ranges": {{\n{lines}\n  }}\n}}')


if __name__ == "__main__":
    main()
