"""Levels across the line: how loud it was, without what the levels of a voice would tell.

Third octaves of speech every 125 ms are speech: an attacker trained on them names digits and
speakers (docs/voice.md has the figures), and even one spectrum of a whole word does. So every level
but five is taken from what the soundscape would let out: voices replaced, other sounds kept. It
cannot tell more than that sound does. The five are of all sound, voices included: broadband,
over a whole period of a minute or more, in whole dB.

A stage like the one that it wraps, whose sound it leaves as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.core.clock import NS_PER_S
from passante.core.levels import STEPS_PER_S, LevelMeter, Step, Summary
from passante.flow import Stage
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.outside._mint import MINT
from passante.outside.levels import LevelPeriod, Levels, LevelStep, Spread
from passante.outside.media import ProtectedAudio

SHORTEST_PERIOD_S = 60
"""A shorter period of all sound tells more of a voice than how loud it was."""


@dataclass(frozen=True, slots=True)
class LevelSettings:
    """How to measure."""

    offset_db: float = 0.0
    """Calibration: the sound pressure level in dB of a root mean square of full scale. With 0,
    levels are in dB below full scale, where the loudest sine reads -3."""
    period_s: int = 60
    """Length of a period, s; at least 60."""

    def __post_init__(self) -> None:
        if not -200 <= self.offset_db <= 300:
            raise ValueError(f'"offset_db" must be -200 to 300, not {self.offset_db:g}')
        if not SHORTEST_PERIOD_S <= self.period_s <= 86_400:
            raise ValueError(f'"period_s" must be {SHORTEST_PERIOD_S} to 86400')


class MeasureLevels:
    """Protects sound as another stage does, and tells how loud it was beside its voices."""

    def __init__(
        self,
        stage: Stage[AnalysedAudio, ProtectedAudio],
        scene: Stage[AnalysedAudio, ProtectedAudio] | None,
        settings: LevelSettings,
        tell: Callable[[Levels], None],
    ) -> None:
        """Make it ready.

        Args:
            stage: Makes what comes out.
            scene: Gives voices no sound and keeps all others: what levels are taken from. None
                where `stage` itself does.
            settings: How to measure.
            tell: Takes every level, in the order of time.
        """
        self._stage = stage
        self._scene = scene
        self._settings = settings
        self._tell = tell
        self._stretch: _Stretch | None = None

    @property
    def delay_ns(self) -> int:
        """That of the other stage."""
        return self._stage.delay_ns

    def push(self, item: AnalysedAudio, /) -> Iterable[ProtectedAudio]:
        """What became ready through `item`."""
        raw = item.raw
        ready = list(self._stage.push(item))
        scene = ready if self._scene is None else list(self._scene.push(item))
        if item.begins or self._stretch is None:
            ended = sum(block.seq < raw.seq for block in scene)
            self._end(scene[:ended])
            scene = scene[ended:]
            self._stretch = _Stretch(raw, self._settings)
        # all sound is always further on than the sound beside the voices
        self._stretch.hear(raw.samples)
        self._measure(scene)
        return ready

    def flush(self) -> Iterable[ProtectedAudio]:
        """What was held."""
        ready = list(self._stage.flush())
        self._end(ready if self._scene is None else self._scene.flush())
        return ready

    def _measure(self, blocks: Iterable[ProtectedAudio]) -> None:
        if self._stretch is not None:
            for block in blocks:
                for level in self._stretch.measure(block.samples):
                    self._tell(level)

    def _end(self, blocks: Iterable[ProtectedAudio]) -> None:
        """Tell what is left of the stretch, of which these blocks are the last."""
        self._measure(blocks)
        if self._stretch is not None:
            for level in self._stretch.end():
                self._tell(level)
        self._stretch = None


class _Stretch:
    """One unbroken stretch of a stream."""

    def __init__(self, first: RawAudio, settings: LevelSettings) -> None:
        rate_hz, channels = first.rate_hz, first.samples.shape[0]
        offset_db = settings.offset_db
        self._stream = first.stream
        self._start_ns = first.pts_ns
        self._steps = settings.period_s * STEPS_PER_S
        self._hearing = LevelMeter(rate_hz, channels, offset_db=offset_db, bands=False)
        self._measuring = LevelMeter(rate_hz, channels, offset_db=offset_db)
        self._heard: dict[int, Summary] = defaultdict(Summary)
        self._beside = Summary()
        self._done = 0

    def hear(self, samples: NDArray[np.float32]) -> None:
        """Take (channels, n) of all sound."""
        self._note(self._hearing.push(samples))

    def measure(self, samples: NDArray[np.float32]) -> Iterator[Levels]:
        """The levels that are known through (channels, n) of the sound without its voices."""
        return self._told(self._measuring.push(samples))

    def end(self) -> Iterator[Levels]:
        """The last levels."""
        self._note(self._hearing.flush())
        yield from self._told(self._measuring.flush())
        if self._done % self._steps:
            yield self._period(self._done // self._steps, self._done)

    def _note(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self._heard[step.number // self._steps].add(step)

    def _told(self, steps: Iterable[Step]) -> Iterator[Levels]:
        for step in steps:
            self._beside.add(step)
            self._done = step.number + 1
            yield LevelStep(
                stream=self._stream,
                start_ns=self._at(step.number),
                leq_db=_tenths(step.leq_db) if step.measured else None,
                fast_max_db=_tenths(step.fast_max_db) if step.measured else None,
                bands_db=tuple(map(_tenths, step.bands_db)) if step.measured else None,
                mint=MINT,
            )
            if self._done % self._steps == 0:
                yield self._period(step.number // self._steps, self._done)

    def _at(self, step: int) -> int:
        return self._start_ns + step * NS_PER_S // STEPS_PER_S

    def _period(self, number: int, stop: int) -> LevelPeriod:
        """The period of this number, which ends with the step before `stop`."""
        first = number * self._steps
        heard, beside = self._heard.pop(number, Summary()), self._beside
        self._beside = Summary()
        # what little could be measured of a minute may be one voice
        told = stop - first == self._steps and 2 * heard.steps >= self._steps
        return LevelPeriod(
            stream=self._stream,
            start_ns=self._at(first),
            end_ns=self._at(stop),
            beside=_spread(beside, _tenths) if beside.steps else None,
            heard=_spread(heard, _whole) if told else None,
            unmeasured_s=beside.unmeasured / STEPS_PER_S,
            mint=MINT,
        )


def _spread(summary: Summary, rounded: Callable[[float], float]) -> Spread:
    return Spread(
        leq_db=rounded(summary.leq_db),
        fast_max_db=rounded(summary.fast_max_db),
        l10_db=rounded(summary.exceeded_db(10)),
        l50_db=rounded(summary.exceeded_db(50)),
        l90_db=rounded(summary.exceeded_db(90)),
    )


def _tenths(level_db: float) -> float:
    return round(level_db, 1)


def _whole(level_db: float) -> float:
    return float(round(level_db))
