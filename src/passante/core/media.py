"""What pictures and sound look like, without a single pixel or sample: formats and streams."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from passante.core.names import StreamId


@dataclass(frozen=True, slots=True)
class PixelLayout:
    """How a picture lies in planes.

    Planes are Y, U, V; or G, B, R where `rgb`; or Y alone where `planes` is 1. Samples are uint8
    at a depth of 8 bits, else uint16 with the value in the low bits.
    """

    name: str
    """FFmpeg's name, e.g. "yuv420p10le"."""
    depth: int
    """Bits a sample."""
    chroma_x: int = 1
    """Luma columns for each chroma column: 1 or 2."""
    chroma_y: int = 1
    """Luma rows for each chroma row: 1 or 2."""
    rgb: bool = False
    """Planes are G, B, R, all of full size."""
    planes: int = 3
    """Number of planes: 3, or 1 for grey."""

    @property
    def middle(self) -> int:
        """The sample value of mid-grey luma and of no colour: half of full scale."""
        return 1 << (self.depth - 1)


def _family(suffix: str, depth: int) -> list[PixelLayout]:
    return [
        PixelLayout(f"yuv420p{suffix}", depth, 2, 2),
        PixelLayout(f"yuv422p{suffix}", depth, 2, 1),
        PixelLayout(f"yuv444p{suffix}", depth),
        PixelLayout(f"gbrp{suffix}", depth, rgb=True),
        PixelLayout(f"gray{suffix}", depth, planes=1),
    ]


LAYOUTS: dict[str, PixelLayout] = {
    layout.name: layout for layout in _family("", 8) + _family("10le", 10) + _family("12le", 12)
}
"""Layouts that are carried as they are; a source converts all others to the nearest of these."""


@dataclass(frozen=True, slots=True)
class Colour:
    """Colour tags, numbered as in ITU-T H.273 (2 is "unspecified")."""

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    full_range: bool = False


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """Everything about a picture but its pixels."""

    width: int
    """Coded columns, px, before rotation."""
    height: int
    """Coded rows, px, before rotation."""
    layout: PixelLayout
    colour: Colour = Colour()
    sample_aspect: Fraction = Fraction(1)
    """Width of a sample over its height."""
    rotation: int = 0
    """Degrees clockwise by which a viewer turns the picture: 0, 90, 180 or 270."""
    interlaced: bool = False
    top_field_first: bool = True

    @property
    def upright(self) -> VideoFormat:
        """That of the picture as a viewer sees it, turned already."""
        if self.rotation not in (90, 270):
            return replace(self, rotation=0)
        return replace(
            self,
            width=self.height,
            height=self.width,
            sample_aspect=1 / self.sample_aspect,
            rotation=0,
        )

    def plane_shape(self, plane: int) -> tuple[int, int]:
        """(rows, columns) of a plane; chroma rounds up."""
        if plane == 0:
            return self.height, self.width
        return (
            -(-self.height // self.layout.chroma_y),
            -(-self.width // self.layout.chroma_x),
        )


class MediaKind(StrEnum):
    """What kind of file an input is."""

    VIDEO = "video"
    PICTURE = "picture"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class VideoStream:
    """One stream of pictures, as its container describes it."""

    stream: StreamId
    format: VideoFormat
    time_base: Fraction
    """Seconds a tick."""
    rate: Fraction | None
    """Average frames a second, or None where the container does not say."""
    frames: int | None
    """How many frames there should be, or None."""
    codec: str
    """FFmpeg's name of the codec."""
    quality: int | None = None
    """Of a lossy picture, 1 (worst) to 100; None for video and where it was stored without loss."""


@dataclass(frozen=True, slots=True)
class AudioStream:
    """One stream of sound, as its container describes it."""

    stream: StreamId
    rate_hz: int
    layout: str
    """FFmpeg's name of the channel layout, e.g. "stereo"."""
    channels: int
    time_base: Fraction
    """Seconds a tick."""
    codec: str
    bit_rate: int | None = None
    """bit/s, or None."""
    language: str | None = None
    """ISO 639-2 tag of the track: technical, not personal."""
    depth: int | None = None
    """Bits of a decoded sample, or None."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a source holds and what of it is left behind."""

    kind: MediaKind
    container: str
    """FFmpeg's short name of the container or picture format, e.g. "mp4", "png"."""
    video: VideoStream | None
    audio: tuple[AudioStream, ...]
    duration_ns: int | None
    dropped: tuple[str, ...] = ()
    """What is not carried over, one short phrase each, without its content: "subtitle track"."""
