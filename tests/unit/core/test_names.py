"""Words that may travel with a fact, and closed sets that nothing repeats."""

from enum import StrEnum

import pytest

from passante.core import names
from passante.core.names import plain, word


@pytest.mark.parametrize("text", ["a", "north-gate", "zone_2", "1000", "31.5", "x" * 40])
def test_a_plain_word_may_name_a_zone(text: str) -> None:
    assert word(text) == text


@pytest.mark.parametrize(
    "text", ["", "A", "two words", "a>b", "-a", "a-", "x" * 41, "é", "rtsp://cam", "a\n", "a/b"]
)
def test_free_text_may_not(text: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        word(text)


def test_no_word_of_a_closed_set_means_two_things() -> None:
    sets = [one for one in vars(names).values() if isinstance(one, type)]
    closed = [one for one in sets if issubclass(one, StrEnum) and one is not StrEnum]
    assert len(closed) >= 9
    for one in closed:
        assert len({member.value for member in one}) == len(one.__members__)


def test_a_name_that_can_be_shown_stays_as_it_is() -> None:
    assert plain("Überfahrt 3, café (日本).mp4") == "Überfahrt 3, café (日本).mp4"


@pytest.mark.parametrize("sign", ["\n", "\x1b", "\x9b", "\u202e", "\udce9", "\x7f"])
def test_what_cannot_be_shown_becomes_an_escape(sign: str) -> None:
    assert plain(f"a{sign}b").isprintable()
    assert plain(f"a{sign}b") == f"a{ascii(sign)[1:-1]}b"
