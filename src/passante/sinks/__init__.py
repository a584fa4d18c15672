"""Where protected media goes. Nothing in here ever sees what it was before."""

from __future__ import annotations

from pathlib import Path

from passante.core.media import MediaInfo, MediaKind
from passante.sinks._partial import PartialFile, sink_error
from passante.sinks.files import FileSink
from passante.sinks.picture import PictureSink
from passante.sinks.settings import OutputSettings

__all__ = ["FileSink", "OutputSettings", "PartialFile", "PictureSink", "open_sink", "sink_error"]


def open_sink(
    target: Path,
    info: MediaInfo,
    settings: OutputSettings,
    *,
    source: Path | None = None,
) -> FileSink | PictureSink:
    """Open a file to write protected media to.

    Args:
        target: Its final name; the ending decides the container.
        info: What the source holds; the output holds the same.
        settings: What a person chose.
        source: The input, if it is a file: it is never written over.

    Raises:
        SettingsError: The name or a setting cannot be used, or the target exists.
        SinkError: The folder cannot be written to, or an encoder does not start.
    """
    if info.kind is MediaKind.PICTURE:
        return PictureSink(target, info, settings, source=source)
    return FileSink(target, info, settings, source=source)
