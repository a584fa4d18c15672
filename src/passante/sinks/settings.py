"""How an output file is to be written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """What a person may choose about an output; the rest follows from the input."""

    codec: str | None = None
    """"h264", "hevc", "av1", "vp9" or "ffv1"; None: what the container is usually filled with."""
    crf: int | None = None
    """Constant rate factor, smaller is better and larger; None: the codec's own middle."""
    preset: str = "medium"
    """How much effort the encoder makes: "ultrafast" to "veryslow", in the words of x264."""
    threads: int = 2
    """Threads of the video encoder."""
    overwrite: bool = False
    """Replace a file that stands under the final name."""
