"""A bounded hand-over between two threads.

Rules, in order of weight:

1. Whoever waits is released as soon as the other end closes: nobody waits for a dead thread.
2. What was handed over before an end without error is still delivered; after an error nothing is.
3. An error given to one end is seen at the other, as the cause of `ChannelClosed`.
4. A full channel does what its `WhenFull` says. What it pushes out is given back to the producer,
   who counts it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from enum import StrEnum
from typing import Generic, TypeVar, assert_never

T = TypeVar("T")


class WhenFull(StrEnum):
    """What a full channel does with one item more."""

    WAIT = "wait"
    """The producer waits: for files, where time is no matter."""
    DROP_OLDEST = "drop_oldest"
    """The oldest item makes room: for live streams, where the newest matters most."""


class ChannelClosed(Exception):  # noqa: N818 - a state, not a fault: its cause is the fault, if any
    """The other end is closed; its error, if it had one, is the cause."""


class Channel(Generic[T]):
    """First in, first out, at most `capacity` items, one producer and one consumer.

    Args:
        capacity: How many items may wait in it, at least 1.
        when_full: What happens to one more.
    """

    def __init__(self, capacity: int, when_full: WhenFull = WhenFull.WAIT) -> None:
        if capacity < 1:
            raise ValueError("a channel holds at least one item")
        self._capacity = capacity
        self._when_full = when_full
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._error: BaseException | None = None

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> T | None:
        """Hand `item` over; gives back the item it displaced, or None.

        Raises:
            ChannelClosed: Either end is closed; `item` was not taken.
        """
        with self._changed:
            displaced: T | None = None
            match self._when_full:
                case WhenFull.WAIT:
                    self._changed.wait_for(self._has_room)
                case WhenFull.DROP_OLDEST:
                    if not self._closed and len(self._items) >= self._capacity:
                        displaced = self._items.popleft()
                case _:
                    assert_never(self._when_full)
            if self._closed:
                raise ChannelClosed("the channel is closed") from self._error
            self._items.append(item)
            self._changed.notify_all()
            return displaced

    def get(self) -> T:
        """The oldest item, as soon as there is one.

        Raises:
            ChannelClosed: It ended and is empty, or it was closed with an error.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            if self._error is not None or not self._items:
                raise ChannelClosed("the channel is closed") from self._error
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def __iter__(self) -> Iterator[T]:
        """Items until the end; an end with an error raises ChannelClosed from it."""
        while True:
            try:
                item = self.get()
            except ChannelClosed as end:
                if end.__cause__ is not None:
                    raise
                return
            yield item
            del item  # or the last item would stay alive while the next is waited for

    def close(self, error: BaseException | None = None) -> None:
        """End it, from either side; the first error given stays.

        With an error, what still waits in it is let go at once: it is not to be delivered.
        """
        with self._changed:
            self._closed = True
            if error is not None and self._error is None:
                self._error = error
                self._items.clear()
            self._changed.notify_all()

    def _has_room(self) -> bool:
        return self._closed or len(self._items) < self._capacity
