import pytest

from passante.core.errors import BoundaryError, ProtectError
from passante.core.names import Loss, StreamId
from passante.pipeline.meter import Count, Meter, Place, Tolerance
from passante.testing import ManualClock

VIDEO = StreamId("video")


def meter_with(read: int, **settings: object) -> Meter:
    meter = Meter([VIDEO], **{"clock": ManualClock(), **settings})
    for seq in range(read):
        meter.read(VIDEO, seq)
    return meter


def write(meter: Meter, seq: int) -> None:
    assert meter.analysed(VIDEO, seq)
    assert meter.protected(VIDEO, seq)
    meter.written(VIDEO, seq)


def test_a_new_meter_balances():
    Meter([VIDEO]).check_balance()


def test_an_item_is_read_analysed_protected_and_written():
    meter = meter_with(1)
    write(meter, 0)
    assert meter.counts() == {VIDEO: Count(read=1, written=1)}
    meter.check_balance()


def test_a_frame_that_is_nowhere_breaks_the_balance():
    meter = meter_with(2)
    write(meter, 0)
    with pytest.raises(BoundaryError, match="2 read, but 1 written and 0 dropped"):
        meter.check_balance()


@pytest.mark.parametrize(
    ("why", "field"),
    [(Loss.UNANALYSED, "unanalysed"), (Loss.UNPROTECTED, "unprotected"), (Loss.LATE, "late")],
)
def test_a_lost_item_is_counted_by_its_reason(why, field):
    meter = meter_with(1)
    meter.lost(VIDEO, 0, why)
    count = meter.counts()[VIDEO]
    assert getattr(count, field) == 1
    assert count.lost == 1
    meter.check_balance()


def test_losing_an_item_twice_counts_once():
    meter = meter_with(1)
    meter.lost(VIDEO, 0, Loss.LATE)
    meter.lost(VIDEO, 0, Loss.UNANALYSED)
    assert meter.counts()[VIDEO] == Count(read=1, late=1)


def test_a_lost_item_may_not_go_on():
    meter = meter_with(2)
    meter.lost(VIDEO, 0, Loss.UNANALYSED)
    assert not meter.analysed(VIDEO, 0)
    assert meter.analysed(VIDEO, 1)
    meter.lost(VIDEO, 1, Loss.UNANALYSED)
    assert not meter.protected(VIDEO, 1)


def test_an_item_that_was_never_analysed_may_not_be_written():
    meter = meter_with(1)
    assert not meter.protected(VIDEO, 0)
    with pytest.raises(BoundaryError, match="not due"):
        meter.written(VIDEO, 0)


def test_an_item_may_not_be_written_twice():
    meter = meter_with(1)
    write(meter, 0)
    assert not meter.analysed(VIDEO, 0)
    with pytest.raises(BoundaryError, match="not due"):
        meter.written(VIDEO, 0)


@pytest.mark.parametrize("seq", [0, 1])
def test_an_item_may_not_be_read_twice_or_out_of_order(seq):
    meter = meter_with(2)
    write(meter, 0)
    with pytest.raises(BoundaryError, match="read twice or out of order"):
        meter.read(VIDEO, seq)


def test_what_a_later_item_passed_over_is_lost_at_once():
    meter = meter_with(4)
    assert meter.analysed(VIDEO, 1)
    assert meter.counts()[VIDEO].unanalysed == 1
    assert meter.analysed(VIDEO, 2)
    assert meter.analysed(VIDEO, 3)
    meter.written(VIDEO, 3)
    assert meter.counts()[VIDEO].unprotected == 2
    assert not meter.analysed(VIDEO, 0)
    assert not meter.protected(VIDEO, 1)
    meter.check_balance()


def test_analysis_that_takes_everything_and_gives_nothing_is_stopped():
    meter = meter_with(5, tolerance=Tolerance(held=5))
    with pytest.raises(ProtectError, match="6 items went in and none came out"):
        meter.read(VIDEO, 5)


def test_stream_time_is_that_between_the_first_and_the_last_item():
    meter = Meter([VIDEO])
    for seq, at_ns in enumerate([2_000_000_000, 1_500_000_000, 4_000_000_000]):
        meter.read(VIDEO, seq, at_ns, lasts_ns=500_000_000)
    assert meter.counts()[VIDEO].media_s == 3.0


def test_a_stream_that_nobody_announced_is_refused():
    with pytest.raises(BoundaryError, match="not announced"):
        meter_with(0).read(StreamId("other"), 0)


def test_settling_counts_what_a_stage_will_never_give():
    meter = meter_with(3)
    write(meter, 0)
    assert meter.analysed(VIDEO, 1)
    assert meter.settle(VIDEO, Place.ANALYSIS) == 1
    assert meter.settle(VIDEO, Place.PROTECTION) == 1
    assert meter.counts()[VIDEO] == Count(read=3, written=1, unanalysed=1, unprotected=1)
    meter.check_balance()


def test_as_much_as_is_borne_may_be_lost_in_a_window():
    meter = meter_with(10, tolerance=Tolerance(lost=2, window=10))
    meter.lost(VIDEO, 0, Loss.UNANALYSED)
    meter.lost(VIDEO, 1, Loss.UNANALYSED)
    with pytest.raises(ProtectError, match="3 of the last 10 items"):
        meter.lost(VIDEO, 2, Loss.UNANALYSED)
    assert meter.counts()[VIDEO].unanalysed == 3


def test_losses_long_ago_are_forgiven():
    meter = Meter([VIDEO], tolerance=Tolerance(lost=1, window=5))
    for seq in range(40):
        meter.read(VIDEO, seq)
        if seq % 10 == 0:
            meter.lost(VIDEO, seq, Loss.UNANALYSED)
        else:
            write(meter, seq)
    assert meter.counts()[VIDEO].unanalysed == 4


def test_settling_too_much_stops_the_stream_and_still_counts_everything():
    meter = meter_with(8, tolerance=Tolerance(lost=2, window=10))
    with pytest.raises(ProtectError):
        meter.settle(VIDEO, Place.ANALYSIS)
    assert meter.counts()[VIDEO].unanalysed == 8
    meter.check_balance()


def test_delays_are_those_from_read_to_written():
    clock = ManualClock()
    meter = meter_with(2, clock=clock)
    clock.advance(1.0)
    write(meter, 0)
    clock.advance(2.0)
    write(meter, 1)
    count = meter.counts()[VIDEO]
    assert (count.delay_mean_s, count.delay_max_s) == (2.0, 3.0)


def test_without_a_limit_losses_are_counted_and_their_times_forgotten():
    meter = Meter([VIDEO])
    for seq in range(50):
        meter.read(VIDEO, seq)
        meter.lost(VIDEO, seq, Loss.UNANALYSED)
    assert meter.counts()[VIDEO].unanalysed == 50
    assert not meter._accounts[VIDEO].lost_at
