"""A network in 8-bit integers, written as pairs of rounding and reading nodes (ONNX "QDQ").

Which nodes are computed in integers is decided by what ONNX Runtime and OpenVINO have integer
kernels for. Rectification after such a node needs none of its own: the range of its result starts
at 0, and a number below it cannot be written down. Operations that only move numbers about are done
on the whole numbers themselves. The result of a product of matrices after which no other layer
comes is not rounded: the kernel has its sum in 32 bits anyway, and in 255 steps classes tie.
Rounding itself is that of `models.convert._integers`, with which the shipped networks are made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import onnx

from passante.models.convert import _integers
from passante.models.convert.network import Graph, Node

WEIGHED = frozenset({"Conv", "Gemm"})
"""Operations with weights that have integer kernels."""
_JOINING = frozenset({"Add", "Mul", "Concat"})
_ALONE = frozenset({"AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid", "Relu", "Clip"})
_MOVING = frozenset(
    {"Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Slice", "DepthToSpace",
     "SpaceToDepth", "MaxPool", "Split"}
)  # fmt: skip
_RECTIFYING = ("Relu", "Clip")
_WORTH_PACKING = 2048
"""Weights from which on a layer's are written in 8 bits where that is asked for."""

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network becomes one in integers."""

    ranges: Mapping[str, Range] = field(default_factory=dict)
    """Tensor -> lowest and highest value that whole numbers stand for."""
    keep: Collection[str] = ()
    """Names of nodes that stay in floating point."""
    signed: bool = False
    """Activations from -128 to 127 (for the dot product of ARM) instead of 0 to 255 (for VNNI)."""
    parted: bool = False
    """A limit that nothing reaches stands before a layer in floating point between two in integers:
    ONNX Runtime (WeightBiasQuantization) would otherwise put it into integers after all,
    with one step for all of its channels. Recipes of before it leave it out, and their networks
    keep their bytes."""
    packed: bool = False
    """Weights of layers that stay in floating point are written in 8 bits, and read when the file
    is loaded."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """A tensor in whole numbers."""

    name: str
    of: str
    """Which range it has: that of this tensor."""
    low: float
    high: float


def quantise(graph: Graph, recipe: Recipe) -> Graph:
    """The network in integers, as far as it can be and `recipe.keep` allows.

    Args:
        graph: A repaired network in float32.
        recipe: Ranges of (at least) the tensors that `tensors` names.
    """
    return _Writing(graph, recipe).written()


def tensors(graph: Graph) -> list[str]:
    """The tensors whose ranges `quantise` may ask for, whatever is kept in floating point."""
    asked = _Asked()
    weighed = tuple(node.name for node in layers(graph))
    for keep in ((), weighed):
        for signed in (False, True):
            quantise(graph, Recipe(asked, keep, signed))
    # What a layer reads is rounded for it where what comes before stays in floating point.
    return list(dict.fromkeys([*asked.names, *(node.inputs[0] for node in layers(graph))]))


def layers(graph: Graph) -> list[Node]:
    """The nodes with weights that can be computed in integers, in the order of running."""
    return [node for node in graph.nodes if _is_weighed(graph, node)]


def ends(graph: Graph) -> frozenset[str]:
    """Names of the layers between which and an output no other layer stands."""
    makers = graph.makers()
    found: set[str] = set()
    seen: set[str] = set()
    waiting = graph.output_names
    while waiting:
        name = waiting.pop()
        node = makers.get(name)
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        if _is_weighed(graph, node):
            found.add(node.name)
        else:
            waiting += [given for given in node.inputs if given]
    return frozenset(found)


def _is_weighed(graph: Graph, node: Node) -> bool:
    if node.op not in WEIGHED or node.domain:
        return False
    if any(name not in graph.constants for name in node.inputs[1:] if name):
        return False
    if graph.constants[node.inputs[1]].dtype != np.float32:
        return False
    settings = node.attributes
    if node.op == "Gemm":
        plain = {"transA": 0, "alpha": 1.0, "beta": 1.0}
        return all(settings.get(name, usual) == usual for name, usual in plain.items())
    return bool(graph.constants[node.inputs[1]].ndim == 4)


class _Asked(Mapping[str, Range]):
    """Ranges of everything, which notes what was asked for."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def __getitem__(self, name: str) -> Range:
        self.names[name] = None
        return 0.0, 1.0

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


