"""ONNX graphs written so that the same numbers always give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

OPSET = 17
IR_VERSION = 8

_TYPES = {
    np.dtype(np.float32): onnx.TensorProto.FLOAT,
    np.dtype(np.uint8): onnx.TensorProto.UINT8,
    np.dtype(np.int8): onnx.TensorProto.INT8,
    np.dtype(np.int32): onnx.TensorProto.INT32,
    np.dtype(np.int64): onnx.TensorProto.INT64,
}


class GraphWriter:
    """Collects nodes and weights in order, and gives the bytes of the finished file."""

    def __init__(self, name: str) -> None:
        self._graph = onnx.GraphProto(name=name)
        self._given: set[str] = set()

    def node(
        self, op: str, inputs: Sequence[str], output: str, **attributes: int | str | list[int]
    ) -> str:
        """Add a node with one output and the name of that output; gives the output's name."""
        return self.nodes(op, inputs, [output], **attributes)[0]

    def nodes(
        self,
        op: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        **attributes: int | str | list[int],
    ) -> Sequence[str]:
        """Add a node with several outputs and the name of the first; gives their names."""
        node = self._graph.node.add(op_type=op, name=outputs[0], input=inputs, output=outputs)
        for name, value in sorted(attributes.items()):
            _attribute(node, name, value)
        return outputs

    # Any: numbers of every type in _TYPES.
    def weight(self, name: str, values: NDArray[Any]) -> str:
        """Add constant numbers, once for each name; gives the name."""
        if name not in self._given:
            self._given.add(name)
            little = values.astype(values.dtype.newbyteorder("<"), copy=False)
            self._graph.initializer.add(
                name=name,
                data_type=_TYPES[np.dtype(values.dtype)],
                dims=values.shape,
                raw_data=np.ascontiguousarray(little).tobytes(),
            )
        return name

    def input(self, name: str, dtype: type[np.generic], shape: Sequence[int | str]) -> None:
        """Declare an input; a word in the shape stands for any size."""
        _declare(self._graph.input.add(name=name), dtype, shape)

    def output(self, name: str, dtype: type[np.generic], shape: Sequence[int | str]) -> None:
        """Declare an output; a word in the shape stands for any size."""
        _declare(self._graph.output.add(name=name), dtype, shape)

    def to_bytes(self) -> bytes:
        """The finished ONNX file."""
        model = onnx.ModelProto(ir_version=IR_VERSION, producer_name="passante", graph=self._graph)
        model.opset_import.add(domain="", version=OPSET)
        onnx.checker.check_model(model)
        data: bytes = model.SerializeToString(deterministic=True)
        return data


def weights_of(graph: onnx.GraphProto) -> dict[str, NDArray[Any]]:
    """Constant numbers of a graph by name. Any: of whatever type they are stored in."""
    return {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer}


def _attribute(node: onnx.NodeProto, name: str, value: int | str | list[int]) -> None:
    if isinstance(value, int):
        node.attribute.add(name=name, type=onnx.AttributeProto.INT, i=value)
    elif isinstance(value, str):
        node.attribute.add(name=name, type=onnx.AttributeProto.STRING, s=value.encode())
    else:
        node.attribute.add(name=name, type=onnx.AttributeProto.INTS, ints=value)


def _declare(
    value: onnx.ValueInfoProto, dtype: type[np.generic], shape: Sequence[int | str]
) -> None:
    tensor = value.type.tensor_type
    tensor.elem_type = _TYPES[np.dtype(dtype)]
    for size in shape:
        if isinstance(size, int):
            tensor.shape.dim.add(dim_value=size)
        else:
            tensor.shape.dim.add(dim_param=size)
