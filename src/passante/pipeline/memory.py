"""Keeping memory flat where threads pass large pictures to each other."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8
_ARENAS = 2


def steady_memory() -> bool:
    """Make all threads share two heaps; gives whether the C library took it.

    Pictures are made by one thread and freed by another. With a heap for each thread, as the GNU
    library has by default, every heap keeps room for the most it ever held. Elsewhere than with
    that library nothing is done.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS))
    except (AttributeError, OSError):
        return False
