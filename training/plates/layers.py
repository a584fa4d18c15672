"""The network that finds number plates, as a list of layers: made for 8-bit integers.

Rectified linear units alone, no weighing of channels, channels in multiples of 8. The first layer
takes 8x8 px in steps of 4, which costs a third of the usual two steps of 2 and keeps the strokes of
small letters; the rest are 3x3 convolutions, which integer kernels run best, and depthwise 5x5
ones where the map is small. One map comes out, a cell every 8 px:

- channel 0: heat, the logit of "the middle of a plate is here";
- channel 1: log of the plate's size (root of its area) over 16 px;
- channels 2 to 9: its corners, top left, top right, bottom right, bottom left, each x and y, as
  seen from the middle of the cell, in plate sizes.

Objects as points: Zhou et al., 2019. Their corners in units of their own size keep the numbers
alike for plates of 8 and of 300 px, so that one step of an 8-bit number suits both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

CELL = 8
"""A cell of the map is so many px wide and high."""
GRAIN = 32
"""Sides of pictures are multiples of this, px."""
MAPS = 10
"""Channels of the result."""
UNIT = 16.0
"""A plate of this size, px, has a log size of 0."""
OUTPUT = "maps"
"""Name of the last layer."""


class Op(Enum):
    """What a layer does."""

    CONV = "conv"
    ADD = "add"
    DOUBLE = "double"
    """Each pixel becomes 2x2."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer; `inputs` name layers before it, or "input"."""

    name: str
    inputs: tuple[str, ...]
    channels: int
    """Of its result."""
    op: Op = Op.CONV
    side: int = 3
    """Of its kernel, px."""
    stride: int = 1
    groups: int = 1
    relu: bool = True

    @property
    def pad(self) -> int:
        """Zeros around what it reads, px."""
        return (self.side - self.stride) // 2 if self.side > 5 else self.side // 2


@dataclass(frozen=True, slots=True)
class Width:
    """How many channels and layers there are at each step of the picture."""

    quarter: int
    eighth: int
    sixteenth: int
    last: int
    quarters: int = 1
    """Layers with a way around them, at a quarter of the size."""
    eighths: int = 3
    sixteenths: int = 2
    lasts: int = 3


WIDTHS = {
    "narrow": Width(24, 48, 96, 128, eighths=2),
    "medium": Width(32, 64, 128, 160),
    "wide": Width(40, 80, 128, 192),
}


class _Builder:
    """Collects layers under running names."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []

    def add(self, *inputs: str, channels: int, **how: int | bool | Op) -> str:
        # The keywords are those of Layer.
        name = f"layer{len(self.layers):02}"
        self.layers.append(Layer(name, inputs, channels, **how))  # type: ignore[arg-type]
        return name

    def around(self, given: str, channels: int) -> str:
        """A layer with a way around it (He et al., 2016)."""
        inner = self.add(given, channels=channels, relu=False)
        return self.add(inner, given, channels=channels, op=Op.ADD)

    def apart(self, given: str, before: int, channels: int, *, stride: int = 1) -> str:
        """Across the picture first, each channel by itself, then across the channels."""
        inner = self.add(given, channels=before, side=5, stride=stride, groups=before)
        return self.add(inner, channels=channels, side=1)


def layers(width: Width) -> tuple[Layer, ...]:
    """All layers in order of running."""
    build = _Builder()
    end = build.add("input", channels=width.quarter, side=8, stride=4)
    end = build.add(end, channels=width.quarter)
    for _ in range(width.quarters):
        end = build.around(end, width.quarter)
    end = build.add(end, channels=width.eighth, stride=2)
    for _ in range(width.eighths):
        end = build.around(end, width.eighth)
    eighth = end
    end = build.add(end, channels=width.sixteenth, stride=2)
    for _ in range(width.sixteenths):
        end = build.around(end, width.sixteenth)
    sixteenth = end
    end = build.apart(end, width.sixteenth, width.last, stride=2)
    for _ in range(width.lasts):
        inner = build.add(end, channels=width.last, side=5, groups=width.last)
        inner = build.add(inner, channels=width.last, side=1, relu=False)
        end = build.add(inner, end, channels=width.last, op=Op.ADD)
    end = _joined(build, end, sixteenth, width.sixteenth)
    end = build.apart(end, width.sixteenth, width.sixteenth)
    end = _joined(build, end, eighth, width.eighth)
    end = build.add(end, channels=width.eighth)
    end = build.apart(end, width.eighth, width.eighth)
    return (*build.layers, Layer(OUTPUT, (end,), MAPS, side=1, relu=False))


def _joined(build: _Builder, coarse: str, fine: str, channels: int) -> str:
    """A coarse map brought to the size of a fine one, and added to it (Lin et al., 2017)."""
    end = build.add(coarse, channels=channels, side=1, relu=False)
    end = build.add(end, channels=channels, op=Op.DOUBLE, relu=False)
    return build.add(end, fine, channels=channels, op=Op.ADD)
