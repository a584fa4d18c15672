"""Classifiers of pictures that come from elsewhere: judged by whether they say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from passante.compress.data import Form, Item
from passante.compress.tasks.outcome import Quality, Runner, Share, What
from passante.evaluate.rates import Rate

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)


class Levels(StrEnum):
    """What numbers the brightness of a pixel becomes."""

    BYTES = "0..255"
    UNIT = "0..1"
    SIGNED = "-1..1"
    IMAGENET = "imagenet"
    """0 to 1, less the mean of ImageNet, over its spread; channel by channel."""


@dataclass(frozen=True, slots=True)
class Classifying:
    """A network that gives a number for each class of one picture."""

    size: tuple[int, int]
    """Width and height, px."""
    levels: Levels
    rows_last: bool = False
    """Channels come last (NHWC) rather than first (NCHW)."""
    channels: int = 3
    form: Form = field(default=Form.PICTURES, init=False)
    protective: bool = field(default=False, init=False)

    def ask(self, network: Runner, item: Item) -> NDArray[np.float32]:
        """(classes,): what the network says of a picture."""
        assert item.frame is not None
        pixels: NDArray[np.float32] = item.frame.view(*self.size).pixels.astype(np.float32)
        if self.channels == 1:
            pixels = np.asarray(pixels.mean(axis=2, keepdims=True), np.float32)
        match self.levels:
            case Levels.BYTES:
                pass
            case Levels.UNIT:
                pixels = pixels / np.float32(255)
            case Levels.SIGNED:
                pixels = pixels / np.float32(127.5) - 1
            case Levels.IMAGENET:
                pixels = (pixels / np.float32(255) - _MEAN) / _SPREAD
        if not self.rows_last:
            pixels = pixels.transpose(2, 0, 1)
        outputs = network.run(np.ascontiguousarray(pixels[None], np.float32))
        return np.asarray(outputs[0], np.float32).reshape(-1)

    def judge(
        self,
        items: Iterable[Item],
        parent: Sequence[NDArray[np.float32]],
        given: Sequence[NDArray[np.float32]],
    ) -> Quality:
        """How often the likeliest class is the parent's."""
        same = sum(int(a.argmax() == b.argmax()) for a, b in zip(parent, given, strict=True))
        n = len(given)
        share = Share(What.AGREEMENT, "all", Rate.of(same, n), Rate.of(n, n))
        return Quality((share,), 0.0, n)
