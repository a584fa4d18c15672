"""A file that stands under its final name only once it is complete."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from passante.core.errors import SettingsError, SinkError


def sink_error(name: str, error: BaseException) -> SinkError:
    """What to tell a person about a failed write, whatever library it came through."""
    number = getattr(error, "errno", None)
    said = getattr(error, "strerror", None) or type(error).__name__
    hint = {
        errno.ENOSPC: "the disk is full; free some space or write elsewhere",
        errno.EFBIG: "a limit on the size of files was reached; write elsewhere",
        errno.EDQUOT: "the disk quota is used up; free some space or write elsewhere",
        errno.EACCES: "give your user write permission on the folder",
        errno.EROFS: "the disk is mounted read-only; write elsewhere",
        errno.EINVAL: "the encoder refuses this size or rate; try another --codec or container",
    }.get(number or 0, "check the disk the output lies on, and its free space")
    return SinkError(f"{name}: cannot be written ({said})", hint=hint)


class PartialFile:
    """A hidden file beside its target, named so that a leftover of a killed run is recognised.

    Attributes:
        path: Where to write: `.NAME.passante-RANDOM.part` in the folder of the target.
    """

    def __init__(self, target: Path, *, overwrite: bool, source: Path | None = None) -> None:
        self._target = target
        self._overwrite = overwrite
        self._done = False
        if source is not None and _same(source, target):
            raise SettingsError(
                f"{target.name}: input and output are the same file",
                hint="choose another name for the output; the input is never touched",
            )
        if target.is_dir():
            raise SettingsError(
                f"{target.name}: is a folder", hint="name the file to write, not its folder"
            )
        if os.path.lexists(target) and not overwrite:
            raise taken(target.name)
        # Cut, so that the longest name that a file can have leaves room for what is added.
        stem = os.fsencode(target.name)[:200].decode(errors="ignore")
        self.path = target.with_name(f".{stem}.passante-{secrets.token_hex(4)}.part")
        try:
            # Made here and now, so that an unwritable folder is known before any work is done; and
            # made new: in a folder that others write to, nobody can have laid a link there.
            with self.path.open("xb"):
                pass
        except FileNotFoundError as error:
            raise SinkError(
                f"{target.name}: its folder does not exist", hint="make the folder first"
            ) from error
        except OSError as error:
            raise sink_error(target.name, error) from error

    def commit(self) -> None:
        """Put the complete file under its final name, on the disk and not only in memory."""
        if self._done:
            return
        try:
            with self.path.open("rb+") as file:
                os.fsync(file.fileno())
            self._name()
            _sync_folder(self._target.parent)
        except SettingsError:
            self.discard()
            raise
        except OSError as error:
            self.discard()
            raise sink_error(self._target.name, error) from error
        self._done = True

    def _name(self) -> None:
        """Give the file its name; another run may have taken that in the meantime."""
        if self._overwrite:
            self.path.replace(self._target)
            return
        try:
            os.link(self.path, self._target)
        except FileExistsError as error:
            raise taken(self._target.name) from error
        except OSError:
            # Not every file system has links; between these two lines somebody might still come.
            if os.path.lexists(self._target):
                raise taken(self._target.name) from None
            self.path.replace(self._target)
        else:
            self.path.unlink()

    def discard(self) -> None:
        """Remove what was written; does nothing after `commit`."""
        if not self._done:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
            self._done = True


def taken(name: str) -> SettingsError:
    """What to tell a person whose output has a name that stands there already."""
    return SettingsError(
        f"{name}: exists already",
        hint="choose another name, or allow it to be replaced with --overwrite",
    )


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()


def _sync_folder(folder: Path) -> None:
    # Some file systems cannot sync a folder; the rename itself has happened by then.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
