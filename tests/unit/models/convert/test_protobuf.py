from __future__ import annotations

import pytest

from passante.core.errors import ModelContractError
from passante.models.convert._protobuf import fields, messages, varint
from unit.models.convert.graphs import field


def test_fields_come_in_their_order_with_their_numbers() -> None:
    data = field(3, 300) + field(1, b"word") + b"\x15\1\2\3\4"
    found = [
        (number, value if isinstance(value, int) else bytes(value))
        for number, value in fields(memoryview(data))
    ]
    assert found == [(3, 300), (1, b"word"), (2, b"\1\2\3\4")]


def test_messages_are_those_of_one_number() -> None:
    data = field(1, b"a") + field(2, b"b") + field(1, 9) + field(1, b"c")
    assert [bytes(one) for one in messages(memoryview(data), 1)] == [b"a", b"c"]


@pytest.mark.parametrize("data", [b"\x0a\x05ab", b"\x08", b"\x08" + b"\xff" * 11, b"\x0b\x00"])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ModelContractError):
        list(fields(memoryview(data)))


def test_a_number_ends_where_the_next_begins() -> None:
    assert varint(memoryview(b"\xac\x02\x07"), 0) == (300, 2)
