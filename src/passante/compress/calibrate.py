"""Watching tensors within a network while it runs, a few at a time: memory stays constant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from passante.compress.histogram import Histogram
from passante.compress.running import Feed, run, session
from passante.core.errors import SettingsError
from passante.models.convert.network import Graph, Value

_MOST_BYTES = 192 * 1024 * 1024
"""How much may be held of one picture's tensors at once."""

# Any: tensors of whatever type the network has there.
Visit = Callable[[str, NDArray[Any]], None]
"""Takes the name of a tensor and its values for one input."""


def watch(graph: Graph, names: Sequence[str], feeds: Iterable[Feed], visit: Visit) -> int:
    """Show `visit` these tensors for every input, one input after the other.

    A network whose tensors together are too large is run several times for each input, each time
    for some of them.

    Returns:
        How many inputs there were.

    Raises:
        SettingsError: There was none.
        ModelContractError: A run failed.
    """
    groups: list[list[str]] = [list(names)]
    networks = [_watching(graph, group) for group in groups]
    count = 0
    for feed in feeds:
        if not count:
            groups = _groups(groups[0], run(networks[0], feed))
            if len(groups) > 1:
                networks = [_watching(graph, group) for group in groups]
        count += 1
        for group, network in zip(groups, networks, strict=True):
            for name, values in zip(group, run(network, feed), strict=True):
                visit(name, values)
    if not count:
        raise SettingsError(
            "there is nothing to calibrate on",
            hint="name a folder of pictures, a video or sounds with --calibration",
        )
    return count


def histograms(graph: Graph, names: Sequence[str], feeds: Iterable[Feed]) -> dict[str, Histogram]:
    """How the values of these tensors are spread over all inputs.

    Raises:
        SettingsError: There was no input.
        ModelContractError: A run failed, or gave something that is no number.
    """
    found = {name: Histogram() for name in names}

    def visit(name: str, values: NDArray[Any]) -> None:
        found[name].add(values)

    watch(graph, names, feeds, visit)
    return found


def _watching(graph: Graph, names: Sequence[str]) -> Any:  # Any: ONNX Runtime has no types
    spy = graph.copy()
    kinds = {value.name: value.dtype for value in graph.outputs}
    spy.outputs = [Value(name, kinds.get(name, onnx.TensorProto.FLOAT), None) for name in names]
    spy.prune()
    return session(spy.to_bytes())


def _groups(names: Sequence[str], results: Sequence[NDArray[Any]]) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    held = 0
    for name, values in zip(names, results, strict=True):
        if held + values.nbytes > _MOST_BYTES and groups[-1]:
            groups.append([])
            held = 0
        groups[-1].append(name)
        held += np.asarray(values).nbytes
    return groups
