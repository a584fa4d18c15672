from __future__ import annotations

import numpy as np
import pytest

from passante.core.errors import ModelContractError
from passante.models.convert.graphdef import read_constants
from unit.models.convert.graphs import field, graph, node, tensor


def test_every_float_constant_is_read_in_its_shape() -> None:
    weights = {"a/b": np.arange(6, dtype=np.float32).reshape(1, 2, 3), "c": np.array(7, np.float32)}
    found = read_constants(graph(weights))
    assert set(found) == set(weights)
    for name, array in weights.items():
        np.testing.assert_array_equal(found[name], array)


def test_a_constant_of_one_value_fills_its_shape() -> None:
    shape = field(2, field(2, field(1, 3)))
    one = field(1, 1) + shape + field(5, np.float32(2.5).tobytes())
    found = read_constants(node("same", "Const", one))
    np.testing.assert_array_equal(found["same"], np.full(3, 2.5, np.float32))


def test_whole_numbers_and_other_operations_are_passed_over() -> None:
    whole = field(1, 3) + field(4, b"\1\0\0\0")
    data = node("sum", "Add") + node("count", "Const", whole)
    data += node("real", "Const", tensor(np.ones(2, np.float32)))
    assert list(read_constants(data)) == ["real"]


def test_a_constant_that_does_not_fill_its_shape_is_refused() -> None:
    broken = field(1, 1) + field(2, field(2, field(1, 3))) + field(4, bytes(8))
    with pytest.raises(ModelContractError, match="fill"):
        read_constants(node("broken", "Const", broken))


@pytest.mark.parametrize("keep", [1, 5, 20, -1])
def test_a_graph_cut_short_is_refused(keep: int) -> None:
    data = graph({"weights": np.ones((3, 3), np.float32)})
    with pytest.raises(ModelContractError):
        read_constants(data[:keep])


@pytest.mark.parametrize("data", [b"", b"\xff" * 12, b"no graph at all", b"\x0b\x00"])
def test_what_is_no_graph_is_refused(data: bytes) -> None:
    with pytest.raises(ModelContractError):
        read_constants(data)
