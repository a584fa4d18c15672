"""Several sources read at once."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator

import pytest

from passante.core.errors import SourceLostError
from passante.core.media import MediaInfo
from passante.inside.video import RawFrame
from passante.pipeline.gather import Ended, Gather, Item, Opened
from passante.pipeline.runner import Raw
from passante.testing import ScriptedSource, raw_audio, raw_frame, video_format, video_info

INFO = video_info(video_format(), frames=0)


def scripted(items: list[Raw], error=None):
    return lambda _: ScriptedSource(INFO, items, error=error)


def frames(count: int) -> list[Raw]:
    return [raw_frame(seq) for seq in range(count)]


def taken(gather: Gather) -> tuple[dict[int, list[Raw]], dict[int, Ended]]:
    items: dict[int, list[Raw]] = {}
    ends: dict[int, Ended] = {}
    for one in gather:
        match one:
            case Opened():
                items[one.number] = []
            case Item():
                items[one.number].append(one.item)
            case Ended():
                ends[one.number] = one
    gather.close()
    return items, ends


def test_recordings_wait_and_nothing_of_them_is_lost() -> None:
    gather = Gather([scripted(frames(100)), scripted(frames(50))], live=[False, False])
    items, ends = taken(gather)
    assert [[one.seq for one in items[number]] for number in (0, 1)] == [
        list(range(100)),
        list(range(50)),
    ]
    assert not any(end.late or end.error for end in ends.values())


class Fast:
    """Gives everything at once, then says that it has."""

    def __init__(self, items: list[Raw]) -> None:
        self._items = items
        self.given = threading.Event()

    @property
    def info(self) -> MediaInfo:
        return INFO

    def __iter__(self) -> Iterator[Raw]:
        yield from self._items
        self.given.set()

    def close(self) -> None:
        """Nothing is open."""


def test_of_a_live_stream_the_oldest_pictures_go_and_are_counted() -> None:
    sound = [raw_audio(seq) for seq in range(20)]
    source = Fast([*frames(50), *sound])
    gather = Gather([lambda _: source], live=[True])
    arriving = iter(gather)
    assert isinstance(next(arriving), Opened)
    assert source.given.wait(20)
    items = [one for one in arriving if isinstance(one, Item | Ended)]
    gather.close()
    end = items.pop()
    assert isinstance(end, Ended)
    pictures = [one.item.seq for one in items if isinstance(one.item, RawFrame)]
    assert pictures == list(range(34, 50))
    assert end.late == {"video": 34}
    assert len(items) - len(pictures) == 20


def test_sound_is_lost_only_after_many_seconds_of_it() -> None:
    sound = [raw_audio(seq) for seq in range(150)]  # a tenth of a second each
    source = Fast(list(sound))
    gather = Gather([lambda _: source], live=[True])
    arriving = iter(gather)
    next(arriving)
    assert source.given.wait(20)
    kept = [one.item.seq for one in arriving if isinstance(one, Item)]
    gather.close()
    assert kept == list(range(50, 150))


def test_memory_does_not_grow_with_what_is_not_taken() -> None:
    alive: list[weakref.ref[RawFrame]] = []
    given = threading.Event()

    class Endless(Fast):
        def __iter__(self) -> Iterator[Raw]:
            for seq in range(300):
                made = raw_frame(seq)
                alive.append(weakref.ref(made.planes[0]))
                yield made
                del made
            given.set()

    gather = Gather([lambda _: Endless([])], live=[True])
    arriving = iter(gather)
    next(arriving)
    assert given.wait(20)
    assert sum(one() is not None for one in alive) <= 18
    gather.close()


def test_one_that_fails_leaves_the_others_alone() -> None:
    lost = SourceLostError("gone")
    gather = Gather([scripted(frames(3), lost), scripted(frames(30))], live=[True, False])
    items, ends = taken(gather)
    assert ends[0].error is lost
    assert len(items[1]) == 30


def test_one_that_cannot_be_opened_ends_with_its_error() -> None:
    def broken(_: threading.Event) -> ScriptedSource[Raw]:
        raise SourceLostError("never there")

    items, ends = taken(Gather([broken], live=[True]))
    assert not items
    assert str(ends[0].error) == "never there"


def test_whoever_closes_it_waits_for_no_source_that_listens() -> None:
    class Patient(Fast):
        def __init__(self, stop: threading.Event) -> None:
            super().__init__([])
            self._stop = stop
            self.closed = False

        def __iter__(self) -> Iterator[Raw]:
            yield raw_frame(0)
            self._stop.wait(600)

        def close(self) -> None:
            self.closed = True

    made: list[Patient] = []

    def opened(stop: threading.Event) -> Patient:
        made.append(Patient(stop))
        return made[0]

    gather = Gather([opened], live=[True])
    arriving = iter(gather)
    assert isinstance(next(arriving), Opened)
    assert isinstance(next(arriving), Item)
    gather.close()
    assert made[0].closed


def test_one_of_several_can_be_stopped() -> None:
    gather = Gather([scripted(frames(1000)), scripted(frames(20))], live=[False, False])
    seen = {0: 0, 1: 0}
    for one in gather:
        if isinstance(one, Item):
            seen[one.number] += 1
            if one.number == 0:
                gather.stop(0)
    gather.close()
    assert seen[0] < 20
    assert seen[1] == 20


@pytest.mark.parametrize("live", [True, False])
def test_pictures_and_sound_keep_their_order(live: bool) -> None:
    mixed: list[Raw] = [raw_frame(0), raw_audio(0), raw_frame(1), raw_audio(1), raw_frame(2)]
    items, _ = taken(Gather([scripted(mixed)], live=[live]))
    assert items[0] == mixed
