"""Pictures and sound that may leave. Only `passante.protect` can make them."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from fractions import Fraction
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from passante.core.clock import to_ns
from passante.core.errors import BoundaryError
from passante.core.media import VideoFormat
from passante.core.names import StreamId
from passante.outside import _mint
from passante.outside.facts import Event, ExactStatistic, Statistic
from passante.outside.receipt import Receipt


def _refuse() -> NoReturn:
    raise BoundaryError("protected media is written by a sink or a codec, never pickled or copied")


@dataclass(frozen=True, slots=True, eq=False)
class ProtectedFrame:
    """A picture in which everything the policy names has been hidden."""

    stream: StreamId
    seq: int
    pts: int
    """Presentation time in ticks of `time_base`, as in the source."""
    time_base: Fraction
    """Seconds a tick."""
    format: VideoFormat
    planes: tuple[NDArray[np.uint8] | NDArray[np.uint16], ...]
    """uint8 or uint16; shapes by `format.plane_shape`. Read-only."""
    receipt: Receipt
    mint: InitVar[object]

    def __post_init__(self, mint: object) -> None:
        _mint.check(mint)
        for number, plane in enumerate(self.planes):
            if plane.shape != self.format.plane_shape(number):
                raise ValueError(f"plane {number} has shape {plane.shape}")
            plane.setflags(write=False)

    @property
    def pts_ns(self) -> int:
        """Presentation time in ns, rounded down."""
        return to_ns(self.pts, self.time_base)

    def __repr__(self) -> str:
        size = f"{self.format.width}x{self.format.height}"
        return f"ProtectedFrame({self.stream}, seq={self.seq}, {size})"

    def __reduce__(self) -> NoReturn:
        _refuse()

    def __copy__(self) -> NoReturn:
        _refuse()

    def __deepcopy__(self, memo: object) -> NoReturn:
        _refuse()


@dataclass(frozen=True, slots=True, eq=False)
class ProtectedAudio:
    """A block of sound in which everything the policy names has been destroyed."""

    stream: StreamId
    seq: int
    pts: int
    """Time of the first sample in ticks of `time_base`, as in the source."""
    time_base: Fraction
    """Seconds a tick."""
    rate_hz: int
    layout: str
    """FFmpeg's name of the channel layout."""
    samples: NDArray[np.float32]
    """(channels, n) in [-1, 1]. Read-only."""
    receipt: Receipt
    mint: InitVar[object]

    def __post_init__(self, mint: object) -> None:
        _mint.check(mint)
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise ValueError(f"samples are {self.samples.dtype} {self.samples.shape}")
        self.samples.setflags(write=False)

    @property
    def pts_ns(self) -> int:
        """Time of the first sample in ns, rounded down."""
        return to_ns(self.pts, self.time_base)

    def __repr__(self) -> str:
        return f"ProtectedAudio({self.stream}, seq={self.seq}, shape={self.samples.shape})"

    def __reduce__(self) -> NoReturn:
        _refuse()

    def __copy__(self) -> NoReturn:
        _refuse()

    def __deepcopy__(self, memo: object) -> NoReturn:
        _refuse()


ProtectedMedia = ProtectedFrame | ProtectedAudio
"""Pictures and sound that may leave."""
Outbound = ProtectedFrame | ProtectedAudio | Event | Statistic | ExactStatistic
"""The whole list of what may leave."""
