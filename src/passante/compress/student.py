"""A small network for one fixed camera, and the finder that asks it.

Built for integers: convolutions, depthwise ones and rectification, channels in multiples of eight,
nothing else. It gives the map that the finder of faces reads, one cell for four pixels.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from passante.analyse.faces import hot_cells
from passante.analyse.ssd import without_doubles
from passante.compress.tasks.outcome import Runner
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View
from passante.models.convert.network import Graph, Value

STRIDE = 4
"""Pixels of the view for each cell of the map."""
MULTIPLE = 16
"""A view's sides are multiples of it, px."""
CELLS = "cells"
"""The layer that gives the map: its first channels are heat, four places each of five numbers."""
HEATS = 4
_SAME_THING = 0.5
"""Two boxes that overlap by more than this (intersection over union) are one thing: the box of the
surest cell stands, since one around all of them is too large for somebody far away."""
_FLOAT, _UINT8 = 1, 2
_RARE = 0.02
"""How likely a cell is the centre of something before anything was learnt."""


class StudentFinder:
    """Finds one kind of thing with a student."""

    def __init__(self, network: Runner, kind: Kind, *, threshold: float) -> None:
        self._network = network
        self._kind = kind
        self._threshold = threshold

    @property
    def kinds(self) -> frozenset[Kind]:
        """The one kind."""
        return frozenset({self._kind})

    @property
    def model(self) -> str:
        """Reference of its model."""
        return self._network.ref

    def look(self, view: View) -> Detections:
        """Everything of its kind in the view, boxes in px of the coded frame, surest first."""
        (maps,) = self._network.run(_padded(view.pixels)[None])
        boxes, scores = hot_cells(maps, self._threshold)
        kept = without_doubles(boxes, _SAME_THING)
        kinds = (self._kind,) * len(kept)
        return Detections(view.to_frame(boxes[kept]), scores[kept], kinds, self.model)


def architecture(
    *, width: int = 48, blocks: tuple[int, int, int] = (3, 4, 2), seed: int = 0
) -> Graph:
    """A student that knows nothing yet.

    Args:
        width: Channels at half the size; twice as many at one cell for eight pixels, four times at
            one for sixteen; a multiple of 16.
        blocks: Depthwise blocks of 5x5 at one cell for eight pixels, at one for sixteen, and at one
            for eight again, where both are added.
        seed: Of its first weights.
    """
    net = _Net(seed)
    levels = net.graph.node("Transpose", ["image"], "planes", perm=[0, 3, 1, 2])
    levels = net.graph.node("Cast", [levels], "levels", to=_FLOAT)
    thin = width // 2
    now = net.conv("first", levels, (thin, 3, 3), stride=2, gain=1 / 64)
    now = net.pair("half", now, (thin, width), stride=2)
    now = net.pair("quarter", now, (width, 2 * width), stride=2)
    fine = net.blocks("fine", now, 2 * width, blocks[0])
    deep = net.pair("eighth", fine, (2 * width, 4 * width), stride=2)
    deep = net.blocks("deep", deep, 4 * width, blocks[1])
    wide = net.conv("up", deep, (8 * width, 4 * width, 1), relu=False, gain=0.5)
    wide = net.unfolded(wide, "up.unfolded")
    now = net.sum(fine, wide, "joined")
    now = net.blocks("last", now, 2 * width, blocks[2])
    cells = net.conv(CELLS, now, (20, 2 * width, 1), relu=False, gain=0.1)
    net.graph.constants[f"{CELLS}.bias"][:4] = -math.log(1 / _RARE - 1)
    net.unfolded(cells, "maps")
    for number, node in enumerate(net.graph.nodes):
        node.name = f"{node.op}_{number}"
    return net.graph


def _padded(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The view with its last row and column repeated, up to whole steps of the network."""
    more = [(0, -side % MULTIPLE) for side in pixels.shape[:2]]
    if more == [(0, 0), (0, 0)]:
        return np.ascontiguousarray(pixels)
    return np.asarray(np.pad(pixels, [*more, (0, 0)], mode="edge"), np.uint8)


class _Net:
    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)
        self.graph = Graph(
            inputs=[Value("image", _UINT8, (1, "height", "width", 3))],
            outputs=[Value("maps", _FLOAT, (1, 5, "rows", "columns"))],
            name="student",
        )

    def conv(
        self, name: str, given: str, shape: tuple[int, int, int], *, stride: int = 1,
        groups: int = 1, relu: bool = True, gain: float = 1.0,
    ) -> str:  # fmt: skip
        out, deep, side = shape
        weights = self._some(out, deep // groups, side, gain)
        inputs = [
            given,
            self.graph.weight(f"{name}.weight", weights),
            self.graph.weight(f"{name}.bias", np.zeros(out, np.float32)),
        ]
        end = self.graph.node(
            "Conv", inputs, name, group=groups, kernel_shape=[side, side],
            pads=[side // 2] * 4, strides=[stride, stride],
        )  # fmt: skip
        return self.graph.node("Relu", [end], f"{name}.relu") if relu else end

    def blocks(self, name: str, given: str, deep: int, count: int) -> str:
        """Depthwise blocks, each of which adds to what came before."""
        for number in range(count):
            more = self.pair(f"{name}{number}", given, (deep, deep), side=5, last=False)
            given = self.sum(given, more, f"{name}{number}.sum")
        return given

    def sum(self, one: str, other: str, name: str) -> str:
        """Both together, rectified."""
        return self.graph.node("Relu", [self.graph.node("Add", [one, other], name)], f"{name}.relu")

    def unfolded(self, given: str, name: str) -> str:
        """Four channels become four places."""
        return self.graph.node("DepthToSpace", [given], name, blocksize=2, mode="CRD")

    def pair(
        self, name: str, given: str, shape: tuple[int, int], *, stride: int = 1, side: int = 3,
        last: bool = True,
    ) -> str:  # fmt: skip
        """A depthwise layer and one of single places."""
        deep, out = shape
        now = self.conv(f"{name}.deep", given, (deep, deep, side), stride=stride, groups=deep)
        return self.conv(f"{name}.wide", now, (out, deep, 1), relu=last, gain=1 if last else 0.3)

    def _some(self, out: int, deep: int, side: int, gain: float) -> NDArray[np.float32]:
        spread = gain * math.sqrt(2 / (deep * side * side))
        values = self._chance.standard_normal((out, deep, side, side)) * spread
        return values.astype(np.float32)
