"""Writes the trained network as it is shipped: in 8-bit integers, and what its card must say.

    python -m training.plates.export FOLDER/medium.pt --out FILE.onnx [--card CARD.toml]

Ranges of numbers are measured on pictures that are made for it, with a seed of their own.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray

from training.plates import graphs
from training.plates.bank import Make
from training.plates.graphs import Ranges, Weights
from training.plates.layers import GRAIN, OUTPUT, WIDTHS, Layer
from training.plates.mix import Diet, real_frames
from training.plates.net import Network

SEED = 77
PICTURES = 96
_SHARE = 99.995
"""Percentile of one picture at which its ranges end: beyond lie single pixels."""
_OF_PICTURES = 97.0
"""And of pictures, of those ends."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A network whose normalising is folded into its weights."""

    layers: tuple[Layer, ...]
    weights: Weights


def trained(path: Path) -> Trained:
    """What `train` wrote: the running mean of the weights."""
    # Any: torch gives whatever was saved; only numbers, since nothing else is let in.
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    net = Network(WIDTHS[state["width"]])
    net.load_state_dict(state["mean"])
    return Trained(net.layers, net.eval().folded())


def pictures(make: Make, number: int, seed: int) -> list[NDArray[np.uint8]]:
    """Pictures (height, width, 3) to measure ranges on, of several sizes."""
    rng = np.random.default_rng(seed)
    found = []
    for index in range(number):
        shown = make(rng).picture
        scale = (1.0, 0.7, 0.5)[index % 3]
        size = tuple(max(GRAIN, round(side * scale / GRAIN) * GRAIN) for side in shown.shape[1::-1])
        found.append(np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA), np.uint8))
    return found


def ranges(network: Trained, shown: list[NDArray[np.uint8]]) -> Ranges:
    """How far the results of every layer but the last reach on these pictures."""
    names = [layer.name for layer in network.layers if layer.name != OUTPUT]
    data = graphs.floating(network.layers, network.weights, watch=True)
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    ends: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for picture in shown:
        for name, values in zip(names, session.run(names, {"image": picture[None]}), strict=True):
            low, high = np.percentile(values, (100 - _SHARE, _SHARE))
            ends[name].append((float(low), float(high)))
    found = {}
    for layer in network.layers:
        if layer.name == OUTPUT:
            continue
        lows, highs = np.array(ends[layer.name]).T
        low = 0.0 if layer.relu else float(np.percentile(lows, 100 - _OF_PICTURES))
        found[layer.name] = (low, float(np.percentile(highs, _OF_PICTURES)))
    return found


def export(network: Trained, shown: list[NDArray[np.uint8]]) -> bytes:
    """The network in integers, its ranges measured on these pictures."""
    return graphs.integers(network.layers, network.weights, ranges(network, shown))


def renewed(card: str, data: bytes) -> str:
    """The text of a card with the hash and the size of these bytes."""
    for key, value in (
        ("sha256", f'"{hashlib.sha256(data).hexdigest()}"'),
        ("size_bytes", len(data)),
    ):
        card = re.sub(rf"^{key} = .*$", f"{key} = {value}", card, count=1, flags=re.MULTILINE)
    return card


def main(words: list[str] | None = None) -> int:
    """As the module says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("weights", type=Path, help="what the training wrote")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--pictures", type=int, default=PICTURES, help="to measure ranges on")
    parser.add_argument("--card", type=Path, help="the card whose hash and size are to be renewed")
    parser.add_argument("--floating", type=Path, help="also write it in floating point, there")
    options = parser.parse_args(words)
    network = trained(options.weights)
    data = export(network, pictures(Diet(real_frames()), options.pictures, SEED))
    options.out.write_bytes(data)
    if options.floating:
        options.floating.write_bytes(graphs.floating(network.layers, network.weights))
    if options.card:
        options.card.write_text(renewed(options.card.read_text(encoding="utf-8"), data))
    sys.stdout.write(f'sha256 = "{hashlib.sha256(data).hexdigest()}"\nsize_bytes = {len(data)}\n')
    return 0


if __name__ == "__main__":
    sys.exit(main())
