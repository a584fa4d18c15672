"""Sound made on the spot, and detectors that answer without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.analyse.separate import LAG, SeparatorMemory
from passante.analyse.voice import Memory
from passante.core.names import StreamId
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.outside.media import ProtectedAudio
from passante.protect.audio import ProtectAudio
from passante.protect.policy import Policy

Samples = NDArray[np.float32]


def tone(hz: float, seconds: float, rate_hz: int = 16_000, level: float = 0.5) -> Samples:
    """(1, n) of a sine."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.asarray(level * np.sin(2 * np.pi * hz * time), np.float32)[None]


def noise(seconds: float, rate_hz: int = 16_000, level: float = 0.01, *, seed: int = 1) -> Samples:
    """(1, n) of white noise."""
    rng = np.random.default_rng(seed)
    return np.asarray(level * rng.standard_normal((1, round(seconds * rate_hz))), np.float32)


def sound_block(
    samples: Samples, *, at: int = 0, seq: int = 0, rate_hz: int = 16_000, stream: str = "audio-1"
) -> RawAudio:
    """One block whose first sample is sample `at` of its stream."""
    layout = f"{samples.shape[0]} channels"
    part = np.array(samples, np.float32)
    return RawAudio(StreamId(stream), seq, at, Fraction(1, rate_hz), rate_hz, layout, part)


def cut(samples: Samples, sizes: Iterable[int], rate_hz: int = 16_000) -> Iterator[RawAudio]:
    """A stream of blocks of these sizes; the last one takes the rest."""
    at = seq = 0
    for size in sizes:
        yield sound_block(samples[:, at : at + size], at=at, seq=seq, rate_hz=rate_hz)
        at, seq = at + size, seq + 1
    yield sound_block(samples[:, at:], at=at, seq=seq, rate_hz=rate_hz)


def joined(items: Iterable[AnalysedAudio]) -> NDArray[np.float32]:
    """The marks of a whole stream."""
    return np.concatenate([item.speech for item in items])


def heard(items: Iterable[ProtectedAudio]) -> Samples:
    """The samples of a whole stream."""
    return np.concatenate([item.samples for item in items], axis=1)


def masker(policy: str = "street", seed: int = 7, *, low_delay: bool = False) -> ProtectAudio:
    """The stage of a policy that comes with the package, its chance made repeatable."""
    return ProtectAudio(
        Policy.named(policy), ("fake@1",), low_delay=low_delay,
        draw=lambda: np.random.default_rng(seed),
    )  # fmt: skip


@dataclass
class LoudIsSpeech:
    """A detector that takes every feed louder than `above` for speech.

    Where `trusting`, it hears none in the two feeds of a second opinion.
    """

    above: float = 0.1
    model: str = "loud@1"
    trusting: bool = False
    feeds: list[int] = field(default_factory=list)

    def look(
        self, chunks: NDArray[np.float32], memory: Memory
    ) -> tuple[NDArray[np.float32], Memory]:
        self.feeds.append(len(chunks))
        assert memory.context.shape[0] == len(chunks)
        scores = (np.abs(chunks).max(axis=1) > self.above).astype(np.float32)
        if self.trusting and len(chunks) == 2:
            scores[:] = 0
        return scores, Memory(memory.hidden, chunks[:, -64:].copy())


@dataclass
class ScriptedDetector:
    """A detector that answers by the number of the chunk."""

    answer: Callable[[int], float]
    model: str = "scripted@1"
    looks: int = 0

    def look(
        self, chunks: NDArray[np.float32], memory: Memory
    ) -> tuple[NDArray[np.float32], Memory]:
        self.looks += 1
        return np.full(len(chunks), self.answer(self.looks - 1), np.float32), memory


@dataclass
class PartSeparator:
    """A separator that calls a fixed part of every sample voice, as late as a real one."""

    share: float = 0.0
    fails_at: int | None = None
    models: tuple[str, ...] = ("part@1",)
    steps: int = 0

    def step(
        self, samples: NDArray[np.float32], memory: SeparatorMemory
    ) -> tuple[NDArray[np.float32], SeparatorMemory]:
        if self.steps == self.fails_at:
            self.steps += 1
            raise RuntimeError("a separator died")
        self.steps += 1
        waiting = np.concatenate([memory.heard[-LAG:], samples])
        state = SeparatorMemory(memory.masking, memory.refining, waiting, memory.adding)
        return waiting[: samples.size] * np.float32(self.share), state


@dataclass
class FakeNetwork:
    """A network that answers with what it was given, and keeps what it was asked."""

    answers: tuple[NDArray[Any], ...]  # Any: as a network's outputs
    ref: str = "fake@1"
    asked: list[tuple[NDArray[Any], ...]] = field(default_factory=list)

    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        self.asked.append(arrays)
        return self.answers
