import importlib.util

import numpy as np
import pytest

from passante.compress import centres
from passante.compress.runner import Direct
from passante.compress.student import STRIDE, architecture

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed: an extra"
)


def example(*boxes, width=96, height=64, seed=0):
    """A dark picture with a bright square in each box."""
    pixels = np.random.default_rng(seed).integers(0, 60, (height, width, 3)).astype(np.uint8)
    for x0, y0, x1, y1 in boxes:
        pixels[int(y0) : int(y1), int(x0) : int(x1)] = 230
    return centres.Example(pixels, np.array(boxes, np.float32).reshape(-1, 4))


def test_the_target_is_hot_at_centres_and_tells_sizes():
    target = centres.targets(example([16, 8, 32, 40]), (16, 24))
    (cell,) = target.cells
    assert target.heat[tuple(cell)] == 1
    assert 0 < target.heat[cell[0], cell[1] + 1] < 1
    high, wide, down, across = target.shapes[0]
    assert np.exp([high, wide]) * STRIDE == pytest.approx([32, 16])
    assert (cell[1] + across + 0.5) * STRIDE == pytest.approx(24)
    assert (cell[0] + down + 0.5) * STRIDE == pytest.approx(24)


def test_what_lies_outside_is_no_target():
    assert len(centres.targets(example([200, 8, 220, 30]), (16, 24)).cells) == 0


def test_a_piece_takes_its_boxes_along():
    given = example([240, 120, 280, 180], width=512, height=384)
    mirrored = set()
    for seed in range(12):
        part = centres.piece(given, np.random.default_rng(seed))
        assert part.pixels.shape == (256, 320, 3)
        x0, y0, x1, y1 = part.boxes[0]
        assert (x1 - x0, y1 - y0) == pytest.approx((40, 60))
        inside = part.pixels[max(0, int(y0)) : int(y1), max(0, int(x0)) : int(x1)]
        if inside.size:
            assert inside.mean() > 2 * part.pixels.mean()
            mirrored.add(bool(x0 > 160))
    assert mirrored == {True, False}


def test_of_a_small_view_a_piece_is_all_that_whole_steps_allow():
    part = centres.piece(example(width=90, height=70), np.random.default_rng(0))
    assert part.pixels.shape == (64, 80, 3)


@needs_torch
def test_a_student_learns_to_see_what_its_teacher_sees():
    chance = np.random.default_rng(1)
    corners = chance.integers(0, [60, 30], (24, 2))
    examples = [example([x, y, x + 20, y + 24], seed=at) for at, (x, y) in enumerate(corners)]
    told = []
    course = centres.Course(width=16, steps=80, batch=4, rate=1e-2)
    untaught = architecture(width=16, blocks=(1, 1, 1))
    graph = centres.teach(untaught, examples, course, told.append)
    losses = [float(line.rsplit(" ", 1)[1]) for line in told]
    assert losses[-1] < 0.5 * losses[0]
    (maps,) = Direct("s", graph.to_bytes()).run(examples[0].pixels[None])
    row, column = np.unravel_index(maps[0, 0].argmax(), maps.shape[2:])
    x, y = corners[0]
    assert x - 8 < (column + 0.5) * STRIDE < x + 28
    assert y - 8 < (row + 0.5) * STRIDE < y + 32
