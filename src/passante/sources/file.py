"""Recordings with pictures, sound or both, from anything FFmpeg can open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError

from passante.core.errors import SourceLostError, SourceUnavailableError
from passante.core.media import MediaInfo
from passante.inside.audio import RawAudio
from passante.inside.video import RawFrame
from passante.sources._formats import ALLOWED
from passante.sources._inspect import Inspected
from passante.sources._tracks import Tracks

_SHORT_S = Fraction(3, 4)
"""By how much a recording of stated length may end early: the last item may have no length."""


class FileSource:
    """One recording: its largest video track and all its sound tracks, in the order of the file.

    Attributes:
        notes: What a report should say about the reading, in plain words, without content.
        truncated: True once it is known that the file ends before its end.
    """

    def __init__(self, path: Path, inspected: Inspected, *, allow_truncated: bool = False) -> None:
        self._name = path.name
        self._allow_truncated = allow_truncated
        self.notes: list[str] = []
        self.truncated = False
        self._check_whole(inspected)
        self._container = self._open(path)
        try:
            self._tracks = Tracks(
                self._container, self._name, self._stopped, states_length=inspected.states_length
            )
        except BaseException:
            self._container.close()
            raise

    @property
    def info(self) -> MediaInfo:
        """What the file holds; exact about the pictures, since the first has been decoded."""
        return self._tracks.info

    def __iter__(self) -> Iterator[RawFrame | RawAudio]:
        """Items in the order of the file, once; raises SourceError and nothing else."""
        yield from self._tracks
        self._tracks.finish()
        self.notes += self._tracks.notes
        short = self._tracks.ends_early()
        if short > _SHORT_S:
            self._lose(f"its last {float(short):.1f} s are missing")

    def close(self) -> None:
        """Give file and decoders back; may be called twice."""
        self._tracks.stop()
        self._container.close()

    # -- opening ---------------------------------------------------------------------------------

    def _check_whole(self, inspected: Inspected) -> None:
        if inspected.index_missing:
            raise SourceLostError(
                f"{self._name}: its index is missing: the recording was cut off before its end",
                hint="no frame can be found without it; repair it with the recorder's own tool",
            )
        if inspected.missing:
            self._lose(inspected.missing)

    def _stopped(self, why: str) -> None:
        self._lose(f"reading stopped before the end ({why})")

    def _lose(self, what: str) -> None:
        """Note that the end is missing, or refuse where that is not allowed."""
        if not self._allow_truncated:
            raise SourceLostError(
                f"{self._name}: is truncated: {what}",
                hint="fetch the whole file, or keep what is readable with --allow-truncated",
            )
        if not self.truncated:
            self.notes.append(f"truncated: {what}")
        self.truncated = True

    def _open(self, path: Path) -> av.container.InputContainer:
        # By handle and not by name: the library would read addresses and patterns into a name,
        # and take its ending for what the file is.
        handle = os.open(path, os.O_RDONLY)
        try:
            return av.open(
                "fd:",
                mode="r",
                metadata_errors="replace",
                options={
                    "fd": str(handle),
                    "protocol_whitelist": "fd",
                    "format_whitelist": ALLOWED,
                },
            )
        except (FFmpegError, ValueError) as error:
            raise SourceUnavailableError(
                f"{self._name}: is no recording that can be read",
                hint="its content decides, not its name; play it in a player to see what it is",
            ) from error
        finally:
            os.close(handle)  # the library has made itself a copy
