"""What stands beside a target while it is written, in a folder that others may write to as well."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from passante.core.errors import SettingsError, SinkError
from passante.sinks import PartialFile, sink_error


def written(target: Path, content: bytes, *, overwrite: bool = False) -> PartialFile:
    part = PartialFile(target, overwrite=overwrite)
    part.path.write_bytes(content)
    return part


def test_of_two_runs_with_one_target_the_second_replaces_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    first, second = written(target, b"first"), written(target, b"second")
    first.commit()
    with pytest.raises(SettingsError, match="exists already"):
        second.commit()
    assert target.read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_a_run_that_may_replace_does(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    written(target, b"first").commit()
    written(target, b"second", overwrite=True).commit()
    assert target.read_bytes() == b"second"


def test_where_a_file_system_knows_no_links_nothing_is_replaced_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "out.mp4"
    first, second = written(target, b"first"), written(target, b"second")
    first.commit()
    with pytest.raises(SettingsError, match="exists already"):
        second.commit()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [
        ("out.mp4", b"first")
    ]


def test_a_link_that_somebody_laid_is_not_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that many may write to, whoever guesses the name could point it at my files."""
    monkeypatch.setattr(secrets, "token_hex", lambda _: "0" * 8)
    mine = tmp_path / "mine"
    mine.write_bytes(b"mine")
    (tmp_path / ".out.mp4.passante-00000000.part").symlink_to(mine)
    with pytest.raises(SinkError):
        PartialFile(tmp_path / "out.mp4", overwrite=False)
    assert mine.read_bytes() == b"mine"


def test_nobody_can_guess_its_name(tmp_path: Path) -> None:
    names = {PartialFile(tmp_path / "out.mp4", overwrite=False).path.name for _ in range(50)}
    assert len(names) == 50


def test_a_name_that_is_no_text_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    written(target, b"x").commit()
    assert [os.fsencode(path.name) for path in tmp_path.iterdir()] == [b"caf\xe9.mp4"]


def test_a_link_to_nowhere_is_something_that_exists(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.symlink_to(tmp_path / "gone")
    with pytest.raises(SettingsError, match="exists already"):
        PartialFile(target, overwrite=False)


def test_what_an_encoder_refuses_is_not_blamed_on_the_disk() -> None:
    assert "--codec" in sink_error("out.avi", OSError(22, "Invalid argument")).hint
