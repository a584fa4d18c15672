"""Protected recordings and sound files, complete under their final name or not there at all."""

from __future__ import annotations

import contextlib
from pathlib import Path

import av
from av.error import FFmpegError

from passante.core.errors import BoundaryError, SinkError
from passante.core.media import MediaInfo
from passante.outside.media import Outbound, ProtectedAudio, ProtectedFrame
from passante.sinks import _codecs
from passante.sinks._partial import PartialFile, sink_error
from passante.sinks._sound import SoundTrack, add_sound
from passante.sinks._video import VideoTrack
from passante.sinks.settings import OutputSettings

_BITEXACT = 0x400
"""AVFMT_FLAG_BITEXACT: nothing that differs from run to run or names the software."""


class FileSink:
    """Writes one recording with its pictures and sound, or one sound file."""

    def __init__(
        self,
        target: Path,
        info: MediaInfo,
        settings: OutputSettings,
        *,
        source: Path | None = None,
    ) -> None:
        self._name = target.name
        container = _codecs.container_for(target, info)
        codec = ""
        if info.video is not None:
            codec = _codecs.video_codec(container, info.video, settings)
            _codecs.check(settings, codec)
        self._written = 0
        self._closed = False
        self._file = PartialFile(target, overwrite=settings.overwrite, source=source)
        try:
            self._open(container, codec, info, settings)
        except (FFmpegError, ValueError, OSError) as error:
            self._file.discard()
            raise sink_error(self._name, error) from error
        except BaseException:
            self._file.discard()
            raise

    def write(self, item: Outbound, /) -> None:
        """Encode and write one item; raises SinkError and nothing else but BoundaryError."""
        try:
            if isinstance(item, ProtectedFrame):
                if self._pictures is None:
                    raise SinkError(f"{self._name}: was opened without pictures")
                self._output.mux(list(self._pictures.packets(item)))
            elif isinstance(item, ProtectedAudio):
                track = self._sounds.get(item.stream)
                if track is None:
                    raise SinkError(f"{self._name}: was opened without {item.stream}")
                self._output.mux(list(track.packets(item)))
            else:
                raise BoundaryError("a sink takes protected pictures and sound, nothing else")
        except (FFmpegError, ValueError, OSError) as error:
            raise sink_error(self._name, error) from error
        self._written += 1

    def close(self) -> None:
        """Finish the file and give it its final name; may be called twice."""
        if self._closed:
            return
        if not self._written:
            self.abort()
            raise SinkError(
                f"{self._name}: nothing was written to it",
                hint="no frame and no sound could be protected; see the report",
            )
        try:
            if self._pictures is not None:
                self._output.mux(list(self._pictures.rest()))
            for track in self._sounds.values():
                self._output.mux(list(track.rest()))
            self._output.close()
        except (FFmpegError, ValueError, OSError) as error:
            self.abort()
            raise sink_error(self._name, error) from error
        self._closed = True
        self._file.commit()

    def abort(self) -> None:
        """Leave nothing behind; may be called at any time, also after `close`."""
        if self._closed:
            return
        self._closed = True
        # First the name, then the library: it writes a trailer that nobody wants any more.
        self._file.discard()
        with contextlib.suppress(FFmpegError, ValueError, OSError):
            self._output.close()

    def _open(
        self,
        container: _codecs.Container,
        codec: str,
        info: MediaInfo,
        settings: OutputSettings,
    ) -> None:
        options = dict(container.options) | _timescales(container, info)
        self._output = av.open(
            f"file:{self._file.path}",
            mode="w",
            format=container.muxer,
            container_options=options,
        )
        # No creation time, no name and version of the software, no random numbers.
        self._output.flags |= _BITEXACT
        self._pictures: VideoTrack | None = None
        if info.video is not None:
            self._pictures = VideoTrack(self._output, container, codec, info.video, settings)
        self._sounds = {
            told.stream: SoundTrack(add_sound(self._output, container, told), told)
            for told in info.audio
        }


def _timescales(container: _codecs.Container, info: MediaInfo) -> dict[str, str]:
    """Ticks in which an MP4 can state every time of the source exactly."""
    if container.muxer not in {"mp4", "mov", "ipod", "3gp"}:
        return {}
    # Offsets between tracks are stated in the clock of the whole file.
    scales = {"movie_timescale": str(info.audio[0].rate_hz if info.audio else 90_000)}
    if info.video is not None:
        scales["video_track_timescale"] = str(info.video.time_base.denominator)
    return scales
