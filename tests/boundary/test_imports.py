"""The line in the imports: the contracts of pyproject.toml hold, and they bite."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


def lint(root: Path) -> tuple[int, str]:
    done = subprocess.run(
        [str(LINT), "--config", str(root / "pyproject.toml"), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_the_contracts_hold() -> None:
    code, said = lint(ROOT)
    assert code == 0, said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        (
            "sinks/leak.py",
            "from passante.inside.video import RawFrame",
            "What goes out never sees what stays in",
        ),
        ("sinks/leak.py", "from passante.protect.video import ProtectVideo", "Layers"),
        ("outside/leak.py", "from passante.inside.video import RawFrame", "Layers"),
        ("sources/leak.py", "from passante.outside._mint import MINT", "Only protect may mint"),
        ("pipeline/leak.py", "from passante.outside._mint import MINT", "Only protect may mint"),
        ("pipeline/leak.py", "from passante.evaluate.rates import Rate", "Layers"),
        ("spare/__init__.py", "", "Layers"),
    ],
)
def test_a_forbidden_import_breaks_a_contract(
    tmp_path: Path, file: str, line: str, broken: str
) -> None:
    package = tmp_path / "src" / "passante"
    shutil.copytree(
        ROOT / "src" / "passante", package, ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = package / file
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(line + "\n", encoding="utf-8")
    code, said = lint(tmp_path)
    assert code == 1, said
    assert broken in said


def test_the_contracts_name_the_line() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = {
            contract["name"]: contract
            for contract in tomllib.load(file)["tool"]["importlinter"]["contracts"]
        }
    assert (
        "passante.inside"
        in contracts["What goes out never sees what stays in"]["forbidden_modules"]
    )
    assert contracts["Only protect may mint"]["allowed_importers"] == [
        "passante.protect",
        "passante.outside",
    ]
