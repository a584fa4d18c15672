"""What a device is to take in: "2x1080p25,1xaudio"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from passante.core.errors import SettingsError

_HEIGHTS = {"480p": 640, "576p": 768, "720p": 1280, "1080p": 1920, "1440p": 2560, "2160p": 3840}
_WORD = re.compile(r"(?:(\d+)x)?(?:(audio)|(\d+p)(\d+)|(\d+)x(\d+)@(\d+))")


@dataclass(frozen=True, slots=True)
class Video:
    """One stream of pictures."""

    width: int
    height: int
    rate: float
    """Frames a second."""

    @property
    def mpx(self) -> float:
        """Pixels of a frame, 10^6."""
        return self.width * self.height / 1e6


@dataclass(frozen=True, slots=True)
class Streams:
    """Everything that comes in."""

    videos: tuple[Video, ...]
    sounds: int

    @classmethod
    def parse(cls, text: str) -> Streams:
        """From words such as "2x1080p25,1xaudio" or "640x480@15".

        Raises:
            SettingsError: A word is not understood, or nothing comes in.
        """
        videos: list[Video] = []
        sounds = 0
        for word in filter(None, (part.strip() for part in text.split(","))):
            match = _WORD.fullmatch(word)
            if match is None:
                raise SettingsError(
                    f'streams: "{word}" is not understood',
                    hint="e.g. 2x1080p25,1xaudio or 640x480@15",
                )
            count, audio, lines, rate, wide, high, other = match.groups()
            times = int(count or 1)
            if audio:
                sounds += times
                continue
            if lines and lines not in _HEIGHTS:
                raise SettingsError(
                    f'streams: nothing is called "{lines}"', hint="known: " + ", ".join(_HEIGHTS)
                )
            size = (_HEIGHTS[lines], int(lines[:-1])) if lines else (int(wide), int(high))
            if min(*size, int(rate or other)) < 1:
                raise SettingsError(f'streams: "{word}" has nothing in it')
            videos += [Video(*size, float(rate or other))] * times
        if not videos and not sounds:
            raise SettingsError("streams: nothing comes in", hint="e.g. 2x1080p25,1xaudio")
        return cls(tuple(videos), sounds)
