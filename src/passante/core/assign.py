"""The cheapest way to pair rows with columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def assign(gain: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs (row, column) with the greatest sum of gains, each used once; gains of 0 are left out.

    Shortest augmenting paths with potentials (Kuhn 1955; Jonker and Volgenant 1987).

    Args:
        gain: (rows, columns), not negative.
    """
    if gain.size == 0:
        return []
    flipped = gain.shape[0] > gain.shape[1]
    cost = -(gain.T if flipped else gain)
    rows, columns = cost.shape
    row_price, column_price = np.zeros(rows + 1), np.zeros(columns + 1)
    owner = np.zeros(columns + 1, np.int64)  # row + 1 of each column + 1; 0: free
    for row in range(1, rows + 1):
        owner[0] = row
        column = 0
        least = np.full(columns + 1, np.inf)
        came = np.zeros(columns + 1, np.int64)
        done = np.zeros(columns + 1, np.bool_)
        while owner[column]:
            done[column] = True
            at = owner[column]
            reduced = cost[at - 1] - row_price[at] - column_price[1:]
            better = ~done[1:] & (reduced < least[1:])
            least[1:][better] = reduced[better]
            came[1:][better] = column
            following = int(np.argmin(np.where(done, np.inf, least)[1:])) + 1
            step = least[following]
            row_price[owner[done]] += step
            column_price[done] -= step
            least[~done] -= step
            column = following
        while column:
            owner[column] = owner[came[column]]
            column = int(came[column])
    pairs = [(int(owner[c]) - 1, c - 1) for c in range(1, columns + 1) if owner[c]]
    pairs = [(c, r) if flipped else (r, c) for r, c in pairs]
    return sorted((r, c) for r, c in pairs if gain[r, c] > 0)
