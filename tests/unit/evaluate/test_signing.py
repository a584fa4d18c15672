from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from passante.cli.evaluate import evaluate
from passante.core.errors import EvaluationError
from passante.evaluate.report import to_json
from passante.evaluate.run import write
from passante.evaluate.signing import PUBLIC, REPORT, SIGNATURE, private_key, signed, verify
from unit.evaluate.reports import report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A report with its signature, by a key that is made for it."""
    folder = tmp_path / "report"
    write(report(), folder, key=tmp_path / "key.pem")
    return folder


def test_a_signature_holds_for_this_report_and_for_no_other(folder: Path) -> None:
    assert len(verify(folder)) == 64
    data = (folder / REPORT).read_bytes()
    (folder / REPORT).write_bytes(data.replace(b"LEAKED", b"RESISTED"))
    with pytest.raises(EvaluationError, match="does not hold"):
        verify(folder)


def test_whoever_signs_again_has_another_key(folder: Path, tmp_path: Path) -> None:
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes((folder / PUBLIC).read_bytes())
    mark = verify(folder, trusted)
    for name, content in signed(b"{}", tmp_path / "other.pem").items():
        (folder / name).write_bytes(content)
    (folder / REPORT).write_bytes(b"{}")
    assert verify(folder) != mark
    with pytest.raises(EvaluationError, match="does not hold"):
        verify(folder, trusted)


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first, again = private_key(path), private_key(path)
    assert first.private_bytes_raw() == again.private_bytes_raw()
    assert path.stat().st_mode & 0o077 == 0


def test_the_same_report_and_key_give_the_same_signature(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    assert signed(to_json(report()), key) == signed(to_json(report()), key)


def test_a_file_that_is_no_key_is_told_so(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("no key")
    with pytest.raises(EvaluationError, match=r"key\.pem") as caught:
        signed(b"", key)
    assert "openssl" in caught.value.hint


def test_what_is_missing_is_named(folder: Path) -> None:
    (folder / SIGNATURE).unlink()
    with pytest.raises(EvaluationError, match=SIGNATURE):
        verify(folder)


def test_the_command_says_whose_key_it_was(folder: Path) -> None:
    done = CliRunner().invoke(evaluate, ["verify", str(folder)])
    assert done.exit_code == 0
    assert verify(folder) in done.output
    assert "anybody" in done.output
    known = CliRunner().invoke(evaluate, ["verify", str(folder), "--sign", str(folder / PUBLIC)])
    assert "the key given" in known.output
