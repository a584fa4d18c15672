"""What others do to hide voices or words: baselines beside our levels, none of them protection.

Each takes a recording and a generator, and gives a recording as long as it got.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from passante.evaluate.sounds import RATE_HZ, Sound

Distort = Callable[[Sound, np.random.Generator], Sound]
"""A recording -> the recording as an attacker gets it."""

_ORDER, _WINDOW, _HOP = 20, 320, 160
_LONG, _STEP = 512, 128
_EDGES_HZ = (100, 300, 550, 900, 1400, 2100, 3100, 4800, 7800)
_MELS, _CEPSTRA = 26, 5


def silence(sound: Sound, _: np.random.Generator) -> Sound:
    """Nothing at all."""
    return np.zeros_like(sound)


def reversed_pieces(sound: Sound, rng: np.random.Generator) -> Sound:
    """Pieces of 80 to 200 ms, each played backwards."""
    return np.concatenate([piece[::-1] for piece in _pieces(sound, rng)])


def spliced(sound: Sound, rng: np.random.Generator) -> Sound:
    """Pieces of 80 to 200 ms in another order."""
    pieces = _pieces(sound, rng)
    return np.concatenate([pieces[number] for number in rng.permutation(len(pieces))])


def _pieces(sound: Sound, rng: np.random.Generator) -> list[Sound]:
    pieces, at = [], 0
    while at < sound.size:
        length = int(rng.uniform(0.08, 0.2) * RATE_HZ)
        pieces.append(sound[at : at + length])
        at += length
    return pieces


def low_passed(sound: Sound, _: np.random.Generator) -> Sound:
    """Nothing above 250 Hz, where no vowel can be told."""
    spectrum = np.fft.rfft(sound)
    spectrum[np.fft.rfftfreq(sound.size, 1 / RATE_HZ) > 250] = 0
    return np.fft.irfft(spectrum, sound.size).astype(np.float32)


def mcadams(sound: Sound, rng: np.random.Generator) -> Sound:
    """Formants moved: the angles of linear prediction's poles to a power drawn once a recording.

    After Patino et al., "Speaker anonymisation using the McAdams coefficient" (2021), with the
    power drawn from 0.5 to 0.9.
    """
    power = rng.uniform(0.5, 0.9)
    shape = np.sqrt(np.hanning(_WINDOW + 1)[:-1])
    frames = _frames(sound, _WINDOW, _HOP) * shape
    return _added(_warped(frames, power) * shape, sound.size, _WINDOW, _HOP)


def _warped(frames: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """(n, window): the poles of every frame moved."""
    spectra = np.abs(np.fft.rfft(frames, 2 * _WINDOW, axis=1)) ** 2
    auto = np.fft.irfft(spectra, axis=1)[:, : _ORDER + 1]
    auto[:, 0] = auto[:, 0] * (1 + 1e-4) + 1e-12
    lags = np.abs(np.subtract.outer(np.arange(_ORDER), np.arange(_ORDER)))
    filters = -np.linalg.solve(auto[:, lags], auto[:, 1:, None])[:, :, 0]
    companion = np.zeros((len(frames), _ORDER, _ORDER))
    companion[:, 0] = -filters
    companion[:, np.arange(1, _ORDER), np.arange(_ORDER - 1)] = 1
    poles = np.linalg.eigvals(companion).astype(np.complex128)
    angle = np.angle(poles)
    turned = np.abs(poles) * np.exp(1j * np.sign(angle) * np.abs(angle) ** power)
    poles = np.where(np.abs(poles.imag) > 1e-9, turned, poles)
    moved = np.zeros((len(frames), _ORDER + 1), np.complex128)
    moved[:, 0] = 1
    for at in range(_ORDER):
        moved[:, 1 : at + 2] -= poles[:, at : at + 1] * moved[:, : at + 1]
    # the whitening filter in, the moved one out, by their responses on a longer window
    size = 4 * _WINDOW
    plain = np.concatenate([np.ones((len(frames), 1)), filters], axis=1)
    response = np.fft.rfft(plain, size, axis=1) / np.fft.rfft(moved.real, size, axis=1)
    made = np.fft.irfft(np.fft.rfft(frames, size, axis=1) * response, size, axis=1)
    return np.asarray(made[:, : frames.shape[1]])


def pitch_shifted(sound: Sound, rng: np.random.Generator) -> Sound:
    """All frequencies by two to six semitones up or down, drawn once a recording."""
    factor = float(2 ** (rng.choice([-1, 1]) * rng.uniform(2, 6) / 12))
    shape = np.hanning(_LONG + 1)[:-1]
    spectra = np.fft.rfft(_frames(sound, _LONG, _STEP) * shape, axis=1)
    # a phase vocoder stretches time by the factor, and reading faster undoes it
    places = np.arange(0, len(spectra) - 1.001, 1 / factor)
    before = places.astype(int)
    share = (places - before)[:, None]
    size = (1 - share) * np.abs(spectra[before]) + share * np.abs(spectra[before + 1])
    turn = np.angle(spectra[before + 1]) - np.angle(spectra[before])
    phase = np.concatenate([np.angle(spectra[:1]), np.cumsum(turn, axis=0)[:-1]])
    frames = np.fft.irfft(size * np.exp(1j * phase), _LONG, axis=1) * shape
    long = _added(frames, round(sound.size * factor), _LONG, _STEP, clip=False)
    read = np.arange(sound.size) * factor
    made = np.interp(read, np.arange(long.size), long) / 1.5
    return np.asarray(np.clip(made, -1, 1), np.float32)


def envelope_vocoder(sound: Sound, rng: np.random.Generator) -> Sound:
    """Noise under the coarse shape that the first five cepstral coefficients hold."""
    shape = np.sqrt(np.hanning(_LONG + 1)[:-1] / 2)
    spectra = np.abs(np.fft.rfft(_frames(sound, _LONG, _STEP) * shape, axis=1)) ** 2
    bands = _triangles()
    level = np.log(spectra @ bands.T / bands.sum(axis=1) + 1e-10)
    turn = np.arange(_CEPSTRA)[:, None] * (np.arange(_MELS) + 0.5) * np.pi / _MELS
    basis = np.cos(turn) * np.sqrt(np.where(np.arange(_CEPSTRA) == 0, 1, 2) / _MELS)[:, None]
    smooth = level @ basis.T @ basis
    place = np.argmax(bands, axis=1)
    gain = np.stack([np.interp(np.arange(spectra.shape[1]), place, row) for row in smooth])
    noise = rng.standard_normal((2, *gain.shape)) / np.sqrt(2)
    made = np.fft.irfft(np.exp(gain / 2) * (noise[0] + 1j * noise[1]), _LONG, axis=1)
    return _added(made * shape, sound.size, _LONG, _STEP)


def _triangles() -> NDArray[np.float64]:
    """(26, 257): mel bands up to 8 kHz."""
    mel = np.linspace(0, 2595 * np.log10(1 + RATE_HZ / 2 / 700), _MELS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    pitch = np.fft.rfftfreq(_LONG, 1 / RATE_HZ)
    return np.stack([np.interp(pitch, edges[i : i + 3], [0, 1, 0]) for i in range(_MELS)])


def permuted_envelopes(sound: Sound, rng: np.random.Generator) -> Sound:
    """Noise in 8 bands with normalised 4 Hz envelopes, pieces permuted within every second."""
    shape = np.sqrt(np.hanning(_LONG + 1)[:-1] / 2)
    spectra = np.fft.rfft(_frames(sound, _LONG, _STEP) * shape, axis=1)
    edges = np.searchsorted(np.fft.rfftfreq(_LONG, 1 / RATE_HZ), _EDGES_HZ)
    level = np.log(np.add.reduceat(np.abs(spectra) ** 2, edges[:-1], axis=1) + 1e-9)
    kernel = np.hanning(33)[1:-1]
    kernel /= kernel.sum()
    slow = np.stack([np.convolve(band, kernel, "same")[: len(level)] for band in level.T], axis=1)
    slow = (slow - slow.mean(axis=0)) / (slow.std(axis=0) + 1e-6)
    gain = np.exp(0.5 * _permuted(slow, rng))[:, np.repeat(np.arange(8), np.diff(edges))]
    noise = rng.standard_normal((2, *spectra.shape))
    spectra = np.zeros_like(spectra)
    spectra[:, edges[0] : edges[-1]] = gain
    made = np.fft.irfft(spectra * (noise[0] + 1j * noise[1]), _LONG, axis=1) * shape
    long = _added(made, sound.size, _LONG, _STEP, clip=False)
    return np.asarray(np.clip(0.05 * long / (long.std() + 1e-9), -1, 1), np.float32)


def _permuted(rows: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Pieces of 10 to 25 rows (80 to 200 ms) in another order within every 125 (1 s)."""
    made = []
    for at in range(0, len(rows), 125):
        block = rows[at : at + 125]
        cuts = np.cumsum(rng.integers(10, 26, 13))
        pieces = np.split(block, cuts[cuts < len(block)])
        made += [pieces[number] for number in rng.permutation(len(pieces))]
    return np.concatenate(made)


