"""What was heard and what was seen, together; and one without the other."""

from collections.abc import Sequence

import pytest

from passante.analyse.lookout import Watching
from passante.analyse.zones import Zones
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import EventKind, Phase, StreamId
from passante.inside.incident import Incident, SoundIncident
from walkers import FORM, Actor, begun, car, frame_at, glance, seconds_of, standing, walk

ZONES = """
[camera]
watch = false
[[zone]]
name = "square"
"""


def sound(kind: EventKind, at_s: float, score: float = 0.6) -> SoundIncident:
    start = round(at_s * NS_PER_S)
    return SoundIncident(
        kind=kind,
        phase=Phase.BEGAN,
        stream=StreamId("audio-0"),
        start_ns=start,
        end_ns=start + NS_PER_S // 2,
        score=score,
        threshold=0.5,
        level_db=20.0,
        false_alarms_per_day=None,
        by=(),
    )


def watch(
    actors: Sequence[Actor], sounds: Sequence[SoundIncident], *, lasts: float = 12
) -> list[Incident]:
    watching = Watching(Zones.parse(ZONES, where="test"), FORM, StreamId("video"))
    told: list[object] = []
    waiting = sorted(sounds, key=lambda one: one.end_ns)
    for second in seconds_of(lasts):
        while waiting and waiting[0].end_ns <= second * NS_PER_S:
            told += watching.hear(waiting.pop(0))
        told += watching.take(frame_at(second), [glance(second, actors)])
    return [one for one in told if isinstance(one, Incident)]


def flight(begins: float, *, speed: float = 2.2, people: int = 2) -> list[Actor]:
    """Stand about, then run."""
    high = 80.0

    def one(n: int) -> Actor:
        def at(now: float) -> Box:
            return standing(40 + speed * high * max(0.0, now - begins), 150 + 95 * n, high=high)

        return Actor(at)

    return [one(n) for n in range(people)]


def brakes(at_s: float) -> Actor:
    return car(lambda now: standing(40 + 90 * min(now, at_s), 350, high=60, wide=110))


def test_a_bang_and_two_who_run_are_told_with_both_parts_named() -> None:
    (one,) = begun(watch(flight(4.5), [sound(EventKind.BANG, 4.0)]), EventKind.PANIC)
    assert [part.kind for part in one.parts] == [EventKind.BANG, EventKind.CROWD_RUNNING]
    sure, ran = (part.score for part in one.parts)
    assert one.score == pytest.approx(1 - (1 - sure) * (1 - ran))
    assert one.score > max(sure, ran)
    assert one.end_ns <= (4.5 + 2.0) * NS_PER_S
    assert len(one.tracks) == 2


@pytest.mark.parametrize(
    ("actors", "sounds"),
    [
        (flight(4.5), []),
        (flight(4.5, speed=0.8), [sound(EventKind.BANG, 4.0)]),
        (flight(4.5, people=1), [sound(EventKind.BANG, 4.0)]),
        (flight(3.5), [sound(EventKind.DOG, 3.0)]),
        (flight(1.0)[:1], [sound(EventKind.SCREAM, 10.0)]),
        (flight(20.0), [sound(EventKind.BANG, 1.0)]),
    ],
    ids=["no bang", "they walk", "one runs", "a dog", "long before", "nobody runs"],
)
def test_either_alone_is_no_panic(actors: list[Actor], sounds: list[SoundIncident]) -> None:
    assert begun(watch(actors, sounds), EventKind.PANIC) == []


def test_a_crash_and_a_vehicle_that_stops_at_once_are_told() -> None:
    (one,) = begun(watch([brakes(4.0)], [sound(EventKind.CRASH, 3.9)]), EventKind.COLLISION)
    assert [part.kind for part in one.parts] == [EventKind.CRASH, EventKind.VEHICLE_STOPPED]
    assert one.end_ns <= (4.0 + 2.0) * NS_PER_S


@pytest.mark.parametrize(
    ("actor", "sounds"),
    [
        (brakes(4.0), []),
        (
            car(walk((20, 350), (620, 350), lasts=12, high=60, wide=110)),
            [sound(EventKind.CRASH, 4)],
        ),
        (car(lambda _: standing(300, 350, high=60, wide=110)), [sound(EventKind.CRASH, 4)]),
        (brakes(11.0), [sound(EventKind.CRASH, 1.0)]),
    ],
    ids=["no crash", "drives on", "parked", "much later"],
)
def test_neither_a_crash_nor_a_stop_alone_is_a_collision(
    actor: Actor, sounds: list[SoundIncident]
) -> None:
    assert begun(watch([actor], sounds), EventKind.COLLISION) == []


def test_one_bang_and_one_flight_are_told_once() -> None:
    sounds = [sound(EventKind.BANG, 4.0), sound(EventKind.SCREAM, 4.6), sound(EventKind.BANG, 5.2)]
    assert len(begun(watch(flight(4.5), sounds), EventKind.PANIC)) == 1
