"""Where every item went: counted per stream, and balanced at the end.

An item that was read is in one place until it is written or lost:

    read -> ANALYSIS -> PROTECTION -> written
               |            |
               v            v
       unanalysed, late  unprotected, late

Stages give items in the order in which they got them: what a later item passed over is lost.
`settle` declares what is left in a place lost once its stage has given everything it will ever
give. So read = written + unanalysed + unprotected + late holds whatever a stage does.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import assert_never

from passante.core.clock import Clock, SystemClock
from passante.core.errors import BoundaryError, ProtectError
from passante.core.names import Loss, StreamId


class Place(Enum):
    """Where an item that is neither written nor lost is."""

    ANALYSIS = auto()
    PROTECTION = auto()

    @property
    def loss(self) -> Loss:
        """What an item is counted as that never leaves this place."""
        match self:
            case Place.ANALYSIS:
                return Loss.UNANALYSED
            case Place.PROTECTION:
                return Loss.UNPROTECTED
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much of a stream may be lost before the stream must stop."""

    lost: int = 30
    """Items lost within the window that are still borne."""
    window: int = 300
    """Length of the window, in items read."""
    held: int = 1000
    """Items that may be in analysis at once: beyond any look-ahead, so nothing is coming out."""


@dataclass(frozen=True, slots=True)
class Count:
    """One stream so far, in items: frames, or blocks of sound."""

    read: int = 0
    written: int = 0
    unanalysed: int = 0
    unprotected: int = 0
    late: int = 0
    media_s: float = 0.0
    """Stream time from the first item read to the last: to its end, where it says when that is."""
    delay_mean_s: float = 0.0
    """From read to written, by the wall clock."""
    delay_max_s: float = 0.0

    @property
    def lost(self) -> int:
        """Items read that will never be written."""
        return self.unanalysed + self.unprotected + self.late

    @property
    def balanced(self) -> bool:
        """Whether every item read was written or counted as lost."""
        return self.read == self.written + self.lost


@dataclass(slots=True)
class _Account:
    """The open books of one stream."""

    read: int = 0
    written: int = 0
    lost: dict[Loss, int] = field(default_factory=lambda: dict.fromkeys(Loss, 0))
    pending: dict[int, tuple[Place, int]] = field(default_factory=dict)
    """seq: where it is, and when it was read (monotonic ns)."""
    lost_at: deque[int] = field(default_factory=deque)
    """What `read` stood at when each recent loss was counted."""
    delay_sum_ns: int = 0
    delay_max_ns: int = 0
    newest: int = -1
    """The highest seq read."""
    first_ns: int | None = None
    last_ns: int = 0

    def lose(self, seqs: Iterable[int], why: Loss) -> int:
        """Take them off the way and count them; how many were still on it."""
        lost = sum(self.pending.pop(seq, None) is not None for seq in seqs)
        self.lost[why] += lost
        self.lost_at.extend([self.read] * lost)
        return lost

    def waiting(self, place: Place, before: float) -> list[int]:
        """What is in `place` and was read before item `before`."""
        found = []
        for seq, (at, _) in self.pending.items():
            if seq >= before:
                break
            if at is place:
                found.append(seq)
        return found


