"""Networks without a card, asked the way the product asks those that have one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.compress.running import Feed, run, session
from passante.compress.tasks.outcome import Runner
from passante.core.errors import ModelContractError
from passante.models.convert.network import Graph

_TINY = 1e-6


class Direct:
    """A network, ready to be asked."""

    def __init__(self, ref: str, data: bytes) -> None:
        """Make it ready.

        Raises:
            ModelContractError: It cannot be run.
        """
        self._ref = ref
        self._session = session(data)
        self._names = [item.name for item in self._session.get_inputs()]

    @property
    def ref(self) -> str:
        """What it is called in reports."""
        return self._ref

    @property
    def names(self) -> list[str]:
        """Its inputs."""
        return self._names

    # Any: numbers of whatever types the network has.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """The outputs for these inputs."""
        return tuple(run(self._session, dict(zip(self._names, arrays, strict=True))))


class Noting:
    """A network that notes what it is fed."""

    def __init__(self, network: Direct) -> None:
        self._network = network
        self.feeds: list[Feed] = []

    @property
    def ref(self) -> str:
        """What it is called in reports."""
        return self._network.ref

    # Any: numbers of whatever types the network has.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """The outputs for these inputs."""
        self.feeds.append(dict(zip(self._network.names, arrays, strict=True)))
        return self._network.run(*arrays)


class AsPublished:
    """CenterFace as it was published, asked as if it were ours.

    It takes floating point, channels first, and gives four maps: heat after a sigmoid, sizes,
    offsets and landmarks, which are left out.
    """

    def __init__(self, network: Runner) -> None:
        self._network = network

    @property
    def ref(self) -> str:
        """What it is called in reports."""
        return self._network.ref

    # Any: numbers of whatever types the network has.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One map of five channels for a picture uint8 (1, height, width, 3)."""
        planes = np.ascontiguousarray(arrays[0].transpose(0, 3, 1, 2), np.float32)
        heat, sizes, offsets, *_ = self._network.run(planes)
        likely = np.clip(heat, _TINY, 1 - _TINY)
        logit = np.log(likely / (1 - likely))
        return (np.concatenate([logit, sizes, offsets], axis=1).astype(np.float32),)


def is_as_published(graph: Graph) -> bool:
    """Whether a graph looks like CenterFace as it was published."""
    shapes = graph.shapes()
    channels = [shape[1] if len(shape := shapes.get(name, ())) == 4 else 0
                for name in graph.output_names]  # fmt: skip
    return channels == [1, 2, 2, 10]


def picture_size(graph: Graph) -> tuple[int, int, int, bool] | None:
    """(width, height, channels, channels last) of the only input, where it is a fixed picture."""
    if len(graph.inputs) != 1 or len(shape := graph.inputs[0].shape or ()) != 4:
        return None
    for rows_last, (channels, high, wide) in (
        (False, (shape[1], shape[2], shape[3])),
        (True, (shape[3], shape[1], shape[2])),
    ):
        if channels in (1, 3) and isinstance(high, int) and isinstance(wide, int):
            return wide, high, int(channels), rows_last
    return None


def only_input(graph: Graph) -> str:
    """Name of the only input.

    Raises:
        ModelContractError: There are several.
    """
    if len(graph.inputs) != 1:
        raise ModelContractError(
            f"this network has {len(graph.inputs)} inputs; those of one input can be compressed"
        )
    return graph.inputs[0].name
