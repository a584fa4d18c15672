"""The three shapes everything else has: a source, a stage, a sink.

Stages and sinks are plain synchronous code. They start no thread, take no lock and never sleep:
the runner owns threads and queues.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from passante.core.media import MediaInfo
from passante.outside.media import Outbound

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out", covariant=True)
OutboundT = TypeVar("OutboundT", bound=Outbound, contravariant=True)


class Source(Protocol[Out]):
    """Where items come from: one device or file, its pictures and sound on one clock."""

    @property
    def info(self) -> MediaInfo:
        """What the source holds."""
        ...

    def __iter__(self) -> Iterator[Out]:
        """Items in decoding order, streams interleaved; raises SourceError and nothing else."""
        ...

    def close(self) -> None:
        """Give everything back; may be called twice."""
        ...


class Stage(Protocol[In, Out]):
    """Something that turns items into items, a bounded time later."""

    @property
    def delay_ns(self) -> int:
        """How far its output may run behind its input, in stream time."""
        ...

    def push(self, item: In, /) -> Iterable[Out]:
        """What became ready through `item`: none, one or many."""
        ...

    def flush(self) -> Iterable[Out]:
        """What was still held when the stream ended."""
        ...


class Sink(Protocol[OutboundT]):
    """Where protected items go. `Sink[RawFrame]` does not type-check."""

    def write(self, item: OutboundT, /) -> None:
        """Take one item; raises SinkError and nothing else."""
        ...

    def close(self) -> None:
        """Finish: what was written is now complete. May be called twice."""
        ...

    def abort(self) -> None:
        """Give up: nothing is left under the final name. May be called after `close`."""
        ...
