"""Beginnings, ends and scores."""

import pytest

from passante.analyse.incidents.rule import Finding, Ledger, Moment, beyond
from passante.core.clock import NS_PER_S
from passante.core.names import EventKind, Phase, StreamId, ZoneId


class Scripted:
    """Speaks of a key in certain seconds."""

    kind = EventKind.LOITERING
    zone = ZoneId("gate")

    def __init__(self, *holds: range, key: int = 1) -> None:
        self._holds, self._key = holds, key

    def see(self, moment: Moment) -> list[Finding]:
        second = moment.at_ns // NS_PER_S
        if not any(second in span for span in self._holds):
            return []
        return [Finding(self._key, 0, 0.5 + second / 100, (), (self._key,))]


def told(*rules: Scripted, lasts: int = 20) -> list[tuple[Phase, int]]:
    ledger = Ledger(StreamId("video"))
    made = []
    for second in range(lasts):
        for rule in rules:
            moment = Moment(second * NS_PER_S, ())
            made += ledger.update(moment.at_ns, rule, rule.see(moment))
    for rule in rules:
        made += ledger.flush(lasts * NS_PER_S, rule)
    return [(one.phase, one.end_ns // NS_PER_S) for one in made]


def test_an_event_begins_once_and_ends_once() -> None:
    assert told(Scripted(range(3, 9))) == [(Phase.BEGAN, 3), (Phase.ENDED, 8)]


def test_a_short_silence_does_not_end_it_and_a_long_one_does() -> None:
    assert len(told(Scripted(range(3, 6), range(8, 10)))) == 2
    assert len(told(Scripted(range(3, 6), range(12, 14)))) == 4


def test_the_end_of_the_stream_ends_it() -> None:
    assert told(Scripted(range(3, 99)))[-1] == (Phase.ENDED, 19)


def test_two_tracks_are_two_events() -> None:
    assert len(told(Scripted(range(3, 9), key=1), Scripted(range(3, 9), key=2))) == 4


def test_the_end_tells_the_highest_score() -> None:
    ledger, rule = Ledger(StreamId("video")), Scripted(range(3, 9))
    ended = []
    for second in range(20):
        moment = Moment(second * NS_PER_S, ())
        ended += ledger.update(moment.at_ns, rule, rule.see(moment))
    assert [one.score for one in ended] == [0.53, 0.58]


@pytest.mark.parametrize(
    ("value", "limit", "score"),
    [(10, 10, 0.5), (20, 10, 0.75), (5, 10, 0.25), (0, 10, 0), (1, 0, 1)],
)
def test_a_score_is_a_half_at_the_limit(value: float, limit: float, score: float) -> None:
    assert beyond(value, limit) == pytest.approx(score)


def test_two_that_began_at_once_are_told_apart_by_when_they_began() -> None:
    ledger, rules = Ledger(StreamId("video")), [Scripted(range(3, 9), key=key) for key in (1, 2)]
    made = []
    for second in range(20):
        moment = Moment(second * NS_PER_S, ())
        for rule in rules:
            made += ledger.update(moment.at_ns, rule, rule.see(moment))
    starts = [one.start_ns for one in made]
    assert len(made) == 4
    assert len(set(starts)) == 2
