"""Putting a network in order before anything is made of it; every change is explained.

What people bring was exported years ago: weights listed among the inputs, which blocks folding;
nodes without names, so that none can be left out of anything; one fixed size of ten pictures;
batch normalisation beside convolutions. Nothing here changes what the network computes, and that is
checked by running both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import onnx

from passante.compress.fold import (
    drop_idle,
    fold_constants,
    fold_normalisation,
    fold_scaling,
    unfold_upsampling,
)
from passante.compress.readback import is_whole, read_back
from passante.compress.running import Feed, run, session
from passante.core.errors import ModelContractError
from passante.models.convert.network import OPSET, Graph, parsed

_TOLERANCE = 1e-3
"""Largest difference, as a share of the largest value, that the order of additions may make."""
_ROUNDED = 0.3
"""The same for a network in integers: rounding adds up, on noise more than on pictures."""
_NUMBERS: Mapping[int, type[np.generic]] = {
    onnx.TensorProto.FLOAT: np.float32,
    onnx.TensorProto.UINT8: np.uint8,
    onnx.TensorProto.INT8: np.int8,
    onnx.TensorProto.INT64: np.int64,
    onnx.TensorProto.INT32: np.int32,
    onnx.TensorProto.BOOL: np.bool_,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was put in order."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """A network in order."""

    graph: Graph
    changes: tuple[Change, ...]
    difference: float
    """Largest difference between what it gives and what the given one does, as a share of the
    largest value, on noise."""


def repair(data: bytes, sizes: Mapping[str, tuple[int, ...]] | None = None) -> Repaired:
    """A network in order: ONNX opset 17, named nodes, folded constants.

    Args:
        data: ONNX, as it was brought.
        sizes: Input -> shape at which it will run; needed for inputs without a fixed shape.

    Raises:
        ModelContractError: It is no ONNX file, it cannot be run, its shapes are not known, or what
            it computes did not survive.
    """
    model = parsed(data)
    changes: list[Change] = []
    _take_weights_out(model, changes)
    _name_nodes(model, changes)
    _renew(model, changes)
    graph = Graph.of(model)
    wanted = dict(sizes or {})
    freed = _fit(graph, wanted, changes)
    whole = is_whole(graph)
    if whole and (count := read_back(graph)):
        changes.append(
            Change(
                f"{count} rounding and reading nodes read back into floating point",
                "it is in integers already: what they stand for is what is worked on",
            )
        )
    _simplify(graph, changes)
    feed = noise(graph, wanted)
    if whole:
        return Repaired(graph, tuple(changes), _difference(data, graph, feed, _ROUNDED))
    if freed:
        # The file as it was brought cannot take this size: it is checked at its own.
        return Repaired(graph, tuple(changes), _difference(data, graph, _own_feed(data)))
    return Repaired(graph, tuple(changes), _difference(data, graph, feed))


def _take_weights_out(model: onnx.ModelProto, changes: list[Change]) -> None:
    given = {item.name for item in model.graph.initializer}
    listed = [item for item in model.graph.input if item.name in given]
    for item in listed:
        model.graph.input.remove(item)
    if listed:
        changes.append(
            Change(
                f"{len(listed)} weights are no longer listed as inputs",
                "a weight that could be fed anew at each run can be folded by nobody",
            )
        )


def _name_nodes(model: onnx.ModelProto, changes: list[Change]) -> None:
    seen: set[str] = set()
    named = 0
    for number, node in enumerate(model.graph.node):
        if not node.name or node.name in seen:
            node.name = f"{node.op_type}_{number}"
            named += 1
        seen.add(node.name)
    if named:
        changes.append(
            Change(
                f"{named} nodes have names of their own",
                "a layer without a name cannot be reported on, nor kept in floating point",
            )
        )


def _renew(model: onnx.ModelProto, changes: list[Change]) -> None:
    old = next((item.version for item in model.opset_import if item.domain in ("", "ai.onnx")), 1)
    if old >= OPSET:
        return
    try:
        renewed = onnx.version_converter.convert_version(model, OPSET)
    except Exception as error:
        raise ModelContractError(
            f"this network is of opset {old} and cannot be brought to {OPSET}: {error}",
            hint=f"export it again with opset {OPSET} or newer",
        ) from error
    model.CopyFrom(renewed)
    changes.append(
        Change(
            f"opset {OPSET} instead of {old}",
            "steps of integers for each channel exist from opset 13 on",
        )
    )


def _fit(graph: Graph, sizes: Mapping[str, tuple[int, ...]], changes: list[Change]) -> bool:
    """Make inputs take the wanted shapes; True where a fixed shape was freed for it."""
    freed = False
    for value in graph.inputs:
        shape, wanted = value.shape, sizes.get(value.name)
        if shape is None or any(isinstance(size, str) for size in shape):
            if wanted is None:
                raise ModelContractError(
                    f'input "{value.name}" takes any size: {shape}',
                    hint="say at which it will run, e.g. --size 640x480",
                )
            continue
        if wanted is None or tuple(wanted) == shape:
            continue
        value.shape = tuple(
            old if old == new and at == 1 else f"{value.name}_{at}" if at else new
            for at, (old, new) in enumerate(zip(shape, wanted, strict=True))
        )
        for output in graph.outputs:
            output.shape = None
        freed = True
        changes.append(
            Change(
                f'input "{value.name}" takes any size instead of {"x".join(map(str, shape))} alone',
                "it is to run at another one",
            )
        )
    return freed


def _simplify(graph: Graph, changes: list[Change]) -> None:
    steps: tuple[tuple[Callable[[Graph], int], str, str], ...] = (
        (fold_constants, "nodes computed once", "they depend on no input"),
        (drop_idle, "nodes that did nothing taken out", "each costs a call"),
        (fold_normalisation, "normalisations folded into weights", "one pass less over a map"),
        (fold_scaling, "products and sums folded into weights", "one pass less over a map"),
        (
            unfold_upsampling,
            "up-sampling convolutions written as 1x1 ones and a new layout of pixels",
            "no runtime has an integer kernel for the former",
        ),
    )
    for step, what, why in steps:
        if count := step(graph):
            changes.append(Change(f"{count} {what}", why))
    if gone := graph.prune():
        changes.append(Change(f"{len(gone)} nodes left out", "no output needs them"))


def noise(graph: Graph, sizes: Mapping[str, tuple[int, ...]], seed: int = 0) -> Feed:
    """Inputs of noise, of the wanted or the fixed shapes.

    Raises:
        ModelContractError: An input has a type that no noise is known for.
    """
    chance = np.random.default_rng(seed)
    feed = {}
    for value in graph.inputs:
        shape = sizes.get(value.name) or tuple(
            size if isinstance(size, int) else 1 for size in value.shape or ()
        )
        kind = _NUMBERS.get(value.dtype)
        if kind is None:
            raise ModelContractError(f'input "{value.name}" is of a type that cannot be measured')
        if np.issubdtype(kind, np.floating):
            feed[value.name] = chance.standard_normal(shape).astype(kind)
        elif kind is np.uint8:
            feed[value.name] = chance.integers(0, 256, shape).astype(kind)
        else:
            feed[value.name] = np.zeros(shape, kind)
    return feed


def _own_feed(data: bytes) -> Feed:
    graph = Graph.read(data)
    given = {item.name: tuple(item.shape or ()) for item in graph.inputs}
    return noise(graph, {k: tuple(s for s in v if isinstance(s, int)) for k, v in given.items()})


def _difference(data: bytes, graph: Graph, feed: Feed, tolerance: float = _TOLERANCE) -> float:
    before = run(session(data, optimise=False), feed)
    first = {name: value[:1] if graph.inputs[0].shape and graph.inputs[0].shape[0] == 1 else value
             for name, value in feed.items()}  # fmt: skip
    after = run(session(graph.to_bytes()), first)
    worst = 0.0
    for old, new in zip(before, after, strict=True):
        if not np.issubdtype(old.dtype, np.floating) or not old.size:
            continue
        top = float(np.abs(old).max()) or 1.0
        worst = max(worst, float(np.abs(old[: len(new)] - new).max()) / top)
    if not worst <= tolerance:
        raise ModelContractError(
            f"the network put in order gives other results: {worst:.2g} of the largest value",
            hint="please report this with the file",
        )
    return worst