class Meter:
    """Counters of all streams of one run. Every method may be called from any thread.

    Args:
        streams: All streams that there will be.
        tolerance: How much may be lost; None for no limit.
        clock: Where delays are taken from.
    """

    def __init__(
        self,
        streams: Iterable[StreamId],
        *,
        tolerance: Tolerance | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._accounts = {stream: _Account() for stream in streams}
        self._tolerance = tolerance
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()

    def read(self, stream: StreamId, seq: int, at_ns: int = 0, lasts_ns: int = 0) -> None:
        """An item came from the source and goes to analysis.

        Args:
            stream: Whose it is.
            seq: Its number, higher than all before.
            at_ns: When it begins, in stream time.
            lasts_ns: For how long, where it says so itself: sound does.

        Raises:
            BoundaryError: The stream was not announced, or the item does not follow the last.
            ProtectError: Analysis takes items and gives none.
        """
        with self._lock:
            account = self._account(stream)
            if seq <= account.newest:
                raise BoundaryError(f"stream {stream}: one item was read twice or out of order")
            account.newest = seq
            account.read += 1
            account.pending[seq] = (Place.ANALYSIS, self._clock.monotonic_ns())
            account.first_ns = at_ns if account.first_ns is None else min(account.first_ns, at_ns)
            account.last_ns = max(account.last_ns, at_ns + lasts_ns)
            if self._tolerance and len(account.pending) > self._tolerance.held:
                raise ProtectError(
                    f"stream {stream}: {len(account.pending)} items went in and none came out",
                    hint="nothing was kept; run again with --debug to see what failed",
                )

    def analysed(self, stream: StreamId, seq: int) -> bool:
        """Analysis let an item go; True where it may go on, False where it is lost already.

        Raises:
            ProtectError: More was lost than the tolerance bears.
        """
        with self._lock:
            account = self._account(stream)
            place, read_at = account.pending.get(seq, (None, 0))
            if place is not Place.ANALYSIS:
                return False
            account.lose(account.waiting(Place.ANALYSIS, seq), Loss.UNANALYSED)
            account.pending[seq] = (Place.PROTECTION, read_at)
            self._check(stream, account)
            return True

    def protected(self, stream: StreamId, seq: int) -> bool:
        """Whether an item that protection let go may be written: analysed, and not lost since."""
        with self._lock:
            place, _ = self._account(stream).pending.get(seq, (None, 0))
            return place is Place.PROTECTION

    def written(self, stream: StreamId, seq: int) -> None:
        """A sink took an item.

        Raises:
            BoundaryError: It was never analysed, or had been counted already.
            ProtectError: More was lost than the tolerance bears.
        """
        with self._lock:
            account = self._account(stream)
            place, read_at = account.pending.pop(seq, (None, 0))
            if place is not Place.PROTECTION:
                raise BoundaryError(f"stream {stream}: an item was written that was not due")
            account.written += 1
            delay = self._clock.monotonic_ns() - read_at
            account.delay_sum_ns += delay
            account.delay_max_ns = max(account.delay_max_ns, delay)
            account.lose(account.waiting(Place.PROTECTION, seq), Loss.UNPROTECTED)
            self._check(stream, account)

    def lost(self, stream: StreamId, seq: int, why: Loss) -> None:
        """An item will not be written; counting it twice changes nothing.

        Raises:
            ProtectError: More was lost than the tolerance bears.
        """
        with self._lock:
            account = self._account(stream)
            if account.lose([seq], why):
                self._check(stream, account)

    def settle(self, stream: StreamId, place: Place) -> int:
        """Count what is still in `place` as lost, since it will give no more; how many that were.

        Raises:
            ProtectError: More was lost than the tolerance bears.
        """
        with self._lock:
            account = self._account(stream)
            lost = account.lose(account.waiting(place, math.inf), place.loss)
            self._check(stream, account)
            return lost

    def counts(self) -> dict[StreamId, Count]:
        """How all streams stand."""
        with self._lock:
            return {stream: _count(account) for stream, account in self._accounts.items()}

    def check_balance(self) -> None:
        """Raise BoundaryError unless every item read was written or counted as lost."""
        for stream, count in self.counts().items():
            if not count.balanced:
                raise BoundaryError(
                    f"stream {stream}: {count.read} read, but {count.written} written "
                    f"and {count.lost} dropped"
                )

    def _account(self, stream: StreamId) -> _Account:
        try:
            return self._accounts[stream]
        except KeyError:
            raise BoundaryError(f"stream {stream} was not announced") from None

    def _check(self, stream: StreamId, account: _Account) -> None:
        if self._tolerance is None:
            account.lost_at.clear()
            return
        recent, window = account.lost_at, min(account.read, self._tolerance.window)
        while recent and recent[0] <= account.read - self._tolerance.window:
            recent.popleft()
        if len(recent) > self._tolerance.lost:
            raise ProtectError(
                f"stream {stream}: {len(recent)} of the last {window} items could not be protected",
                hint="nothing was kept; run again with --debug to see what failed",
            )


def _count(account: _Account) -> Count:
    return Count(
        read=account.read,
        written=account.written,
        unanalysed=account.lost[Loss.UNANALYSED],
        unprotected=account.lost[Loss.UNPROTECTED],
        late=account.lost[Loss.LATE],
        media_s=(account.last_ns - (account.first_ns or 0)) / 1e9,
        delay_mean_s=account.delay_sum_ns / account.written / 1e9 if account.written else 0.0,
        delay_max_s=account.delay_max_ns / 1e9,
    )


Observer = Callable[[Meter], None]
"""Something that looks at the meter now and then, such as a progress bar."""
