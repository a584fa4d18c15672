"""From what was typed to what is to be done: which file becomes which, and what is refused."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from passante.core.errors import SettingsError, SourceUnavailableError
from passante.core.names import plain

_RECORDINGS = {
    ".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg",
    ".mts", ".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv",
}  # fmt: skip
_SOUNDS = {
    ".aac", ".aif", ".aiff", ".flac", ".m4a", ".mka", ".mp3", ".oga", ".ogg", ".opus", ".wav",
    ".wma",
}  # fmt: skip
_PICTURES = {
    ".bmp", ".gif", ".heic", ".heif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp",
}  # fmt: skip
MEDIA = frozenset(_RECORDINGS | _SOUNDS | _PICTURES)
"""Endings by which media is picked out of a folder. A file that is named is taken whatever it is
called: its content decides."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file and what it becomes."""

    source: Path
    target: Path
    name: str
    """What to call it in messages: without the folder that was given, printable."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one call is to do."""

    tasks: tuple[Task, ...]
    skipped: tuple[str, ...] = ()
    """Files of folders that are no media, by their endings."""
    folder: Path | None = None
    """Where the outputs of several inputs go; None for a single one."""


def plan(inputs: Sequence[str], output: str) -> Plan:
    """What is to be done; nothing is read or written for it.

    Args:
        inputs: Files, folders and patterns, as typed.
        output: A file for one file, else a folder.

    Raises:
        SettingsError: Two inputs would become one output, or an output would replace an input.
        SourceUnavailableError: A pattern or a folder holds nothing.
    """
    for text in (*inputs, output):
        _refuse_address(text)
    target = Path(output)
    several = len(inputs) > 1 or any(Path(text).is_dir() or _is_pattern(text) for text in inputs)
    if not several:
        source = Path(inputs[0])
        into_folder = target.is_dir() or output.endswith(("/", os.sep))
        made = Plan(
            (Task(source, target / source.name if into_folder else target, plain(source.name)),)
        )
    else:
        made = _for_several(inputs, target)
    _refuse_clashes(made.tasks)
    return made


def _refuse_address(text: str) -> None:
    """Only files come in and go out."""
    # What follows the scheme may hold a password: it is not repeated.
    scheme, mark, _ = text.partition("://")
    if mark and scheme.isalnum() and not Path(text).exists():
        raise SettingsError(
            f"{scheme}://... is an address, not a file",
            hint="record it into a file first, then protect that",
        )


def _for_several(inputs: Sequence[str], folder: Path) -> Plan:
    if folder.exists() and not folder.is_dir():
        raise SettingsError(
            f"{folder.name}: is a file, but several inputs need a folder",
            hint="name a folder after -o; it is made where it does not exist",
        )
    tasks: dict[Path, Task] = {}
    skipped: dict[Path, str] = {}
    for text in inputs:
        path = Path(text)
        found: Iterable[tuple[Path, Path]]
        picked = path.is_dir() or _is_pattern(text)
        if path.is_dir():
            if path.resolve() == folder.resolve():
                raise SettingsError(
                    f"{text}: is an input and the output of this run",
                    hint="choose another folder for the output; inputs are never touched",
                )
            found = _inside(path, folder)
        elif _is_pattern(text):
            found = _matching(text, folder)
        else:
            found = [(path, Path(path.name))]
        for source, relative in found:
            if picked and source.suffix.lower() not in MEDIA:
                skipped.setdefault(source, plain(str(relative)))
            else:
                tasks.setdefault(source, Task(source, folder / relative, plain(str(relative))))
    if not tasks:
        raise SourceUnavailableError(
            "nothing to protect: no file here ends like a recording, a picture or a sound",
            hint="name a file itself, and its content decides, whatever it is called",
        )
    return Plan(tuple(tasks.values()), tuple(skipped.values()), folder)


def _is_pattern(text: str) -> bool:
    return glob.has_magic(text) and not Path(text).exists()


def _inside(folder: Path, output: Path) -> Iterator[tuple[Path, Path]]:
    """Files of a folder at any depth in the order of their names, and where they lie in it."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not _hidden(relative) and not _lies_in(path, output):
            yield path, relative


def _matching(pattern: str, output: Path) -> Iterator[tuple[Path, Path]]:
    """Files that a pattern names, and where they lie below its part without wildcards."""
    parts = Path(pattern).parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:fixed])
    found = sorted(root.glob(str(Path(*parts[fixed:]))))
    files = [path for path in found if path.is_file() and not _lies_in(path, output)]
    if not files:
        raise SourceUnavailableError(
            f"{pattern}: matches no file",
            hint="check the path; ** stands for folders at any depth",
        )
    for path in files:
        relative = path.relative_to(root)
        if not _hidden(relative):
            yield path, relative


def _hidden(relative: Path) -> bool:
    return any(part.startswith(".") for part in relative.parts)


def _lies_in(path: Path, folder: Path) -> bool:
    """Whether it is an output of an earlier run, in a folder inside the folder of the inputs."""
    return path.resolve().is_relative_to(folder.resolve())


def _refuse_clashes(tasks: Sequence[Task]) -> None:
    """No two tasks write one file, and none writes over an input, by whatever name."""
    targets: dict[Path, Task] = {}
    for task in tasks:
        first = targets.setdefault(_settled(task.target), task)
        if first is not task:
            raise SettingsError(
                f"{first.source} and {task.source} would both become {task.target}",
                hint="protect them in two runs, each into a folder of its own",
            )
    inputs = {_identity(task.source) for task in tasks} - {None}
    for task in tasks:
        if _settled(task.target) == _settled(task.source) or _identity(task.target) in inputs:
            raise SettingsError(
                f"{task.target}: is an input and an output of this run",
                hint="choose another name for the output; inputs are never touched",
            )


def _settled(path: Path) -> Path:
    return path.resolve()


def _identity(path: Path) -> tuple[int, int] | None:
    """What a file is, whatever it is called: links to it have the same; None where it is not."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
