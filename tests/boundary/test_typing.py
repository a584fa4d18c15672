"""The line in the types: `typing_boundary.py` must give exactly the errors it names."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = Path(__file__).with_name("typing_boundary.py")


def mypy(file: Path) -> tuple[int, str]:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--no-error-summary",
        "--hide-error-context",
        str(file),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_what_must_not_type_check_does_not() -> None:
    code, said = mypy(LINES)
    assert code == 0, said


@pytest.mark.slow
def test_each_of_those_lines_is_an_error_of_its_own(tmp_path: Path) -> None:
    """Without its ignores the file gives one error for each: mypy does read it."""
    text = LINES.read_text(encoding="utf-8")
    wanted = [
        number for number, line in enumerate(text.splitlines(), start=1) if "# type: ignore" in line
    ]
    bare = tmp_path / "bare.py"
    bare.write_text(text.replace("# type: ignore", "# was:"), encoding="utf-8")
    code, said = mypy(bare)
    found = {int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line}
    assert code == 1
    assert found == set(wanted)
    assert len(wanted) > 25
