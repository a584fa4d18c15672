"""The sound of a place, continued: grains of what left in the clear shortly before.

Every sample of a grain has left already, and where it comes from is drawn by chance: grains tell
nothing of a voice but when somebody spoke. What goes on in a place, a siren, a saw, rain, goes on
under the talk. What happened once does not: a grain holds nothing that stands out of its place, so
that a single bang is not heard twice. Concatenative sound texture synthesis, in its plainest form.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GRAIN_S = 0.2
_HISTORY_S = 6.0
_OLDEST_S = 10.0
_LEAST_S = 0.3
_GUARD_S = 0.1
"""So near to a mark, before it and after it, nothing counts as clear: tails and first sounds."""

_EDGES_HZ = (0.0, 1000.0, 4000.0)
_STANDS_OUT_DB = np.array([6.0, 10.0, 10.0, 10.0])
"""All frequencies, then each band: a grain with a hop this far above what is usual is not taken."""

_USUAL = 0.3
"""The share of the time that is fainter than usual: one sound of less than the rest stands out."""

_FAINTEST = 1e-8
"""Of full scale squared: what is fainter counts as this, so that silence makes nothing loud."""


class Texture:
    """Hears what leaves, hop after hop; gives as much to go on with. Memory is constant."""

    def __init__(self, rate_hz: int, channels: int, hop: int) -> None:
        """Make it ready.

        Args:
            rate_hz: Samples a second.
            channels: How many.
            hop: Samples of every piece that is heard or given.
        """

        def hops(seconds: float) -> int:
            return max(1, round(seconds * rate_hz / hop))

        self._half = hops(_GRAIN_S / 2)
        self._grain = 2 * self._half
        self._size = max(hops(_HISTORY_S), self._grain)
        self._oldest = hops(_OLDEST_S)
        self._least = max(hops(_LEAST_S), self._grain)
        self._guard = hops(_GUARD_S)
        length = self._grain * hop
        shape = np.sin(np.pi * (np.arange(length) + 0.5) / length).astype(np.float32)
        self._shape = shape.reshape(self._grain, hop)
        frequencies = np.arange(hop // 2 + 1) * (rate_hz / hop)
        band = np.searchsorted(_EDGES_HZ, frequencies, "right") - 1
        self._starts = np.searchsorted(band, np.arange(len(_EDGES_HZ)))
        self._starts = self._starts[self._starts < frequencies.size]
        # rings: what is clear, its levels, and when it was
        self._sound = np.zeros((self._size, channels, hop), np.float32)
        self._level = np.zeros((self._size, 1 + self._starts.size))
        self._when = np.zeros(self._size, np.int64)
        self._kept = 0
        self._waiting: list[NDArray[np.float32]] = []
        self._clear_for = 0
        self._now = 0
        self._made: list[NDArray[np.float32]] = []
        self._last = -1
        self._phase = 0
        self.goes_on = False
        """Whether what was last given is full: grain over grain, without a hole."""

    def hear(self, left: NDArray[np.float32], *, clear: bool) -> None:
        """Take the next hop of what left: (channels, hop).

        Args:
            left: It, as it left.
            clear: Whether nothing in it is marked.
        """
        self._now += 1
        if not clear:
            self._clear_for = 0
            self._waiting.clear()
            return
        self._clear_for += 1
        if self._clear_for <= self._guard:
            return
        self._waiting.append(left)
        if len(self._waiting) <= self._guard:
            return
        place = self._kept % self._size
        self._sound[place] = self._waiting.pop(0)
        self._level[place] = self._levels(self._sound[place])
        self._when[place] = self._now - self._guard
        self._kept += 1

    def stop(self) -> None:
        """Nothing is to be continued any more; the next stretch begins anew."""
        self._made = []
        self._phase = 0
        self.goes_on = False

    def next(self, generator: np.random.Generator) -> NDArray[np.float32] | None:
        """The next hop, (channels, hop), for a stretch with this generator; None for silence."""
        if not self._made and self._phase == 0:
            # as if a grain had begun half a grain ago: no hole at the edge
            self._lay(generator, self._half)
        if self._phase == 0:
            self._lay(generator, 0)
        self._phase = (self._phase + 1) % self._half
        if not self._made:
            return None
        return self._made.pop(0)

    def _lay(self, generator: np.random.Generator, begun: int) -> None:
        """Lay one more grain over what is made already, as if it had `begun` hops ago."""
        start = self._choose(generator)
        self.goes_on = start is not None and (begun > 0 or bool(self._made))
        self._last = -1 if start is None else start
        if start is None:
            return
        grain = self._sound[np.arange(start, start + self._grain) % self._size]
        if not np.isfinite(grain).all():
            self.goes_on = False
            return
        grain = grain * self._shape[:, None]
        for number, piece in enumerate(grain[begun:]):
            if number < len(self._made):
                self._made[number] = self._made[number] + piece
            else:
                self._made.append(piece)

    def _choose(self, generator: np.random.Generator) -> int | None:
        """Where in all that was kept a grain begins, or None where there is none to take."""
        oldest = max(0, self._kept - self._size)
        places = np.arange(oldest, self._kept)
        when = self._when[places % self._size]
        places = places[when > self._now - self._oldest]
        if places.size < self._least:
            return None
        level = self._level[places % self._size]
        usual = np.quantile(level, _USUAL, axis=0)
        steady = (level <= usual + _STANDS_OUT_DB[: level.shape[1]]).all(axis=1)
        when = self._when[places % self._size]
        whole = np.lib.stride_tricks.sliding_window_view(steady, self._grain).all(axis=1)
        whole &= when[self._grain - 1 :] - when[: whole.size] == self._grain - 1
        starts = places[: whole.size][whole]
        if self._last >= 0:
            starts = starts[np.abs(starts - self._last) >= self._half // 2]
        return int(generator.choice(starts)) if starts.size else None

    def _levels(self, piece: NDArray[np.float32]) -> NDArray[np.float64]:
        """The loudest channel of (channels, hop), in dB: in all, and in each band."""
        power = np.abs(np.fft.rfft(piece, axis=1)) ** 2 / piece.shape[1] ** 2
        bands = np.add.reduceat(power, self._starts, axis=1)
        loudest = np.column_stack([power.sum(axis=1), bands]).max(axis=0)
        return np.asarray(10 * np.log10(np.maximum(loudest, _FAINTEST)), np.float64)
