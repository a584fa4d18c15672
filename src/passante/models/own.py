"""A network of the user's own, made by `passante compress`: a card and the file beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from passante.core.errors import (
    ModelAlteredError,
    ModelContractError,
    ModelError,
    ModelMissingError,
)
from passante.core.settings import nearest
from passante.models import catalogue
from passante.models.card import Card, Tensor, parse
from passante.models.store import VerifiedModel


def load(path: Path) -> VerifiedModel:
    """The network of a card outside of this package, in place of the usual one for its task.

    Args:
        path: The card; the network lies beside it under the same name, with the ending .onnx.

    Raises:
        SettingsError: It is no card.
        ModelMissingError: The card or the network is not there.
        ModelAlteredError: The network is not the one that the card names.
        ModelContractError: It does not take the usual one's place.
        ModelError: The gate of `passante compress` did not let it pass.
    """
    try:
        card = parse(path.read_text(encoding="utf-8"), where=path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ModelMissingError(
            f"{path.name}: cannot be read as a card: {reason}",
            hint="name the file ending in .toml that `passante compress` wrote",
        ) from error
    if card.task not in catalogue.DEFAULTS:
        raise ModelContractError(
            f'{path.name}: nothing here asks a network for "{card.task}"',
            hint=nearest(card.task, catalogue.DEFAULTS),
        )
    usual = catalogue.card(catalogue.DEFAULTS[card.task])
    if _contract(card) != _contract(usual):
        raise ModelContractError(
            f"{path.name}: its inputs and outputs are not those of {usual.ref}",
            hint="what takes its place has to be made from its parent: passante compress "
            f"{usual.parent or usual.name}",
        )
    if not card.gate:
        raise ModelError(
            f"{path.name}: no gate let it pass",
            hint="only a network that `passante compress` chose may look in place of another",
        )
    network = path.with_suffix(".onnx")
    hint = "copy the card and its network together from where `passante compress` wrote them"
    try:
        data = network.read_bytes()
    except OSError as error:
        raise ModelMissingError(
            f"{path.name}: there is no {network.name} beside it", hint=hint
        ) from error
    try:
        return VerifiedModel(card, data)
    except ModelAlteredError as error:
        raise ModelAlteredError(
            f"{path.name}: {network.name} is not the network that it names", hint=hint
        ) from error


def load_all(paths: Iterable[Path]) -> dict[str, VerifiedModel]:
    """Networks of these cards by task. Raises as `load` does, and where two do the same.

    Raises:
        ModelError: Two of them are for the same task.
    """
    found: dict[str, VerifiedModel] = {}
    for path in paths:
        model = load(path)
        if model.card.task in found:
            raise ModelError(f"{path.name}: another network is given for {model.card.task} already")
        found[model.card.task] = model
    return found


def _contract(card: Card) -> tuple[tuple[object, ...], ...]:
    """What has to be alike: names, types and numbers of sizes."""

    def row(tensor: Tensor) -> tuple[object, ...]:
        return tensor.name, tensor.dtype, len(tensor.shape)

    return (*map(row, card.inputs), ("then",), *map(row, card.outputs))
