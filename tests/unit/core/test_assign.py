"""The best pairs."""

import itertools

import numpy as np
import pytest

from passante.core.assign import assign


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 5), (5, 2), (6, 6)])
@pytest.mark.parametrize("seed", range(5))
def test_no_other_pairing_gains_more(shape: tuple[int, int], seed: int) -> None:
    gain = np.random.default_rng(seed).uniform(0.1, 1, shape)
    rows, columns = shape
    wide = gain if rows <= columns else gain.T
    best = max(
        sum(wide[row, column] for row, column in enumerate(order))
        for order in itertools.permutations(range(wide.shape[1]), wide.shape[0])
    )
    pairs = assign(gain)
    assert len(pairs) == min(shape)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert sum(gain[pair] for pair in pairs) == pytest.approx(best)


def test_what_gains_nothing_is_not_paired() -> None:
    assert assign(np.array([[0.0, 0.0], [0.0, 0.5]])) == [(1, 1)]
    assert assign(np.zeros((0, 3))) == []
    assert assign(np.zeros((2, 2))) == []
