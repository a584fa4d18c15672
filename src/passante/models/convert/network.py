"""A network as a list of nodes that can be changed, read from ONNX and written back to it.

What is written depends on nothing but what was read: the same graph gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from passante.core.errors import ModelContractError

OPSET = 17
IR_VERSION = 8
_OWN = ("", "ai.onnx")


@dataclass(slots=True)
class Node:
    """One operation."""

    op: str
    inputs: list[str]
    """Names of tensors; "" for one that is left out."""
    outputs: list[str]
    name: str
    # Any: numbers, words, lists, tensors or graphs, as the operation has them.
    attributes: dict[str, Any] = field(default_factory=dict)
    domain: str = ""

    @property
    def captured(self) -> set[str]:
        """Names that graphs within this node may read from outside of it."""
        return {
            name
            for value in self.attributes.values()
            if isinstance(value, onnx.GraphProto)
            for name in _names_in(value)
        }


@dataclass(slots=True)
class Value:
    """An input or output of the network."""

    name: str
    dtype: int
    """As ONNX numbers types."""
    shape: tuple[int | str, ...] | None
    """A word stands for any size; None where nothing is known."""


class Graph:
    """Nodes in the order of running, constants by name, inputs and outputs."""

    def __init__(
        self,
        nodes: Iterable[Node] = (),
        # Any: constants are of every type.
        constants: dict[str, NDArray[Any]] | None = None,
        inputs: Iterable[Value] = (),
        outputs: Iterable[Value] = (),
        *,
        name: str = "network",
        opset: int = OPSET,
        domains: dict[str, int] | None = None,
    ) -> None:
        self.nodes = list(nodes)
        self.constants = dict(constants or {})
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        self.name = name
        self.opset = opset
        self.domains = dict(domains or {})
        """Versions of operations that are not ONNX's own."""

    @classmethod
    def of(cls, model: onnx.ModelProto) -> Graph:
        """The graph of a parsed file."""
        graph = model.graph
        given = {item.name for item in graph.initializer}
        return cls(
            [
                Node(
                    node.op_type,
                    list(node.input),
                    list(node.output),
                    node.name,
                    {item.name: onnx.helper.get_attribute_value(item) for item in node.attribute},
                    "" if node.domain in _OWN else node.domain,
                )
                for node in graph.node
            ],
            {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer},
            [_value(item) for item in graph.input if item.name not in given],
            [_value(item) for item in graph.output],
            name=graph.name or "network",
            opset=next((i.version for i in model.opset_import if i.domain in _OWN), OPSET),
            domains={i.domain: i.version for i in model.opset_import if i.domain not in _OWN},
        )

    @classmethod
    def read(cls, data: bytes) -> Graph:
        """The graph of a file.

        Raises:
            ModelContractError: It is no ONNX file.
        """
        return cls.of(parsed(data))

    def copy(self) -> Graph:
        """Another graph that shares constants, which nobody changes in place."""
        return Graph(
            [
                Node(n.op, list(n.inputs), list(n.outputs), n.name, dict(n.attributes), n.domain)
                for n in self.nodes
            ],
            self.constants,
            [Value(v.name, v.dtype, v.shape) for v in self.inputs],
            [Value(v.name, v.dtype, v.shape) for v in self.outputs],
            name=self.name,
            opset=self.opset,
            domains=self.domains,
        )

    # Any: the attributes of an operation.
    def node(self, op: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add a node with one output and the name of that output; gives the output's name."""
        self.nodes.append(Node(op, list(inputs), [output], output, attributes))
        return output

    # Any: constants are of every type.
    def weight(self, name: str, values: NDArray[Any]) -> str:
        """Add constant numbers, once for each name; gives the name."""
        self.constants.setdefault(name, values)
        return name

    def makers(self) -> dict[str, Node]:
        """Tensor -> the node that makes it."""
        return {name: node for node in self.nodes for name in node.outputs if name}

    def readers(self) -> dict[str, list[Node]]:
        """Tensor -> the nodes that read it, in order; those of graphs within nodes included."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            for name in dict.fromkeys([*node.inputs, *sorted(node.captured)]):
                if name:
                    found.setdefault(name, []).append(node)
        return found

    @property
    def output_names(self) -> list[str]:
        """Names of outputs."""
        return [value.name for value in self.outputs]

    def replace(self, old: str, new: str) -> None:
        """Let everything that reads one tensor read another instead."""
        for node in self.nodes:
            node.inputs = [new if name == old else name for name in node.inputs]

    def prune(self) -> list[Node]:
        """Leave out what no output needs; gives the nodes that went."""
        wanted = set(self.output_names)
        kept: list[Node] = []
        gone: list[Node] = []
        for node in reversed(self.nodes):
            if wanted.intersection(node.outputs):
                wanted.update(name for name in node.inputs if name)
                wanted.update(node.captured)
                kept.append(node)
            else:
                gone.append(node)
        self.nodes = kept[::-1]
        self.constants = {k: v for k, v in self.constants.items() if k in wanted}
        return gone

    def to_model(self) -> onnx.ModelProto:
        """As ONNX has it."""
        graph = onnx.GraphProto(name=self.name)
        for node in self.nodes:
            made = onnx.helper.make_node(
                node.op, node.inputs, node.outputs, name=node.name, domain=node.domain
            )
            for name, value in sorted(node.attributes.items()):
                made.attribute.append(onnx.helper.make_attribute(name, value))
            graph.node.append(made)
        for name, values in self.constants.items():
            graph.initializer.append(
                onnx.numpy_helper.from_array(
                    np.ascontiguousarray(values).reshape(values.shape), name
                )
            )
        for value, target in [
            *((v, graph.input) for v in self.inputs),
            *((v, graph.output) for v in self.outputs),
        ]:
            shape = None if value.shape is None else list(value.shape)
            target.append(onnx.helper.make_tensor_value_info(value.name, value.dtype, shape))
        model = onnx.ModelProto(ir_version=IR_VERSION, producer_name="passante", graph=graph)
        model.opset_import.add(domain="", version=self.opset)
        for domain, version in sorted(self.domains.items()):
            model.opset_import.add(domain=domain, version=version)
        return model

    def to_bytes(self) -> bytes:
        """The ONNX file."""
        data: bytes = self.to_model().SerializeToString(deterministic=True)
        return data

    def shapes(self) -> dict[str, tuple[int | str, ...]]:
        """Shapes of all tensors as far as they follow from those of the inputs."""
        try:
            inferred = onnx.shape_inference.infer_shapes(self.to_model()).graph
        except Exception:
            return {}
        found = {value.name: value.shape for value in self.inputs if value.shape is not None}
        for item in (*inferred.value_info, *inferred.output):
            shape = _value(item).shape
            if shape is not None:
                found[item.name] = shape
        return found | {name: value.shape for name, value in self.constants.items()}


def parsed(data: bytes) -> onnx.ModelProto:
    """A file as ONNX has it.

    Raises:
        ModelContractError: It is no ONNX file, or its numbers lie in files beside it.
    """
    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:
        raise ModelContractError("this is no ONNX file", hint="export it as ONNX first") from error
    if not model.graph.node:
        raise ModelContractError("this ONNX file holds no node")
    if any(item.data_location == onnx.TensorProto.EXTERNAL for item in model.graph.initializer):
        raise ModelContractError(
            "the weights of this network lie in files beside it",
            hint="save it as one file: onnx.save(onnx.load(path), new_path)",
        )
    return model


def _names_in(graph: onnx.GraphProto) -> Iterator[str]:
    for node in graph.node:
        yield from node.input
        for item in node.attribute:
            if item.type == onnx.AttributeProto.GRAPH:
                yield from _names_in(item.g)
    # An inner graph may give an outer tensor as it is.
    yield from (item.name for item in graph.output)


def _value(item: onnx.ValueInfoProto) -> Value:
    tensor = item.type.tensor_type
    shape: tuple[int | str, ...] | None = None
    if tensor.HasField("shape"):
        shape = tuple(
            dim.dim_value if dim.dim_value > 0 else (dim.dim_param or f"{item.name}_{at}")
            for at, dim in enumerate(tensor.shape.dim)
        )
    return Value(item.name, tensor.elem_type, shape)
