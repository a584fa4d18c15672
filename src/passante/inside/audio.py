"""Sound as captured, and sound in which speech has been looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from passante.core.clock import to_ns
from passante.core.dsp import BANDS
from passante.core.errors import BoundaryError
from passante.core.names import StreamId
from passante.inside.observation import SpeechSpan


@dataclass(frozen=True, slots=True, eq=False)
class RawAudio:
    """A block of sound exactly as decoded. Read-only; compares by identity; prints no sample."""

    stream: StreamId
    seq: int
    """Counts blocks of the stream from 0."""
    pts: int
    """Time of the first sample in ticks of `time_base`, exactly as in the container."""
    time_base: Fraction
    """Seconds a tick."""
    rate_hz: int
    layout: str
    """FFmpeg's name of the channel layout."""
    samples: NDArray[np.float32]
    """(channels, n), nominally -1 to 1."""
    captured_at: datetime | None = None
    """Aware UTC, where the source knows it."""

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise ValueError(f"samples are {self.samples.dtype} {self.samples.shape}")
        if self.rate_hz <= 0:
            raise ValueError("rate_hz must be positive")
        self.samples.setflags(write=False)

    @property
    def pts_ns(self) -> int:
        """Time of the first sample in ns, rounded down."""
        return to_ns(self.pts, self.time_base)

    def __repr__(self) -> str:
        return f"RawAudio({self.stream}, seq={self.seq}, shape={self.samples.shape})"

    def __reduce__(self) -> NoReturn:
        raise BoundaryError("raw sound cannot be copied or pickled: it never leaves this process")

    def __copy__(self) -> NoReturn:
        raise BoundaryError("raw sound cannot be copied or pickled: it never leaves this process")

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise BoundaryError("raw sound cannot be copied or pickled: it never leaves this process")


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedAudio:
    """A raw block with what of it is speech."""

    raw: RawAudio
    speech: NDArray[np.float32]
    """(n,), 0 to 1 for every sample of `raw`: how surely it is speech, pre-roll and hang-over
    included. 0 only where a working detector found none."""
    spans: tuple[SpeechSpan, ...] = ()
    """Speech spans that ended within this block."""
    keep: NDArray[np.float32] | None = None
    """(cells, bands) of the grid of `core.dsp`, for the cells that begin in this block: 0 where
    speech may be, up to 1 where `rest` certainly holds something else. Cells are counted from
    the first sample of the last block that `begins`. None keeps nothing."""
    rest: NDArray[np.float32] | None = None
    """(n,): the mean of all channels without the voices that could be taken out of it."""
    begins: bool = False
    """The first block, or the first after a gap or a change of format."""

    def __post_init__(self) -> None:
        if self.speech.shape != (self.raw.samples.shape[1],):
            raise ValueError("one speech value for each sample is needed")
        self.speech.setflags(write=False)
        if self.keep is not None:
            if self.keep.ndim != 2 or self.keep.shape[1] != BANDS:
                raise ValueError(f"keep has shape {self.keep.shape}")
            self.keep.setflags(write=False)
        if self.rest is not None:
            if self.rest.shape != self.speech.shape:
                raise ValueError(f"rest has shape {self.rest.shape}")
            self.rest.setflags(write=False)

    def __repr__(self) -> str:
        return f"AnalysedAudio({self.raw!r})"

    def __reduce__(self) -> NoReturn:
        raise BoundaryError("analysed sound cannot be pickled: it never leaves this process")

    def __copy__(self) -> NoReturn:
        raise BoundaryError("analysed sound cannot be copied: it never leaves this process")

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise BoundaryError("analysed sound cannot be copied: it never leaves this process")
