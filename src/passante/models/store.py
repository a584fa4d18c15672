"""The networks on this machine. Nothing parses a network before its hash was checked."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from passante.core.errors import ModelAlteredError, ModelError, ModelMissingError
from passante.models.card import Card
from passante.models.catalogue import card as card_of

FOLDER_VARIABLE = "PASSANTE_MODELS"
"""Environment variable that names the folder of models."""
_PACKAGED = Path(__file__).parent / "weights"
_MEND = "it comes with passante: install that again"


@dataclass(frozen=True, slots=True, eq=False)
class VerifiedModel:
    """The bytes of a network, of which the sha256 is that of its card: making one checks it."""

    card: Card
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Raise ModelAlteredError unless the bytes are those of the card."""
        if hashlib.sha256(self.data).hexdigest() != self.card.sha256:
            raise ModelAlteredError(
                f"{self.card.ref}: the file is not the one that its card names",
                hint=(
                    _MEND
                    if self.card.packaged
                    else f"fetch it again: passante models pull {self.card.name}"
                ),
            )


def folder() -> Path:
    """Where models are kept: $PASSANTE_MODELS, else passante/models in the user's cache."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "passante" / "models"


def find(ref: str) -> VerifiedModel:
    """The network of a reference (or of a name: then its newest version), checked.

    Raises:
        SettingsError: No card has this reference.
        ModelMissingError: Its file is not on this machine.
        ModelAlteredError: Its file is not the one that the card names.
    """
    card = card_of(ref)
    path = place(card)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelMissingError(
            f"{card.ref}: its weights are not on this machine",
            hint=_MEND if card.packaged else _fetch(card),
        ) from error
    except OSError as error:
        raise ModelError(f"{card.ref}: cannot read {path}: {error.strerror}") from error
    return VerifiedModel(card, data)


def _fetch(card: Card) -> str:
    # Where one of the usual networks is missing, the others mostly are as well.
    return "fetch them: passante models pull" + (f" {card.name}" if card.optional else "")


def place(card: Card, among: Path | None = None) -> Path:
    """Where the network of a card is or would be: with this package, or in the folder of models.

    Args:
        card: Of the network.
        among: Instead of the folder of models.
    """
    return (_PACKAGED if card.packaged else among or folder()) / card.file


def is_here(card: Card, among: Path | None = None) -> bool:
    """Whether the network of a card is where it belongs, unaltered."""
    try:
        data = place(card, among).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(data).hexdigest() == card.sha256
