from dataclasses import replace

import cv2
import numpy as np
import pytest

from passante.core.media import Colour, VideoFormat
from passante.protect.operators.colour import samples
from passante.testing import video_format


def tagged(layout: str, *, matrix: int = 1, full_range: bool = False) -> VideoFormat:
    return replace(video_format(4, 4, layout), colour=Colour(1, 1, matrix, full_range))


@pytest.mark.parametrize(
    ("form", "white", "black"),
    [
        (tagged("yuv420p"), (235, 128, 128), (16, 128, 128)),
        (tagged("yuv420p", full_range=True), (255, 128, 128), (0, 128, 128)),
        (tagged("yuv420p10le"), (940, 512, 512), (64, 512, 512)),
        (tagged("yuv420p12le", full_range=True), (4095, 2048, 2048), (0, 2048, 2048)),
        (tagged("gbrp"), (255, 255, 255), (0, 0, 0)),
        (tagged("gbrp10le"), (1023, 1023, 1023), (0, 0, 0)),
        (tagged("gray"), (235,), (16,)),
        (tagged("gray12le", full_range=True), (4095,), (0,)),
    ],
)
def test_white_and_black(form: VideoFormat, white: tuple[int, ...], black: tuple[int, ...]) -> None:
    assert samples("#ffffff", form) == white
    assert samples("#000000", form) == black


def test_rgb_planes_are_green_blue_red() -> None:
    assert samples("#112233", tagged("gbrp")) == (0x22, 0x33, 0x11)


@pytest.mark.parametrize("colour", ["#ff0000", "#00ff00", "#0000ff", "#5f5f5f", "#a01080"])
def test_bt601_agrees_with_opencv(colour: str) -> None:
    rgb = np.array([[[int(colour[at : at + 2], 16) for at in (1, 3, 5)]] * 2] * 2, np.uint8)
    i420 = cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420)
    wanted = (int(i420[0, 0]), int(i420[2, 0]), int(i420[2, 1]))
    made = samples(colour, tagged("yuv420p", matrix=6))
    assert np.abs(np.subtract(made, wanted)).max() <= 1


@pytest.mark.parametrize(
    ("matrix", "luma"), [(1, 63), (5, 81), (6, 81), (2, 81), (9, 74), (10, 74)]
)
def test_red_is_as_bright_as_the_matrix_says(matrix: int, luma: int) -> None:
    assert samples("#ff0000", tagged("yuv444p", matrix=matrix))[0] == luma


@pytest.mark.parametrize("colour", ["#ff0000", "#0000ff", "#ffff00"])
def test_no_value_is_beyond_the_scale(colour: str) -> None:
    for depth, layout in ((8, "yuv444p"), (10, "yuv444p10le"), (12, "yuv444p12le")):
        made = samples(colour, tagged(layout, full_range=True))
        assert all(0 <= value < 1 << depth for value in made)
