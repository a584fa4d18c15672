"""Every card of the package, and which network does which task unless told otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from passante.core.errors import SettingsError
from passante.core.settings import nearest
from passante.models.card import Card, ModelRef, parse

DEFAULTS: Mapping[str, ModelRef] = MappingProxyType(
    {
        "find.face": ModelRef("centerface-int8@1.5.0.1"),
        "find.incident": ModelRef("street-sounds@1.1.0"),
        "find.person": ModelRef("ssd-mobilenet-v2-int8@2018.3.29.1"),
        "find.plate": ModelRef("plates-int8@1.0.0"),
        "find.sound": ModelRef("yamnet-int8@1.0.0"),
        "find.speech": ModelRef("silero-vad@6.2.3"),
        "mask.speech": ModelRef("dtln-mask@0.1.6"),
        "refine.speech": ModelRef("dtln-refine@0.1.6"),
    }
)
"""Task -> network. All of permissive licence; none is optional."""

REVOICING = (
    ModelRef("whisper-tiny-en-encoder@1.0.0"),
    ModelRef("phone-namer@1.0.0"),
    ModelRef("lone-voice@1.0.0"),
)
"""What keeps words, on request only: sound to features, features to phones, phones to a voice."""


@cache
def cards() -> Mapping[ModelRef, Card]:
    """Every card by its reference, in the order of references."""
    found: dict[ModelRef, Card] = {}
    folder = resources.files("passante.models") / "cards"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not entry.name.endswith(".toml"):
            continue
        card = parse(entry.read_text(encoding="utf-8"), where=entry.name)
        if card.ref in found:
            raise SettingsError(f"{entry.name}: {card.ref} has a card already")
        found[card.ref] = card
    return MappingProxyType(dict(sorted(found.items())))


def card(name: str) -> Card:
    """The card of a reference, or of a name without version: then the newest.

    Raises:
        SettingsError: There is no such card.
    """
    known = cards()
    if name in known:
        return known[ModelRef(name)]
    versions = [found for found in known.values() if found.name == name]
    if not versions:
        raise SettingsError(f'no model is called "{name}"', hint=nearest(name, known))
    return max(versions, key=lambda found: [int(part) for part in found.version.split(".")])
