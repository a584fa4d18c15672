"""Two repairs that cost nothing at run time and give back much of what rounding takes.

One step serves all channels of a tensor, so a channel that reaches a hundredth as high as another
would keep two steps of 255. What a rectified layer is divided by, the depthwise layer after it is
multiplied by: that changes no result (Nagel et al. 2019, "Data-free quantization"). And what the
integers are off on average, channel by channel, can be taken off the biases of the last layers.
Here both are measured; `models.convert.recipe` carries them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.compress.calibrate import watch
from passante.compress.running import Feed, run, session
from passante.models.convert.network import Graph
from passante.models.convert.recipe import has_bias, pairs

_SHARE = 99.99
_KERNEL = 8
"""Channels that kernels take at once."""
_FLOOR = 1e-3
"""A channel that hardly ever fires would otherwise be blown up without bound."""


def tops(graph: Graph, feeds: Iterable[Feed]) -> dict[str, tuple[float, ...]]:
    """How high each channel reaches, of every rectified tensor that one depthwise layer reads."""
    todo = [pair.rectified for pair in pairs(graph)]
    found: dict[str, NDArray[np.float64]] = {}
    if not todo:
        return {}

    def visit(name: str, values: NDArray[Any]) -> None:
        flat = np.moveaxis(values, 1, 0).reshape(values.shape[1], -1)
        at = int((flat.shape[1] - 1) * _SHARE / 100)
        top = np.partition(flat, at, axis=1)[:, at].astype(np.float64)
        found[name] = np.maximum(found.get(name, top), top)

    watch(graph, todo, feeds, visit)
    return {
        name: tuple(float(value) for value in np.maximum(top, top.max() * _FLOOR))
        for name, top in found.items()
        if top.max() > 0
    }


def silent(graph: Graph, feeds: Iterable[Feed]) -> dict[str, tuple[int, ...]]:
    """Channels of which a depthwise layer makes nothing but 0 on all that it is shown.

    So many stay that a multiple of `_KERNEL` is left.

    Returns:
        As `Recipe.gone`.
    """
    todo = {pair.beyond[0]: pair.rectified for pair in pairs(graph) if pair.beyond is not None}
    fires: dict[str, NDArray[np.bool_]] = {}
    if not todo:
        return {}

    def visit(name: str, values: NDArray[Any]) -> None:
        some = np.asarray((values > 0).any(axis=(0, *range(2, values.ndim))))
        fires[name] = fires.get(name, some) | some

    watch(graph, list(todo), feeds, visit)
    found = {}
    for name, some in fires.items():
        gone = [int(at) for at in np.flatnonzero(~some)]
        left = -(-max(1, some.size - len(gone)) // _KERNEL) * _KERNEL
        if left < some.size:
            found[todo[name]] = tuple(gone[: some.size - left])
    return found


def drift(true: Graph, whole: Graph, feeds: Sequence[Feed]) -> dict[str, tuple[float, ...]]:
    """What has to be added to the biases of last layers, so that integers are right on average.

    Args:
        true: In floating point.
        whole: The same in integers.
        feeds: A few inputs.

    Returns:
        Output -> true mean less mean in integers of each channel; of maps alone (count, channels,
        rows, columns), and of those that a convolution gives.
    """
    networks = session(true.to_bytes()), session(whole.to_bytes())
    sums: dict[str, NDArray[np.float64]] = {}
    for feed in feeds:
        for name, a, b in zip(
            true.output_names, *(run(network, feed) for network in networks), strict=True
        ):
            if a.dtype == np.float32 and a.ndim == 4 and has_bias(true, name):
                gap = (a.astype(np.float64) - b).mean(axis=(0, 2, 3))
                sums[name] = sums.get(name, 0) + gap / len(feeds)
    return {name: tuple(map(float, gap)) for name, gap in sums.items()}
