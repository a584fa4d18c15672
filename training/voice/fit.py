"""Fit both networks on what `synthesise` made, and write them as ONNX.

    python -m training.voice.fit --data .bench/voice --out src/passante/models/weights

The namer learns from all voices, spoilt; the lone voice learns one of them from the signs that the
finished namer makes of it, so that it knows the mistakes it will be given.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from passante.models.convert._graph import GraphWriter
from passante.protect.operators import phones
from passante.protect.operators.lone_voice import AFTER, BEFORE
from training.voice import listen

SIGNS, AROUND, CEPSTRUM = len(phones.PHONES), BEFORE + 1 + AFTER, 28
LONE = "slt"
LOUDNESS = 0.05
"""Root mean square of what is spoken, of full scale."""


class Namer(nn.Module):
    """Features to the odds of each phone."""

    def __init__(self, mean: torch.Tensor, spread: torch.Tensor) -> None:
        super().__init__()
        self.mean, self.spread = mean, spread
        self.wide, self.last = nn.Linear(384, 160), nn.Linear(160, SIGNS)
        self.before, self.between = nn.Dropout(0.1), nn.Dropout(0.3)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(n, 40) for (n, 384)."""
        calm = self.before((features - self.mean) / self.spread)
        odds: torch.Tensor = self.last(self.between(torch.relu(self.wide(calm))))
        return odds


class Lone(nn.Module):
    """Signs around a moment to what two steps of 10 ms sound like."""

    def __init__(self) -> None:
        super().__init__()
        self.signs = nn.Embedding(SIGNS, 16)
        self.one, self.two = nn.Linear(16 * AROUND, 192), nn.Linear(192, 192)
        self.last = nn.Linear(192, 2 * CEPSTRUM + 2)

    def forward(self, signs: torch.Tensor) -> torch.Tensor:
        """(n, 58) for (n, 13)."""
        wide = torch.relu(self.one(self.signs(signs).flatten(1)))
        told: torch.Tensor = self.last(torch.relu(self.two(wide)))
        return told


def fit_namer(features: NDArray[np.float16], named: NDArray[np.intp], rounds: int) -> Namer:
    """The network that names the phone of each row of features."""
    inputs = torch.from_numpy(features.astype(np.float32))
    labels = torch.from_numpy(named)
    net = Namer(inputs.mean(0), inputs.std(0) + 1e-3)
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.05)
    for turn in range(rounds):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * 0.5 ** max(0, turn - rounds + 3)
        for part in torch.randperm(len(inputs)).split(256):
            optimiser.zero_grad()
            odds = net(inputs[part])
            nn.functional.cross_entropy(odds, labels[part], label_smoothing=0.1).backward()
            optimiser.step()
    net.eval()
    return net


def colours(sound: listen.Sound) -> NDArray[np.float32]:
    """(steps, 28): the smooth logarithm of the spectrum of every 10 ms, as a cepstrum."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(sound, (176, 512)), 512)[::160]
    log = np.log(np.abs(np.fft.rfft(windows * np.hanning(513)[:-1], axis=1)) + 1e-4)
    return np.asarray(np.fft.irfft(log, axis=1)[:, :CEPSTRUM], np.float32)


def humming(sound: listen.Sound) -> NDArray[np.float32]:
    """(steps,) 0 to 1: how much of every 10 ms repeats itself as a voice does."""
    shape = np.hanning(800)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(sound, (320, 800)), 800)[::160]
    auto, own = (
        np.fft.irfft(np.abs(np.fft.rfft(rows, 2048)) ** 2) for rows in (windows * shape, shape)
    )
    high = (auto[:, 40:267] / own[40:267] / (auto[:, :1] / own[0] + 1e-9)).max(axis=1)
    return np.asarray(np.clip((high - 0.35) / 0.25, 0, 1), np.float32)


class _Net:
    """A network in hand, with the face of a session."""

    ref = "in hand"

    def __init__(self, net: nn.Module) -> None:
        self._net = net

    # Any: as a session.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Its output."""
        with torch.no_grad():
            return (self._net(torch.from_numpy(np.ascontiguousarray(arrays[0]))).numpy(),)


