"""Spectrograms of what goes in and of what comes out, for docs/voice.md.

    python benchmarks/voice_pictures.py docs/voice

Whatever is heard in them is made here: sentences by `flite` and `espeak-ng` (programs, both in
Debian), sounds from numbers. A spectrogram of somebody's recording carries their words. Each
picture shows 0 to 8 kHz from below, time from the left: before, `soundscape`, and `revoice` where
`passante models pull whisper-tiny-en-encoder` was done; a line below marks what counts as speech.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.dsp import Resampler
from passante.core.errors import ModelMissingError
from voice_cases import banded, crowd, echoed, music, whispered
from voice_revoice import revoiced
from voice_sound import RATE_HZ, Ours, Sound

SECONDS = 5.0
TALK = "the train to the old harbour leaves in seven minutes from platform two"
ANSWER = "thank you, then there is time for another coffee before we go"
GERMAN = "der Zug zum alten Hafen fährt in sieben Minuten von Gleis zwei"
_WINDOW, _HOP, _HIGH = 512, 160, 128
_LEVELS = 7
_DEEP_DB = 66.0

Picture = NDArray[np.uint8]


def spoken(text: str, *command: str) -> Sound:
    """What a program says, at `RATE_HZ`; it is told where to write by its last argument."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        *options, write = command
        subprocess.run([*options, text, write, str(path)], check=True, capture_output=True)
        with wave.open(str(path)) as file:
            rate_hz = file.getframerate()
            data = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    resampler = Resampler(1, rate_hz, RATE_HZ)
    sound = (data / 32768).astype(np.float32)[None]
    made = np.concatenate([resampler.push(sound), resampler.flush()], axis=1)[0]
    return np.asarray(0.25 * made / np.abs(made).max(), np.float32)


def english(text: str, voice: str) -> Sound:
    """One of flite's voices."""
    return spoken(text, "flite", "-voice", voice, "-t", "-o")


def placed(sound: Sound, at_s: float) -> Sound:
    """Somewhere in `SECONDS` of nothing."""
    made = np.zeros(int(SECONDS * RATE_HZ), np.float32)
    start = int(at_s * RATE_HZ)
    part = sound[: made.size - start]
    made[start : start + part.size] = part
    return made


def street(rng: np.random.Generator) -> Sound:
    """A far rumble."""
    spectrum = np.fft.rfft(rng.standard_normal(int(SECONDS * RATE_HZ)))
    spectrum /= np.maximum(np.fft.rfftfreq(int(SECONDS * RATE_HZ), 1 / RATE_HZ), 60)
    made = np.fft.irfft(spectrum)
    return np.asarray(0.006 * made / made.std(), np.float32)


def siren() -> Sound:
    """Two tones with overtones."""
    time = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ
    pitch_hz = np.where((time / 0.6).astype(int) % 2, 585.0, 440.0)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    tones = sum(np.sin(number * phase) / number for number in (1, 3, 5, 7))
    return np.asarray(0.1 * tones, np.float32)


def shots(rng: np.random.Generator) -> Sound:
    """Three bangs with their echo."""
    made = np.zeros(int(SECONDS * RATE_HZ))
    for at_s in (1.6, 2.1, 3.4):
        time = np.arange(int(0.5 * RATE_HZ)) / RATE_HZ
        bang = rng.standard_normal(time.size) * (np.exp(-60 * time) + 0.08 * np.exp(-9 * time))
        start = int(at_s * RATE_HZ)
        made[start : start + bang.size] += bang
    return np.asarray(0.8 * made / np.abs(made).max(), np.float32)


def cases(rng: np.random.Generator) -> dict[str, Sound]:
    """Every case by the name of its file."""
    talk, answer = english(TALK, "slt"), english(ANSWER, "rms")
    other = english(ANSWER, "awb")
    german = spoken(GERMAN, "espeak-ng", "-v", "de", "-w")
    hum, long = street(rng), placed(talk, 0.6)
    hall = np.asarray(0.6 * banded(echoed(talk, rng, 0.9), 300, 5000), np.float32)
    return {
        "siren": hum + 0.5 * siren() + long,
        "gunshot": hum + shots(rng) + long,
        "music": hum + long + 0.7 * music(long + 1e-4 * street(rng)),
        "crowd": hum + placed(crowd([talk, answer, other], int(4 * RATE_HZ)), 0.5),
        "announcement": hum + placed(hall, 0.6),
        "whisper": hum + placed(whispered(talk, rng), 0.6),
        "languages": hum + placed(answer[: int(2 * RATE_HZ)], 0.2) + placed(german, 2.4),
    }


def spectrogram(sound: Sound) -> Picture:
    """(128, columns): dark where it is loud, in few steps."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(sound, _WINDOW // 2), _WINDOW)
    power = np.abs(np.fft.rfft(windows[::_HOP] * np.hanning(_WINDOW), axis=1)) ** 2
    level = 10 * np.log10(power[:, 1:].reshape(len(power), _HIGH, -1).mean(axis=2) + 1e-9)
    share = np.clip((level - 25 + _DEEP_DB) / _DEEP_DB, 0, 1)
    stepped = np.round(share * _LEVELS) / _LEVELS
    return np.ascontiguousarray((255 * (1 - stepped.T[::-1])).astype(np.uint8))


def labelled(picture: Picture, words: str, marks: NDArray[np.bool_] | None) -> Picture:
    """With a line of words above, and what is marked below."""
    head = np.full((16, picture.shape[1]), 255, np.uint8)
    cv2.putText(head, words, (2, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 0, 1, cv2.LINE_AA)
    foot = np.full((5, picture.shape[1]), 255, np.uint8)
    if marks is not None:
        at = np.minimum(np.arange(picture.shape[1]) * _HOP, marks.size - 1)
        foot[1:4, marks[at]] = 0
    return np.concatenate([head, picture, foot])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=20_260)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    ours, forms = Ours(), dict[str, Callable[[Sound], Sound]]()
    forms["revoice"] = lambda sound: revoiced(sound)[0]
    for name, sound in cases(np.random.default_rng(chosen.seed)).items():
        before = np.clip(sound, -1, 1).astype(np.float32)
        after, marks = ours.run(before)
        rows = [
            labelled(spectrogram(before), "before", marks),
            labelled(spectrogram(after), "soundscape", None),
        ]
        for form, apply in forms.items():
            try:
                rows.append(labelled(spectrogram(apply(before)), form, None))
            except ModelMissingError as error:
                print(error)
        cv2.imwrite(
            str(chosen.folder / f"{name}.png"),
            np.concatenate(rows),
            [cv2.IMWRITE_PNG_COMPRESSION, 9],
        )


if __name__ == "__main__":
    main()
