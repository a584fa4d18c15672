"""The book of what has been told: it refuses to tell more than the budget of a place and a day.

What is about to be told is written down, durably, before any noise is drawn. A crash in between
loses a figure and never tells one twice. Of every line or zone, buckets are told in the order of
time and each once: a clock that jumps back finds them told already, and one that jumped ahead
closes the time in between for good.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from passante.core.errors import ProtectError

_TABLES = """
CREATE TABLE IF NOT EXISTS budget (
  place TEXT, day TEXT, micro INTEGER NOT NULL, PRIMARY KEY (place, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (
  place TEXT, day TEXT, account TEXT, micro INTEGER NOT NULL,
  PRIMARY KEY (place, day, account)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told (
  place TEXT, account TEXT, until_us INTEGER NOT NULL, PRIMARY KEY (place, account)) WITHOUT ROWID
"""


class Ledger:
    """A file of what was spent; several processes may write it at once.

    Raises:
        ProtectError: It cannot be opened or written. Nothing is published then.
    """

    def __init__(self, path: Path, *, wait_s: float = 30.0) -> None:
        self.name = path.name
        try:
            self._book = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
            self._book.execute("PRAGMA journal_mode=WAL")
            self._book.execute("PRAGMA synchronous=EXTRA")  # a told figure survives a power cut
            for table in _TABLES.split(";"):
                self._book.execute(table)
        except sqlite3.Error as error:
            raise self._error(error) from error

    def claim(
        self,
        place: str,
        day: str,
        *,
        span_us: tuple[int, int],
        wants: Mapping[str, int],
        budget_micro: int,
    ) -> frozenset[str]:
        """Of the accounts that want to tell the bucket `span_us`, those that may.

        An account is one quantity of one line or zone. It is charged once a day, and more only
        where it wants more than before; the budget of a day is the least that was ever named.

        Args:
            place: Whose budget it is.
            day: As text, e.g. "2026-05-01".
            span_us: Start and end of the bucket, microseconds since 1970 UTC.
            wants: Account -> millionths of epsilon.
            budget_micro: What may be spent at this place on this day, in millionths of epsilon.

        Raises:
            ProtectError: The book cannot be written.
        """
        start_us, end_us = span_us
        granted: list[str] = []
        with self._writing() as book:
            day_of = (place, day)
            row = book.execute("SELECT micro FROM budget WHERE place=? AND day=?", day_of)
            limit = min([budget_micro, *(micro for (micro,) in row.fetchall())])
            book.execute("INSERT OR REPLACE INTO budget VALUES (?,?,?)", (*day_of, limit))
            row = book.execute("SELECT account, micro FROM spent WHERE place=? AND day=?", day_of)
            spent: dict[str, int] = dict(row.fetchall())
            row = book.execute("SELECT account, until_us FROM told WHERE place=?", (place,))
            until: dict[str, int] = dict(row.fetchall())
            for account, micro in sorted(wants.items()):
                now = max(micro, spent.get(account, 0))
                rest = sum(value for name, value in spent.items() if name != account)
                if micro <= 0 or rest + now > limit or until.get(account, start_us) > start_us:
                    continue
                spent[account] = now
                charged = *day_of, account, now
                book.execute("INSERT OR REPLACE INTO spent VALUES (?,?,?,?)", charged)
                book.execute("INSERT OR REPLACE INTO told VALUES (?,?,?)", (place, account, end_us))
                granted.append(account)
        return frozenset(granted)

    def spent_micro(self, place: str, day: str) -> int:
        """What was spent at a place on a day, in millionths of epsilon."""
        try:
            row = self._book.execute(
                "SELECT COALESCE(SUM(micro), 0) FROM spent WHERE place=? AND day=?", (place, day)
            ).fetchone()
        except sqlite3.Error as error:
            raise self._error(error) from error
        return int(row[0])

    def close(self) -> None:
        """Everything is written already; may be called twice."""
        self._book.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._book.execute("BEGIN IMMEDIATE")
            try:
                yield self._book
            except BaseException:
                self._book.execute("ROLLBACK")
                raise
            self._book.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._error(error) from error

    def _error(self, error: sqlite3.Error) -> ProtectError:
        return ProtectError(
            f"{self.name}: the ledger of what was published cannot be used: {error}",
            hint="is its folder there, writable and not full? Without it nothing is published",
        )
