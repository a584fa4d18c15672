"""The head as a network: from a tagger's logits and embedding, and traits, to the kinds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from passante.analyse.tagger import CLASSES, EMBEDDING
from passante.analyse.traits import TRAITS
from passante.evaluate.packaged import CLASSES_OF
from passante.models.convert._graph import GraphWriter
from training.sounds.learn import Layers

BESIDE: dict[str, tuple[int, ...]] = {
    "fireworks": (426, 427),
    "thunder": (280, 281),
    "applause": (58, 61, 62),
    "slam": (348, 352, 353),
    "hammer": (413, 414, 460, 461, 462),
    "beeps": (313, 475, 476),
    "horn": (302, 303, 312),
    "speech": (0, 1, 2, 3),
    "crowd": (10, 63, 64, 65, 66),
    "music": (132, 156, 159),
    "water": (282, 283, 288, 289),
    "wind": (277, 279),
    "engine": (310, 320, 337, 341),
    "rail": (322, 325, 327),
    "aircraft": (329, 333),
    "birds": (96, 106, 107),
    "clatter": (454, 455, 478, 483),
    "noise": (507, 509, 514, 515),
}
"""What is easily taken for one of the kinds -> numbers of AudioSet's classes."""

GROUPS = (*CLASSES_OF.values(), *BESIDE.values())
"""Classes that the head reads together: of each group the highest number. First the kinds."""

LOWEST, HIGHEST = -10.0, 4.0
"""Limits of the number of a group."""


def write(layers: Layers, ours: Sequence[float], theirs: Sequence[float]) -> bytes:
    """The ONNX file of a head: the layers' numbers and the kinds' own groups, so much of each."""
    count = len(ours)
    graph = GraphWriter("street-sounds")
    graph.input("logits", np.float32, ["n", CLASSES])
    graph.input("embedding", np.float32, ["n", EMBEDDING])
    graph.input("traits", np.float32, ["n", TRAITS])
    graph.output("kinds", np.float32, ["n", count])
    found = []
    for number, classes in enumerate(GROUPS):
        which = graph.weight(f"group{number}.classes", np.array(classes, np.int64))
        some = graph.node("Gather", ["logits", which], f"group{number}.all", axis=1)
        found.append(graph.node("ReduceMax", [some], f"group{number}", axes=[1], keepdims=1))
    limits = [
        graph.weight("lowest", np.array(LOWEST, np.float32)),
        graph.weight("highest", np.array(HIGHEST, np.float32)),
    ]
    joined = graph.node("Concat", found, "groups.all", axis=1)
    groups = graph.node("Clip", [joined, *limits], "groups")
    both = graph.node("Concat", ["embedding", groups, "traits"], "both", axis=1)
    middle = graph.node("Gemm", [both, *_weights(graph, "first", layers.first)], "middle.all")
    middle = graph.node("Relu", [middle], "middle")
    said = graph.node("Gemm", [middle, *_weights(graph, "second", layers.second)], "said")
    own = graph.node(
        "Clip", [graph.node("Concat", found[:count], "own.all", axis=1), *limits], "own"
    )
    factors = [
        graph.weight("ours", np.array([ours], np.float32)),
        graph.weight("theirs", np.array([theirs], np.float32)),
    ]
    parts = [
        graph.node("Mul", [said, factors[0]], "said.share"),
        graph.node("Mul", [own, factors[1]], "own.share"),
    ]
    graph.node("Add", parts, "kinds")
    return graph.to_bytes()


def _weights(graph: GraphWriter, name: str, layer: NDArray[np.float32]) -> list[str]:
    return [
        graph.weight(f"{name}.weight", np.ascontiguousarray(layer[:-1])),
        graph.weight(f"{name}.bias", np.ascontiguousarray(layer[-1])),
    ]
