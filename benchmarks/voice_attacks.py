"""Attackers: recognisers of words, a classifier trained on our output, speaker verifiers.

They need packages that the product does not: `pip install -r benchmarks/voice-requirements.txt`.
An attacker whose package is absent says so and is left out; it never counts as beaten.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.evaluate.attacks.networks import AbsentError, train_classifier
from passante.evaluate.attacks.transcribe import RECOGNISERS, Recogniser, errors, in_order, words
from passante.evaluate.attacks.verifiers import Ge2e
from passante.models import store
from passante.models.session import OnnxSession
from voice_sound import RATE_HZ, Sound

Features = NDArray[np.float32]

__all__ = [
    "AbsentError", "cnn_accuracy", "embed", "errors", "fit_lda", "hits", "lda_accuracy", "log_mel",
    "need", "rates", "sphinx", "whisper", "words",
]  # fmt: skip


def need(package: str, wheel: str) -> Any:  # Any: a module
    """The module of a package, or a clear word."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        message = f"{wheel} cannot be used ({error}): this attacker is left out"
        raise AbsentError(message) from error


# --- words -------------------------------------------------------------------------------------


@cache
def _recogniser(name: str) -> Recogniser:
    return RECOGNISERS[name]()


def whisper(sound: Sound) -> str:
    """Whisper tiny.en, five beams."""
    return _recogniser("Whisper tiny.en").hear(sound)


def sphinx(sound: Sound) -> str:
    """Pocketsphinx with its own English model."""
    return _recogniser("pocketsphinx").hear(sound)


def hits(said: Sequence[str], heard: Sequence[str]) -> int:
    """How many words were heard in order: what an attacker gains, whatever else he imagines."""
    return sum(in_order(said, heard))


# --- a classifier trained on the output ----------------------------------------------------------


@cache
def _mel(bands: int) -> NDArray[np.float64]:
    """(bands, 257): triangles from 60 to 7800 Hz."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (60, 7800))
    mel = np.linspace(low, high, bands + 2)
    centres = 700 * (10 ** (mel / 2595) - 1)
    bins = np.arange(257) * RATE_HZ / 512
    rows = [np.interp(bins, centres[i : i + 3], [0, 1, 0]) for i in range(bands)]
    return np.stack(rows)


def log_mel(sound: Sound, *, bands: int = 40, hop: int = 160) -> Features:
    """(frames, bands) of log energy."""
    padded = np.pad(sound, (256, 256))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 512)[::hop]
    power = np.abs(np.fft.rfft(windows * np.hanning(512), axis=1)) ** 2
    return np.asarray(np.log(power @ _mel(bands).T + 1e-8), np.float32)


def cnn_accuracy(
    inputs: Features, labels: NDArray[np.int64], test: NDArray[np.bool_], *, epochs: int, seed: int
) -> float:
    """How often a small network trained on the rest names the label of the `test` rows.

    Args:
        inputs: (n, frames, bands).
        labels: (n,).
        test: (n,) which rows are never trained on.
        epochs: Rounds over the training rows.
        seed: Of the weights and the order.
    """
    name = train_classifier(inputs[~test], labels[~test], epochs=epochs, seed=seed)
    return float((name(inputs[test]) == labels[test]).mean())


def lda_accuracy(inputs: Features, labels: NDArray[np.int64], test: NDArray[np.bool_]) -> float:
    """The same of linear discriminant analysis with shrinkage on coarse features."""
    frames = inputs.shape[1] // 8 * 8
    coarse = inputs[:, :frames].reshape(len(inputs), 8, frames // 8, -1)
    rows = np.concatenate([coarse.mean(2), coarse.std(2)], axis=2)
    rows = rows.reshape(len(inputs), 8, -1, 2).mean(3).reshape(len(inputs), -1)
    discriminant = need("sklearn.discriminant_analysis", "scikit-learn")
    model = discriminant.LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    model.fit(rows[~test], labels[~test])
    return float((model.predict(rows[test]) == labels[test]).mean())


# --- who speaks ----------------------------------------------------------------------------------


@cache
def _verifier() -> Ge2e:
    return Ge2e(OnnxSession(store.find("ge2e")))


def embed(sound: Sound) -> Features:
    """(256,): the GE2E embedding of a sound."""
    return _verifier().embed(sound)


def fit_lda(
    rows: Features, speakers: NDArray[np.int64], dimensions: int = 60
) -> Callable[[Features], Features]:
    """A projection that tells the training speakers apart, fitted on what the attacker made."""
    discriminant = need("sklearn.discriminant_analysis", "scikit-learn")
    most = min(dimensions, len(set(speakers.tolist())) - 1)
    model = discriminant.LinearDiscriminantAnalysis(
        solver="eigen", shrinkage="auto", n_components=most
    )
    model.fit(rows, speakers)
    return lambda new: np.asarray(model.transform(new), np.float32)


def rates(
    enrol: Features, enrolled: NDArray[np.int64], trial: Features, tried: NDArray[np.int64]
) -> tuple[float, float]:
    """(equal error rate, true positives at 1 % false positives) of cosine scores."""
    unit = [rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9) for rows in (enrol, trial)]
    scores = unit[1] @ unit[0].T
    same = tried[:, None] == enrolled[None]
    target, other = np.sort(scores[same]), np.sort(scores[~same])
    levels = np.concatenate([target, other])
    missed = np.searchsorted(target, levels) / target.size
    accepted = 1 - np.searchsorted(other, levels) / other.size
    at = int(np.argmin(np.abs(missed - accepted)))
    strict = other[int(np.ceil(0.99 * other.size)) - 1]
    return float((missed[at] + accepted[at]) / 2), float((target > strict).mean())
