"""Facts in one SQLite file: what may be published apart from what may not, which soon goes.

Exact figures have a table of their own and are deleted when their time is over: their bytes are
overwritten, and the log that SQLite writes beside its file is emptied.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_never

import msgspec

from passante.core.clock import NS_PER_S, Clock, SystemClock
from passante.core.errors import SettingsError, SinkError
from passante.outside.facts import Event, ExactStatistic, Fact, Statistic
from passante.sinks.facts import line_of

SCHEMA = 1
KEEP_EXACT = timedelta(hours=72)
"""How long exact figures are kept where nothing else is said."""
_EVERY_NS = 600 * NS_PER_S

_SHARED = """
  place TEXT NOT NULL, stream TEXT NOT NULL, zone TEXT, start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL, at TEXT, written TEXT NOT NULL"""
_FIGURE = f"""
  quantity TEXT NOT NULL, unit TEXT NOT NULL, "of" TEXT, direction TEXT, {_SHARED}"""
_TABLES = f"""
CREATE TABLE IF NOT EXISTS events (
  id TEXT NOT NULL, phase TEXT NOT NULL, kind TEXT NOT NULL, {_SHARED},
  score REAL NOT NULL, threshold REAL NOT NULL, count INTEGER, false_alarms_per_day REAL,
  parts TEXT NOT NULL, reasons TEXT NOT NULL, models TEXT NOT NULL, PRIMARY KEY (id, phase));
CREATE TABLE IF NOT EXISTS statistics ({_FIGURE},
  value REAL, suppressed INTEGER NOT NULL, noise_scale REAL NOT NULL, epsilon REAL,
  uncertainty REAL, bias REAL);
CREATE TABLE IF NOT EXISTS exact_statistics ({_FIGURE},
  value REAL NOT NULL, n INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS statistics_at ON statistics (at);
CREATE INDEX IF NOT EXISTS exact_written ON exact_statistics (written)
"""


class FactStore:
    """Writes facts to a file, each durable before `write` comes back.

    Args:
        path: The file; made where there is none.
        keep_exact: How long exact figures stay, from when they were written.
        clock: Where the time comes from.
    """

    def __init__(
        self, path: Path, *, keep_exact: timedelta = KEEP_EXACT, clock: Clock | None = None
    ) -> None:
        """Open it, and delete what is over its time.

        Raises:
            SettingsError: It was written by a newer version.
            SinkError: It cannot be opened or written.
        """
        self.name = path.name
        self._keep, self._clock = keep_exact, clock or SystemClock()
        try:
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version > SCHEMA:
                raise SettingsError(
                    f"{path.name}: written by a newer version", hint="update this program"
                )
            for statement in _TABLES.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={SCHEMA}")
        except sqlite3.Error as error:
            raise self._error(error) from error
        self.retain()

    def write(self, item: Fact, /) -> None:
        """Append one fact; of an event the last word of each phase counts."""
        if self._clock.monotonic_ns() - self._retained_ns >= _EVERY_NS:
            self.retain()
        row = self._row(item)
        match item:
            case Event():
                table = "events"
            case Statistic():
                table = "statistics"
            case ExactStatistic():
                table = "exact_statistics"
            case _:
                assert_never(item)
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        try:
            # the names are those of this module's own tables
            self._db.execute(
                f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                tuple(row.values()),
            )
        except sqlite3.Error as error:
            raise self._error(error) from error

    def retain(self) -> int:
        """Delete exact figures that are over their time; gives how many there were.

        Raises:
            SinkError: They could not be deleted.
        """
        self._retained_ns = self._clock.monotonic_ns()
        limit = _text(self._clock.now() - self._keep)
        try:
            gone = self._db.execute("DELETE FROM exact_statistics WHERE written < ?", (limit,))
            if gone.rowcount:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise self._error(error) from error
        return gone.rowcount

    def close(self) -> None:
        """Everything is written already; may be called twice."""
        self._db.close()

    def abort(self) -> None:
        """What happened has happened: it stays."""
        self.close()

    def _row(self, fact: Fact) -> dict[str, str | float | None]:
        line = line_of(fact)
        for gone in ("schema", "fact", "publish", "start_s", "end_s"):
            line.pop(gone, None)
        for name in ("parts", "reasons", "models"):
            if name in line:
                line[name] = msgspec.json.encode(line[name]).decode()
        return {
            **line,
            "at": None if fact.at is None else _text(fact.at),
            "start_ns": fact.start_ns,
            "end_ns": fact.end_ns,
            "written": _text(self._clock.now()),
        }

    def _error(self, error: sqlite3.Error) -> SinkError:
        return SinkError(
            f"{self.name}: facts cannot be stored: {error}",
            hint="is its folder there, writable and not full?",
        )


def _text(at: datetime) -> str:
    """UTC with microseconds: the order of texts is the order of times."""
    return at.isoformat(timespec="microseconds")
