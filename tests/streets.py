"""Generated pictures and findings for Hypothesis: every layout, odd sizes, awkward boxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from passante.core.geometry import Box
from passante.core.media import LAYOUTS, VideoFormat
from passante.core.names import Cause, Kind
from passante.inside.observation import Region
from passante.inside.video import Plane, RawFrame
from passante.testing import raw_frame, video_format

EDGES = st.one_of(
    st.integers(-30, 70).map(float),
    st.floats(-30, 70, allow_nan=False),
    st.sampled_from([float("nan"), float("inf"), float("-inf"), -1e308, 1e308, 1e-308]),
)
NEAR_EDGES = st.one_of(st.integers(-30, 70).map(float), st.floats(-30, 70, allow_nan=False))


@st.composite
def formats(draw: st.DrawFn) -> VideoFormat:
    """A small picture of any layout, rotation and scan."""
    form = video_format(
        draw(st.integers(1, 40)), draw(st.integers(1, 40)), draw(st.sampled_from(sorted(LAYOUTS)))
    )
    return replace(
        form, rotation=draw(st.sampled_from([0, 90, 180, 270])), interlaced=draw(st.booleans())
    )


@st.composite
def boxes(draw: st.DrawFn, edges: st.SearchStrategy[float] = EDGES) -> Box:
    """Any box: in order or not, empty, outside, without end."""
    return Box(draw(edges), draw(edges), draw(edges), draw(edges))


@st.composite
def regions(draw: st.DrawFn) -> tuple[Region, ...]:
    """Up to five findings."""
    kinds = st.sampled_from(list(Kind))
    found = draw(st.lists(st.tuples(kinds, boxes()), max_size=5))
    return tuple(
        Region(kind, box, 0.9, Cause.DETECTION, number) for number, (kind, box) in enumerate(found)
    )


def differing(frame: RawFrame, masks: list[np.ndarray], seed: int) -> RawFrame:
    """The same picture with other content wherever a mask says so."""
    other = raw_frame(frame.seq, frame.format, seed=seed)
    planes: list[Plane] = [
        np.where(mask, new, old)
        for mask, new, old in zip(masks, other.planes, frame.planes, strict=True)
    ]
    return replace(frame, planes=tuple(planes))
