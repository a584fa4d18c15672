"""How loud a street is, in buckets: LAeq, LAFmax, LA10, LA90 and third octaves.

Levels of a minute or longer say nothing of who spoke or what was said; shorter buckets are told to
the operator alone (`protect/publish.py`). Levels stand on the offset that a calibration gives; with
none they are relative to full scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from passante.core.clock import NS_PER_S
from passante.core.levels import BAND_NAMES, STEPS_PER_S, LevelMeter, Step, Summary
from passante.core.names import DirectionId, Quantity, StreamId, Unit
from passante.inside.audio import RawAudio
from passante.inside.tally import Tally

_GAP_NS = NS_PER_S // 10
"""Sound that starts again this much off its time begins a new stretch."""


class TallyLevels:
    """Makes tallies of one stream of sound.

    Args:
        bucket_s: Length of a bucket, counted from time 0 of the stream, s.
        offset_db: Sound pressure level of a root mean square of 1, dB.
        stream: Its name in the tallies.
    """

    def __init__(self, bucket_s: float, stream: StreamId, *, offset_db: float = 0.0) -> None:
        self._bucket_ns = round(bucket_s * NS_PER_S)
        self._stream, self._offset_db = stream, offset_db
        self._meter: LevelMeter | None = None
        self._start_ns = 0
        self._next_ns = 0
        self._bucket: int | None = None
        self._sum = Summary()
        self._bands = [0.0] * len(BAND_NAMES)
        self._first_ns = self._last_ns = 0

    @property
    def delay_ns(self) -> int:
        """A bucket is told when it is over, and the meter is 2 s behind."""
        return self._bucket_ns + 2 * NS_PER_S

    def push(self, item: RawAudio, /) -> Iterable[Tally]:
        """Tallies of the bucket that ends with this sound."""
        told: list[Tally] = []
        at = item.pts_ns
        if self._meter is not None and abs(at - self._next_ns) > _GAP_NS:
            told += self._steps(self._meter.flush())
            self._meter = None
        if self._meter is None:
            channels = item.samples.shape[0]
            self._meter = LevelMeter(item.rate_hz, channels, offset_db=self._offset_db)
            self._start_ns = self._next_ns = at
        self._next_ns += item.samples.shape[1] * NS_PER_S // item.rate_hz
        told += self._steps(self._meter.push(item.samples))
        return told

    def flush(self) -> Iterable[Tally]:
        """Tallies of the bucket that still runs, of as much of it as there was."""
        told: list[Tally] = []
        if self._meter is not None:
            told += self._steps(self._meter.flush())
        self._meter = None
        return told + list(self._close(complete=False))

    def _steps(self, steps: Iterable[Step]) -> Iterator[Tally]:
        for step in steps:
            at = self._start_ns + step.number * NS_PER_S // STEPS_PER_S
            bucket = at // self._bucket_ns
            if bucket != self._bucket:
                yield from self._close()
                self._bucket, self._first_ns = bucket, at
            self._last_ns = at + NS_PER_S // STEPS_PER_S
            self._sum.add(step)
            if step.measured:
                for number, level in enumerate(step.bands_db):
                    self._bands[number] += 10 ** (level / 10)

    def _close(self, *, complete: bool = True) -> Iterator[Tally]:
        found, bands = self._sum, self._bands
        self._sum, self._bands = Summary(), [0.0] * len(BAND_NAMES)
        if not found.steps:
            return
        for quantity, level in (
            (Quantity.LEVEL_EQUIVALENT, found.leq_db),
            (Quantity.LEVEL_MOST, found.fast_max_db),
            (Quantity.LEVEL_10, found.exceeded_db(10)),
            (Quantity.LEVEL_90, found.exceeded_db(90)),
        ):
            yield self._tally(quantity, Unit.DECIBEL_A, level, None, found, complete=complete)
        for centre, energy in zip(BAND_NAMES, bands, strict=True):
            if energy > 0:
                level = 10 * math.log10(energy / found.steps)
                way = DirectionId(centre)
                yield self._tally(
                    Quantity.LEVEL_BAND, Unit.DECIBEL, level, way, found, complete=complete
                )

    def _tally(
        self,
        quantity: Quantity,
        unit: Unit,
        level: float,
        direction: DirectionId | None,
        found: Summary,
        *,
        complete: bool,
    ) -> Tally:
        level = round(level, 1)
        return Tally(
            quantity=quantity,
            unit=unit,
            stream=self._stream,
            zone=None,
            of=None,
            direction=direction,
            start_ns=self._first_ns,
            end_ns=self._last_ns,
            total=level,
            n=found.steps,
            largest=level,
            complete=complete and not found.unmeasured,
        )
