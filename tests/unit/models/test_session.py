from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.card import Tensor, TensorType
from passante.models.session import OnnxSession, check_inputs
from passante.models.store import VerifiedModel
from unit.models import packages


def session() -> OnnxSession:
    return OnnxSession(VerifiedModel(packages.card(), packages.doubling()))


def test_arrays_go_in_and_come_out_in_the_order_of_the_card() -> None:
    (doubled,) = session().run(np.array([[1, 2]], np.float32))
    np.testing.assert_array_equal(doubled, [[2, 4]])
    assert session().ref == "double@1.0"


@pytest.mark.parametrize(
    "array",
    [
        np.ones((1, 2), np.float64),
        np.ones((2, 2), np.float32),
        np.ones((1, 2, 1), np.float32),
        np.ones((1, 3), np.float32),
        np.ones((1, 0), np.float32),
    ],
    ids=["type", "fixed size", "rank", "multiple", "empty"],
)
def test_an_array_that_the_card_does_not_take_is_refused(array: NDArray[Any]) -> None:
    with pytest.raises(ModelContractError, match='input "x" is'):
        session().run(array)


def test_the_number_of_arrays_is_that_of_the_card() -> None:
    with pytest.raises(ModelContractError, match="takes 1 inputs, not 2"):
        session().run(np.ones((1, 2), np.float32), np.ones((1, 2), np.float32))


def test_a_word_stands_for_one_size_in_all_inputs() -> None:
    pair = packages.card(
        inputs=(
            Tensor("a", TensorType.INT64, ("n",), "numbers"),
            Tensor("b", TensorType.INT64, ("n", "n"), "numbers"),
        )
    )
    check_inputs(pair, (np.ones(3, np.int64), np.ones((3, 3), np.int64)))
    with pytest.raises(ModelContractError):
        check_inputs(pair, (np.ones(3, np.int64), np.ones((3, 4), np.int64)))


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": (Tensor("z", TensorType.FLOAT32, (1, "n"), "another name"),)},
        {"inputs": (Tensor("x", TensorType.UINT8, (1, "n"), "another type"),)},
        {"outputs": (Tensor("z", TensorType.FLOAT32, (1, "n"), "another name"),)},
        {"inputs": ()},
    ],
)
def test_a_network_that_is_not_what_its_card_says_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ModelContractError, match="the card says"):
        OnnxSession(VerifiedModel(packages.card(**changes), packages.doubling()))


def test_bytes_that_are_no_network_are_refused() -> None:
    data = b"not a network"
    card = packages.card(sha256=hashlib.sha256(data).hexdigest())
    with pytest.raises(ModelContractError, match="cannot be opened"):
        OnnxSession(VerifiedModel(card, data))


def test_a_run_that_fails_is_an_error_of_models(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = session()

    class Failing:
        def run(self, *_: object) -> None:
            raise RuntimeError("no memory")

    monkeypatch.setattr(broken, "_session", Failing())
    with pytest.raises(ModelContractError, match="the run failed: no memory"):
        broken.run(np.ones((1, 2), np.float32))


def test_the_same_input_gives_the_same_output_with_more_threads() -> None:
    data = np.linspace(-1, 1, 64, dtype=np.float32)[None]
    model = VerifiedModel(packages.card(), packages.doubling())
    one, two = (OnnxSession(model, threads=threads).run(data)[0] for threads in (1, 2))
    np.testing.assert_array_equal(one, two)
