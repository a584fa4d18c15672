"""Several sources read at once, each in a thread of its own, given on one after another.

Live streams do not wait. What is not taken in time is lost, the oldest first, and counted: pictures
once a few wait, sound once many seconds of it do, since a gap in it is heard and one in pictures is
not seen. Recordings wait, and nothing of them is lost. Either way memory stays what it is.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from passante.core.clock import NS_PER_S
from passante.core.names import StreamId
from passante.flow import Source
from passante.inside.audio import RawAudio
from passante.inside.video import RawFrame
from passante.pipeline.runner import Raw

_PICTURES = 16
"""So many pictures of one source may wait: for as long as two or three looks take."""
_SOUND_NS = 10 * NS_PER_S
"""So much sound of one source may wait."""
_JOIN_S = 30.0
"""Longest wait for a thread whose source was told to stop, s."""

Opener: TypeAlias = Callable[[threading.Event], Source[Raw]]
"""Opens a source; the event is set when it is to stop."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A source is there: its items follow."""

    number: int
    """Which, from 0."""
    source: Source[Raw]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a source that is there."""

    number: int
    item: Raw


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more comes of a source, which is closed by now."""

    number: int
    error: BaseException | None
    """What ended it; None for an end that is its own."""
    late: Counter[StreamId]
    """How many items of each stream were lost, since they were not taken in time."""


Gathered: TypeAlias = Opened | Item | Ended


class _Lane:
    """One source and what of it waits; guarded by the lock that all lanes share."""

    def __init__(self, number: int, opener: Opener, *, waits: bool) -> None:
        self.number, self.opener, self.waits = number, opener, waits
        self.stop = threading.Event()
        self.opened: Source[Raw] | None = None
        self.pictures: deque[tuple[int, RawFrame]] = deque()
        self.sound: deque[tuple[int, RawAudio]] = deque()
        self.sound_ns = 0
        self.count = 0
        self.late: Counter[StreamId] = Counter()
        self.over = False
        self.error: BaseException | None = None
        self.told = False
        self.ended = False

    def put(self, item: Raw) -> None:
        """One item more; the oldest of its kind makes room, and is counted."""
        self.count += 1
        if isinstance(item, RawFrame):
            if len(self.pictures) >= _PICTURES:
                self.late[self.pictures.popleft()[1].stream] += 1
            self.pictures.append((self.count, item))
            return
        self.sound.append((self.count, item))
        self.sound_ns += _lasts_ns(item)
        while self.sound_ns > _SOUND_NS and len(self.sound) > 1:
            self.late[self._oldest_sound().stream] += 1

    @property
    def full(self) -> bool:
        """Whether one item more would push another out."""
        return len(self.pictures) >= _PICTURES or self.sound_ns >= _SOUND_NS

    def take(self) -> Raw | None:
        """The oldest item; None where nothing waits."""
        if self.sound and (not self.pictures or self.sound[0][0] < self.pictures[0][0]):
            return self._oldest_sound()
        return self.pictures.popleft()[1] if self.pictures else None

    def _oldest_sound(self) -> RawAudio:
        item = self.sound.popleft()[1]
        self.sound_ns -= _lasts_ns(item)
        return item


class Gather:
    """Reads sources at once. Use it once, and close it.

    Args:
        openers: Open one source each, in a thread of its own.
        live: Which of them do not wait.
    """

    def __init__(self, openers: Sequence[Opener], *, live: Sequence[bool]) -> None:
        self._changed = threading.Condition()
        self._lanes = [
            _Lane(number, opener, waits=not alive)
            for number, (opener, alive) in enumerate(zip(openers, live, strict=True))
        ]
        self._threads = [
            # A thread that waits for a dead camera must not keep the process alive.
            threading.Thread(target=self._read, args=(lane,), name="read", daemon=True)
            for lane in self._lanes
        ]

    def __iter__(self) -> Iterator[Gathered]:
        """What arrives, of each source in turn; it ends once all sources have."""
        for thread in self._threads:
            thread.start()
        turn = 0
        while not all(lane.ended for lane in self._lanes):
            order = self._lanes[turn:] + self._lanes[:turn]
            with self._changed:
                gathered = self._next(order)
                while gathered is None:
                    self._changed.wait()
                    gathered = self._next(order)
                self._changed.notify_all()
            turn = (gathered.number + 1) % len(self._lanes)
            yield gathered
            del gathered  # or the last picture would stay while the next is waited for

    def stop(self, number: int) -> None:
        """Nothing more is wanted of one source; what waits of it may still come."""
        with self._changed:
            self._lanes[number].stop.set()
            self._changed.notify_all()

    def close(self) -> None:
        """Stop all sources and let them go; may be called twice."""
        for lane in self._lanes:
            lane.stop.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(_JOIN_S)

    def _next(self, order: Sequence[_Lane]) -> Gathered | None:
        for lane in order:
            if lane.opened is not None and not lane.told:
                lane.told = True
                return Opened(lane.number, lane.opened)
            item = lane.take()
            if item is not None:
                return Item(lane.number, item)
            if lane.over and not lane.ended:
                lane.ended = True
                return Ended(lane.number, lane.error, lane.late)
        return None

    def _read(self, lane: _Lane) -> None:
        error: BaseException | None = None
        try:
            source = lane.opener(lane.stop)
            try:
                self._hand(lane, source)
            finally:
                source.close()
        except BaseException as raised:  # told to whoever gathers, in the thread that does
            error = raised
        with self._changed:
            lane.over, lane.error = True, error
            self._changed.notify_all()

    def _hand(self, lane: _Lane, source: Source[Raw]) -> None:
        with self._changed:
            lane.opened = source
            self._changed.notify_all()
        for item in source:
            with self._changed:
                if lane.waits:
                    self._changed.wait_for(lambda: lane.stop.is_set() or not lane.full)
                if lane.stop.is_set():
                    return
                lane.put(item)
                self._changed.notify_all()


def _lasts_ns(block: RawAudio) -> int:
    samples: int = block.samples.shape[1]
    return samples * NS_PER_S // block.rate_hz
