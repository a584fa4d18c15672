from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from passante.cli.main import cli
from passante.models import catalogue, store
from unit.models import packages
from unit.models.packages import MEMBER

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of models, where the catalogue holds a default and one on request."""
    asked = packages.card(name="double-large", optional=True, licence="AGPL-3.0-only")
    cards = {card.ref: card for card in (packages.card(), asked)}
    monkeypatch.setattr(catalogue, "cards", lambda: cards)
    monkeypatch.setattr(catalogue, "DEFAULTS", {"double.number": "double@1.0"})
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def archives(tmp_path: Path) -> str:
    return str(packages.wheel(tmp_path / "archives", {MEMBER: packages.doubling()}).parent)


@pytest.fixture
def run(folder: Path) -> Run:
    return lambda *words: CliRunner().invoke(cli, ["models", *words])


def test_the_list_says_what_is_here_and_what_is_a_default(
    run: Run, archives: str, folder: Path
) -> None:
    before = run("list")
    assert before.exit_code == 0
    rows = {line.split()[0]: line.split() for line in before.output.splitlines()[1:]}
    assert rows["double@1.0"][-2:] == ["missing", "default"]
    assert rows["double-large@1.0"][-3:] == ["missing", "on", "request"]
    run("pull", "--from", archives)
    assert "here" in run("list").output


def test_pull_brings_all_but_those_on_request(run: Run, archives: str, folder: Path) -> None:
    done = run("pull", "--from", archives)
    assert done.exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["double-1.0.onnx"]
    again = run("pull", "--from", archives)
    assert again.output == "nothing to fetch: all are here and unaltered\n"


def test_a_network_on_request_is_brought_by_its_name(run: Run, archives: str, folder: Path) -> None:
    assert run("pull", "--from", archives, "double-large", "double-large@1.0").exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["double-large-1.0.onnx"]


def test_verify_ends_well_only_where_everything_is_whole(
    run: Run, archives: str, folder: Path
) -> None:
    missing = run("verify")
    assert missing.exit_code == 4
    assert "double@1.0: missing" in missing.output
    assert "passante models pull" in missing.output
    run("pull", "--from", archives)
    assert run("verify").exit_code == 0
    (folder / "double-1.0.onnx").write_bytes(b"something else")
    altered = run("verify", "double")
    assert altered.exit_code == 4
    assert "passante models pull double" in altered.output
    assert "double@1.0: ALTERED" in altered.output


def test_an_unknown_name_gets_the_nearest_one(run: Run) -> None:
    done = run("pull", "duoble@1.0")
    assert done.exit_code == 2
    assert 'did you mean "double@1.0"?' in done.output


def test_a_folder_without_the_package_is_an_error_with_the_command(
    run: Run, tmp_path: Path, folder: Path
) -> None:
    done = run("pull", "--from", str(tmp_path))
    assert done.exit_code == 4
    assert "pip download --no-deps tiny-net==1.0" in done.output
    assert not folder.exists()
