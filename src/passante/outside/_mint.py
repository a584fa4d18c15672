"""The right to make what may leave. Only `passante.protect` imports this; a contract checks it."""

from __future__ import annotations

from typing import Final, final

from passante.core.errors import BoundaryError


@final
class Mint:
    """An object without content: holding it is the permission."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Mint()"


MINT: Final = Mint()


def check(mint: object) -> None:
    """Raise BoundaryError unless `mint` is the one object that protection holds."""
    if mint is not MINT:
        raise BoundaryError("only passante.protect can make what may leave")
