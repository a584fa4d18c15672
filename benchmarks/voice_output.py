"""Does the output still tell when somebody spoke? Detectors of speech on what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

import voice_attacks as attacks
from measure import table as markdown
from passante.analyse.voice import CHUNK, Memory
from voice_sound import LOW, RATE_HZ, Form, Ours, Sound, active, mix, networks

_PAUSE = 2 * RATE_HZ
_LEVELS = ("10 dB", "quiet")


def curve(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Area under the ROC curve; ties count half."""
    order = np.argsort(scores, kind="stable")
    places = np.empty(scores.size)
    places[order] = np.arange(1, scores.size + 1)
    _, group = np.unique(scores, return_inverse=True)
    places = (np.bincount(group, places) / np.bincount(group))[group]
    right, wrong = int(truth.sum()), int((~truth).sum())
    if not right or not wrong:
        return float("nan")
    return float((places[truth].sum() - right * (right + 1) / 2) / (right * wrong))


def heard(sound: Sound) -> NDArray[np.float64]:
    """(chunks,): what Silero says of every 32 ms."""
    detector, _ = networks()
    memory, scores = Memory.blank(1), []
    for at in range(0, sound.size - CHUNK + 1, CHUNK):
        score, memory = detector.look(sound[None, at : at + CHUNK], memory)
        scores.append(float(score[0]))
    return np.array(scores)


def loud(sound: Sound) -> NDArray[np.float64]:
    """(chunks,): the level from 200 Hz to 4 kHz, as simple detectors take it."""
    frames = sound[: sound.size // CHUNK * CHUNK].reshape(-1, CHUNK)
    power = np.abs(np.fft.rfft(frames * np.hanning(CHUNK), axis=1)) ** 2
    low, high = (int(hz * CHUNK / RATE_HZ) for hz in (200, 4000))
    return np.asarray(np.log(power[:, low:high].sum(axis=1) + 1e-9), np.float64)


def around(sound: Sound) -> NDArray[np.float32]:
    """(chunks, features): the colour of every 32 ms and how it sways within half a second."""
    mel = attacks.log_mel(sound[: sound.size // CHUNK * CHUNK], bands=24, hop=CHUNK)
    mel = mel[: sound.size // CHUNK]
    padded = np.pad(mel, ((8, 8), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 17, axis=0)
    level = mel - mel.mean(axis=0)
    parts = [level, windows.mean(-1) - mel.mean(axis=0), windows.std(-1)]
    return np.asarray(np.concatenate(parts, axis=1), np.float32)


def _trained(sounds: list[Sound], truths: list[NDArray[np.bool_]]) -> list[float]:
    """Every file by an LDA that was trained on the output of the others."""
    need = attacks.need("sklearn.discriminant_analysis", "scikit-learn")
    features = [around(sound) for sound in sounds]
    areas = []
    for left in range(len(sounds)):
        rows = [at for at in range(len(sounds)) if at != left]
        model = need.LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
        model.fit(
            np.concatenate([features[at] for at in rows]),
            np.concatenate([truths[at] for at in rows]),
        )
        areas.append(curve(model.decision_function(features[left]), truths[left]))
    return areas


def listened(sentences: list[Sound], noises: Iterator[Sound]) -> str:
    """Areas under the curve of three listeners: 50 is chance, 100 is certain.

    Args:
        sentences: Three for each recording, with 2 s between them.
        noises: City noise.
    """
    forms: dict[str, Form] = {
        "untouched": lambda sound: sound, "soundscape": Ours(), "low delay": LOW,
    }  # fmt: skip
    rows = []
    clips: dict[str, list[Sound]] = {level: [] for level in _LEVELS}
    truths: list[NDArray[np.bool_]] = []
    for at in range(0, len(sentences) - 2, 3):
        pause = np.zeros(_PAUSE, np.float32)
        parts = [pause]
        for sentence in sentences[at : at + 3]:
            parts += [sentence / (8 * sentence.std()), pause]
        clean = np.concatenate(parts)
        clean = clean[: clean.size // CHUNK * CHUNK].astype(np.float32)
        noise = np.resize(next(noises), clean.size)
        clips["10 dB"].append(mix(clean, noise, 10))
        hiss = np.random.default_rng(at).standard_normal(clean.size).astype(np.float32)
        clips["quiet"].append(np.asarray(0.3 * clean + 3e-4 * hiss, np.float32))
        truths.append(active(clean))
    listeners: dict[str, Callable[[Sound], NDArray[np.float64]]] = {
        "Silero": heard, "level": loud,
    }  # fmt: skip
    for level, mixed in clips.items():
        for form, apply in forms.items():
            sounds = [apply(sound) for sound in mixed]
            cells = []
            for listen in listeners.values():
                areas = [
                    curve(listen(sound)[: truth.size], truth)
                    for sound, truth in zip(sounds, truths, strict=True)
                ]
                cells.append(f"{100 * np.mean(areas):.0f}")
            learned = _trained(sounds, truths)
            rows.append([f"{form}, {level}", *cells, f"{100 * np.mean(learned):.0f}"])
    head = ["sound", *(f"{name}, AUC %" for name in listeners), "LDA trained on the output, AUC %"]
    return (
        f"{len(truths)} recordings of three sentences with pauses of 2 s; every 32 ms is spoken or "
        "not; 50 is chance.\n\n" + markdown(head, rows)
    )
