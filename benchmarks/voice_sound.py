"""Recordings, mixtures, our stage on bare arrays, and a baseline beside it."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from passante.analyse.separate import DtlnSeparator
from passante.analyse.speech import DEFAULT, LOW_DELAY, AnalyseSpeech, SpeechSettings
from passante.analyse.voice import SileroDetector
from passante.core.names import StreamId
from passante.inside.audio import RawAudio
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from passante.protect.audio import ProtectAudio
from passante.protect.policy import Policy

Sound = NDArray[np.float32]
"""(n,) at `RATE_HZ`, -1 to 1."""

RATE_HZ = 16_000
BLOCK = 1024


def data_dir() -> Path:
    """Where the recordings are."""
    here = Path(__file__).resolve().parent.parent.parent
    return Path(os.environ.get("PASSANTE_DATA") or here / "shared" / "data").resolve()


BROKEN = {"timit_dr1-fvmh0"}
"""Speakers whose files hold mostly full-scale noise: they came so."""


def table(path: str) -> list[dict[str, str]]:
    """The rows of a table of the recordings."""
    with (data_dir() / path).open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row.get("speaker") not in BROKEN]


@cache
def load(path: str) -> Sound:
    """A recording as one channel at `RATE_HZ`."""
    with av.open(str(data_dir() / path)) as container:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE_HZ)
        frames = [f for raw in container.decode(audio=0) for f in resampler.resample(raw)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float32)


def blocks(samples: NDArray[np.float32], rate_hz: int, size: int = BLOCK) -> Iterator[RawAudio]:
    """(channels, n) as a stream of blocks."""
    layout = "mono" if len(samples) == 1 else "stereo"
    for seq, at in enumerate(range(0, samples.shape[1], size)):
        part = samples[:, at : at + size].copy()
        yield RawAudio(StreamId("a"), seq, at, Fraction(1, rate_hz), rate_hz, layout, part)


@cache
def networks() -> tuple[SileroDetector, DtlnSeparator]:
    """The default networks."""

    def session(task: str) -> OnnxSession:
        return OnnxSession(store.find(DEFAULTS[task]))

    return (
        SileroDetector(session("find.speech")),
        DtlnSeparator(session("mask.speech"), session("refine.speech")),
    )


@dataclass(frozen=True)
class Ours:
    """Our stages as a function from sound to sound."""

    settings: SpeechSettings = DEFAULT
    low_delay: bool = False
    policy: str = "street"

    def run(self, sound: Sound, rate_hz: int = RATE_HZ) -> tuple[Sound, NDArray[np.bool_]]:
        """What comes out, and which samples are marked as speech."""
        detector, separator = networks()
        analyse = AnalyseSpeech(detector, separator, self.settings)
        protect = ProtectAudio(Policy.named(self.policy), analyse.models, low_delay=self.low_delay)
        made, marks = [], []
        for raw in [*blocks(sound[None], rate_hz), None]:
            for item in analyse.push(raw) if raw else analyse.flush():
                marks.append(item.speech > 0)
                made += [block.samples[0] for block in protect.push(item)]
        made += [block.samples[0] for block in protect.flush()]
        return np.concatenate(made), np.concatenate(marks)

    def __call__(self, sound: Sound) -> Sound:
        """What comes out."""
        return self.run(sound)[0]


Form = Callable[[Sound], Sound]
"""What is done to a sound."""

LOW = Ours(LOW_DELAY, low_delay=True)
"""Our stages without look-ahead."""


def active(speech: Sound, below_db: float = 25.0) -> NDArray[np.bool_]:
    """Which 32 ms frames of clean speech hold speech: level within `below_db` of the loudest."""
    frames = speech[: speech.size // 512 * 512].reshape(-1, 512)
    level = 10 * np.log10((frames**2).mean(axis=1) + 1e-12)
    return np.asarray(level > max(level.max() - below_db, -70.0))


def mix(speech: Sound, noise: Sound, snr_db: float) -> Sound:
    """Speech in noise, of which as much is taken as needed; SNR over the frames with speech.

    The noise keeps its level; all is turned down if it would clip.
    """
    noise = np.resize(noise, speech.size)
    if np.abs(noise).max() < 1e-3:  # a clip that is silent here is no noise to speak of
        return speech
    frames = speech[: speech.size // 512 * 512].reshape(-1, 512)[active(speech)]
    gain = np.sqrt((noise**2).mean() * 10 ** (snr_db / 10) / (frames**2).mean())
    mixed = speech * gain + noise
    return np.asarray(mixed * min(1.0, 0.9 / np.abs(mixed).max()), np.float32)


def mcadams(sound: Sound, rng: np.random.Generator, low: float = 0.5, high: float = 0.9) -> Sound:
    """Baseline: the angles of LPC poles raised to a power drawn once an utterance."""
    from scipy.signal import lfilter  # noqa: PLC0415 - only the attackers' environment has it

    power, order, window, hop = rng.uniform(low, high), 20, 320, 160
    shape = np.sqrt(np.hanning(window + 1)[:-1])
    padded = np.pad(sound.astype(np.float64), (window, 2 * window))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop] * shape
    spectra = np.abs(np.fft.rfft(frames, 2 * window, axis=1)) ** 2
    auto = np.fft.irfft(spectra, axis=1)[:, : order + 1]
    auto[:, 0] = auto[:, 0] * (1 + 1e-5) + 1e-9
    places = np.abs(np.subtract.outer(np.arange(order), np.arange(order)))
    filters = -np.linalg.solve(auto[:, places], auto[:, 1:, None])[:, :, 0]
    companion = np.zeros((len(frames), order, order))
    companion[:, 0] = -filters
    companion[:, np.arange(1, order), np.arange(order - 1)] = 1
    poles = np.linalg.eigvals(companion).astype(np.complex128)
    angle = np.angle(poles)
    turned = np.abs(poles) * np.exp(1j * np.sign(angle) * np.abs(angle) ** power)
    poles = np.where(np.abs(poles.imag) > 1e-9, turned, poles)
    warped = np.zeros((len(frames), order + 1), np.complex128)
    warped[:, 0] = 1
    for at in range(order):
        warped[:, 1 : at + 2] -= poles[:, at : at + 1] * warped[:, : at + 1]
    made = np.zeros(padded.size)
    for number, frame in enumerate(frames):
        residual = lfilter(np.concatenate([[1.0], filters[number]]), [1.0], frame)
        voice = lfilter([1.0], warped[number].real, residual)
        made[number * hop : number * hop + window] += voice * shape
    made = made[window : window + sound.size]
    return np.asarray(made / max(1.0, np.abs(made).max()), np.float32)
