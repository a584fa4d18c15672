"""Shares with their interval, as the scripts about voices write them."""

from __future__ import annotations

from passante.evaluate.rates import wilson


def interval(hits: float, trials: int) -> str:
    """A share with its 95 % Wilson interval, in %."""
    if not trials:
        return "-"
    low, high = wilson(hits, trials)
    return f"{100 * hits / trials:.1f} ({100 * low:.1f}-{100 * high:.1f})"
