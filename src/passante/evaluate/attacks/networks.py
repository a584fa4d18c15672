"""Networks trained on the output of a method: they learn what others cannot hear.

PyTorch is needed to train them (the extra `attackers`); where it is absent, `AbsentError` says so
and the attack is left out. Nothing else of the package is imported here: the same file trains on
any machine that has numpy and PyTorch.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]
"""(frames, bands): log energies of one recording."""

Embed = Callable[[Sequence[Features]], NDArray[np.float32]]
"""Recordings -> (n, d), each of length 1."""

_SIZE = 128
_BATCH = 64
_SCALE, _MARGIN = 24.0, 0.15
_TIME_MASK, _BAND_MASK = 12, 6
_GATES = (0, 2, 3, 1)
"""Input, output, forget, cell, as ONNX has them -> the order of PyTorch."""
_RECURRENT_FRAMES = 160


class AbsentError(RuntimeError):
    """A package that an attacker needs is not installed."""


def torch_module() -> Any:  # Any: PyTorch is no dependency, so its types are not there
    """PyTorch.

    Raises:
        AbsentError: It is not installed.
    """
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise AbsentError("PyTorch is not installed: pip install 'passante[attackers]'") from error


def train_embedder(
    features: Sequence[Features],
    people: Sequence[int],
    *,
    steps: int,
    seed: int,
    width: int = 128,
    frames: int = 150,
    device: str = "cpu",
    tell: Callable[[str], None] | None = None,
) -> Embed:
    """A time-delay network that tells people apart, trained to name those it is shown.

    Convolutions over time, mean and deviation of what they give, a vector, and a cosine to each
    person with a margin (Wang et al., "CosFace", 2018).

    Args:
        features: Protected recordings; several copies of one recording each count.
        people: Who speaks on each of them, from 0.
        steps: Batches of 64 pieces.
        seed: Of the weights and of the order.
        width: Channels.
        frames: Length of the pieces that are learnt from.
        device: Where PyTorch computes.
        tell: Takes a line about the progress.
    """
    torch = torch_module()
    torch.manual_seed(seed)
    centre, spread = _scale(features)
    net = _time_delay(torch, features[0].shape[1], width).to(device)
    shown = [_padded((one - centre) / spread, frames) for one in features]
    _fit(
        torch, lambda pieces: net(pieces.transpose(1, 2)), list(net.parameters()), shown, people,
        frames=frames, steps=steps, seed=seed, device=device, rate=3e-3, masked=True, tell=tell,
    )  # fmt: skip
    net.eval()

    def embed(asked: Sequence[Features]) -> NDArray[np.float32]:
        made = []
        with torch.no_grad():
            for one in asked:
                scaled = _padded((one - centre) / spread, frames)
                vector = net(torch.from_numpy(scaled.T[None].copy()).to(device))[0]
                made.append((vector / vector.norm()).cpu().numpy())
        return np.stack(made).astype(np.float32)

    return embed


def tune_recurrent(
    weights: Mapping[str, NDArray[np.float32]],
    energies: Sequence[Features],
    people: Sequence[int],
    *,
    steps: int,
    seed: int,
    device: str = "cpu",
    tell: Callable[[str], None] | None = None,
) -> Embed:
    """The GE2E network, trained on with protected recordings from where its makers left it.

    Args:
        weights: Of the network as our conversion names them.
        energies: Mel energies (frames, 40) of protected recordings, as the network takes them.
        people: Who speaks on each of them, from 0.
        steps: Batches of 64 pieces.
        seed: Of the order.
        device: Where PyTorch computes.
        tell: Takes a line about the progress.
    """
    torch = torch_module()
    torch.manual_seed(seed)
    recurrent = torch.nn.LSTM(40, 256, 3, batch_first=True)
    dense = torch.nn.Linear(256, 256)
    with torch.no_grad():
        for layer in range(3):
            for ours, theirs in (("inputs", "weight_ih"), ("states", "weight_hh")):
                values = weights[f"layer{layer}.{ours}"][0].reshape(4, 256, -1)[list(_GATES)]
                target = getattr(recurrent, f"{theirs}_l{layer}")
                target.copy_(torch.from_numpy(values.reshape(1024, -1).copy()))
            biases = weights[f"layer{layer}.bias"][0].reshape(2, 4, 256)[:, list(_GATES)]
            for values, theirs in zip(biases.reshape(2, 1024), ("bias_ih", "bias_hh"), strict=True):
                getattr(recurrent, f"{theirs}_l{layer}").copy_(torch.from_numpy(values.copy()))
        dense.weight.copy_(torch.from_numpy(weights["dense"].T.copy()))
        dense.bias.copy_(torch.from_numpy(weights["dense.bias"].copy()))
    recurrent, dense = recurrent.to(device), dense.to(device)

    def forward(pieces: Any) -> Any:
        return torch.relu(dense(recurrent(pieces)[1][0][-1]))

    shown = [_padded(one, _RECURRENT_FRAMES) for one in energies]
    _fit(
        torch, forward, [*recurrent.parameters(), *dense.parameters()], shown, people,
        frames=_RECURRENT_FRAMES, steps=steps, seed=seed, device=device, rate=3e-4, masked=False,
        tell=tell,
    )  # fmt: skip

    def embed(asked: Sequence[Features]) -> NDArray[np.float32]:
        made = []
        with torch.no_grad():
            for one in asked:
                rows = _padded(one, _RECURRENT_FRAMES)
                last = len(rows) - _RECURRENT_FRAMES
                starts = sorted({*range(0, last + 1, _RECURRENT_FRAMES // 2), last})
                pieces = np.stack([rows[at : at + _RECURRENT_FRAMES] for at in starts])
                vectors = forward(torch.from_numpy(pieces).to(device)).cpu().numpy()
                lengths = np.maximum(1e-9, np.linalg.norm(vectors, axis=1, keepdims=True))
                mean = (vectors / lengths).mean(axis=0)
                made.append(mean / max(1e-9, float(np.linalg.norm(mean))))
        return np.stack(made).astype(np.float32)

    return embed


def _fit(
    torch: Any,  # Any: see torch_module
    forward: Callable[[Any], Any],
    parameters: list[Any],
    shown: Sequence[Features],
    people: Sequence[int],
    *,
    frames: int,
    steps: int,
    seed: int,
    device: str,
    rate: float,
    masked: bool,
    tell: Callable[[str], None] | None,
) -> None:
    """Train to name people by a cosine to each of them, with a margin."""
    truth = np.asarray(people, np.int64)
    rng = np.random.default_rng(seed)
    size = forward(torch.from_numpy(np.stack([shown[0][:frames]] * 2)).to(device)).shape[1]
    known = torch.nn.Parameter(torch.randn(int(truth.max()) + 1, size, device=device))
    optimiser = torch.optim.AdamW([*parameters, known], rate / 3, weight_decay=1e-2)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    losses: list[float] = []
    for step in range(steps):
        chosen = rng.integers(0, len(shown), _BATCH)
        pieces = np.stack([_piece(shown[n], frames, rng, masked=masked) for n in chosen])
        wanted = torch.from_numpy(truth[chosen]).to(device)
        unit = torch.nn.functional.normalize
        cosines = unit(forward(torch.from_numpy(pieces).to(device))) @ unit(known).T
        right = torch.nn.functional.one_hot(wanted, len(known))
        loss = torch.nn.functional.cross_entropy(_SCALE * (cosines - _MARGIN * right), wanted)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 3.0)
        optimiser.step()
        plan.step()
        losses.append(float(loss.detach()))
        if tell is not None and (step + 1) % 200 == 0:
            tell(f"step {step + 1}: loss {np.mean(losses[-200:]):.3f}")


def train_classifier(
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    *,
    epochs: int,
    seed: int,
    width: int = 16,
    device: str = "cpu",
) -> Callable[[NDArray[np.float32]], NDArray[np.int64]]:
    """A small convolutional network over time and bands, trained to name what it is shown.

    Args:
        features: (n, frames, bands).
        labels: (n,), from 0.
        epochs: Rounds over all of them.
        seed: Of the weights and of the order.
        width: Channels of the first layer.
        device: Where PyTorch computes.
    """
    torch = torch_module()
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    centre, spread = features.mean((0, 1)), features.std((0, 1)) + 1e-3
    data = torch.from_numpy(((features - centre) / spread)[:, None].astype(np.float32))
    truth = torch.from_numpy(labels)
    net = _planes(torch, width, int(labels.max()) + 1).to(device)
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=1e-2)
    batches = max(1, len(data) // _BATCH)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=epochs * batches)
    net.train()
    for _ in range(epochs):
        for part in np.array_split(rng.permutation(len(data)), batches):
            given = torch.roll(data[part].to(device), int(rng.integers(-4, 5)), dims=2)
            loss = torch.nn.functional.cross_entropy(net(given), truth[part].to(device))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            plan.step()
    net.eval()

    def name(asked: NDArray[np.float32]) -> NDArray[np.int64]:
        scaled = ((asked - centre) / spread)[:, None].astype(np.float32)
        with torch.no_grad():
            parts = [
                net(torch.from_numpy(part).to(device)).argmax(1).cpu().numpy()
                for part in np.array_split(scaled, max(1, len(scaled) // 256))
            ]
        return np.asarray(np.concatenate(parts), np.int64)

    return name


def _scale(features: Sequence[Features]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rows = np.concatenate(features)
    return rows.mean(axis=0), rows.std(axis=0) + np.float32(1e-3)


def _padded(rows: Features, frames: int) -> Features:
    """At least `frames` of them: what is short is repeated."""
    wanted = max(frames, len(rows))
    return np.asarray(np.resize(rows, (wanted, rows.shape[1])), np.float32)


def _piece(rows: Features, frames: int, rng: np.random.Generator, *, masked: bool) -> Features:
    """A piece of it; masked: with a stretch of time and some bands left out."""
    at = int(rng.integers(0, len(rows) - frames + 1))
    piece = rows[at : at + frames].copy()
    if not masked:
        return piece
    early, low = int(rng.integers(0, frames - _TIME_MASK)), int(rng.integers(0, piece.shape[1]))
    piece[early : early + int(rng.integers(0, _TIME_MASK))] = 0
    piece[:, low : low + int(rng.integers(0, _BAND_MASK))] = 0
    return piece


def _time_delay(torch: Any, bands: int, width: int) -> Any:  # Any: see torch_module
    nn = torch.nn

    def layer(before: int, after: int, kernel: int, dilation: int = 1) -> Any:
        pad = (kernel - 1) // 2 * dilation
        convolution = nn.Conv1d(before, after, kernel, padding=pad, dilation=dilation)
        return nn.Sequential(convolution, nn.BatchNorm1d(after), nn.ReLU())

    class Statistics(nn.Module):  # type: ignore[misc, name-defined]  # its base is known at run time
        def forward(self, rows: Any) -> Any:
            deviation = (rows.var(dim=2) + 1e-5).sqrt()
            return torch.cat([rows.mean(dim=2), deviation], dim=1)

    return nn.Sequential(
        layer(bands, width, 5),
        layer(width, width, 3, 2),
        layer(width, width, 3, 3),
        layer(width, width, 3, 4),
        layer(width, 3 * width, 1),
        Statistics(),
        nn.BatchNorm1d(6 * width),
        nn.Dropout(0.2),
        nn.Linear(6 * width, _SIZE),
        nn.BatchNorm1d(_SIZE),
    )


def _planes(torch: Any, width: int, kinds: int) -> Any:  # Any: see torch_module
    nn = torch.nn

    def layer(before: int, after: int) -> list[Any]:
        convolution = nn.Conv2d(before, after, 3, padding=1)
        return [convolution, nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(
        *layer(1, width),
        *layer(width, 2 * width),
        *layer(2 * width, 3 * width),
        nn.AdaptiveAvgPool2d((3, 4)),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(3 * width * 12, kinds),
    )
