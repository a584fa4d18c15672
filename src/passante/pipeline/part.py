"""Part of a recording, as a source of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from passante.core.media import MediaInfo
from passante.flow import Source
from passante.inside.video import RawFrame
from passante.pipeline.runner import Raw


class Part:
    """What lies between two moments of another source.

    Args:
        source: Where it comes from; closed with this.
        start_ns: Stream time of the first item.
        end_ns: Stream time after the last one.
        pictures_only: Leave sound out.
    """

    def __init__(
        self, source: Source[Raw], *, start_ns: int, end_ns: int, pictures_only: bool = False
    ) -> None:
        self._source = source
        self._start_ns, self._end_ns = start_ns, end_ns
        self._pictures_only = pictures_only

    @property
    def info(self) -> MediaInfo:
        """That of the whole, without sound where that is left out."""
        info = self._source.info
        video = info.video
        if video is not None:
            video = replace(video, frames=None)
        return replace(
            info,
            video=video,
            audio=() if self._pictures_only else info.audio,
            duration_ns=None,
        )

    def __iter__(self) -> Iterator[Raw]:
        """Items within the two moments; reading ends once all streams are past the later one."""
        info = self.info
        waiting = {track.stream for track in info.audio}
        if info.video is not None:
            waiting.add(info.video.stream)
        for item in self._source:
            if item.pts_ns >= self._end_ns:
                waiting.discard(item.stream)
                if not waiting:
                    return
            elif item.pts_ns >= self._start_ns and (
                isinstance(item, RawFrame) or not self._pictures_only
            ):
                yield item

    def close(self) -> None:
        """Close the whole."""
        self._source.close()
