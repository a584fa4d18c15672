"""Speech made hard to hear, and sounds that are taken for speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voice_sound import RATE_HZ, Sound


def whispered(sound: Sound, rng: np.random.Generator) -> Sound:
    """The same words without a voice: every spectrum's envelope on noise, low tones turned down."""
    window, hop = 512, 128
    shape = np.sqrt(np.hanning(window + 1)[:-1] / 2)
    made = np.zeros(sound.size + 2 * window)
    padded = np.pad(sound, (window, 2 * window))
    tilt = np.interp(np.fft.rfftfreq(window, 1 / RATE_HZ), [0, 500, 1500, 8000], [0.1, 0.3, 1, 1])
    for at in range(0, sound.size + window, hop):
        spectrum = np.fft.rfft(padded[at : at + window] * shape)
        log = np.log(np.abs(spectrum) + 1e-7)
        cepstrum = np.fft.irfft(log, window)
        cepstrum[25:-24] = 0  # the fine structure is the voice
        envelope = np.exp(np.fft.rfft(cepstrum, window).real) * tilt
        noise = rng.standard_normal((2, envelope.size))
        frame = np.fft.irfft(envelope * (noise[0] + 1j * noise[1]), window) * shape
        made[at : at + window] += frame
    return np.asarray(made[window : window + sound.size], np.float32)


def resampled(sound: Sound, faster: float) -> Sound:
    """Played faster: pitch and formants rise alike."""
    place = np.arange(0, sound.size - 1, faster)
    return np.asarray(np.interp(place, np.arange(sound.size), sound), np.float32)


def banded(sound: Sound, low_hz: float, high_hz: float) -> Sound:
    """Nothing below and above."""
    spectrum = np.fft.rfft(sound)
    frequencies = np.fft.rfftfreq(sound.size, 1 / RATE_HZ)
    spectrum[(frequencies < low_hz) | (frequencies > high_hz)] = 0
    return np.asarray(np.fft.irfft(spectrum, sound.size), np.float32)


def echoed(sound: Sound, rng: np.random.Generator, seconds: float) -> Sound:
    """In a room whose sound falls by 60 dB in so many seconds, far from the speaker."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    room = rng.standard_normal(time.size) * 10 ** (-3 * time / seconds)
    room[0] = 3.0
    size = sound.size + room.size
    made = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(room, size), size)[: sound.size]
    return np.asarray(made * (sound.std() / (made.std() + 1e-9)), np.float32)


def music(sound: Sound) -> Sound:
    """Four chords a bar with overtones and a beat, as loud as `sound`."""
    time = np.arange(sound.size) / RATE_HZ
    chords: NDArray[np.float64] = np.array(
        [[220.0, 277.2, 329.6], [174.6, 220.0, 261.6], [196.0, 246.9, 293.7], [164.8, 207.7, 246.9]]
    )
    notes = chords[(time / 0.6).astype(int) % 4]
    made = np.zeros(sound.size)
    for overtone in range(1, 6):
        made += np.sin(2 * np.pi * notes.T * overtone * time).sum(axis=0) / overtone
    made *= np.exp(-3 * (time % 0.3))
    return np.asarray(made * (sound.std() / made.std()), np.float32)


def crowd(voices: list[Sound], size: int) -> Sound:
    """Three of the voices at once, together as loud as one."""
    chosen = [np.resize(np.roll(voice, 7000 * at), size) for at, voice in enumerate(voices[:3])]
    return np.asarray(sum(chosen[1:], chosen[0]) / np.sqrt(3), np.float32)
