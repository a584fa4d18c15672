from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from passante.cli.main import cli
from passante.sinks.store import FactStore
from told_facts import NOON, exact, statistic


@pytest.fixture
def store(tmp_path: Path) -> Path:
    kept = FactStore(tmp_path / "facts.db")
    kept.write(statistic())
    kept.write(statistic(at=NOON + timedelta(days=1)))
    kept.write(exact())
    kept.close()
    return tmp_path / "facts.db"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["facts", *(str(word) for word in words)])


def test_figures_of_a_day_are_exported(store: Path) -> None:
    target = store.with_name("out.csv")
    done = run("export", store, "-o", target, "--from", "2026-05-01", "--to", "2026-05-02")
    assert (done.exit_code, done.stderr) == (0, "out.csv: 1 row\n")
    assert len(target.read_text(encoding="utf-8").splitlines()) == 2


def test_exact_figures_come_with_a_word_of_warning(store: Path) -> None:
    done = run("export", store, "-o", store.with_name("out.csv"), "--what", "exact")
    assert "do not publish" in done.stderr


def test_exact_figures_are_forgotten_on_demand(store: Path) -> None:
    assert run("retain", store, "--keep-exact", "0").exit_code == 0
    done = run("export", store, "-o", store.with_name("out.csv"), "--what", "exact")
    assert "0 rows" in done.stderr


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert run("retain", tmp_path / "none.db").exit_code == 2
    assert not list(tmp_path.iterdir())


READINGS = "time,quantity,value,unit,sensor\n" + "".join(
    f"2026-05-01T12:{minute:02d}:00Z,temperature,{20 + minute},,roof\n" for minute in range(20)
)


def test_sensors_are_read_stored_and_published(tmp_path: Path) -> None:
    (tmp_path / "air.csv").write_text(READINGS + "now,temperature,1,,\n", encoding="utf-8")
    done = run(
        "sense", tmp_path / "air.csv", "--place", "roof", "--store", tmp_path / "facts.db",
        "--publish", "default", "--ledger", tmp_path / "book",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "2026-05-01T12:00:00+00:00  roof" in done.stdout
    assert "27 Cel" in done.stdout
    assert "20 readings" in done.stderr
    assert "line 22: time is none" in done.stderr
    exported = run("export", tmp_path / "facts.db", "-o", tmp_path / "out.csv")
    assert "2 rows" in exported.stderr


def test_a_place_has_a_name_that_may_leave(tmp_path: Path) -> None:
    (tmp_path / "air.csv").write_text(READINGS, encoding="utf-8")
    assert run("sense", tmp_path / "air.csv", "--place", "Casa di Rossi").exit_code == 2
