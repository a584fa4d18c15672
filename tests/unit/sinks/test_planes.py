import numpy as np
import pytest

from passante.core.media import LAYOUTS
from passante.sinks._planes import frame_of


@pytest.mark.parametrize("rows", range(2, 22, 2))
@pytest.mark.parametrize("columns", [2, 6, 16, 30])
def test_planes_in_one_piece_become_a_frame_of_the_same_size_and_samples(rows, columns):
    whole = np.random.default_rng(rows).integers(0, 256, (rows * 3 // 2, columns), np.uint8)
    flat, size = whole.reshape(-1), rows * columns
    planes = (
        flat[:size].reshape(rows, columns),
        flat[size : size * 5 // 4].reshape(rows // 2, columns // 2),
        flat[size * 5 // 4 :].reshape(rows // 2, columns // 2),
    )
    frame = frame_of(planes, LAYOUTS["yuv420p"])
    assert (frame.width, frame.height) == (columns, rows)
    np.testing.assert_array_equal(frame.to_ndarray().reshape(-1), flat)