def _frames(sound: Sound, window: int, hop: int) -> NDArray[np.float64]:
    """(n, window): windows from before the first sample to behind the last."""
    padded = np.concatenate([np.zeros(window), sound, np.zeros(2 * window)])
    return np.lib.stride_tricks.sliding_window_view(padded, window)[::hop].astype(np.float64)


def _added(
    frames: NDArray[np.float64], size: int, window: int, hop: int, *, clip: bool = True
) -> Sound:
    """Windows laid over each other again, `size` samples of them."""
    made = np.zeros(max((len(frames) - 1) * hop + window, 2 * window + size))
    for number, frame in enumerate(frames):
        made[number * hop : number * hop + window] += frame
    cut = made[window : window + size]
    return np.asarray(cut / max(1.0, float(np.abs(cut).max())) if clip else cut, np.float32)


BASELINES: Mapping[str, Distort] = MappingProxyType(
    {
        "silence": silence,
        "segment reversal": reversed_pieces,
        "McAdams": mcadams,
        "pitch shift": pitch_shifted,
        "random splicing": spliced,
        "low-pass 250 Hz": low_passed,
        "5 cepstra on noise": envelope_vocoder,
        "8 envelopes, permuted": permuted_envelopes,
    }
)
"""Methods of others."""

QUICK = ("silence", "segment reversal")
"""The strongest and the weakest of them."""
