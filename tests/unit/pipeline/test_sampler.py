from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.core.media import LAYOUTS, VideoFormat
from passante.core.names import StreamId
from passante.outside._mint import MINT
from passante.outside.media import ProtectedFrame
from passante.outside.receipt import Receipt
from passante.pipeline.sampler import Detector, LeakSampler, upright

FORM = VideoFormat(16, 12, LAYOUTS["yuv420p"])
BARE = 250
RECEIPT = Receipt("test", "00", (("head", "fill@1"),), (), "passante test")


def frame(at_ms: int, *, bare: bool = False, form: VideoFormat = FORM) -> ProtectedFrame:
    """A grey frame; where `bare`, one corner is white."""
    kind = np.uint8 if form.layout.depth == 8 else np.uint16
    planes = [
        np.full(form.plane_shape(number), form.layout.middle, kind)
        for number in range(form.layout.planes)
    ]
    if bare:
        planes[0][:4, :4] = BARE << (form.layout.depth - 8)
    return ProtectedFrame(
        StreamId("v"), at_ms, at_ms, Fraction(1, 1000), form, tuple(planes), RECEIPT, MINT
    )


class White:
    """Finds what is white."""

    name = "white"

    def __init__(self) -> None:
        self.looks = 0

    def find(self, pixels: NDArray[np.uint8]) -> list[Box]:
        self.looks += 1
        rows, columns = np.nonzero(pixels[:, :, 0] > 240)
        if not rows.size:
            return []
        return [Box(float(columns.min()), float(rows.min()), columns.max() + 1.0, rows.max() + 1.0)]


class Broken:
    name = "broken"

    def find(self, pixels: NDArray[np.uint8]) -> list[Box]:
        raise RuntimeError("no")


def sampler(detector: Detector | None = None, seed: int = 1, every_s: float = 1.0) -> LeakSampler:
    return LeakSampler(detector or White(), every_s=every_s, rng=np.random.default_rng(seed))


def test_one_moment_of_each_interval_is_looked_at() -> None:
    one = sampler()
    looked = [at for at in range(0, 20_000, 40) if one.see(frame(at))]
    assert one.estimate().samples == len(looked)
    assert 18 <= len(looked) <= 20
    assert len({at // 1000 for at in looked}) == len(looked)


def test_a_leaky_output_is_caught_and_a_tight_one_is_not() -> None:
    for bare in (True, False):
        one = sampler()
        for at in range(0, 60_000, 100):
            one.see(frame(at, bare=bare))
        told = one.estimate()
        assert told.hits == (told.samples if bare else 0)
        assert told.onsets == bare
        figure, low, high = told.seconds_per_hour
        assert figure == (3600 if bare else 0)
        assert (low > 3000) if bare else (high < 250)


def test_the_share_of_time_is_estimated_whatever_its_rhythm() -> None:
    # bare for 200 ms of every second: a fixed grid would see all of it or nothing
    one = sampler(every_s=1.0)
    for at in range(0, 1_200_000, 100):
        one.see(frame(at, bare=at % 1000 < 200))
    figure, low, high = one.estimate().seconds_per_hour
    assert low < 0.2 * 3600 < high
    assert figure == pytest.approx(720, rel=0.2)


def test_before_the_first_moment_nothing_is_claimed() -> None:
    told = sampler().estimate()
    assert told.seconds_per_hour == (0, 0, 3600)
    assert told.onsets_per_hour == (0, 0, math.inf)


def test_a_detector_that_fails_stops_nothing_and_counts_neither_way() -> None:
    one = sampler(Broken())
    for at in range(0, 5000, 100):
        one.see(frame(at))
    told = one.estimate()
    assert told.failures >= 4
    assert told.samples == 0


def test_no_picture_is_kept() -> None:
    one = sampler()
    for at in range(0, 5000, 100):
        one.see(frame(at, bare=True))
    kept = vars(one).values()
    assert not [it for it in kept if isinstance(it, np.ndarray | ProtectedFrame)]
    assert one.estimate().hits


def test_deep_and_turned_frames_are_looked_at_as_shown() -> None:
    form = VideoFormat(16, 12, LAYOUTS["yuv420p10le"], rotation=90)
    seen = upright(frame(0, bare=True, form=form))
    assert seen.shape == (16, 12, 3)
    assert (seen[:4, -4:] == BARE).all()
    assert seen[8, 2, 0] == 128


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="interval"):
        sampler(every_s=0)


@given(
    times=st.lists(st.integers(0, 30_000), max_size=60),
    bare=st.booleans(),
    seed=st.integers(0, 9),
)
def test_whatever_the_clock_does_the_figures_lie_in_their_intervals(
    times: list[int], bare: bool, seed: int
) -> None:
    eyes = White()
    one = sampler(eyes, seed=seed)
    for at in times:
        one.see(frame(at, bare=bare))
    told = one.estimate()
    assert told.samples == eyes.looks <= len(times)
    for figure, low, high in (told.seconds_per_hour, told.onsets_per_hour):
        assert 0 <= low <= figure <= high
