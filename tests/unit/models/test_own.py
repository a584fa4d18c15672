from __future__ import annotations

from pathlib import Path

import pytest

from passante.core.errors import (
    ModelAlteredError,
    ModelContractError,
    ModelError,
    ModelMissingError,
    SettingsError,
)
from passante.models import own
from passante.models.card import parse
from unit.models.own import GATE, written


def test_a_network_that_passed_is_loaded_with_its_card(tmp_path: Path) -> None:
    model = own.load(written(tmp_path))
    assert model.card.gate == GATE
    assert model.data == b"network"
    assert own.load_all([tmp_path / "mine.toml"])["find.face"].card == model.card


def test_one_that_no_gate_let_pass_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no gate"):
        own.load(written(tmp_path, gate=""))


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    (tmp_path / "mine.onnx").write_bytes(b"other")
    with pytest.raises(ModelAlteredError):
        own.load(path)


def test_a_missing_file_or_card_is_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    (tmp_path / "mine.onnx").unlink()
    with pytest.raises(ModelMissingError, match=r"mine\.onnx"):
        own.load(path)
    with pytest.raises(ModelMissingError, match=r"none\.toml"):
        own.load(tmp_path / "none.toml")


@pytest.mark.parametrize(("old", "new"), [('"maps"', '"cells"'), ("find.face", "find.person")])
def test_one_that_is_asked_otherwise_cannot_take_its_place(
    tmp_path: Path, old: str, new: str
) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ModelContractError, match="inputs and outputs"):
        own.load(path)


def test_a_task_that_nothing_asks_for_and_what_is_no_card_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().replace("find.face", "find.birds"))
    with pytest.raises(ModelContractError, match=r"find\.birds"):
        own.load(path)
    path.write_text("name = 3")
    with pytest.raises(SettingsError):
        own.load(path)


def test_two_for_one_task_are_one_too_many(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(ModelError, match="already"):
        own.load_all([path, path])
    assert parse(path.read_text(), where="mine.toml").parent
