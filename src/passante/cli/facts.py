"""`passante facts`: what was stored, exported and forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from passante.core.errors import SettingsError
from passante.sinks.export import What, export
from passante.sinks.store import KEEP_EXACT, FactStore

_STORE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def facts() -> None:
    """Export what `passante watch --store` has stored, and forget what is over its time."""


@facts.command("export")
@click.argument("store", type=_STORE, metavar="DB")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT.csv|OUT.parquet", help="What is written; its ending decides.",
)  # fmt: skip
@click.option(
    "--what", type=click.Choice([one.value for one in What]), default=What.STATISTICS.value,
    show_default=True, help="Which facts; exact ones are not for publication.",
)  # fmt: skip
@click.option("--from", "since", type=click.DateTime(), help="Those that began then or later, UTC.")
@click.option("--to", "until", type=click.DateTime(), help="Those that began before then, UTC.")
@click.option("--overwrite", is_flag=True, help="Replace the output if it exists.")
@click.option("--debug", is_flag=True, help="Show where errors come from.")
def export_facts(
    *,
    store: Path,
    output: Path,
    what: str,
    since: datetime | None,
    until: datetime | None,
    overwrite: bool,
    debug: bool,
) -> None:
    """Write facts as CSV or Parquet, each figure with its unit, noise and interval."""
    del debug  # read where errors are shown
    kind = What(what)
    count = export(store, output, kind, since=_utc(since), until=_utc(until), overwrite=overwrite)
    if kind is What.EXACT:
        click.echo("exact figures are for the operator's own use: do not publish them", err=True)
    click.echo(f"{output.name}: {count} {'row' if count == 1 else 'rows'}", err=True)


@facts.command()
@click.argument("store", type=_STORE, metavar="DB")
@click.option(
    "--keep-exact", type=click.FloatRange(min=0), default=KEEP_EXACT.total_seconds() / 3600,
    show_default=True, metavar="HOURS", help="How long exact figures are kept.",
)  # fmt: skip
@click.option("--debug", is_flag=True, help="Show where errors come from.")
def retain(*, store: Path, keep_exact: float, debug: bool) -> None:
    """Delete exact figures that are over their time; what may be published stays.

    A running `passante watch --store` does this by itself every ten minutes.
    """
    del debug
    if not store.is_file():
        raise SettingsError(
            f"{store.name}: no such store", hint="`passante watch --store` makes one"
        )
    kept = FactStore(store, keep_exact=timedelta(hours=keep_exact))
    kept.close()
    click.echo(f"{store.name}: no exact figure is older than {keep_exact:g} h", err=True)


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)
