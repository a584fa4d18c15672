from __future__ import annotations

import csv
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from passante.core.errors import SettingsError
from passante.sinks.export import COLUMNS, What, export
from passante.sinks.store import FactStore
from told_facts import NOON, event, exact, statistic


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "facts.db"
    kept = FactStore(path)
    kept.write(statistic())
    kept.write(statistic(at=NOON + timedelta(hours=1), value=None, suppressed=True))
    kept.write(statistic(at=None))
    kept.write(exact())
    kept.write(event())
    kept.close()
    return path


def test_figures_come_out_as_csv_with_their_units(store: Path) -> None:
    target = store.with_name("out.csv")
    assert export(store, target) == 3
    with target.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    noon = next(row for row in rows if row["time"].startswith("2026-05-01T12"))
    assert (noon["value"], noon["unit"], noon["noise_scale"]) == ("42.0", "1", "8.0")
    one = next(row for row in rows if row["time"].startswith("2026-05-01T13"))
    assert (one["value"], one["suppressed"]) == ("", "true")


def test_figures_come_out_as_parquet_with_types_and_meanings(store: Path) -> None:
    target = store.with_name("out.parquet")
    assert export(store, target) == 3
    book = duckdb.connect()
    book.execute("SET TimeZone='UTC'")
    figures = f"FROM '{target}' WHERE time IS NOT NULL ORDER BY time"
    query = f"SELECT hour(time), value, unit, suppressed {figures}"
    assert book.execute(query).fetchall() == [(12, 42.0, "1", False), (13, None, "1", True)]
    found = dict(book.execute(f"SELECT key, value FROM parquet_kv_metadata('{target}')").fetchall())
    assert found[b"uncertainty"] == b'half of a 95 % interval, in "unit"; empty: not known'
    made = {path.name for path in store.parent.iterdir() if not path.name.startswith("facts.db")}
    assert made == {"out.parquet"}


@pytest.mark.parametrize("what", list(What))
def test_every_kind_of_fact_can_be_exported_in_both_forms(store: Path, what: What) -> None:
    for ending in ("csv", "parquet"):
        assert export(store, store.with_name(f"out.{ending}"), what) >= 1


def test_published_figures_hold_no_exact_ones(store: Path) -> None:
    export(store, store.with_name("out.csv"))
    assert "dwell" not in store.with_name("out.csv").read_text(encoding="utf-8")


def test_a_span_of_time_is_chosen_by_begin(store: Path) -> None:
    later = NOON + timedelta(minutes=30)
    assert export(store, store.with_name("a.csv"), since=later) == 1
    assert export(store, store.with_name("b.csv"), until=later) == 1
    assert export(store, store.with_name("c.csv"), since=later, until=later) == 0


def test_what_exists_is_not_replaced_and_odd_endings_are_refused(store: Path) -> None:
    export(store, store.with_name("out.csv"))
    with pytest.raises(SettingsError, match="exists"):
        export(store, store.with_name("out.csv"))
    assert export(store, store.with_name("out.csv"), overwrite=True) == 3
    with pytest.raises(SettingsError, match="what is this"):
        export(store, store.with_name("out.xlsx"))


def test_links_laid_where_an_export_goes_are_left_alone(store: Path) -> None:
    victim = store.with_name("victim")
    victim.write_text("before", encoding="utf-8")
    store.with_name("out.csv").symlink_to(victim)
    for name in (".out.csv.partial.csv", ".out.parquet.partial", ".out.parquet.partial.csv"):
        store.with_name(name).symlink_to(victim)
    with pytest.raises(SettingsError, match="exists"):
        export(store, store.with_name("out.csv"))
    assert export(store, store.with_name("out.parquet")) == 3
    assert export(store, store.with_name("out.csv"), overwrite=True) == 3
    assert not store.with_name("out.csv").is_symlink()
    assert victim.read_text(encoding="utf-8") == "before"


def test_what_is_no_store_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database, but long enough to be looked at" * 50)
    for name in ("text", "none"):
        with pytest.raises(SettingsError, match="store"):
            export(tmp_path / name, tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


def test_without_duckdb_parquet_is_refused_and_csv_is_not(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(SettingsError, match="DuckDB"):
        export(store, store.with_name("out.parquet"))
    assert export(store, store.with_name("out.csv")) == 3
    left = {path.name for path in store.parent.iterdir() if not path.name.startswith("facts.db")}
    assert left == {"out.csv"}


def test_every_column_says_what_it_means() -> None:
    assert all(column.meaning for columns in COLUMNS.values() for column in columns)
