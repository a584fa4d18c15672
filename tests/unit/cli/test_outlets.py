from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import passante.cli.outlets as outlets_module
import passante.cli.watch as command
from passante.cli.main import cli
from passante.cli.outlets import Outlets, Reach, outlet_options
from passante.core.errors import SettingsError
from passante.core.names import PlaceId
from passante.protect.facts import since
from passante.protect.publish_rules import PublishRules
from passante.sinks.formats.site import Site
from squares import GATE, without_networks
from standins import Clip
from told_facts import event, exact, statistic


def reach(*words: str | Path) -> Reach:
    """As the command line gives it."""

    @outlet_options
    @click.command()
    def take(**found: Any) -> Reach:
        return Reach(**found)

    found = take.main([str(word) for word in words], standalone_mode=False)
    assert isinstance(found, Reach)
    return found


class Wire:
    """In place of a broker: keeps what it was sent."""

    def __init__(self, *_: object, **settings: object) -> None:
        self.settings, self.got = settings, list[object]()

    def write(self, fact: object) -> None:
        self.got.append(fact)

    def close(self) -> None:
        self.settings["closed"] = True


@pytest.fixture
def wires(monkeypatch: pytest.MonkeyPatch) -> list[Wire]:
    made: list[Wire] = []

    def wire(*words: object, **settings: object) -> Wire:
        made.append(Wire(*words, **settings))
        return made[-1]

    monkeypatch.setattr(outlets_module, "MqttFacts", wire)
    return made


def test_exact_figures_go_into_the_store_and_to_no_broker(
    tmp_path: Path, wires: list[Wire]
) -> None:
    (tmp_path / "site.toml").write_text('name = "Duomo"\n')
    outlets = Outlets.open(
        reach(
            "--store",
            tmp_path / "facts.db",
            "--mqtt",
            "mqtt://edge-1@127.0.0.1/city/a",
            "--mqtt-as",
            "ngsi-ld",
            "--site",
            tmp_path / "site.toml",
        )
    )
    facts = [event(), statistic(), exact()]
    for fact in facts:
        outlets.write(fact)
    outlets.close()
    (wire,) = wires
    assert wire.got == facts[:2]
    assert wire.settings["closed"]
    assert wire.settings["client"] == "passante-edge-1-city-a"
    assert wire.settings["site"] == Site(name="Duomo")
    with sqlite3.connect(tmp_path / "facts.db") as book:
        assert book.execute("SELECT count(*) FROM exact_statistics").fetchone() == (1,)


def test_nothing_is_opened_where_nothing_was_asked_for() -> None:
    outlets = Outlets.open(reach())
    assert outlets.publisher is None
    assert outlets.began is None
    outlets.write(exact())
    outlets.close()


def test_publishing_needs_a_ledger() -> None:
    with pytest.raises(SettingsError, match="ledger"):
        Outlets.open(reach("--publish", "default"))


def test_rules_of_ones_own_are_read(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("bucket_s = 900\n")
    outlets = Outlets.open(
        reach("--publish", tmp_path / "rules.toml", "--ledger", tmp_path / "book")
    )
    assert outlets.publisher is not None
    stage = outlets.publisher(PlaceId("p"), since(datetime(2026, 5, 1, tzinfo=UTC)))
    assert stage.delay_ns == 900 * 10**9
    outlets.close()
    assert PublishRules().bucket_s == 3600


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    without_networks(monkeypatch, GATE)
    Clip(frames=50).write(Path("street.mp4"))
    return tmp_path


def watch(*words: str) -> Result:
    fixed = ["watch", "street.mp4", "--rules", "zones.toml"]
    return CliRunner().invoke(cli, [*fixed, *words])


PUBLISH = ("--publish", "default", "--ledger", "book", "--began", "2026-05-01T08:00:00")


def test_a_recording_is_published_once_and_never_again(here: Path) -> None:
    first = watch(*PUBLISH, "-o", "facts.jsonl")
    assert first.exit_code == 0, first.output
    lines = [json.loads(line) for line in Path("facts.jsonl").read_text().splitlines()]
    told = [line for line in lines if line["fact"] == "statistic"]
    assert {line["quantity"] for line in told} == {"crossings", "flow"}
    assert {line["at"] for line in told} == {"2026-05-01T08:00:00.000+00:00"}
    assert "published: too few to tell" in first.stdout
    again = watch(*PUBLISH)
    assert again.exit_code == 0
    assert "published" not in again.stdout
    assert "2 figures were not published" in again.stderr


def test_without_a_time_of_day_the_watch_ends_with_a_hint(here: Path) -> None:
    done = watch("--publish", "default", "--ledger", "book")
    assert done.exit_code == 5
    assert "--began" in done.stderr
    assert "published" not in done.stdout


def test_a_figure_is_printed_with_half_of_its_interval() -> None:
    assert "published: 42 +- 26.9" in command.statistic_line(statistic())
