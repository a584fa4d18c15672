"""A network as it stands, run by torch node by node so that it can learn.

Its weights are free to move; what is learnt goes back into the graph. Needs torch:
pip install 'passante[compress]'.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from passante.core.errors import CompressionError
from passante.models.convert.network import Graph, Node

# Any: torch is installed on few machines, and has no types where it is not.
Tensor = Any


def have_torch() -> bool:
    """Whether students can be taught here."""
    return importlib.util.find_spec("torch") is not None


class Running:
    """A graph run by torch, its weights free to move or not."""

    def __init__(self, graph: Graph, *, device: str = "cpu", learns: bool = False) -> None:
        """Take its weights over.

        Raises:
            CompressionError: torch is not installed, or it has no operation of the graph.
        """
        if not have_torch():
            raise CompressionError(
                "a student cannot be taught without torch",
                hint="pip install 'passante[compress]' (on a machine without GPU install the CPU "
                "build of torch first)",
            )
        import torch  # noqa: PLC0415 - an extra

        self._torch = torch
        self._graph = graph
        unknown = sorted({node.op for node in graph.nodes} - set(_OPERATIONS))
        if unknown:
            raise CompressionError(f"no student can have {', '.join(unknown)}")
        self.weights: dict[str, Tensor] = {}
        self._numbers: dict[str, Tensor] = {}
        for name, values in graph.constants.items():
            given = torch.from_numpy(np.array(values)).to(device)
            moves = learns and values.dtype == np.float32 and values.ndim >= 1
            if moves:
                self.weights[name] = given.clone().requires_grad_()
            else:
                self._numbers[name] = given

    def run(self, feed: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Every tensor of the network for these inputs."""
        found: dict[str, Tensor] = {**self._numbers, **self.weights, **feed}
        for node in self._graph.nodes:
            given = [found[name] if name else None for name in node.inputs]
            found[node.outputs[0]] = _OPERATIONS[node.op](self._torch, node, given)
        return found

    def learnt(self) -> Graph:
        """The graph with the weights as they are now."""
        new = self._graph.copy()
        new.constants = dict(new.constants)
        for name, values in self.weights.items():
            new.constants[name] = values.detach().cpu().numpy()
        return new


def _sides(node: Node, name: str, usual: Sequence[int]) -> list[int]:
    return [int(n) for n in node.attributes.get(name, usual)]


def _padded(torch: Any, node: Node, x: Tensor, value: float = 0.0) -> Tensor:
    top, left, bottom, right = _sides(node, "pads", (0, 0, 0, 0))
    if not any((top, left, bottom, right)):
        return x
    return torch.nn.functional.pad(x, (left, right, top, bottom), value=value)


def _conv(torch: Any, node: Node, given: Sequence[Tensor]) -> Tensor:
    bias = given[2] if len(given) > 2 else None
    return torch.nn.functional.conv2d(
        _padded(torch, node, given[0]), given[1], bias,
        stride=_sides(node, "strides", (1, 1)), dilation=_sides(node, "dilations", (1, 1)),
        groups=node.attributes.get("group", 1),
    )  # fmt: skip


def _gemm(torch: Any, node: Node, given: Sequence[Tensor]) -> Tensor:
    a = given[0].T if node.attributes.get("transA", 0) else given[0]
    b = given[1].T if node.attributes.get("transB", 0) else given[1]
    product = node.attributes.get("alpha", 1.0) * (a @ b)
    return product + node.attributes.get("beta", 1.0) * given[2] if len(given) > 2 else product


def _max_pool(torch: Any, node: Node, given: Sequence[Tensor]) -> Tensor:
    padded = _padded(torch, node, given[0], value=float("-inf"))
    sides = _sides(node, "kernel_shape", (1, 1))
    return torch.nn.functional.max_pool2d(padded, sides, _sides(node, "strides", (1, 1)))


def _clip(torch: Any, node: Node, given: Sequence[Tensor]) -> Tensor:
    low = given[1] if len(given) > 1 else None
    high = given[2] if len(given) > 2 else None
    return torch.clamp(given[0], low, high)


def _depth_to_space(torch: Any, node: Node, given: Sequence[Tensor]) -> Tensor:
    side = node.attributes["blocksize"]
    if node.attributes.get("mode", b"DCR") == b"CRD" or node.attributes.get("mode") == "CRD":
        return torch.nn.functional.pixel_shuffle(given[0], side)
    n, c, h, w = given[0].shape
    split = given[0].reshape(n, side, side, c // side**2, h, w)
    return split.permute(0, 3, 4, 1, 5, 2).reshape(n, c // side**2, h * side, w * side)


def _reshape(torch: Any, node: Node, given: Sequence[Tensor]) -> Tensor:
    shape = [int(n) or given[0].shape[at] for at, n in enumerate(given[1].tolist())]
    return given[0].reshape(shape)


# Any: operations of torch have no types where it is not installed.
_OPERATIONS: dict[str, Callable[[Any, Node, Sequence[Tensor]], Tensor]] = {
    "Conv": _conv,
    "Gemm": _gemm,
    "MaxPool": _max_pool,
    "Clip": _clip,
    "DepthToSpace": _depth_to_space,
    "Reshape": _reshape,
    "Add": lambda torch, node, given: given[0] + given[1],
    "Mul": lambda torch, node, given: given[0] * given[1],
    "Relu": lambda torch, node, given: torch.relu(given[0]),
    "Sigmoid": lambda torch, node, given: torch.sigmoid(given[0]),
    "LeakyRelu": lambda torch, node, given: torch.nn.functional.leaky_relu(
        given[0], node.attributes.get("alpha", 0.01)
    ),
    "GlobalAveragePool": lambda torch, node, given: given[0].mean(dim=(2, 3), keepdim=True),
    "Flatten": lambda torch, node, given: given[0].flatten(node.attributes.get("axis", 1)),
    "Transpose": lambda torch, node, given: given[0].permute(*node.attributes["perm"]),
    "Concat": lambda torch, node, given: torch.cat(list(given), dim=node.attributes["axis"]),
    "Cast": lambda torch, node, given: given[0].float(),
    "Identity": lambda torch, node, given: given[0],
}