def lone_rows(folder: Path, namer: Namer, most: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(n, 13) signs around each moment and (n, 58) what it sounds like, of the one voice."""
    encoder = listen.encoder()
    signs: list[NDArray[np.intp]] = []
    told: list[NDArray[np.float32]] = []
    for path, voice, _, _ in listen.table(folder):
        if voice != LONE or len(signs) == most:
            continue
        sound = listen.load(path)
        listener = phones.Listener(phones.PhoneReader(encoder, _Net(namer)))
        padded = np.pad(sound, (0, 8000))
        row = listener.push(padded, np.ones(padded.size, np.bool_))
        count = min(len(row), len(sound) // phones.FRAME)
        around = np.pad(row, (BEFORE, 0), constant_values=phones.PAUSE)
        signs.append(np.lib.stride_tricks.sliding_window_view(around, AROUND)[: count - AFTER])
        both = [
            part[: 2 * count].reshape(count, -1)[: count - AFTER]
            for part in (colours(sound), humming(sound)[:, None])
        ]
        told.append(np.concatenate(both, axis=1))
    return torch.from_numpy(np.concatenate(signs)), torch.from_numpy(np.concatenate(told))


def fit_lone(signs: torch.Tensor, told: torch.Tensor, rounds: int) -> Lone:
    """The network that speaks signs as one voice did."""
    mean, spread = told.mean(0), told.std(0) + 1e-3
    wanted, net = (told - mean) / spread, Lone()
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3)
    for turn in range(rounds):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * 0.5 ** max(0, turn - rounds + 5)
        for part in torch.randperm(len(signs)).split(256):
            optimiser.zero_grad()
            ((net(signs[part]) - wanted[part]) ** 2).mean().backward()
            optimiser.step()
    # A mean of many sounds is flatter than each of them: its shape is drawn out again.
    sharper = torch.full_like(mean, 1.15)
    sharper[[0, CEPSTRUM]] = 1
    sharper[2 * CEPSTRUM :] = 1
    with torch.no_grad():
        net.last.weight.mul_((spread * sharper)[:, None])
        net.last.bias.mul_(spread * sharper).add_(mean * sharper)
    net.eval()
    return net


def _linear(graph: GraphWriter, source: str, layer: nn.Linear, name: str, output: str) -> str:
    weight, bias = (part.detach().numpy() for part in (layer.weight, layer.bias))
    weights = [
        graph.weight(f"{name}.w", np.ascontiguousarray(weight.T)),
        graph.weight(f"{name}.b", bias),
    ]
    return graph.node("Gemm", [source, *weights], output)


def namer_onnx(net: Namer) -> bytes:
    """Features (n, 384) to odds (n, 40)."""
    graph = GraphWriter("phone-namer")
    graph.input("features", np.float32, ["n", 384])
    graph.output("odds", np.float32, ["n", SIGNS])
    moved = graph.node("Sub", ["features", graph.weight("mean", net.mean.numpy())], "moved")
    calm = graph.node("Div", [moved, graph.weight("spread", net.spread.numpy())], "calm")
    wide = graph.node("Relu", [_linear(graph, calm, net.wide, "wide", "wide")], "wide.on")
    _linear(graph, wide, net.last, "last", "odds")
    return graph.to_bytes()


def lone_onnx(net: Lone) -> bytes:
    """Signs (n, 13) to sound (n, 58)."""
    graph = GraphWriter("lone-voice")
    graph.input("signs", np.int64, ["n", AROUND])
    graph.output("sound", np.float32, ["n", 2 * CEPSTRUM + 2])
    known = graph.weight("known", net.signs.weight.detach().numpy())
    looked = graph.node("Gather", [known, "signs"], "looked", axis=0)
    at = graph.node("Flatten", [looked], "flat", axis=1)
    for name, layer in (("one", net.one), ("two", net.two)):
        at = graph.node("Relu", [_linear(graph, at, layer, name, name)], f"{name}.on")
    _linear(graph, at, net.last, "last", "sound")
    return graph.to_bytes()


def main() -> None:
    """Fit and write both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(".bench/voice"))
    parser.add_argument("--out", type=Path, default=Path(".bench/voice"))
    parser.add_argument("--every", type=int, default=70, help="10 ms between windows")
    parser.add_argument("--lone", type=int, default=130, help="sentences for the one voice")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    torch.set_num_threads(1)
    kept = chosen.data / "features.npz"
    if not kept.exists():
        rng = np.random.default_rng(chosen.seed)
        made, named = listen.features(chosen.data, rng, every=chosen.every)
        np.savez(kept, made=made, named=named)
    with np.load(kept) as file:
        namer = fit_namer(file["made"], file["named"], 8)
    (chosen.out / "phone-namer-1.0.0.onnx").write_bytes(namer_onnx(namer))
    signs, told = lone_rows(chosen.data, namer, chosen.lone)
    active = told[:, [0, CEPSTRUM]] > told[:, 0].mean()
    print(f"{len(signs) / 50:.0f} s of one voice, {active.float().mean():.2f} of it sounding")
    lone = fit_lone(signs, told, 12)
    (chosen.out / "lone-voice-1.0.0.onnx").write_bytes(lone_onnx(lone))


if __name__ == "__main__":
    main()
