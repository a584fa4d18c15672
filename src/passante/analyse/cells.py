"""Which cells of time and frequency hold something other than speech.

What is kept is never the mixture but the rest that separation leaves of it, and a rest always
holds traces of the voice, 10 to 20 dB below it. So a moment counts only where the rest as a whole
is louder than such traces could be, and a cell only where it is not buried under a voice.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.analyse.separate import WINDOW
from passante.core.dsp import BANDS, CELL, RATE_HZ, band_of_bins

HISTORY = 1024
"""Samples of signal that one look needs."""

_LATE = 64
"""Samples that the last window ends before the last sample."""

_LEAD = 5
"""The first look is at this many cells before the first."""


_WEIGHTS = np.where(np.arange(BANDS) < 2, np.float32(0.1), np.float32(1))
"""Below 250 Hz wind and traffic are loud and say little."""


@dataclass(frozen=True, slots=True)
class CellSettings:
    """When a cell is kept."""

    event_db: float = -10.0
    """A moment counts from this level of the rest on, against the loudest voice far around."""
    far: int = 32
    """Cells before and after that are far around: 0.26 s."""
    over: int = 4
    """Cells before and after over which the level of the rest is averaged."""
    cell_db: float = -10.0
    """A cell counts from this level of the rest on, against the loudest voice near it."""
    near: int = 6
    """Cells before and after that are near."""
    near_bands: int = 2
    """Bands above and below that are near."""
    rest_speaks: float = 0.3
    """From this score of the detector on, the rest is a voice as well and nothing of it is kept;
    above 1 it is not listened to, for comparison only."""

    def __post_init__(self) -> None:
        if not self.rest_speaks > 0:
            raise ValueError(f"no such score: {self.rest_speaks}")


class CellBook:
    """The energies of voice and rest, cell by cell, and the verdict on them."""

    def __init__(self, settings: CellSettings) -> None:
        self._settings = settings
        self._window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
        bands = band_of_bins(WINDOW, RATE_HZ)
        self._starts = np.searchsorted(bands, np.arange(BANDS))
        self._rows: deque[NDArray[np.float32]] = deque()
        self._first = 0
        self._seen = -_LEAD

    @property
    def held(self) -> int:
        """How many cells it holds the energies of."""
        return len(self._rows)

    def look(self, mixture: NDArray[np.float32], voice: NDArray[np.float32]) -> None:
        """Take the energies of the next four cells.

        Args:
            mixture: (`HISTORY`,) the last samples at `RATE_HZ`, a chunk further than last time.
            voice: (`HISTORY`,) of the same moments; not a number where it is not known.
        """
        starts = [HISTORY - _LATE - WINDOW - CELL * back for back in (3, 2, 1, 0)]
        frames = np.stack(
            [signal[at : at + WINDOW] for at in starts for signal in (voice, mixture - voice)]
        )
        power = np.abs(np.fft.rfft(frames * self._window, axis=1)) ** 2
        banded = np.add.reduceat(power, self._starts, axis=1)
        # what is not known counts as voice without end
        banded = np.where(np.isfinite(banded), banded, np.inf).astype(np.float32)
        for row in banded.reshape(len(starts), 2, BANDS):
            if self._seen >= 0:
                self._rows.append(row)
            self._seen += 1

    def keep(self, start: int, stop: int) -> NDArray[np.float32]:
        """(stop - start, bands): 1 for cells that are kept, 0 for all others.

        Forgets what lies too far before `start` to be asked for again.
        """
        rule = self._settings
        while self._first < start - rule.far and self._rows:
            self._rows.popleft()
            self._first += 1
        rows = list(self._rows)[: max(0, stop + rule.far - self._first)]
        verdict = np.zeros((stop - start, BANDS), np.float32)
        known = min(stop, self._first + len(rows))
        if known <= start:
            return verdict
        voice, rest = np.stack(rows, axis=1)
        loudness = _highest((voice * _WEIGHTS).sum(axis=1, keepdims=True), rule.far, 0)
        level = _mean((rest * _WEIGHTS).sum(axis=1, keepdims=True), rule.over)
        kept = rest > _highest(voice, rule.near, rule.near_bands) * _power(rule.cell_db)
        kept &= level > loudness * _power(rule.event_db)
        verdict[: known - start] = kept[start - self._first : known - self._first]
        return verdict


def _power(db: float) -> np.float32:
    return np.float32(10 ** (db / 10))


def _mean(energy: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    """The mean over so many cells before and after each."""
    padded = np.pad(energy, ((cells, cells), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * cells + 1, axis=0)
    return np.asarray(windows.mean(axis=-1), np.float32)


def _highest(energy: NDArray[np.float32], cells: int, bands: int) -> NDArray[np.float32]:
    """The highest within so many cells and bands of each."""
    for axis, reach in ((0, cells), (1, bands)):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (reach, reach)
        padded = np.pad(energy, pad)
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis)
        energy = windows.max(axis=-1)
    return energy
