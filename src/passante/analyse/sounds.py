"""What is heard: raw sound in, incidents out, on the stream as it was captured.

Rules:
    - Looked at inside the line and before anything is hidden: screams are voices, and go with them.
    - No volume from which on we listen: what counts is what is usual there.
    - Cutting the input into other blocks changes nothing; the last second is all that is kept.
    - A look that fails is counted and tells nothing. A gap or a jump in time, or another format,
      ends what is being listened to; it starts afresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from passante.analyse.alarm import Alarm, Heard, Limit
from passante.analyse.hearing import STEP, Hearing, Look
from passante.analyse.logmel import FRAMES, HOP
from passante.core.clock import NS_PER_S
from passante.core.dsp import RATE_HZ, Resampler
from passante.core.names import EventKind
from passante.inside.audio import RawAudio
from passante.inside.incident import SoundIncident

_LOUDEST = 8.0
"""Samples beyond this, where full scale is 1, are no sound: something is broken."""

_JUMP_NS = 60_000_000
"""Containers round times; from here on, in ns, it is a gap or a jump."""

_FRAME_NS = HOP * NS_PER_S // RATE_HZ


class Listener(Protocol):
    """Says how surely patches hold each kind."""

    @property
    def models(self) -> tuple[str, ...]:
        """References of its models."""
        ...

    @property
    def kinds(self) -> tuple[EventKind, ...]:
        """What its scores are about, in their order."""
        ...

    def look(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, kinds), 0 to 1, for (n, 96, 64) log-mel patches."""
        ...


class AnalyseSounds:
    """Hears incidents in one stream. A stage: `RawAudio` in, `SoundIncident` out."""

    def __init__(self, listener: Listener, limits: Sequence[Limit]) -> None:
        """Make it ready.

        Args:
            listener: Scores what was heard.
            limits: When each kind is told; kinds without one never are.

        Raises:
            ValueError: A limit is about a kind that the listener does not know, or there are two.
        """
        kinds = [limit.kind for limit in limits]
        if len(set(kinds)) != len(kinds) or not set(kinds) <= set(listener.kinds):
            raise ValueError("each limit is about another kind, and one that the listener knows")
        self._listener = listener
        self._limits = tuple(limits)
        self._run: _Run | None = None
        self.failures = 0
        """Looks that told nothing, because the network failed."""
        self.restarts = 0
        """How often the stream had a gap, a jump or a change of format."""

    @property
    def models(self) -> tuple[str, ...]:
        """References of the models behind it."""
        return self._listener.models

    @property
    def delay_ns(self) -> int:
        """How long after a moment the last look at it may speak, in ns, blocks apart."""
        looks = max((limit.looks for limit in self._limits), default=1)
        return (FRAMES + looks * STEP) * _FRAME_NS

    def push(self, item: RawAudio, /) -> Iterable[SoundIncident]:
        """What began or ended through `item`."""
        ready: list[SoundIncident] = []
        if self._run is not None and not self._run.goes_on_with(item):
            ready += self.flush()
            self.restarts += 1
        if self._run is None:
            self._run = _Run(item, self._listener, self._limits)
        ready += self._run.push(item)
        self.failures += self._run.take_failures()
        return ready

    def flush(self) -> Iterable[SoundIncident]:
        """The rest, and the end of whatever still went on."""
        if self._run is None:
            return []
        ready = list(self._run.flush())
        self.failures += self._run.take_failures()
        self._run = None
        return ready


class _Run:
    """One unbroken stretch of a stream."""

    def __init__(self, first: RawAudio, listener: Listener, limits: Sequence[Limit]) -> None:
        self._stream = first.stream
        self._form = (first.rate_hz, first.layout, first.samples.shape[0])
        self._start_ns = first.pts_ns
        self._end_ns = first.pts_ns
        self._listener = listener
        self._hearing = Hearing()
        self._resampler = Resampler(1, first.rate_hz, RATE_HZ)
        self._alarms = [(listener.kinds.index(limit.kind), Alarm(limit)) for limit in limits]
        self._failures = 0

    def goes_on_with(self, item: RawAudio) -> bool:
        """Whether `item` follows without gap, jump or change; raises for another stream."""
        if item.stream != self._stream:
            raise ValueError(f"one stage hears one stream: {self._stream}, not {item.stream}")
        form = (item.rate_hz, item.layout, item.samples.shape[0])
        return form == self._form and abs(item.pts_ns - self._end_ns) <= _JUMP_NS

    def push(self, item: RawAudio) -> Iterator[SoundIncident]:
        """Listen to one more block."""
        self._end_ns = item.pts_ns + item.samples.shape[1] * NS_PER_S // item.rate_hz
        sane = np.abs(item.samples) <= _LOUDEST  # false for what is not a number
        samples = np.where(sane, item.samples, np.float32(0))
        yield from self._listen(self._resampler.push(samples.mean(axis=0, keepdims=True)))

    def flush(self) -> Iterator[SoundIncident]:
        """Listen to all that is left."""
        yield from self._listen(self._resampler.flush())
        for look in self._hearing.flush():
            yield from self._look(look)
        for _, alarm in self._alarms:
            heard = alarm.flush()
            if heard is not None:
                yield self._incident(heard, alarm.limit)

    def take_failures(self) -> int:
        """How many looks failed since the last call."""
        count, self._failures = self._failures, 0
        return count

    def _listen(self, samples: NDArray[np.float32]) -> Iterator[SoundIncident]:
        for look in self._hearing.push(samples[0]):
            yield from self._look(look)

    def _look(self, look: Look) -> Iterator[SoundIncident]:
        scores = self._scores(look)
        for column, alarm in self._alarms:
            heard = alarm.push(float(scores[column]), look.first, look.standing)
            if heard is not None:
                yield self._incident(heard, alarm.limit)

    def _scores(self, look: Look) -> NDArray[np.float32]:
        """(kinds,): one look at a time, since networks round a batch of another size otherwise."""
        try:
            scores = np.asarray(self._listener.look(look.patch[None])[0], np.float32)
        # Whatever a network throws: it is counted, and the stream goes on.
        except Exception:
            scores = np.full(len(self._listener.kinds), np.nan, np.float32)
        if np.isfinite(scores).all():
            return scores
        self._failures += 1
        return np.zeros(len(self._listener.kinds), np.float32)

    def _incident(self, heard: Heard, limit: Limit) -> SoundIncident:
        start_ns = self._start_ns + heard.start * _FRAME_NS
        end_ns = self._start_ns + heard.end * _FRAME_NS
        return SoundIncident(
            kind=heard.kind,
            phase=heard.phase,
            stream=self._stream,
            start_ns=start_ns,
            end_ns=max(start_ns, min(end_ns, self._end_ns)),
            score=min(1.0, heard.score),
            threshold=limit.on,
            level_db=heard.standing_db,
            false_alarms_per_day=limit.false_alarms_per_day,
            by=self._listener.models,
        )
