import threading
from collections.abc import Callable

import pytest

from passante.pipeline.channel import Channel, ChannelClosed, WhenFull

WAIT_S = 10.0
"""Longest a thread of these tests may take; only a hang ever comes near it."""


class Waiter:
    """Runs one call on a thread and keeps what it raised or returned."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.result: object = None
        self.error: BaseException | None = None
        self._call = call
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._call()
        except ChannelClosed as error:
            self.error = error

    def join(self) -> "Waiter":
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive(), "it waits for ever"
        return self


def test_items_come_out_in_the_order_they_went_in():
    channel: Channel[int] = Channel(3)
    for item in (1, 2, 3):
        channel.put(item)
    channel.close()
    assert list(channel) == [1, 2, 3]


def test_a_channel_without_room_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        Channel(0)


def test_what_was_handed_over_before_the_end_is_still_delivered():
    channel: Channel[int] = Channel(2)
    channel.put(1)
    channel.close()
    assert channel.get() == 1
    with pytest.raises(ChannelClosed):
        channel.get()


def test_a_full_waiting_channel_never_holds_more_than_its_capacity():
    channel: Channel[int] = Channel(2)
    producer = Waiter(lambda: [channel.put(n) for n in range(50)])
    taken = []
    for _ in range(50):
        assert len(channel) <= 2
        taken.append(channel.get())
    producer.join()
    assert taken == list(range(50))


def test_a_full_live_channel_gives_back_its_oldest_item():
    channel: Channel[int] = Channel(2, WhenFull.DROP_OLDEST)
    assert [channel.put(n) for n in range(4)] == [None, None, 0, 1]
    channel.close()
    assert list(channel) == [2, 3]


@pytest.mark.parametrize("when_full", list(WhenFull))
def test_a_closed_channel_takes_nothing_and_loses_nothing(when_full):
    channel: Channel[int] = Channel(1, when_full)
    channel.put(1)
    channel.close()
    with pytest.raises(ChannelClosed):
        channel.put(2)
    assert list(channel) == [1]


def test_a_waiting_producer_is_released_when_the_consumer_fails():
    channel: Channel[int] = Channel(1)
    channel.put(1)
    producer = Waiter(lambda: channel.put(2))
    error = RuntimeError("consumer")
    channel.close(error)
    assert isinstance(producer.join().error, ChannelClosed)
    assert producer.error.__cause__ is error


def test_a_waiting_producer_is_released_when_the_consumer_just_stops():
    channel: Channel[int] = Channel(1)
    channel.put(1)
    producer = Waiter(lambda: channel.put(2))
    channel.close()
    assert isinstance(producer.join().error, ChannelClosed)
    assert producer.error.__cause__ is None


def test_a_waiting_consumer_is_released_when_the_producer_fails():
    channel: Channel[int] = Channel(1)
    consumer = Waiter(lambda: list(channel))
    error = RuntimeError("producer")
    channel.close(error)
    assert isinstance(consumer.join().error, ChannelClosed)
    assert consumer.error.__cause__ is error


def test_a_waiting_consumer_is_released_when_the_producer_ends():
    channel: Channel[int] = Channel(1)
    consumer = Waiter(lambda: list(channel))
    channel.close()
    assert consumer.join().error is None
    assert consumer.result == []


def test_after_an_error_nothing_more_is_delivered():
    channel: Channel[int] = Channel(2)
    channel.put(1)
    channel.close(RuntimeError("producer"))
    with pytest.raises(ChannelClosed):
        list(channel)
    assert len(channel) == 0


def test_an_error_is_seen_even_where_the_other_end_had_ended_well():
    channel: Channel[int] = Channel(2)
    channel.put(1)
    channel.close()
    error = RuntimeError("late")
    channel.close(error)
    with pytest.raises(ChannelClosed) as caught:
        channel.get()
    assert caught.value.__cause__ is error


def test_the_first_error_stays():
    channel: Channel[int] = Channel(1)
    first = RuntimeError("first")
    channel.close(first)
    channel.close(RuntimeError("second"))
    channel.close()
    with pytest.raises(ChannelClosed) as caught:
        channel.put(1)
    assert caught.value.__cause__ is first
