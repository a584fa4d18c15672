from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from passante.evaluate.attacks.project import discriminant


def people(rng: np.random.Generator, count: int = 60) -> list[NDArray[np.float32]]:
    """They differ in the first direction; recordings of one differ wildly in the second."""
    return [
        (np.array([one, 0, 0]) + rng.normal(0, 1, (8, 3)) * [0.1, 5, 0.1]).astype(np.float32)
        for one in rng.normal(0, 1, count)
    ]


def test_what_varies_within_people_counts_less_after_learning() -> None:
    rng = np.random.default_rng(0)
    project = discriminant(people(rng), shrink=0.0)
    apart = project(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)) - project(
        np.zeros((1, 3), np.float32)
    )
    length = np.linalg.norm(apart, axis=1)
    assert length[0] > 20 * length[1]
    assert length[0] == pytest.approx(10, rel=0.2)


def test_only_as_many_directions_are_kept_as_people_can_differ_in() -> None:
    project = discriminant(people(np.random.default_rng(1), 3), most=10)
    assert project(np.zeros((4, 3), np.float32)).shape == (4, 2)


def test_vectors_that_are_all_alike_are_no_error() -> None:
    project = discriminant([np.ones((2, 3), np.float32)] * 4)
    assert np.isfinite(project(np.ones((2, 3), np.float32))).all()
