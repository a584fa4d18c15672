"""`passante facts`: read from sensors, exported and forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from passante.analyse.readings import EPOCH, TallyReadings
from passante.cli.failure import stop_on_signals
from passante.cli.outlets import Outlets, Reach, outlet_options
from passante.core.broker import Broker
from passante.core.errors import SettingsError
from passante.core.names import PlaceId, Unit, word
from passante.inside.tally import Tally
from passante.protect.facts import FactMaker, since
from passante.sinks.export import What, export
from passante.sinks.store import KEEP_EXACT, FactStore
from passante.sources.sensor import Readings, SensorBroker, open_readings

_STORE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def facts() -> None:
    """Export what was stored, forget what is over its time, and read sensors."""


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


@facts.command()
@click.argument("source", metavar="FILE|mqtt[s]://...")
@click.option("--place", required=True, help="Names where the sensors are, in every figure.")
@click.option(
    "--bucket", type=click.FloatRange(min=1), default=900.0, show_default=True, metavar="SECONDS",
    help="Readings are added up over so long.",
)  # fmt: skip
@outlet_options
@click.option("-q", "--quiet", is_flag=True, help="Print no figures.")
@click.option("--debug", is_flag=True, help="Show where errors come from.")
def sense(
    *,
    source: str,
    place: str,
    bucket: float,
    quiet: bool,
    debug: bool,
    **reach: Any,  # Any: the options of `outlet_options`, as click has checked them
) -> None:
    """Read sensors: temperature, rain, wind, air.

    From a .csv, .jsonl or .senml file, or from a broker until Ctrl-C. Rows that cannot be
    understood are left out, counted and named.
    """
    del debug
    try:
        where = PlaceId(word(place))
    except ValueError as error:
        raise SettingsError(str(error)) from error
    outlets = Outlets.open(Reach(**reach))
    try:
        with stop_on_signals(), ExitStack() as stack:
            if "://" in source:
                arriving = stack.enter_context(SensorBroker(Broker.parse(source)))
                readings = arriving.readings
            else:
                readings = open_readings(Path(source))
            stack.callback(_summary, readings)
            _through(readings, TallyReadings(bucket), where, outlets, quiet=quiet)
    finally:
        outlets.close()


def _through(
    readings: Readings, adding: TallyReadings, place: PlaceId, outlets: Outlets, *, quiet: bool
) -> None:
    wall_time = since(EPOCH)
    maker = FactMaker(place, wall_time)
    public = outlets.publisher(place, wall_time) if outlets.publisher is not None else None

    def tell(tallies: Iterable[Tally]) -> None:
        for tally in tallies:
            exact = maker.exact(tally)
            for fact in public.push(tally) if public is not None else ():
                outlets.write(fact)
            if exact is None:
                continue
            outlets.write(exact)
            if not quiet:
                unit = "" if exact.unit is Unit.COUNT else f" {exact.unit}"
                at = "" if exact.at is None else exact.at.isoformat(timespec="seconds")
                click.echo(f"{at}  {exact.stream:<16} {exact.quantity:<14} {exact.value:g}{unit}")

    try:
        for reading in readings:
            tell(adding.push(reading))
    finally:
        tell(adding.flush())


def _summary(readings: Readings) -> None:
    bad = sum(readings.bad.values())
    click.echo(f"{readings.name}: {readings.read} readings", err=True)
    if not bad:
        return
    click.echo(f"  warning: {bad} rows were left out", err=True)
    for reason, count in readings.bad.most_common():
        click.echo(f"    {count} x {reason}", err=True)
    for line in readings.named:
        click.echo(f"    {line}", err=True)


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)
