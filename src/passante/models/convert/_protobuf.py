"""Reads messages in the wire format of protocol buffers, field by field, without their schema."""

from __future__ import annotations

from collections.abc import Iterator

from passante.core.errors import ModelContractError


def fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Fields of one message: (number, whole number or bytes).

    Raises:
        ModelContractError: The bytes are no message.
    """
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        match key & 7:
            case 0:
                value, at = varint(data, at)
                yield key >> 3, value
                continue
            case 1:
                size = 8
            case 2:
                size, at = varint(data, at)
            case 5:
                size = 4
            case wire:
                raise ModelContractError(f"the file holds a field of unknown type {wire}")
        if at + size > len(data):
            raise ModelContractError("the file is cut short")
        yield key >> 3, data[at : at + size]
        at += size


def messages(data: memoryview, number: int) -> Iterator[memoryview]:
    """Every field of that number that holds bytes."""
    for found, value in fields(data):
        if found == number and isinstance(value, memoryview):
            yield value


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """A whole number of seven bits a byte, and where the next thing begins.

    Raises:
        ModelContractError: It has no end, or more than 64 bits.
    """
    value = shift = 0
    while at < len(data) and shift <= 63:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ModelContractError("the file is cut short or damaged")
