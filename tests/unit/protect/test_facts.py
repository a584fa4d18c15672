"""From incidents and exact counts to facts."""

from dataclasses import replace
from datetime import UTC, datetime

from passante.core.clock import NS_PER_S
from passante.core.names import (
    EventKind,
    Kind,
    Measure,
    Phase,
    PlaceId,
    Quantity,
    StreamId,
    Unit,
    ZoneId,
)
from passante.inside.incident import Evidence, Incident, SeenPart, SoundIncident
from passante.inside.tally import Tally
from passante.outside.facts import Model, Part, Reason
from passante.protect.facts import FactMaker, since

SEEN = Incident(
    kind=EventKind.LOITERING,
    phase=Phase.BEGAN,
    stream=StreamId("video"),
    zone=ZoneId("gate"),
    start_ns=2 * NS_PER_S,
    end_ns=62 * NS_PER_S,
    score=0.7,
    evidence=(Evidence(Measure.LASTED, 61.0, 60.0, Unit.SECOND),),
    tracks=(4711, 4712),
)
HEARD = SoundIncident(
    kind=EventKind.BANG,
    phase=Phase.BEGAN,
    stream=StreamId("audio-0"),
    start_ns=NS_PER_S,
    end_ns=2 * NS_PER_S,
    score=0.9,
    threshold=0.6,
    level_db=20.0,
    false_alarms_per_day=0.4,
    by=("ears@1",),
)
EYES, EARS = Model("eyes@1", "ab" * 32), Model("ears@1", "cd" * 32)
MAKER = FactMaker(PlaceId("square"), models=(EARS, EYES))


def tally(total: float, n: int, quantity: Quantity = Quantity.DWELL) -> Tally:
    return Tally(
        quantity=quantity,
        unit=Unit.SECOND,
        stream=StreamId("video"),
        zone=ZoneId("gate"),
        of=Kind.PERSON,
        direction=None,
        start_ns=0,
        end_ns=NS_PER_S,
        total=total,
        n=n,
        largest=total,
    )


def test_an_event_tells_how_many_and_never_who() -> None:
    event = MAKER.event(SEEN, models=["eyes@1"])
    assert event.count == 2
    assert "4711" not in repr(event)
    assert event.reasons == (Reason(Measure.LASTED, 61.0, 60.0, Unit.SECOND),)
    assert (event.place, event.zone, event.models) == ("square", "gate", (EYES,))


def test_a_sound_brings_its_own_rate_of_false_alarms_and_its_own_networks() -> None:
    event = MAKER.event(HEARD)
    assert event.false_alarms_per_day == 0.4
    assert event.models == (EARS,)
    assert (event.zone, event.count) == (None, None)
    assert event.reasons == (
        Reason(Measure.SCORE, 0.9, 0.6, Unit.SHARE),
        Reason(Measure.LEVEL, 20.0, 0.0, Unit.DECIBEL),
    )


def test_a_score_put_together_names_its_parts() -> None:
    parts = (SeenPart(EventKind.BANG, 0.9, 1), SeenPart(EventKind.CROWD_RUNNING, 0.7, 2))
    event = MAKER.event(replace(SEEN, kind=EventKind.PANIC, parts=parts))
    assert event.parts == (Part(EventKind.BANG, 0.9, 1), Part(EventKind.CROWD_RUNNING, 0.7, 2))
    assert MAKER.event(HEARD).parts == ()


def test_the_time_of_day_is_that_of_the_act() -> None:
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    event = FactMaker(PlaceId("square"), since(start)).event(SEEN)
    assert event.at == datetime(2026, 3, 1, 12, 0, 2, tzinfo=UTC)
    assert MAKER.event(SEEN).at is None


def test_an_exact_figure_is_the_one_that_was_counted() -> None:
    figure = MAKER.exact(tally(90.0, 3))
    assert figure is not None
    assert (figure.value, figure.n, figure.quantity) == (30.0, 3, Quantity.DWELL)


def test_a_mean_of_nothing_is_not_told() -> None:
    assert MAKER.exact(tally(0.0, 0)) is None
