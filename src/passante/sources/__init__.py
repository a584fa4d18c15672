"""Where media comes from: files and live streams, on one clock each, pictures and sound mixed."""

from __future__ import annotations

from pathlib import Path

from passante.core.errors import SourceUnavailableError
from passante.sources._inspect import PICTURES, Family, inspect
from passante.sources.file import FileSource
from passante.sources.live import LiveSettings, LiveSource
from passante.sources.picture import PictureSource

__all__ = ["FileSource", "LiveSettings", "LiveSource", "PictureSource", "open_source"]


def open_source(path: Path, *, allow_truncated: bool = False) -> FileSource | PictureSource:
    """Open a recording, a picture or a sound file; its content decides which, never its name.

    Args:
        path: The file.
        allow_truncated: Read what is there of a file whose end is missing, and note it.

    Raises:
        SourceUnavailableError: It is missing, empty, a folder, unreadable or not media.
        SourceLostError: Its end or its index is missing.
        DecodeError: Its container is known, its content cannot be decoded.
    """
    inspected = inspect(path)
    if inspected.family is Family.FOREIGN_PICTURE:
        raise SourceUnavailableError(
            f"{path.name}: is a picture of a kind that is not read",
            hint="convert it to PNG or JPEG first",
        )
    if inspected.family in PICTURES:
        return PictureSource(path, inspected, allow_truncated=allow_truncated)
    return FileSource(path, inspected, allow_truncated=allow_truncated)
