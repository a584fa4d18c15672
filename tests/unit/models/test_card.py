from __future__ import annotations

import pytest

from passante.core.errors import SettingsError
from passante.models.card import Registry, TensorType, parse

HASH = "a" * 64
GOOD = f"""
name = "faces-s"
version = "1.2.0"
task = "find.face"
summary = "Faces"
licence = "MIT"
origin = "here"
limits = "not measured in snow"
sha256 = "{HASH}"
size_bytes = 12

[[parts]]
package = "some-package"
version = "3.1"
member = "a/b.onnx"
sha256 = "{HASH}"
size_bytes = 12

[[inputs]]
name = "image"
dtype = "uint8"
shape = [1, "height", "width", 3]
multiple = 32
meaning = "RGB"

[[outputs]]
name = "maps"
dtype = "float32"
shape = [1, 5, "rows", "columns"]
meaning = "heat"

[[figures]]
what = "faces found"
on = "pictures"
value = 0.97
low = 0.95
high = 0.98
unit = "share"
n = 800
"""


def test_a_card_says_everything_about_its_network() -> None:
    card = parse(GOOD, where="faces-s.toml")
    assert card.ref == "faces-s@1.2.0"
    assert card.file == "faces-s-1.2.0.onnx"
    assert card.parts[0].registry is Registry.PYPI
    assert card.inputs[0].dtype is TensorType.UINT8
    assert card.inputs[0].shape == (1, "height", "width", 3)
    assert (card.figures[0].low, card.figures[0].n) == (0.95, 800)
    assert not card.optional


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ('licence = "MIT"', 'license = "MIT"', 'unknown key "license"', 'mean "licence"'),
        ("size_bytes = 12\n\n[[inputs", "size = 12\n\n[[inputs", "parts 1: unknown", "size_bytes"),
        ('task = "find.face"\n', "", "task", ""),
        ('dtype = "uint8"', 'dtype = "int7"', "int7", ""),
        (f'sha256 = "{HASH}"', 'sha256 = "abc"', "64 digits", ""),
        ('name = "faces-s"', 'name = "../faces"', "lower-case words", ""),
        ('version = "1.2.0"', 'version = "latest"', "numbers with dots", ""),
        ('package = "some-package"', 'package = "--index"', "no name of a package", ""),
        ('version = "3.1"', 'version = ">=3"', "no version of a package", ""),
        ("size_bytes = 12", "size_bytes = ", "no TOML", ""),
    ],
)
def test_a_wrong_card_is_refused_with_the_place_and_the_nearest_key(
    old: str, new: str, message: str, hint: str
) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError, match=message) as caught:
        parse(GOOD.replace(old, new, 1), where="faces-s.toml")
    assert str(caught.value).startswith("faces-s.toml")
    assert hint in caught.value.hint


def test_without_parts_it_comes_with_the_package_and_needs_no_conversion() -> None:
    alone = GOOD.replace(GOOD[GOOD.index("[[parts]]") : GOOD.index("[[inputs]]")], "")
    assert parse(alone, where="own.toml").packaged
    assert not parse(GOOD, where="theirs.toml").packaged
    with pytest.raises(SettingsError, match="a conversion needs parts"):
        parse(alone.replace("limits", 'convert = "x"\nlimits'), where="own.toml")


def test_several_parts_need_a_conversion() -> None:
    parts = GOOD[GOOD.index("[[parts]]") : GOOD.index("[[inputs]]")]
    with pytest.raises(SettingsError, match="several parts need a conversion"):
        parse(GOOD.replace(parts, parts * 2), where="two.toml")
    with_conversion = GOOD.replace(parts, parts * 2).replace("limits", 'convert = "x"\nlimits')
    assert len(parse(with_conversion, where="two.toml").parts) == 2
