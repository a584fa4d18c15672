from __future__ import annotations

import numpy as np
import pytest

from passante.core.errors import ModelContractError
from passante.models.convert.checkpoint import read_variables
from unit.models.convert.checkpoints import checkpoint

VARIABLES = {
    "layer-1/bias": np.arange(3, dtype=np.float32),
    "layer-1/kernel": np.arange(6, dtype=np.float32).reshape(1, 2, 3),
    "layer-10/bias": np.ones(2, np.float32),
}


def test_every_float_variable_is_read_in_its_shape() -> None:
    found = read_variables(*checkpoint(VARIABLES))
    assert set(found) == set(VARIABLES)
    for name, array in VARIABLES.items():
        np.testing.assert_array_equal(found[name], array)


def test_whole_numbers_are_passed_over() -> None:
    counted = {**VARIABLES, "step": np.array(7, np.int32)}
    assert set(read_variables(*checkpoint(counted))) == set(VARIABLES)


def test_a_checkpoint_without_weights_is_refused() -> None:
    with pytest.raises(ModelContractError, match="no weights"):
        read_variables(*checkpoint({"step": np.array(7, np.int32)}))


def test_a_data_file_cut_short_is_refused() -> None:
    index, data = checkpoint(VARIABLES)
    with pytest.raises(ModelContractError, match="cut short"):
        read_variables(index, data[:-4])


@pytest.mark.parametrize("keep", [0, 10, 47, 60])
def test_an_index_without_its_beginning_is_refused(keep: int) -> None:
    index, data = checkpoint(VARIABLES)
    with pytest.raises(ModelContractError):
        read_variables(index[len(index) - keep :], data)


def test_a_compressed_block_is_refused() -> None:
    index, data = checkpoint({"a": np.ones(1, np.float32)})
    first = index.index(b"\0\0\0\0\1\0\0\0\0")
    broken = index[: first + 8] + b"\1" + index[first + 9 :]
    with pytest.raises(ModelContractError, match="compressed"):
        read_variables(broken, data)


@pytest.mark.parametrize("index", [b"", b"no index at all" * 9])
def test_what_is_no_index_is_refused(index: bytes) -> None:
    with pytest.raises(ModelContractError):
        read_variables(index, b"")
