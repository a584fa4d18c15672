from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from passante.core.errors import SettingsError
from passante.core.settings import nearest, read, read_file


@dataclass(frozen=True, slots=True)
class Wheel:
    size_mm: int
    spokes: int = 32

    def __post_init__(self) -> None:
        if self.size_mm <= 0:
            raise ValueError("a wheel has a size")


@dataclass(frozen=True, slots=True)
class Bicycle:
    name: str
    front: Wheel
    rear: Wheel | None = None
    spare: tuple[Wheel, ...] = ()
    extras: dict[str, Wheel] = field(default_factory=dict)


def test_a_table_becomes_its_dataclass() -> None:
    table = {"name": "a", "front": {"size_mm": 622}, "spare": [{"size_mm": 559, "spokes": 36}]}
    assert read(table, Bicycle, where="b.toml") == Bicycle("a", Wheel(622), None, (Wheel(559, 36),))


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({"name": "a", "fronte": {}}, 'b.toml: unknown key "fronte"'),
        (
            {"name": "a", "front": {"size_mm": 1, "fronte": 2}},
            'b.toml, front: unknown key "fronte"',
        ),
        ({"name": "a", "rear": {"fronte": 2}}, 'b.toml, rear: unknown key "fronte"'),
        (
            {"name": "a", "spare": [{"size_mm": 1}, {"fronte": 1}]},
            'b.toml, spare 2: unknown key "fronte"',
        ),
        ({"name": "a", "extras": {"x": {"fronte": 1}}}, "b.toml, extras, x: unknown key"),
    ],
)
def test_an_unknown_key_is_refused_wherever_it_stands(table: dict[str, object], place: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(table, Bicycle, where="b.toml")
    assert str(caught.value).startswith(place)


def test_the_nearest_known_key_is_named() -> None:
    with pytest.raises(SettingsError) as caught:
        read({"name": "a", "front": {"size": 622}}, Bicycle, where="b.toml")
    assert caught.value.hint == 'did you mean "size_mm"?'


def test_a_word_near_to_none_gets_the_whole_list() -> None:
    assert nearest("qqqq", ["rear", "front"]) == "known are: front, rear"


@pytest.mark.parametrize(
    ("front", "word"),
    [
        ({"size_mm": "622"}, "int"),
        ({}, "size_mm"),
        ({"size_mm": -1}, "a wheel has a size"),
        (3, "b.toml"),
    ],
)
def test_a_wrong_or_missing_value_is_refused(front: object, word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        read({"name": "a", "front": front}, Bicycle, where="b.toml")


@pytest.mark.parametrize("content", [None, b"size_mm = ", b"\xff"])
def test_a_file_that_cannot_be_read_is_told_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "wheel.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"wheel\.toml: the wheel cannot be read"):
        read_file(path, Wheel, what="the wheel")


def test_a_file_becomes_its_dataclass(tmp_path: Path) -> None:
    path = tmp_path / "wheel.toml"
    path.write_text("size_mm = 622", encoding="utf-8")
    assert read_file(path, Wheel, what="the wheel") == Wheel(622)
