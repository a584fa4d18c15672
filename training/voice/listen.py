"""What the encoder makes of spoken sentences, spoilt in many ways, and the phone of each 20 ms."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from passante.core.dsp import RATE_HZ, Resampler
from passante.models import store
from passante.models.session import OnnxSession
from passante.protect.operators.phones import PAUSE, PHONES, levelled, mel_filters

FRAMES = 160
FIRST, LAST = 40, 74
"""Signs of a window that are used: with at least 0.8 s before and 0.12 s after them."""

Sound = NDArray[np.float32]


def load(path: Path) -> Sound:
    """(n,) at 16 kHz."""
    with wave.open(str(path)) as file:
        rate_hz = file.getframerate()
        data = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    sound = (data / 32768).astype(np.float32)
    resampler = Resampler(1, rate_hz, RATE_HZ)
    both = np.concatenate([resampler.push(sound[None]), resampler.flush()], axis=1)
    return np.asarray(both[0], np.float32)


def table(folder: Path) -> list[tuple[Path, str, NDArray[np.float64], NDArray[np.intp]]]:
    """(file, voice, ends of phones in s, the phones) of every sentence."""
    rows = []
    for line in (folder / "spoken.tsv").read_text(encoding="utf-8").splitlines():
        name, voice, said = line.split("\t")
        pairs = [part.split(":") for part in said.split()]
        signs = [PHONES.index("ah" if phone == "ax" else phone) for phone, _ in pairs]
        ends = np.array([float(end) for _, end in pairs])
        rows.append((folder / name, voice, ends, np.array(signs)))
    return rows


def faster(sound: Sound, by: float) -> Sound:
    """Played faster: pitch and formants rise alike."""
    count = int(len(sound) / by)
    made = np.interp(np.arange(count) * by, np.arange(len(sound)), sound)
    return np.asarray(made, np.float32)


def spoilt(sound: Sound, rng: np.random.Generator) -> Sound:
    """In some room, through some microphone, in some noise."""
    if rng.uniform() < 0.5:
        count = int(rng.uniform(0.05, 0.5) * RATE_HZ)
        room = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / count)
        room *= rng.uniform(0.02, 0.25) / np.sqrt((room**2).sum())
        room[0] += 1
        size = len(sound) + count
        echoed = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(room, size), size)
        sound = np.asarray(echoed[: len(sound)], np.float32)
    spectrum = np.fft.rfft(sound)
    hz = np.linspace(0, RATE_HZ / 2, len(spectrum))
    gain_db = np.interp(hz, np.sort(rng.uniform(0, 8000, 6)), rng.normal(0, 4, 6))
    spectrum *= 10 ** (gain_db / 20)
    if rng.uniform() < 0.2:
        spectrum *= (hz > rng.uniform(80, 300)) & (hz < rng.uniform(3400, 7000))
    sound = np.asarray(np.fft.irfft(spectrum, len(sound)), np.float32)
    noise = rng.standard_normal(len(sound))
    if rng.uniform() < 0.6:
        noise = np.fft.irfft(np.fft.rfft(noise) / np.sqrt(np.maximum(hz, 50)), len(sound))
    noise *= sound.std() / noise.std() * 10 ** (-rng.uniform(5, 45) / 20)
    return np.asarray(sound + noise, np.float32)


def warped_mel(sound: Sound, warp: float) -> NDArray[np.float32]:
    """`log_mel` of every 10 ms with the frequencies below 6 kHz stretched, as by another throat."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(sound, 200), 400)[::160]
    power = np.abs(np.fft.rfft(windows * np.hanning(401)[:-1], axis=1)) ** 2
    bins = np.arange(201.0)
    source = np.where(bins < 150, bins * warp, 150 * warp + (bins - 150) * (200 - 150 * warp) / 50)
    below = np.clip(source, 0, 199).astype(int)
    share = np.clip(source - below, 0, 1)
    power = power[:, below] * (1 - share) + power[:, below + 1] * share
    return np.asarray(np.log10(np.maximum(power @ mel_filters().T, 1e-10)), np.float32)


def encoder() -> OnnxSession:
    """The network that `revoice` listens with."""
    return OnnxSession(store.find("whisper-tiny-en-encoder"))


def features(
    folder: Path, rng: np.random.Generator, *, every: int = 70
) -> tuple[NDArray[np.float16], NDArray[np.intp]]:
    """(n, 384) features and (n,) phones: 20 of each window of 1.6 s, one in `every` 10 ms."""
    network = encoder()
    made: list[NDArray[np.float16]] = []
    named: list[NDArray[np.intp]] = []
    rows = table(folder)
    for at in rng.permutation(len(rows)):
        path, _, ends, signs = rows[at]
        speed = rng.uniform(0.85, 1.2)
        mels = warped_mel(spoilt(faster(load(path), speed), rng), rng.uniform(0.86, 1.16))
        for _ in range(max(1, len(mels) // every)):
            start = int(rng.integers(-100, max(-99, len(mels) - FRAMES + 30)))
            window = np.full((FRAMES, 80), mels.min(), np.float32)
            low, high = max(start, 0), min(start + FRAMES, len(mels))
            window[low - start : high - start] = mels[low:high]
            (found,) = network.run(levelled(window).T[None])
            chosen = rng.permutation(np.arange(FIRST, LAST))[:20]
            time = (start + 2 * chosen) * 0.01 + 0.01
            place = np.minimum(np.searchsorted(ends / speed, time), len(signs) - 1)
            inside = (time >= 0) & (time < ends[-1] / speed)
            made.append(found[0, chosen].astype(np.float16))
            named.append(np.where(inside, signs[place], PAUSE))
    return np.concatenate(made), np.concatenate(named)
