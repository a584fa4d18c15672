from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path

import onnxruntime as ort
import pytest

from passante.core.errors import ModelAlteredError, ModelError, ModelMissingError
from passante.models import store
from passante.models.store import VerifiedModel
from unit.models import packages


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    card = packages.card()
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(store, "card_of", lambda ref: card)
    return tmp_path / card.file


def test_a_network_whose_bytes_are_those_of_its_card_is_found(cache: Path) -> None:
    cache.write_bytes(packages.doubling())
    found = store.find("double@1.0")
    assert found.data == packages.doubling()
    assert found.card.ref == "double@1.0"
    assert store.is_here(found.card)


@pytest.mark.parametrize("at", [0, 10, -1])
def test_one_altered_byte_is_noticed_before_anything_parses_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    opened: list[bytes] = []
    monkeypatch.setattr(ort, "InferenceSession", lambda data, *rest, **more: opened.append(data))
    data = bytearray(packages.doubling())
    data[at] ^= 1
    cache.write_bytes(data)
    with pytest.raises(ModelAlteredError) as caught:
        store.find("double")
    assert caught.value.hint == "fetch it again: passante models pull double"
    assert not opened


def test_a_network_of_our_own_is_looked_for_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = packages.card(parts=())
    (tmp_path / "weights").mkdir()
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "pulled"))
    monkeypatch.setattr(store, "card_of", lambda ref: card)
    monkeypatch.setattr(store, "_PACKAGED", tmp_path / "weights")
    with pytest.raises(ModelMissingError) as absent:
        store.find("double")
    assert absent.value.hint == "it comes with passante: install that again"
    (tmp_path / "weights" / card.file).write_bytes(packages.doubling())
    assert store.find("double").data == packages.doubling()
    assert store.is_here(card)
    assert store.is_here(card, tmp_path / "elsewhere")
    (tmp_path / "weights" / card.file).write_bytes(packages.doubling() + b"0")
    with pytest.raises(ModelAlteredError) as altered:
        store.find("double")
    assert altered.value.hint == "it comes with passante: install that again"


@pytest.mark.parametrize(
    ("optional", "command"),
    [(False, "passante models pull"), (True, "passante models pull double")],
)
def test_an_absent_network_names_the_command_that_fetches_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch, optional: bool, command: str
) -> None:
    card = replace(packages.card(), optional=optional)
    monkeypatch.setattr(store, "card_of", lambda ref: card)
    with pytest.raises(ModelMissingError) as caught:
        store.find("double")
    assert not cache.exists()
    assert caught.value.hint == f"fetch them: {command}"


def test_something_that_is_no_file_is_an_error_of_models(cache: Path) -> None:
    cache.mkdir()
    with pytest.raises(ModelError, match="cannot read"):
        store.find("double")
    assert not store.is_here(packages.card())


def test_a_verified_model_cannot_be_made_of_other_bytes() -> None:
    card = packages.card()
    with pytest.raises(ModelAlteredError):
        VerifiedModel(card, b"something else")
    good = VerifiedModel(card, packages.doubling())
    with pytest.raises(ModelAlteredError):
        dataclasses.replace(good, data=b"something else")
    assert "double" in repr(good)
    assert repr(good.data) not in repr(good)


def test_the_folder_is_the_named_one_else_in_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    assert store.folder() == tmp_path
    monkeypatch.delenv(store.FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert store.folder() == tmp_path / "cache" / "passante" / "models"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store.folder() == tmp_path / ".cache" / "passante" / "models"
