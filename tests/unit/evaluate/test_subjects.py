from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from passante.core.geometry import Box
from passante.evaluate.pictures import Picture
from passante.evaluate.subjects import remembering
from unit.evaluate.portraits import method


def test_each_picture_is_hidden_once_and_never_taken_for_another() -> None:
    asked: list[int] = []

    def darkened(pixels: Picture, boxes: Sequence[Box]) -> Picture:
        asked.append(int(pixels[0, 0, 0]))
        return pixels // 2

    kept = remembering(method(darkened))
    for number in (10, 20, 30):
        # freed as soon as it is hidden, so that the next one may lie where it lay
        pixels = np.full((4, 4, 3), number, np.uint8)
        assert [int(kept.hide(pixels, [])[0, 0, 0]) for _ in range(3)] == [number // 2] * 3
    assert asked == [10, 20, 30]
    assert kept.subject == method(darkened).subject
