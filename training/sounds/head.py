"""The head as a network: from YAMNet's logits and embedding to a number for each kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passante.analyse.tagger import CLASSES, EMBEDDING
from passante.evaluate.packaged import CLASSES_OF
from passante.models.convert._graph import GraphWriter

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


def write(head: NDArray[np.float32]) -> bytes:
    """The ONNX file of a head (kinds, embedding + groups + 1); its last column are biases."""
    graph = GraphWriter("street-sounds")
    graph.input("logits", np.float32, ["n", CLASSES])
    graph.input("embedding", np.float32, ["n", EMBEDDING])
    graph.output("kinds", np.float32, ["n", len(head)])
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
    both = graph.node("Concat", ["embedding", groups], "both", axis=1)
    weights = [
        graph.weight("weight", np.ascontiguousarray(head[:, :-1].T)),
        graph.weight("bias", np.ascontiguousarray(head[:, -1])),
    ]
    graph.node("Gemm", [both, *weights], "kinds")
    return graph.to_bytes()
