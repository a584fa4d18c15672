import numpy as np
import pytest

from passante.compress.running import run, session
from passante.core.errors import ModelContractError
from unit.compress.networks import pictures, street


def test_a_network_that_cannot_run_is_an_error_of_ours():
    with pytest.raises(ModelContractError, match="cannot run"):
        session(b"nothing")


def test_a_run_that_fails_is_an_error_of_ours():
    with pytest.raises(ModelContractError, match="failed"):
        run(session(street().to_bytes()), {"image": np.zeros((1, 2), np.uint8)})


def test_all_outputs_come_in_order():
    (feed,) = pictures(1)
    (maps,) = run(session(street().to_bytes(), optimise=False), feed)
    assert maps.shape == (1, 5, 16, 24)
