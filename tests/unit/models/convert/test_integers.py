from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from passante.models.convert import _integers, recipe
from passante.models.convert._graph import GraphWriter, weights_of

REAL = st.floats(-1e4, 1e4, width=32)


@given(st.tuples(REAL, REAL).map(sorted))
def test_nought_is_always_hit_exactly_and_no_value_is_off_by_more_than_a_step(
    ends: list[float],
) -> None:
    low, high = ends
    size, zero = _integers.step(low, high)
    assert size > 0
    for value in (0.0, low, high):
        whole = np.clip(np.rint(value / np.float64(size)) + int(zero), 0, 255)
        read = (whole - int(zero)) * np.float64(size)
        assert abs(read - value) <= (0 if value == 0 else size * 1.001)


def whole_weights(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    graph = GraphWriter("g")
    graph.input("x", np.float32, [1])
    graph.output("c.weight", np.float32, list(weight.shape))
    bias = np.zeros(len(weight), np.float32)
    _integers.weights(graph, "c", weight, bias, step_in=np.float32(0.5))
    kept = weights_of(onnx.load_model_from_string(graph.to_bytes()).graph)
    return kept["c.weight.q"], kept["c.weight.step"]


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3]))
def test_no_two_weights_that_are_added_in_16_bits_can_overflow_them(seed: int, side: int) -> None:
    chance = np.random.default_rng(seed)
    weight = chance.normal(0, chance.uniform(0.001, 9), (4, 5, side, side)).astype(np.float32)
    weight[0, 0] *= 50
    whole, _ = whole_weights(weight)
    ordered = np.sort(whole.reshape(len(whole), -1).astype(int), axis=1)
    highest = np.clip(ordered[:, -2:], 0, None).sum(axis=1) * 255
    lowest = np.clip(ordered[:, :2], None, 0).sum(axis=1) * 255
    assert (highest <= np.iinfo(np.int16).max).all()
    assert (lowest >= np.iinfo(np.int16).min).all()


def test_every_channel_has_steps_of_its_own() -> None:
    weight = np.array([[[[0.01]]], [[[5.0]]], [[[0.0]]]], np.float32)
    whole, sizes = whole_weights(weight)
    np.testing.assert_array_equal(whole.reshape(-1), [127, 127, 0])
    np.testing.assert_allclose(whole.reshape(-1) * sizes, [0.01, 5.0, 0.0], rtol=1e-6)


def test_a_convolution_in_integers_is_close_to_the_true_one() -> None:
    chance = np.random.default_rng(8)
    x = chance.uniform(-1, 3, (1, 8, 12, 12)).astype(np.float32)
    weight = chance.normal(0, 0.3, (6, 8, 3, 3)).astype(np.float32)
    bias = chance.normal(0, 1, 6).astype(np.float32)
    graph = GraphWriter("g")
    graph.input("x", np.float32, [1, 8, 12, 12])
    graph.output("y", np.float32, [1, 6, 10, 10])
    graph.output("true", np.float32, [1, 6, 10, 10])
    given_x = _integers.reading(
        graph, _integers.rounded(graph, "x", "x", low=-1, high=3), "x", low=-1, high=3
    )
    _integers.weights(graph, "c", weight, bias, step_in=_integers.step(-1, 3)[0])
    end = graph.node("Conv", [given_x, "c.weight", "c.bias"], "c")
    whole = _integers.rounded(graph, end, "c", low=-8, high=8)
    graph.node("Identity", [_integers.reading(graph, whole, "c", low=-8, high=8)], "y")
    graph.weight("w", weight)
    graph.weight("b", bias)
    graph.node("Conv", ["x", "w", "b"], "true")
    session = ort.InferenceSession(graph.to_bytes(), providers=["CPUExecutionProvider"])
    y, true = session.run(["y", "true"], {"x": x})
    assert np.abs(y - true.clip(-8, 8)).max() < 0.25


@pytest.mark.parametrize("path", sorted(Path(_integers.__file__).parent.glob("ranges/*.json")))
def test_what_was_measured_can_be_read_and_makes_sense(path: Path) -> None:
    assert all(low < high for low, high in _integers.ranges(path.stem).values())


@pytest.mark.parametrize("path", sorted(Path(_integers.__file__).parent.glob("recipes/*.json")))
def test_a_recipe_that_ships_can_be_read_and_makes_sense(path: Path) -> None:
    found = recipe.named(path.stem)
    assert all(low < high for low, high in found.ranges.values())
    assert all(min(tops) > 0 for tops in found.tops.values())
    assert found == found.short()
