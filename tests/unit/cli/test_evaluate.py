from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from passante.cli import evaluate as command
from passante.core.errors import EvaluationError, SettingsError
from passante.evaluate import run
from passante.evaluate.results import Section
from unit.evaluate.reports import report


def call(*words: str) -> None:
    command.evaluate.main(list(words), standalone_mode=False)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a run would have been asked for; it gives a small report at once."""
    calls: list[Any] = []

    def answer(sections: Any, settings: Any, tell: Any) -> Any:
        calls.append((list(sections), settings))
        return report()

    monkeypatch.setattr(run, "evaluate", answer)
    return calls


def test_all_is_every_part_in_order(asked: list[Any], tmp_path: Path) -> None:
    call("all", "--data", str(tmp_path), "-o", str(tmp_path / "out"), "-q")
    assert asked[0][0] == list(Section)


def test_named_parts_and_policies_are_taken(asked: list[Any], tmp_path: Path) -> None:
    call("plates", "-p", "silent", "--data", str(tmp_path), "-o", str(tmp_path / "out"), "-q")
    ((sections, settings),) = asked
    assert sections == [Section.PLATES]
    assert [one.name for one in settings.policies] == ["silent"]


def test_a_page_a_table_and_a_file_are_written(asked: list[Any], tmp_path: Path) -> None:
    out = tmp_path / "new" / "report"
    done = CliRunner().invoke(command.evaluate, ["--data", str(tmp_path), "-o", str(out)])
    assert done.exit_code == 0
    assert {path.name for path in out.iterdir()} == {"index.html", "report.json", "report.md"}
    assert str(out / "index.html") in done.output


def test_an_unknown_part_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        click.BadParameter, match=r"faces, plates, persons, voices, words, sounds, counts"
    ):
        call("noses", "-o", str(tmp_path))


def test_an_unknown_policy_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        call("-p", "stret", "--data", str(tmp_path), "-o", str(tmp_path))
    assert "street" in caught.value.hint


def test_without_data_the_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PASSANTE_DATA", raising=False)
    with pytest.raises(EvaluationError) as caught:
        call("-o", str(tmp_path))
    assert "PASSANTE_DATA" in caught.value.hint


def test_without_the_extra_the_way_to_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "cryptography" else real(name)
    )
    with pytest.raises(EvaluationError) as caught:
        call("-o", str(tmp_path))
    assert "passante[evaluate]" in caught.value.hint


def test_the_parts_of_the_command_line_are_those_of_the_evaluation() -> None:
    assert list(command.SECTIONS) == [section.value for section in run.PARTS]
