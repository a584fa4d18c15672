"""Which layers lose most by being in integers: each is put back alone into floating point.

The network in integers is finished first and not calibrated again, so one pass over a few inputs
for each layer is all it takes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.compress.running import Feed, run, session
from passante.models.convert.network import Graph
from passante.models.convert.quantise import Recipe, layers, quantise

# Any: outputs of a network.
Outputs = list[NDArray[Any]]
Tell = Callable[[int, int], None]
"""Takes how many layers were tried, and of how many."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What putting one layer back gains."""

    layer: str
    """Name of the node."""
    gain_db: float
    """By how much the distance between signal and error grows, dB."""


def distance_db(true: Sequence[Outputs], given: Sequence[Outputs]) -> float:
    """Signal over error of all floating-point outputs, dB; each output weighs the same.

    Outputs are taken over all inputs together, and no more than 120 dB are given.
    """
    found = []
    for index in range(len(true[0])):
        if not np.issubdtype(true[0][index].dtype, np.floating):
            continue
        signal = error = 0.0
        for a, b in zip(true, given, strict=True):
            exact = a[index].astype(np.float64)
            signal += float(((exact - exact.mean()) ** 2).sum())
            error += float(((exact - b[index]) ** 2).sum())
        found.append(min(120.0, 10 * math.log10(max(signal, 1e-30) / max(error, 1e-30))))
    return float(np.mean(found)) if found else 0.0


def outputs(graph: Graph, feeds: Sequence[Feed]) -> list[Outputs]:
    """What a network gives for each of these inputs."""
    network = session(graph.to_bytes())
    return [run(network, feed) for feed in feeds]


def sensitivities(
    graph: Graph, recipe: Recipe, feeds: Sequence[Feed], tell: Tell | None = None
) -> list[Sensitivity]:
    """What each layer would gain by being left in floating point, most first.

    Args:
        graph: The repaired network in float32.
        recipe: How it was made into integers.
        feeds: A few inputs.
        tell: Told how far it is.
    """
    true = outputs(graph, feeds)
    base = distance_db(true, outputs(quantise(graph, recipe), feeds))
    todo = [node.name for node in layers(graph) if node.name not in recipe.keep]
    found = []
    for number, name in enumerate(todo):
        changed = quantise(graph, replace(recipe, keep=(*recipe.keep, name)))
        found.append(Sensitivity(name, distance_db(true, outputs(changed, feeds)) - base))
        if tell is not None:
            tell(number + 1, len(todo))
    # By name where equal: the same order in every run.
    return sorted(found, key=lambda item: (-item.gain_db, item.layer))
