from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from passante.core.errors import SettingsError, SinkError
from passante.core.names import Phase, ZoneId
from passante.sinks.store import SCHEMA, FactStore
from passante.testing import ManualClock
from told_facts import event, exact, statistic


def rows(path: Path, table: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as book:
        return book.execute(f"SELECT * FROM {table}").fetchall()


def test_every_fact_stands_in_its_own_table_at_once(tmp_path: Path) -> None:
    store = FactStore(tmp_path / "facts.db")
    for fact in (event(), statistic(), exact()):
        store.write(fact)
    for table in ("events", "statistics", "exact_statistics"):
        assert len(rows(tmp_path / "facts.db", table)) == 1
    store.close()
    store.close()


def test_an_event_told_twice_stands_there_once_for_each_phase(tmp_path: Path) -> None:
    store = FactStore(tmp_path / "facts.db")
    for fact in (event(), event(), event(phase=Phase.ENDED)):
        store.write(fact)
    assert len(rows(tmp_path / "facts.db", "events")) == 2


def test_exact_figures_go_when_their_time_is_over_and_published_ones_stay(tmp_path: Path) -> None:
    clock = ManualClock()
    path = tmp_path / "facts.db"
    store = FactStore(path, keep_exact=timedelta(hours=1), clock=clock)
    store.write(exact())
    store.write(statistic())
    clock.advance(30 * 60)
    store.write(exact(zone=ZoneId("later")))
    clock.advance(31 * 60)
    store.write(statistic())
    assert [row[6] for row in rows(path, "exact_statistics")] == ["later"]
    assert len(rows(path, "statistics")) == 2


def test_what_was_forgotten_is_in_no_byte_of_the_files(tmp_path: Path) -> None:
    clock = ManualClock()
    store = FactStore(tmp_path / "facts.db", keep_exact=timedelta(hours=1), clock=clock)
    store.write(exact(zone=ZoneId("canary-zone")))

    def found() -> bool:
        return any(b"canary-zone" in path.read_bytes() for path in tmp_path.iterdir())

    assert found()
    clock.advance(2 * 3600)
    assert store.retain() == 1
    assert not found()


def test_a_store_that_cannot_be_opened_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="stored"):
        FactStore(tmp_path / "nowhere" / "facts.db")
    (tmp_path / "text").write_text("no database, but long enough to be looked at" * 50)
    with pytest.raises(SinkError):
        FactStore(tmp_path / "text")


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "facts.db") as book:
        book.execute(f"PRAGMA user_version={SCHEMA + 1}")
    with pytest.raises(SettingsError, match="newer"):
        FactStore(tmp_path / "facts.db")


def test_writing_to_a_closed_store_is_an_error(tmp_path: Path) -> None:
    store = FactStore(tmp_path / "facts.db")
    store.abort()
    with pytest.raises(SinkError):
        store.write(event())