class _Writing:
    """One graph being written from another."""

    def __init__(self, graph: Graph, recipe: Recipe) -> None:
        self._old = graph
        self._recipe = recipe
        self._new = Graph(
            (), {}, graph.inputs, graph.outputs,
            name=graph.name, opset=graph.opset, domains=graph.domains,
        )  # fmt: skip
        self._whole: dict[str, _Whole] = {}
        self._read: dict[str, str] = {}
        self._readers = graph.readers()
        self._makers = graph.makers()
        self._kinds = {value.name: value.dtype for value in graph.inputs}
        self._outputs = set(graph.output_names)
        self._ends = ends(graph)
        self._absorbed: set[str] = set()

    def written(self) -> Graph:
        for node in self._old.nodes:
            if node.name in self._absorbed:
                continue
            if self._reads_levels(node):
                self._whole[node.outputs[0]] = _Whole(node.inputs[0], node.outputs[0], 0.0, 255.0)
            elif self._moves(node):
                self._move(node)
            elif self._is_integer(node):
                self._compute(node)
            else:
                self._copy(node)
        self._new.constants.update(
            {name: values for name, values in self._old.constants.items() if self._is_read(name)}
        )
        self._name_outputs()
        self._new.prune()
        return self._new

    def _reads_levels(self, node: Node) -> bool:
        """Whether a node only turns the levels 0 to 255 of a picture into floating point."""
        if node.op != "Cast" or self._recipe.signed or node.outputs[0] in self._outputs:
            return False
        name = node.inputs[0]
        while name not in self._kinds and name in self._makers:
            before = self._makers[name]
            if before.op not in _MOVING and before.op != "Pad":
                return False
            name = before.inputs[0]
        return self._kinds.get(name) == onnx.TensorProto.UINT8 and any(
            self._is_integer(reader) for reader in self._readers.get(node.outputs[0], [])
        )

    def _moves(self, node: Node) -> bool:
        return node.op in _MOVING and not node.domain and node.inputs[0] in self._whole

    def _is_integer(self, node: Node) -> bool:
        if node.domain or node.name in self._recipe.keep:
            return False
        if _is_weighed(self._old, node):
            return True
        if self._outputs.intersection(node.outputs):
            return False
        variable = [name for name in node.inputs if name and name not in self._old.constants]
        if node.op in _JOINING:
            return len(variable) == len(node.inputs) and all(n in self._whole for n in variable)
        return node.op in _ALONE and len(variable) == 1 and variable[0] in self._whole

    def _compute(self, node: Node) -> None:
        """A node in integers: it reads whole numbers, and its result is rounded."""
        name = node.outputs[0]
        if _is_weighed(self._old, node):
            given = [self._rounded(node.inputs[0]), *self._weights(node)]
        else:
            given = [
                n if n in self._old.constants else self._rounded(n) if n else n
                for n in node.inputs
            ]  # fmt: skip
        settings = {**node.attributes, "transB": 1} if node.op == "Gemm" else node.attributes
        if node.op == "Gemm" and node.name in self._ends:
            self._new.nodes.append(Node(node.op, given, [name], node.name, dict(settings)))
            return
        self._new.nodes.append(Node(node.op, given, [f"{name}.raw"], node.name, dict(settings)))
        readers = self._readers.get(name, [])
        if len(readers) == 1 and readers[0].op in _RECTIFYING and name not in self._outputs:
            self._absorbed.add(readers[0].name)
            name = readers[0].outputs[0]
        self._round(f"{node.outputs[0]}.raw", name)

    def _weights(self, node: Node) -> list[str]:
        weight = self._old.constants[node.inputs[1]]
        if node.op == "Gemm" and not node.attributes.get("transB", 0):
            weight = np.ascontiguousarray(weight.T)
        bias = (
            self._old.constants[node.inputs[2]].reshape(-1)
            if len(node.inputs) > 2 and node.inputs[2]
            else np.zeros(len(weight), np.float32)
        )
        bias = np.broadcast_to(bias, (len(weight),))
        before = self._whole[node.inputs[0]]
        step_in, _ = _integers.step(before.low, before.high)
        name = f"{node.outputs[0]}.whole"
        _integers.weights(self._new, name, weight, bias, step_in=step_in)
        return [f"{name}.weight", f"{name}.bias"]

    def _move(self, node: Node) -> None:
        before = self._whole[node.inputs[0]]
        outputs = [f"{name}.moved" for name in node.outputs]
        self._new.nodes.append(
            Node(node.op, [before.name, *node.inputs[1:]], outputs, node.name, node.attributes)
        )
        for name, moved in zip(node.outputs, outputs, strict=True):
            self._whole[name] = _Whole(moved, before.of, before.low, before.high)

    def _copy(self, node: Node) -> None:
        """A node in floating point."""
        given = [self._value(name) if name else name for name in node.inputs]
        if (
            self._recipe.parted
            and _is_weighed(self._old, node)
            and node.inputs[0] in self._whole
            and self._is_rounded_again(node)
        ):
            given[0] = self._parted(node.inputs[0])
        if self._recipe.packed and _is_weighed(self._old, node):
            weight = self._old.constants[node.inputs[1]]
            if weight.size >= _WORTH_PACKING:
                across = node.op == "Gemm" and not node.attributes.get("transB", 0)
                given[1] = _integers.packed(
                    self._new, f"{node.outputs[0]}.packed", weight, axis=1 if across else 0
                )
        self._new.nodes.append(
            Node(node.op, given, list(node.outputs), node.name, node.attributes, node.domain)
        )
        for name in node.captured & set(self._whole):
            # A graph within the node reads it by its own name.
            self._new.nodes.insert(
                -1, Node("Identity", [self._value(name)], [name], f"{name}.as_it_was")
            )

    def _round(self, given: str, name: str) -> None:
        low, high = self._recipe.ranges[name]
        signed = self._recipe.signed
        whole = _integers.rounded(self._new, given, name, low=low, high=high, signed=signed)
        self._whole[name] = _Whole(whole, name, low, high)

    def _is_rounded_again(self, node: Node) -> bool:
        """Whether a layer in integers reads, rectified or not, what a node gives."""
        readers = self._readers.get(node.outputs[0], [])
        return any(
            self._is_integer(reader)
            or (reader.op in _RECTIFYING and self._is_rounded_again(reader))
            for reader in readers
        )

    def _parted(self, name: str) -> str:
        """What a node in floating point reads, beyond a limit that nothing of it reaches."""
        whole = self._whole[name]
        ends = min(whole.low, 0.0) - 1, max(whole.high, 0.0) + 1
        limits = [
            self._new.weight(f"{name}.{end}", np.array(value, np.float32))
            for end, value in zip(("least", "most"), ends, strict=True)
        ]
        return self._new.node("Clip", [self._value(name), *limits], f"{name}.parted")

    def _rounded(self, name: str) -> str:
        """Values of a tensor in whole numbers, which it becomes where it is not yet."""
        if name not in self._whole:
            self._round(name, name)
        return self._value(name)

    def _value(self, name: str) -> str:
        """A tensor as a node in floating point reads it."""
        if name not in self._whole:
            return name
        if name not in self._read:
            whole = self._whole[name]
            scale = f"{whole.of}.step", f"{whole.of}.zero"
            size, zero = _integers.step(whole.low, whole.high)
            self._new.weight(scale[0], np.array(size, np.float32))
            self._new.weight(scale[1], np.array(zero, np.uint8))
            self._read[name] = self._new.node(
                "DequantizeLinear", [whole.name, *scale], f"{name}.dq"
            )
        return self._read[name]

    def _is_read(self, name: str) -> bool:
        return any(name in node.inputs or name in node.captured for node in self._new.nodes)

    def _name_outputs(self) -> None:
        """Let outputs have their names, though what gives them now is a reading node."""
        for name in self._outputs & set(self._whole):
            value = self._value(name)
            if name in self._new.makers():
                continue
            maker = self._new.makers()[value]
            maker.outputs[0] = name
            self._new.replace(value, name)
