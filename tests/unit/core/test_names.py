"""Words that may travel with a fact, and closed sets that nothing repeats."""

from enum import StrEnum

import pytest

from passante.core import names
from passante.core.names import word


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
