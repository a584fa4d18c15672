"""What is done to noisy figures before they are told: all of it sees nothing but them.

So it costs no epsilon and reveals nothing: that a figure is suppressed says only that it was small
with its noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """Parts of a whole; None where suppressed."""

    total: int | None
    parts: tuple[int | None, ...]


def consistent(noisy: Sequence[int]) -> tuple[int, tuple[int, ...]]:
    """The whole and its parts: not negative, whole numbers, and the parts add up to it.

    The whole is the sum of the noisy parts, which has no bias but where it is negative. The parts
    are the nearest ones that add up to it (projection onto a simplex, Duchi et al. 2008), rounded
    by largest remainders.
    """
    total = max(0, sum(noisy))
    if total == 0:
        return 0, (0,) * len(noisy)
    falling = sorted(noisy, reverse=True)
    shift, upto = 0.0, 0
    for count, value in enumerate(falling, 1):
        upto += value
        if value - (upto - total) / count > 0:
            shift = (upto - total) / count
    exact = [max(0.0, value - shift) for value in noisy]
    parts = [int(value) for value in exact]
    by_rest = sorted(range(len(noisy)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_rest[: total - sum(parts)]:
        parts[at] += 1
    return total, tuple(parts)


def suppress(total: int, parts: Sequence[int], *, least: int) -> Told:
    """Hide what is below `least`, and as much besides as keeps it from being worked out.

    One hidden part alone would be the whole less the others: then the next smallest is hidden too.
    """
    if total < least:
        return Told(None, (None,) * len(parts))
    hidden = {at for at, value in enumerate(parts) if value < least}
    if len(hidden) == 1 and len(parts) > 1:
        hidden.add(min((at for at in range(len(parts)) if at not in hidden), key=parts.__getitem__))
    return Told(total, tuple(None if at in hidden else value for at, value in enumerate(parts)))
