from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from passante.analyse.logmel import BANDS, FRAMES, HOP, WINDOW, log_mel, patches, triangles


def by_the_description(samples: np.ndarray) -> np.ndarray:
    """The published description followed word for word, one number at a time."""
    hann = np.array([0.5 - 0.5 * np.cos(2 * np.pi * n / 400) for n in range(400)])
    edges = np.linspace(1127 * np.log(1 + 125 / 700), 1127 * np.log(1 + 7500 / 700), 64 + 2)
    rows = []
    for at in range(0, samples.size - 400 + 1, 160):
        frame = np.zeros(512)
        frame[:400] = samples[at : at + 400].astype(np.float64) * hann
        sizes = np.abs(np.fft.fft(frame))[:257]
        row = []
        for band in range(64):
            total = 0.0
            for number in range(1, 257):
                mel = 1127 * np.log(1 + number * 16_000 / 512 / 700)
                rise = (mel - edges[band]) / (edges[band + 1] - edges[band])
                fall = (edges[band + 2] - mel) / (edges[band + 2] - edges[band + 1])
                total += max(0.0, min(rise, fall)) * sizes[number]
            row.append(np.log(total + 0.001))
        rows.append(row)
    return np.array(rows)


def test_frames_are_those_of_the_description() -> None:
    rng = np.random.default_rng(3)
    samples = rng.normal(0, 0.1, 2000).astype(np.float32)
    samples[900:1500] *= 1e-4
    np.testing.assert_allclose(log_mel(samples), by_the_description(samples), atol=2e-4)


def test_a_tone_is_loudest_in_its_own_band() -> None:
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(WINDOW) / 16_000)
    loudest = int(log_mel(tone.astype(np.float32))[0].argmax())
    middle = np.arange(257)[triangles()[:, loudest] > 0] * 16_000 / 512
    assert middle.min() <= 1000 <= middle.max()


@given(st.integers(0, 40), st.integers(1, 12))
def test_a_frame_does_not_depend_on_what_else_is_asked_for(first: int, count: int) -> None:
    samples = np.random.default_rng(1).normal(0, 0.2, 60 * HOP + WINDOW).astype(np.float32)
    whole = log_mel(samples)
    part = log_mel(samples[first * HOP : (first + count - 1) * HOP + WINDOW])
    np.testing.assert_array_equal(part, whole[first : first + count])


def test_less_than_a_window_has_no_frame_and_less_than_a_patch_no_patch() -> None:
    assert log_mel(np.zeros(WINDOW - 1, np.float32)).shape == (0, BANDS)
    assert patches(np.zeros((FRAMES - 1, BANDS), np.float32), 24).shape == (0, FRAMES, BANDS)


def test_patches_overlap_by_what_the_hop_leaves() -> None:
    frames = np.arange(150 * BANDS, dtype=np.float32).reshape(150, BANDS)
    made = patches(frames, 24)
    assert made.shape == (3, FRAMES, BANDS)
    for number in range(3):
        np.testing.assert_array_equal(made[number], frames[24 * number : 24 * number + FRAMES])
