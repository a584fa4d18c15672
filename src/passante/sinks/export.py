"""A store of facts as CSV or Parquet, with units, for whoever works with the figures.

CSV is written row by row. Parquet is made of it by DuckDB, which types the columns and puts what
they mean into the file itself.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from passante.core.errors import SettingsError, SinkError
from passante.sinks._partial import PartialFile, sink_error


class What(StrEnum):
    """Which facts are exported."""

    STATISTICS = "statistics"
    """Safe to publish."""
    EVENTS = "events"
    EXACT = "exact"
    """For the operator's own use: not for publication."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export."""

    name: str
    kind: str
    """Type in Parquet."""
    meaning: str
    """With its unit."""
    sql: str
    """What it is in the store."""


def _c(name: str, kind: str, meaning: str, sql: str = "") -> Column:
    return Column(name, kind, meaning, sql or f'"{name}"')


_WHERE = (
    _c("time", "TIMESTAMPTZ", "begin, UTC", '"at"'),
    _c("start_s", "DOUBLE", "begin, s of stream time", "start_ns / 1e9"),
    _c("end_s", "DOUBLE", "end, s of stream time", "end_ns / 1e9"),
    _c("place", "VARCHAR", "what the camera, microphone or sensor looks at"),
    _c("stream", "VARCHAR", "stream of the source"),
    _c("zone", "VARCHAR", "zone or line; empty: all of the stream"),
)
_FIGURE = (
    *_WHERE,
    _c("quantity", "VARCHAR", "what it is a number of"),
    _c("counted", "VARCHAR", "person or vehicle; empty: about nobody", '"of"'),
    _c("direction", "VARCHAR", "way across a line; empty: all; of a band its frequency in Hz"),
    _c("value", "DOUBLE", 'in "unit"; empty: suppressed'),
    _c("unit", "VARCHAR", "as UCUM writes it"),
)
COLUMNS = {
    What.STATISTICS: (
        *_FIGURE,
        _c("suppressed", "BOOLEAN", "too few to tell", "iif(suppressed, 'true', 'false')"),
        _c("noise_scale", "DOUBLE", 'scale of the noise, in "unit"; 0: none was needed'),
        _c("uncertainty", "DOUBLE", 'half of a 95 % interval, in "unit"; empty: not known'),
        _c("bias", "DOUBLE", "what counting is off by on average, as a share of the value"),
        _c("epsilon", "DOUBLE", "part of the day's budget that this line or zone has used"),
    ),
    What.EXACT: (*_FIGURE, _c("n", "BIGINT", "observations behind it")),
    What.EVENTS: (
        _c("id", "VARCHAR", "the same for both phases"),
        _c("phase", "VARCHAR", "began or ended"),
        _c("kind", "VARCHAR", "what happened"),
        *_WHERE,
        _c("score", "DOUBLE", "0 to 1"),
        _c("threshold", "DOUBLE", "score from which it is told"),
        _c("count", "BIGINT", "people or vehicles it is about; empty: not known"),
        _c("false_alarms_per_day", "DOUBLE", "as measured, 1/d; empty: never measured"),
        _c("reasons", "VARCHAR", "numbers and limits of the rule, JSON"),
        _c("models", "VARCHAR", "networks behind it, JSON"),
    ),
}
_TABLE = {What.STATISTICS: "statistics", What.EXACT: "exact_statistics", What.EVENTS: "events"}


def export(
    store: Path,
    target: Path,
    what: What = What.STATISTICS,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    overwrite: bool = False,
) -> int:
    """Write the facts of a store to `target`, whose ending decides; gives how many there were.

    Args:
        store: As `sinks.store` writes it.
        target: Ends in .csv or .parquet.
        what: Which facts.
        since: Those that began at this time or later, aware; None: all. Facts whose time of day
            nobody knows are left out as soon as one of the two is given.
        until: Those that began earlier.
        overwrite: Whether `target` may be replaced.

    Raises:
        SettingsError: The store is none, the ending is unknown, or `target` exists.
        SinkError: It cannot be written.
    """
    ending = target.suffix.casefold()
    if ending not in {".csv", ".parquet"}:
        raise SettingsError(f"{target.name}: what is this to be?", hint="use .csv or .parquet")
    file = PartialFile(target, overwrite=overwrite)
    try:
        if ending == ".parquet":
            count = _by_parquet(file.path, what, _rows(store, what, since, until))
        else:
            count = _write_csv(file.path, what, _rows(store, what, since, until))
        file.commit()
    except OSError as error:
        raise sink_error(target.name, error) from error
    finally:
        file.discard()
    return count


def _rows(
    store: Path, what: What, since: datetime | None, until: datetime | None
) -> Iterator[tuple[str | float | None, ...]]:
    if not store.is_file():
        raise SettingsError(
            f"{store.name}: no such store", hint="`passante watch --store` makes one"
        )
    fields = ", ".join(column.sql for column in COLUMNS[what])
    low = None if since is None else since.isoformat(timespec="microseconds")
    high = None if until is None else until.isoformat(timespec="microseconds")
    # the names are those of this module's own tables
    query = (
        f"SELECT {fields} FROM {_TABLE[what]} "  # noqa: S608
        "WHERE (?1 IS NULL OR at >= ?1) AND (?2 IS NULL OR at < ?2) ORDER BY at, start_ns, rowid"
    )
    try:
        book = sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)
        try:
            yield from book.execute(query, (low, high))
        finally:
            book.close()
    except sqlite3.Error as error:
        raise SettingsError(f"{store.name}: not a store of facts: {error}") from error


def _write_csv(target: Path, what: What, rows: Iterator[tuple[str | float | None, ...]]) -> int:
    count = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(column.name for column in COLUMNS[what])
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def _by_parquet(target: Path, what: What, rows: Iterator[tuple[str | float | None, ...]]) -> int:
    """Write rows to `target`, which is there already, by way of a CSV file beside it."""
    between = PartialFile(target.with_suffix(".csv"), overwrite=True)  # never put under that name
    try:
        count = _write_csv(between.path, what, rows)
        _to_parquet(between.path, target, what)
    finally:
        between.discard()
    return count


def _to_parquet(rows: Path, target: Path, what: What) -> None:
    try:
        duckdb = import_module("duckdb")
    except ImportError as error:
        raise SettingsError(
            "Parquet is written by DuckDB, which is not installed",
            hint="pip install 'passante[publish]', or write .csv",
        ) from error
    columns = COLUMNS[what]
    kinds = ", ".join(f"{_quoted(one.name)}: {_quoted(one.kind)}" for one in columns)
    meanings = ", ".join(f"{_quoted(one.name)}: {_quoted(one.meaning)}" for one in columns)
    book = duckdb.connect()
    try:
        book.execute("SET TimeZone='UTC'")
        book.execute(  # every name is quoted
            f"COPY (SELECT * FROM read_csv({_quoted(str(rows))}, header=true, auto_detect=false,"  # noqa: S608
            f" delim=',', quote='\"', escape='\"', columns={{{kinds}}}))"
            f" TO {_quoted(str(target))}"
            f" (FORMAT parquet, USE_TMP_FILE false, KV_METADATA {{{meanings}}})"
        )
    except duckdb.Error as error:
        raise SinkError(f"Parquet could not be written: {error}") from error
    finally:
        book.close()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
