"""Speech gives way to the sound of the place; everything else stays.

Where speech is marked, the place is continued with grains of what left in the clear shortly before
(`texture`), over a murmur that is the same for everybody. Where nothing steady was heard lately,
fresh noise stands in, with the level and colour that the place has beside the voices: a low
quantile of the last seconds, in few bands and coarse steps. Neither knows anything of a voice: its
level, rhythm, pitch, colour or phase. Added are those cells of the sound without its voices that
analysis vouches for and that stand out of the place; so no hole in it draws what is missing.

Outside the marks sound passes bit by bit, but for a fade of 8 ms on either side. What remains to
be read is when somebody spoke, in the coarse steps of the marks.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from passante.core.dsp import BANDS, CELLS_PER_S, band_of_bins, cells_from, root_hann
from passante.protect.operators import floor
from passante.protect.operators.texture import Texture

VERSION = "4"

_SHORT_HOPS_PER_S = 200
_LEARN_EVERY = 4
_TILT_DB = 2.0
_SWAY_DB = 1.5
_SWAY_FRAMES = 40
_STANDS_OUT = 2.0
"""A cell is added where it has so many times the power of the noise there: 3 dB."""


def fresh_generator() -> np.random.Generator:
    """A generator seeded by the system's secure source; the seed is not kept."""
    return np.random.default_rng(secrets.randbits(256))


