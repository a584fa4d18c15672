"""What cannot be carried as it is becomes the nearest that can, and means the same."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from passante.sources._decode import carried_as, converted, planes_of, samples_of

NEAREST = {
    "yuv420p": "yuv420p", "yuvj420p": "yuv420p", "yuv422p10le": "yuv422p10le", "gbrp": "gbrp",
    "gray": "gray", "nv12": "yuv420p", "p010le": "yuv420p10le", "yuv410p": "yuv420p",
    "yuv411p": "yuv422p", "yuv440p": "yuv444p", "yuvj440p": "yuv444p", "yuva420p": "yuv420p",
    "yuv420p9le": "yuv420p10le", "yuv420p16le": "yuv420p12le", "yuv420p10be": "yuv420p10le",
    "yuyv422": "yuv422p", "rgb24": "gbrp", "bgra": "gbrp", "rgb48le": "gbrp12le",
    "pal8": "gbrp", "ya8": "gray", "gray16le": "gray12le", "monow": "gray", "rgb565le": "gbrp",
}  # fmt: skip


@pytest.mark.parametrize(("given", "wanted"), NEAREST.items())
def test_every_format_has_a_nearest_layout(given: str, wanted: str) -> None:
    assert carried_as(given)[0].name == wanted


@pytest.mark.parametrize("colour_range", [1, 2])
@pytest.mark.parametrize(
    "given", ["nv12", "yuv411p", "yuv440p", "yuvj440p", "yuva420p", "yuv420p16le", "gray16le"]
)
def test_brightness_survives_a_conversion(given: str, colour_range: int) -> None:
    frame = av.VideoFrame(64, 48, given)
    deep = frame.format.components[0].bits
    for index, plane in enumerate(frame.planes):
        size = 1 if deep == 8 else 2
        level = {0: 180, 3: 255}.get(index, 128) << (deep - 8)
        plane.update(np.full(plane.buffer_size // size, level, f"u{size}").tobytes())
    frame.color_range = 2 if given.startswith("yuvj") else colour_range
    frame.pts, frame.time_base = 7, Fraction(1, 25)
    layout, target = carried_as(given)
    made = converted(frame, target, 64, 48)
    assert (made.pts, made.time_base) == (7, Fraction(1, 25))
    planes = planes_of(made, layout)
    assert np.abs((planes[0] >> (layout.depth - 8)).astype(int) - 180).max() <= 1
    for plane in planes[1:]:
        assert np.abs((plane >> (layout.depth - 8)).astype(int) - 128).max() <= 1


def see_through(given: str) -> av.VideoFrame:
    """Noise of which the left half is opaque, the right half is not there."""
    frame = av.VideoFrame(64, 48, given)
    deep = frame.format.components[0].bits
    noise = np.random.default_rng(3)
    for index, plane in enumerate(frame.planes):
        kind = np.uint8 if deep == 8 else np.uint16
        wide = plane.line_size // kind().itemsize
        data = noise.integers(60 << deep - 8, 180 << deep - 8, (plane.height, wide), kind)
        if given == "rgba":
            data[:, 3::4] = 255 * (np.arange(wide // 4) < 32)
        elif index == 3:
            data[:] = ((1 << deep) - 1) * (np.arange(wide) < 32)
        plane.update(data.tobytes())
    return frame


@pytest.mark.parametrize("given", ["yuva420p", "yuva422p", "yuva444p", "yuva444p10le", "rgba"])
def test_what_nobody_was_shown_stays_unseen(given: str) -> None:
    """Whoever was cut out of a picture by making it see-through there."""
    layout, target = carried_as(given)
    shown = planes_of(converted(see_through(given), target, 64, 48), layout)
    for plane in shown:
        middle = plane.shape[1] // 2
        assert plane[:, middle:].std() == 0
        assert plane[:, :middle].std() > 10 << layout.depth - 8
    assert (shown[0][:, 32:] >= 235 << layout.depth - 8).all()


def test_rgb_survives_bit_for_bit() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)
    frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
    layout, target = carried_as("rgb24")
    green, blue, red = planes_of(converted(frame, target, 64, 48), layout)
    assert (np.stack([red, green, blue], axis=2) == pixels).all()


@pytest.mark.parametrize(
    ("given", "lowest", "highest"),
    [("u8", 0, 255), ("s16", -32768, 32767), ("s32", -(2**31), 2**31 - 1), ("flt", -1, 1)],
)
@pytest.mark.parametrize("planar", ["", "p"])
def test_samples_of_every_kind_become_float(
    given: str, lowest: float, highest: float, planar: str
) -> None:
    kind = {"u8": "u1", "s16": "i2", "s32": "i4", "flt": "f4"}[given]
    data = np.array([[lowest, highest, lowest, highest]], kind)
    shaped = data.reshape(2, 2).T.copy() if planar else data
    frame = av.AudioFrame.from_ndarray(shaped, given + planar, "stereo")
    samples = samples_of(frame)
    assert samples.dtype == np.float32
    assert samples.shape == (2, 2)
    assert samples == pytest.approx(np.array([[-1, -1], [1, 1]]), abs=0.01)
