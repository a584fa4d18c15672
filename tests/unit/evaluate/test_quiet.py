from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from passante.evaluate.quiet import nothing


@pytest.mark.data
def test_a_street_without_events_is_as_long_as_asked_and_always_the_same(data_dir: Path) -> None:
    one, again = (nothing(data_dir, minutes=0.5, seed=3) for _ in range(2))
    assert one.size == 30 * 16_000
    np.testing.assert_array_equal(one, again)
    pieces = one.reshape(3, -1)
    assert (np.abs(pieces).max(axis=1) > 0.01).all()
    assert np.abs(one).max() <= 1