class Scene:
    """The operator on one unbroken stretch of a stream."""

    def __init__(
        self,
        rate_hz: int,
        channels: int,
        *,
        low_delay: bool = False,
        draw: Callable[[], np.random.Generator] = fresh_generator,
    ) -> None:
        """Make it ready.

        Args:
            rate_hz: Samples a second.
            channels: How many.
            low_delay: Frames of 10 ms instead of 32, in hops of 5 instead of 8.
            draw: Gives a fresh generator for each stretch of speech.
        """
        self._rate = rate_hz
        self._channels = channels
        self._hop = max(1, round(rate_hz / (_SHORT_HOPS_PER_S if low_delay else CELLS_PER_S)))
        self._window = (2 if low_delay else 4) * self._hop
        self._shape = root_hann(self._window, self._hop)
        self._cell_band = np.minimum(band_of_bins(self._window, rate_hz), BANDS)
        self._band_starts = np.flatnonzero(np.diff(self._cell_band, prepend=-1))
        # from here on by their order: at low rates some bands have no bin
        self._band_order = (
            np.searchsorted(self._band_starts, np.arange(self._cell_band.size), "right") - 1
        )
        self._floor = floor.Floor(channels)
        self._spread = floor.spread(self._window, rate_hz)
        self._texture = Texture(rate_hz, channels, self._hop)
        self._draw = draw
        self._fill: _Fill | None = None
        # The next frame begins one hop after the first sample held.
        self._base = -self._window
        self._samples = np.zeros((channels, self._window), np.float32)
        self._marked = np.zeros(self._window, np.bool_)
        self._rest = np.zeros(self._window, np.float32)
        self._made = np.zeros((channels, self._window), np.float32)
        self._keep: dict[int, NDArray[np.float32]] = {}
        self._taken = 0
        self._given = 0

    @property
    def delay(self) -> int:
        """Samples by which its output may run behind its input."""
        return self._window + self._hop

    def push(
        self,
        samples: NDArray[np.float32],
        speech: NDArray[np.float32],
        keep: NDArray[np.float32] | None,
        rest: NDArray[np.float32] | None,
    ) -> NDArray[np.float32]:
        """What became ready: (channels, m), m samples further on in the stream.

        Args:
            samples: (channels, n).
            speech: (n,); 0 where there is none. Anything else is speech.
            keep: (cells, bands) of the grid for the cells that begin here, or None.
            rest: (n,) the sound without voices, of which cells are kept, or None.
        """
        sane = np.isfinite(samples).all(axis=0)
        marked = ~((speech == 0) & sane)
        stop = self._taken + samples.shape[1]
        if rest is None or not np.isfinite(rest).all():
            rest, keep = np.zeros(samples.shape[1], np.float32), None
        if keep is not None:
            cells = cells_from(self._taken, stop, self._rate)
            if len(cells) == len(keep) and keep.shape[1] == BANDS:
                self._keep.update(zip(cells, keep, strict=True))
        self._taken = stop
        clean = np.where(sane, samples, np.float32(0)) if not sane.all() else samples
        return self._run(clean, marked, rest)

    def flush(self) -> NDArray[np.float32]:
        """The rest."""
        pad = self._window + 2 * self._hop
        nothing = np.zeros((self._channels, pad), np.float32)
        last = self._run(nothing, np.zeros(pad, np.bool_), nothing[0])
        return last[:, : last.shape[1] - (self._given - self._taken)]

    def _run(
        self,
        samples: NDArray[np.float32],
        marked: NDArray[np.bool_],
        rest: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        self._samples = np.concatenate([self._samples, samples], axis=1)
        self._marked = np.concatenate([self._marked, marked])
        self._rest = np.concatenate([self._rest, rest])
        ready = [np.zeros((self._channels, 0), np.float32)]
        hop, at = self._hop, self._hop
        # the fade reaches one hop beyond the frame on either side
        while at + self._window + hop <= self._samples.shape[1]:
            made = self._advance(at)
            if self._base + at >= 0:
                ready.append(made)
            at += hop
        done = at - hop
        self._samples = self._samples[:, done:].copy()
        self._marked = self._marked[done:].copy()
        self._rest = self._rest[done:].copy()
        self._base += done
        given = np.concatenate(ready, axis=1)
        self._given += given.shape[1]
        return given

    def _advance(self, at: int) -> NDArray[np.float32]:
        """The hop of output that the frame at sample `at` of those held completes."""
        hop, stop = self._hop, at + self._window
        self._forget(self._base + at)
        going_on = None
        if self._marked[at - hop : stop + hop].any():
            if self._fill is None:
                self._fill = _Fill(self._floor, self._spread, self._draw())
            going_on = self._texture.next(self._fill.generator)
            self._made += self._render(at, self._fill)
        else:
            self._fill = None
            self._texture.stop()
        number = (self._base + at) // hop
        if number >= 0 and number % _LEARN_EVERY == 0:
            self._learn(at, stop)
        made = self._made[:, :hop].copy()
        self._made[:, :-hop] = self._made[:, hop:]
        self._made[:, -hop:] = 0
        left = self._mix(at, made if going_on is None else made + going_on)
        if number >= 0:
            self._texture.hear(left, clear=not self._marked[at - hop : at + 2 * hop].any())
        return left

    def _mix(self, at: int, made: NDArray[np.float32]) -> NDArray[np.float32]:
        """The original far from speech, what was made within it, a fade outside its edges."""
        hop = self._hop
        original = self._samples[:, at : at + hop]
        marked = self._marked[at - hop : at + 2 * hop]
        if marked[hop : 2 * hop].all():
            return np.asarray(np.clip(made, -1, 1), np.float32)
        speech = np.flatnonzero(marked) - hop
        if not speech.size:
            return np.asarray(np.clip(original, -1, 1), np.float32)
        place = np.arange(hop)
        after = np.searchsorted(speech, place)
        away = np.minimum(
            np.abs(place - speech[np.maximum(after - 1, 0)]),
            np.abs(speech[np.minimum(after, speech.size - 1)] - place),
        )
        share = np.clip(1 - away / hop, 0, 1).astype(np.float32)
        # where share is 1 nothing of the original may count, not even times zero
        original = np.where(share < 1, original, np.float32(0))
        mixed = np.clip(original * (1 - share) + made * share, -1, 1)
        return np.asarray(mixed, np.float32)

    def _render(self, at: int, fill: _Fill) -> NDArray[np.float32]:
        """(channels, window): one frame of what stands in for speech."""
        density = fill.next()
        drawn = fill.murmur() if self._texture.goes_on else density
        noise = fill.generator.standard_normal((2, *density.shape))
        scale = np.sqrt(drawn * (self._rate / 4) * self._window)
        spectrum = scale * (noise[0] + 1j * noise[1])
        spectrum[:, 0] = 0
        kept = self._kept(self._base + at)
        if kept is not None:
            # one signal for all channels: what one channel has beyond their mean may be speech
            rest = np.fft.rfft(self._rest[at : at + self._window] * self._shape)
            power = np.add.reduceat(np.abs(rest) ** 2, self._band_starts)[self._band_order]
            noisy = density.max(axis=0) * (self._rate / 2) * self._hop
            around = np.add.reduceat(noisy, self._band_starts)[self._band_order]
            spectrum += np.where(power > _STANDS_OUT * around, kept, 0) * rest
        frame = np.fft.irfft(spectrum, self._window, axis=1)
        return np.asarray(frame * self._shape, np.float32)

    def _kept(self, first: int) -> NDArray[np.float32] | None:
        """How much of each bin of the frame at stream sample `first` stays, or None for none."""
        start, stop = (
            sample * CELLS_PER_S // self._rate for sample in (first, first + self._window - 1)
        )
        cells = [self._keep.get(cell) for cell in range(max(0, start), stop + 1)]
        found = [cell for cell in cells if cell is not None]
        if len(found) < len(cells) or not found:
            return None
        kept = np.minimum.reduce(found)
        if not (kept > 0).any():
            return None
        # nothing above the grid is vouched for
        return np.append(np.clip(kept, 0, 1), np.float32(0))[self._cell_band]

    def _forget(self, first: int) -> None:
        """Let go of cells before stream sample `first`, asked for or not."""
        start = first * CELLS_PER_S // self._rate
        while self._keep and (cell := next(iter(self._keep))) < start:
            del self._keep[cell]

    def _learn(self, at: int, stop: int) -> None:
        """Take the frame as the sound of the place: within speech, what is beside the voices."""
        near = self._marked[at - self._hop : stop + self._hop].any()
        samples = self._rest[None, at:stop] if near else self._samples[:, at:stop]
        if near and not samples.any():
            return
        power = np.abs(np.fft.rfft(samples * self._shape, axis=1)) ** 2
        density = floor.coarse(power / (self._hop * self._rate / 2), self._spread)
        self._floor.learn(np.repeat(density, self._channels // len(density), axis=0))


class _Fill:
    """The noise of one stretch of speech: its own generator, its own slight colour and sway."""

    def __init__(
        self,
        place: floor.Floor,
        spread: NDArray[np.intp],
        generator: np.random.Generator,
    ) -> None:
        self.generator = generator
        self._place = place
        self._spread = spread
        self._tilt = generator.uniform(-_TILT_DB, _TILT_DB) * np.linspace(-1, 1, floor.BANDS)
        self._from = self._to = self._draw()
        self._frame = 0

    def next(self) -> NDArray[np.float64]:
        """(channels, bins): full scale squared per Hz for the next frame."""
        step = self._frame % _SWAY_FRAMES
        if step == 0:
            self._from, self._to = self._to, self._draw()
        self._frame += 1
        level_db = self._from + (self._to - self._from) * (step / _SWAY_FRAMES)
        density: NDArray[np.float64] = 10 ** (level_db / 10)
        return density[:, self._spread]

    def murmur(self) -> NDArray[np.float64]:
        """The same where the place itself goes on: what is the same for everybody."""
        density: NDArray[np.float64] = 10 ** ((self._place.murmur + self._tilt) / 10)
        return density[:, self._spread]

    def _draw(self) -> NDArray[np.float64]:
        sway = self.generator.normal(0, _SWAY_DB, floor.BANDS)
        return self._place.ask() + self._tilt + sway
