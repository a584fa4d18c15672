"""Where somebody speaks: raw sound in, the same sound with its speech marked out.

Rules:
    - Recall first. Any channel that speaks makes the stretch speech, and so does their mean.
    - What cannot be judged is speech: a detector that fails, a score or a sample that is no number.
    - Cutting the input into other blocks changes nothing; blocks, samples and times stay as they
      are.
    - A gap or a jump in time, or another format, ends what is being listened to; it starts afresh.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.analyse.gate import Gate, GateSettings
from passante.analyse.voice import CHUNK, Memory, VoiceDetector
from passante.core.clock import NS_PER_S
from passante.core.dsp import RATE_HZ, Resampler, native_sample
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.inside.observation import SpeechSpan

_LOUDEST = 8.0
"""Samples beyond this, where full scale is 1, are no sound: something is broken."""

_JUMP_NS = 60_000_000
"""Containers round times; from here on, in ns, it is a gap or a jump."""

DEFAULT = GateSettings()
"""0.55 s of look-ahead."""

LOW_DELAY = GateSettings(threshold=0.1, before=0, after=40, group=1)
"""No look-ahead: a word that begins after silence is covered only from its second chunk on."""


class AnalyseSpeech:
    """Marks speech in one stream of sound. A stage: `RawAudio` in, `AnalysedAudio` out."""

    def __init__(self, detector: VoiceDetector, gate: GateSettings = DEFAULT) -> None:
        self._detector = detector
        self._gate = gate
        self._run: _Run | None = None
        self.failures = 0
        """Chunks of 32 ms that count as speech because they could not be judged."""
        self.restarts = 0
        """How often the stream had a gap, a jump or a change of format."""

    @property
    def model(self) -> str:
        """Reference of the detector's model."""
        return self._detector.model

    @property
    def delay_ns(self) -> int:
        """How far its output may run behind its input, in ns, blocks apart."""
        chunks = self._gate.group + self._gate.before
        return chunks * CHUNK * NS_PER_S // RATE_HZ + 3_000_000

    def push(self, item: RawAudio, /) -> Iterable[AnalysedAudio]:
        """The blocks that are decided through `item`."""
        ready: list[AnalysedAudio] = []
        if self._run is not None and not self._run.goes_on_with(item):
            ready += self.flush()
            self.restarts += 1
        if self._run is None:
            self._run = _Run(item, self._detector, self._gate)
        ready += self._run.push(item)
        self.failures += self._run.take_failures()
        return ready

    def flush(self) -> Iterable[AnalysedAudio]:
        """The blocks that were still held."""
        if self._run is None:
            return []
        ready = list(self._run.flush())
        self.failures += self._run.take_failures()
        self._run = None
        return ready


@dataclass(slots=True)
class _OpenSpan:
    start: int
    score: float


