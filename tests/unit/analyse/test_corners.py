from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from passante.analyse.corners import CELL, decode
from passante.core.errors import ModelContractError

Floats = NDArray[np.float32]
QUAD = np.array([[40, 30], [100, 36], [98, 52], [38, 46]], np.float32)
BELOW = np.float32([0, 30])


def empty(rows: int = 12, columns: int = 20) -> Floats:
    maps = np.zeros((10, rows, columns), np.float32)
    maps[0] = -9
    return maps


def written(
    maps: Floats, quad: Floats, *, logit: float = 2.0, cell: tuple[int, int] | None = None
) -> None:
    """Put a quadrangle (4, 2), px, into maps at the cell of its middle, or at (row, column)."""
    column, row = (quad.mean(axis=0) // CELL).astype(int)
    row, column = cell or (row, column)
    size = 20.0
    maps[0, row, column] = logit
    maps[1, row, column] = np.log(size / 16)
    middle = (np.array([column, row]) + 0.5) * CELL
    maps[2:, row, column] = ((quad - middle) / size).ravel()


def test_corners_come_out_where_they_were() -> None:
    maps = empty()
    written(maps, QUAD)
    found = decode(maps, 0.3)
    assert found.corners[0] == pytest.approx(QUAD, abs=1e-3)
    assert found.boxes[0] == pytest.approx([38, 30, 100, 52], abs=1e-3)
    assert found.scores[0] == pytest.approx(1 / (1 + np.exp(-2)))


def test_nothing_warm_is_nothing_found() -> None:
    found = decode(empty(), 0.3)
    assert found.boxes.shape == (0, 4)
    assert found.scores.shape == (0,)


@pytest.mark.parametrize(("threshold", "found"), [(0.3, 1), (0.49, 1), (0.51, 0)])
def test_the_threshold_is_a_likelihood(threshold: float, found: int) -> None:
    maps = empty()
    written(maps, QUAD, logit=0.0)
    assert len(decode(maps, threshold).scores) == found


def test_the_warm_surroundings_of_a_middle_are_no_other_plate() -> None:
    maps = empty()
    written(maps, QUAD, logit=1.0, cell=(5, 9))
    written(maps, QUAD, logit=2.0)
    # Two cells away, so a peak of its own, but the same corners.
    written(maps, QUAD, logit=1.5, cell=(5, 6))
    found = decode(maps, 0.3)
    assert len(found.scores) == 1
    assert found.scores[0] == pytest.approx(1 / (1 + np.exp(-2)))


def test_neighbours_are_kept_apart_and_the_surest_comes_first() -> None:
    maps = empty()
    written(maps, QUAD, logit=1.0)
    written(maps, QUAD + BELOW, logit=3.0)
    found = decode(maps, 0.3)
    assert len(found.scores) == 2
    assert found.scores[0] > found.scores[1]
    assert found.corners[0] == pytest.approx(QUAD + BELOW, abs=1e-3)


def test_a_plate_half_beyond_the_edge_keeps_its_corners() -> None:
    maps = empty()
    written(maps, QUAD - np.float32([60, 0]))
    assert decode(maps, 0.3).boxes[0, 0] == pytest.approx(-22, abs=1e-3)


def test_a_size_beyond_all_measure_stays_finite() -> None:
    maps = empty()
    written(maps, QUAD)
    maps[1] = 1e9
    assert np.isfinite(decode(maps, 0.3).boxes).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    maps = empty()
    maps[4, 3, 3] = bad
    with pytest.raises(ModelContractError, match="no number"):
        decode(maps, 0.3)
