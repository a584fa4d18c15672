import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from passante import __version__
from passante.cli.main import COMMANDS, cli


def run(*words: str):
    return CliRunner().invoke(cli, list(words))


def test_help_lists_every_command():
    ended = run("--help")
    assert ended.exit_code == 0
    for name, (_, line) in COMMANDS.items():
        assert name in ended.stdout
        assert line in ended.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there(name):
    ended = run(name, "--help")
    assert ended.exit_code == 0
    assert ended.stdout.startswith(f"Usage: passante {name}")


def test_no_command_shows_the_help_and_is_a_mistake():
    ended = run()
    assert ended.exit_code == 2
    assert ended.stderr.startswith("Usage: passante")
    assert "error" not in ended.stderr


@pytest.mark.parametrize("words", [["protekt"], ["--bogus"], ["policies", "bogus"]])
def test_an_unknown_word_is_one_line_and_a_hint(words):
    ended = run(*words)
    assert ended.exit_code == 2
    first, second = ended.stderr.splitlines()
    assert first.startswith("passante: error: No such ")
    assert second.startswith("hint: passante")


def test_the_version_is_that_of_the_package():
    assert run("--version").stdout == f"passante, version {__version__}\n"


def test_help_needs_none_of_the_heavy_parts():
    code = (
        "import sys\n"
        "from passante.cli.main import main\n"
        "sys.argv = ['passante', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "assert not {'numpy', 'av', 'cv2', 'onnxruntime'} & set(sys.modules)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], env=dict(os.environ), capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
