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
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from passante.analyse.cells import CellSettings
from passante.analyse.gate import Gate, GateSettings
from passante.analyse.listen import FirstOpinion, SecondOpinion
from passante.analyse.separate import LAG, VoiceSeparator
from passante.analyse.startle import Startle
from passante.analyse.voice import CHUNK, VoiceDetector
from passante.core.clock import NS_PER_S
from passante.core.dsp import BANDS, CELL, RATE_HZ, Fifo, Resampler, cells_from, native_sample
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.inside.observation import SpeechSpan

_LOUDEST = 8.0
"""Samples beyond this, where full scale is 1, are no sound: something is broken."""

_JUMP_NS = 60_000_000
"""Containers round times; from here on, in ns, it is a gap or a jump."""

_CELLS = CHUNK // CELL

_SUDDEN = 0.1
"""The score of what was hidden before it could be judged."""

_AFTER = 3
"""Chunks of nothing after the end, so that the last cells get their verdict."""


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """How to listen."""

    gate: GateSettings = field(default_factory=GateSettings)
    cells: CellSettings | None = field(default_factory=CellSettings)
    """When a cell within speech is kept; None keeps none."""
    startle: int = 0
    """Chunks for which a sudden sound counts as speech, until detectors have judged it."""


DEFAULT = SpeechSettings()
"""0.6 s of look-ahead."""

LOW_DELAY = SpeechSettings(GateSettings(before=0, after=40, group=1), None, startle=5)
"""No look-ahead: whatever sets in suddenly is covered until detectors have judged it."""


class AnalyseSpeech:
    """Marks speech in one stream of sound. A stage: `RawAudio` in, `AnalysedAudio` out."""

    def __init__(
        self,
        detector: VoiceDetector,
        separator: VoiceSeparator | None = None,
        settings: SpeechSettings = DEFAULT,
    ) -> None:
        """Make it ready.

        Args:
            detector: Says how surely a chunk is speech.
            separator: Takes voices out of a mixture, for a second opinion and for the cells that
                are kept. Without it more speech is missed and nothing within speech is kept.
            settings: How to listen.
        """
        self._detector = detector
        self._separator = separator
        self._settings = settings
        self._run: _Run | None = None
        self.failures = 0
        """Chunks of 32 ms that count as speech because they could not be judged."""
        self.restarts = 0
        """How often the stream had a gap, a jump or a change of format."""

    @property
    def models(self) -> tuple[str, ...]:
        """References of the models behind it."""
        return (self._detector.model, *(self._separator.models if self._separator else ()))

    @property
    def delay_ns(self) -> int:
        """How far its output may run behind its input, in ns, blocks apart."""
        chunks = self._settings.gate.group + self._settings.gate.before
        return chunks * CHUNK * NS_PER_S // RATE_HZ + 3_000_000

    def push(self, item: RawAudio, /) -> Iterable[AnalysedAudio]:
        """The blocks that are decided through `item`."""
        ready: list[AnalysedAudio] = []
        if self._run is not None and not self._run.goes_on_with(item):
            ready += self.flush()
            self.restarts += 1
        if self._run is None:
            self._run = _Run(item, self._detector, self._separator, self._settings)
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

    def __init__(
        self,
        first: RawAudio,
        detector: VoiceDetector,
        separator: VoiceSeparator | None,
        settings: SpeechSettings,
    ) -> None:
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
        self._heard = 0
        self._broken: set[int] = set()
        self._failures = 0
        self._first = FirstOpinion(detector)
        self._second: SecondOpinion | None = None
        if separator is not None:
            self._second = SecondOpinion(detector, separator, settings.cells)
        self._keeps = self._second is not None and self._second.cells is not None
        self._back = Resampler(1, RATE_HZ, self._rate)
        self._rest = Fifo(1)
        self._lead = LAG
        self._gate = Gate(settings.gate)
        self._startle = Startle(settings.startle)
        self._sudden: deque[bool] = deque()
        self._marked = 0
        self._decided = 0
        self._marks: deque[tuple[int, int, float]] = deque()
        self._kept: dict[int, NDArray[np.float32]] = {}
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
        if self._second is not None:
            # the last cells are judged a little later than the last chunk
            for _ in range(_AFTER):
                self._listen_beside(np.zeros(CHUNK, np.float32))
        self._mark(self._gate.flush())
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
            chunk = waiting[:, number * CHUNK : (number + 1) * CHUNK]
            self._sudden.append(self._startle.sudden(chunk))
            self._mark(self._gate.push(self._score(chunk)))
        self._waiting = waiting[:, chunks * CHUNK :].copy()

    def _score(self, chunk: NDArray[np.float32]) -> float:
        """The higher of both opinions; 1 where there is none."""
        broken = self._heard in self._broken
        self._broken.discard(self._heard)
        self._heard += 1
        if broken:
            # a state that has swallowed something broken is not trusted again
            self._first.forget()
            if self._second is not None:
                self._second.forget()
        scores = [self._first.score(chunk)]
        if self._second is not None:
            scores.append(self._listen_beside(chunk.mean(axis=0)))
        if broken or not np.isfinite(scores).all():
            self._failures += 1
            return 1.0
        return max(scores)

    def _listen_beside(self, mean: NDArray[np.float32]) -> float:
        """The second opinion; what it leaves beside the voice waits for its block."""
        assert self._second is not None
        score = self._second.score(mean)
        if self._keeps:
            rest = self._second.rest[:, self._lead :]
            self._lead = 0
            self._rest.push(self._back.push(rest))
        return score

    def _mark(self, scores: NDArray[np.float32]) -> None:
        """Take the decisions on the next chunks."""
        sudden = [self._sudden.popleft() for _ in range(scores.size)]
        scores = np.maximum(scores, np.float32(_SUDDEN) * np.asarray(sudden, np.float32))
        if self._keeps and scores.size:
            self._mark_cells(scores)
        for score in scores.tolist():
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

    def _mark_cells(self, scores: NDArray[np.float32]) -> None:
        assert self._second is not None
        assert self._second.cells is not None
        start = self._marked * _CELLS
        stop = start + scores.size * _CELLS
        keep = self._second.cells.keep(start, stop)
        keep[np.repeat(scores == 0, _CELLS)] = 1
        self._kept.update(zip(range(start, stop), keep, strict=True))

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
            yield AnalysedAudio(
                raw,
                self._speech(first, stop),
                spans=tuple(ended),
                keep=self._keep(first, stop) if self._keeps else None,
                rest=self._rest.pull(stop - first)[0] if self._keeps else None,
                begins=begins,
            )

    def _speech(self, first: int, stop: int) -> NDArray[np.float32]:
        """The decisions on samples `first` to `stop - 1`; forgets those before."""
        while self._marks and self._marks[0][1] <= first:
            self._marks.popleft()
        speech = np.ones(stop - first, np.float32)
        for start, end, score in self._marks:
            speech[max(0, start - first) : max(0, end - first)] = score
        return speech

    def _keep(self, first: int, stop: int) -> NDArray[np.float32]:
        """The verdicts on the cells that begin in samples `first` to `stop - 1`."""
        nothing = np.zeros(BANDS, np.float32)
        cells = cells_from(first, stop, self._rate)
        rows = [self._kept.pop(cell, nothing) for cell in cells]
        return np.stack(rows) if rows else np.zeros((0, BANDS), np.float32)
