from __future__ import annotations

import pytest

from passante.protect.publish_cells import consistent, suppress


@pytest.mark.parametrize(
    ("noisy", "total", "parts"),
    [
        ((5, 7), 12, (5, 7)),
        ((10, -4), 6, (6, 0)),
        ((-3, -4), 0, (0, 0)),
        ((10, 10, -1), 19, (10, 9, 0)),
        ((), 0, ()),
    ],
)
def test_parts_are_the_nearest_that_add_up(
    noisy: tuple[int, ...], total: int, parts: tuple[int, ...]
) -> None:
    assert consistent(noisy) == (total, parts)


def test_one_hidden_part_takes_the_next_smallest_with_it() -> None:
    told = suppress(130, (3, 100, 27), least=10)
    assert (told.total, told.parts) == (130, (None, 100, None))


def test_a_small_whole_hides_everything() -> None:
    assert suppress(9, (9, 0), least=10).total is None
