"""Which layers in a row are better left in floating point, where integers go badly wrong.

Layers that carry one swing common to all channels leave little of 255 steps for everything else,
and as long as one of their neighbours rounds the same swing nothing is gained by putting back a
single one. Layers are therefore put back as a row, and each place where a row could begin is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from passante.compress.running import Feed
from passante.compress.sensitivity import distance_db, outputs
from passante.models.convert.network import Graph
from passante.models.convert.quantise import Recipe, layers, quantise


def best(graph: Graph, recipe: Recipe, feeds: Sequence[Feed], count: int) -> tuple[str, ...]:
    """The `count` layers in a row that integers come nearest without.

    Args:
        graph: The repaired network in float32.
        recipe: How it is made into integers else.
        feeds: A few inputs.
        count: How many layers.
    """
    true = outputs(graph, feeds)
    names = [node.name for node in layers(graph)]
    rows = [tuple(names[at : at + count]) for at in range(max(1, len(names) - count + 1))]

    def distance(row: tuple[str, ...]) -> float:
        changed = quantise(graph, replace(recipe, keep=(*recipe.keep, *row)))
        return distance_db(true, outputs(changed, feeds))

    return max(rows, key=distance)
