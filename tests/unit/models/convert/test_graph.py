from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from passante.models.convert._graph import GraphWriter, weights_of


def graph() -> GraphWriter:
    made = GraphWriter("g")
    made.input("x", np.float32, [1, "n"])
    made.output("y", np.float32, [1, "n"])
    made.weight("two", np.array([2], np.float32))
    made.node("Mul", ["x", "two"], "y")
    return made


def test_what_is_written_runs() -> None:
    session = ort.InferenceSession(graph().to_bytes(), providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"x": np.array([[1, 3]], np.float32)})
    np.testing.assert_array_equal(y, [[2, 6]])


def test_the_same_calls_give_the_same_bytes() -> None:
    assert graph().to_bytes() == graph().to_bytes()


def test_the_order_in_which_attributes_are_given_plays_no_part() -> None:
    def conv(**attributes: int | str | list[int]) -> bytes:
        made = GraphWriter("g")
        made.input("x", np.float32, [1, 1, 4, 4])
        made.output("y", np.float32, [1, 1, 4, 4])
        made.weight("w", np.ones((1, 1, 1, 1), np.float32))
        made.node("Conv", ["x", "w"], "y", **attributes)
        return made.to_bytes()

    one = conv(group=1, pads=[0, 0, 0, 0], auto_pad="NOTSET")
    assert one == conv(auto_pad="NOTSET", pads=[0, 0, 0, 0], group=1)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8, np.int8, np.int32, np.int64])
def test_weights_come_back_as_they_went_in(dtype: type[np.generic]) -> None:
    made = graph()
    values = np.arange(6).reshape(2, 3).astype(dtype)
    made.weight("w", values[:, ::-1])
    made.weight("w", values * 0)
    read = weights_of(onnx.load_model_from_string(made.to_bytes()).graph)
    np.testing.assert_array_equal(read["w"], values[:, ::-1])
    assert read["w"].dtype == dtype


def test_a_graph_that_is_no_onnx_is_refused_when_written() -> None:
    made = graph()
    made.node("Mul", ["nowhere", "two"], "z")
    with pytest.raises(onnx.checker.ValidationError):
        made.to_bytes()