class _Run:
    """One unbroken stretch of a stream."""

    def __init__(self, first: RawAudio, detector: VoiceDetector, gate: GateSettings) -> None:
        self._detector = detector
        self._rate = first.rate_hz
        self._channels = first.samples.shape[0]
        self._layout = first.layout
        self._stream = first.stream
        self._start_ns = first.pts_ns
        self._end_ns = first.pts_ns
        self._taken = 0
        self._blocks: deque[tuple[int, RawAudio]] = deque()
        self._emitted = False
        self._resampler = Resampler(self._channels, self._rate, RATE_HZ)
        self._waiting = np.zeros((self._channels, 0), np.float32)
        self._chunk = 0
        self._alike = True
        self._memory: Memory | None = None
        self._broken: set[int] = set()
        self._failures = 0
        self._gate = Gate(gate)
        self._marked = 0
        self._decided = 0
        self._marks: deque[tuple[int, int, float]] = deque()
        self._span: _OpenSpan | None = None
        self._spans: list[tuple[int, SpeechSpan]] = []

    def goes_on_with(self, item: RawAudio) -> bool:
        """Whether `item` follows without gap, jump or change; raises for another stream."""
        if item.stream != self._stream:
            raise ValueError(f"one stage hears one stream: {self._stream}, not {item.stream}")
        same = (item.rate_hz, item.layout, item.samples.shape[0]) == (
            self._rate,
            self._layout,
            self._channels,
        )
        return same and abs(item.pts_ns - self._end_ns) <= _JUMP_NS

    def push(self, item: RawAudio) -> Iterator[AnalysedAudio]:
        """Listen to one more block."""
        count = item.samples.shape[1]
        self._blocks.append((self._taken, item))
        self._end_ns = item.pts_ns + count * NS_PER_S // self._rate
        sane = np.abs(item.samples) <= _LOUDEST  # false for what is not a number
        if sane.all():
            samples = item.samples
        else:
            samples = np.where(sane, item.samples, np.float32(0))
            for sample in np.flatnonzero(~sane.all(axis=0)) + self._taken:
                self._broken.add(int(sample) * RATE_HZ // (self._rate * CHUNK))
        self._taken += count
        self._listen(self._resampler.push(samples))
        return self._emit()

    def flush(self) -> Iterator[AnalysedAudio]:
        """Decide on all that is left."""
        rest = self._resampler.flush()
        waiting = self._waiting.shape[1] + rest.shape[1]
        padding = np.zeros((self._channels, -waiting % CHUNK), np.float32)
        self._listen(np.concatenate([rest, padding], axis=1))
        for mark in self._gate.flush():
            self._mark(float(mark))
        self._close_span(self._taken)
        return self._emit()

    def take_failures(self) -> int:
        """How many chunks could not be judged since the last call."""
        count, self._failures = self._failures, 0
        return count

    def _listen(self, samples: NDArray[np.float32]) -> None:
        waiting = np.concatenate([self._waiting, samples], axis=1)
        chunks = waiting.shape[1] // CHUNK
        for number in range(chunks):
            score = self._score(waiting[:, number * CHUNK : (number + 1) * CHUNK])
            for mark in self._gate.push(score):
                self._mark(float(mark))
        self._waiting = waiting[:, chunks * CHUNK :].copy()

    def _score(self, chunk: NDArray[np.float32]) -> float:
        """The highest score of any feed; 1 where there is none."""
        broken = self._chunk in self._broken
        self._broken.discard(self._chunk)
        self._chunk += 1
        feeds = self._feeds(chunk)
        memory = self._memory or Memory.blank(1)
        if memory.context.shape[0] != feeds.shape[0]:
            memory = memory.spread(feeds.shape[0])
        try:
            scores, self._memory = self._detector.look(feeds, memory)
        # Whatever a detector throws: the chunk counts as speech, and the count says so.
        except Exception:
            scores, self._memory = np.full(1, np.nan, np.float32), None
        if not np.isfinite(scores).all() or broken:
            self._failures += 1
            # a state that has swallowed something broken is not trusted again
            self._memory = None
            return 1.0
        return float(scores.max())

    def _feeds(self, chunk: NDArray[np.float32]) -> NDArray[np.float32]:
        """Everything to listen to: the one signal, or the mean and every channel."""
        if self._channels == 1:
            return chunk
        if self._alike and bool((chunk == chunk[0]).all()):
            return chunk[:1]
        self._alike = False
        return np.concatenate([chunk.mean(axis=0, keepdims=True), chunk])

    def _mark(self, score: float) -> None:
        """Take the decision on the next chunk."""
        start = self._decided
        self._marked += 1
        self._decided = native_sample(self._marked * CHUNK, self._rate)
        self._marks.append((start, self._decided, score))
        if score == 0:
            self._close_span(start)
        elif self._span is None:
            self._span = _OpenSpan(start, score)
        else:
            self._span.score = max(self._span.score, score)

    def _close_span(self, stop: int) -> None:
        if self._span is not None:
            start_ns, end_ns = (
                self._start_ns + sample * NS_PER_S // self._rate
                for sample in (self._span.start, min(stop, self._taken))
            )
            self._spans.append((stop, SpeechSpan(start_ns, end_ns, self._span.score)))
            self._span = None

    def _emit(self) -> Iterator[AnalysedAudio]:
        """The blocks all of whose samples are decided."""
        while self._blocks:
            first, raw = self._blocks[0]
            stop = first + raw.samples.shape[1]
            if stop > self._decided:
                return
            self._blocks.popleft()
            ended = [span for sample, span in self._spans if sample <= stop]
            self._spans = [(sample, span) for sample, span in self._spans if sample > stop]
            begins, self._emitted = not self._emitted, True
            yield AnalysedAudio(raw, self._speech(first, stop), spans=tuple(ended), begins=begins)

    def _speech(self, first: int, stop: int) -> NDArray[np.float32]:
        """The decisions on samples `first` to `stop - 1`; forgets those before."""
        while self._marks and self._marks[0][1] <= first:
            self._marks.popleft()
        speech = np.ones(stop - first, np.float32)
        for start, end, score in self._marks:
            speech[max(0, start - first) : max(0, end - first)] = score
        return speech
