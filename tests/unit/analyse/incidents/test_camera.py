"""A camera that is covered, moved, blinded or looks into the dark; and what passes before it."""

from collections.abc import Callable

import numpy as np
import pytest

from painted import STREET, dressed
from passante.analyse.lookout import Watching
from passante.analyse.zones import Zones
from passante.core.clock import NS_PER_S
from passante.core.names import EventKind, Phase, StreamId
from passante.inside.incident import Incident
from walkers import FORM, HIGH, WIDE, frame_at, glance

Picture = np.ndarray
SECONDS = 16


def covered(_: float) -> Picture:
    return np.full((HIGH, WIDE), 60.0)


def pushed(_: float) -> Picture:
    return np.roll(STREET, (90, 150), (0, 1))


def glaring(_: float) -> Picture:
    return np.minimum(255, STREET + 200)


def dark(_: float) -> Picture:
    return STREET * 0.02


def dim(_: float) -> Picture:
    return STREET * 0.14


def evening(_: float) -> Picture:
    """Little light, and still as much as finders were measured on."""
    return 30 + (STREET - STREET.mean()) * 0.36


def fog(_: float) -> Picture:
    """Little contrast, likewise."""
    return 120 + (STREET - STREET.mean()) * 0.36


def lamps_fail(now: float) -> Picture:
    """Nine seconds of what is told after ten."""
    return dim(now) if now < 11 else STREET


def lorry(now: float) -> Picture:
    """Fills half of the picture as it goes by."""
    picture = STREET.copy()
    left = int((now - 8) * 200)
    picture[:, max(0, left - 320) : max(0, left)] = 90
    return picture


def dusk(now: float) -> Picture:
    return STREET * (1 - 0.5 * (now - 6) / 10)


def hand_for_a_moment(now: float) -> Picture:
    return covered(now) if now < 6.6 else STREET


def trembles(now: float) -> Picture:
    """In the wind, by a pixel or two."""
    return np.roll(STREET, (round(now * 5) % 2, round(now * 7) % 3), (0, 1))


def watch(change: Callable[[float], Picture], *, begins: float = 6.0) -> list[Incident]:
    watching = Watching(Zones.parse("", where="test"), FORM, StreamId("video"))
    seen: list[object] = []
    for number in range(SECONDS * 5):
        now = number / 5
        luma = change(now) if now >= begins else STREET
        seen += watching.take(frame_at(now, picture=dressed(luma, number)), [glance(now, [])])
    seen += watching.flush()
    return [one for one in seen if isinstance(one, Incident)]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (covered, EventKind.CAMERA_COVERED),
        (pushed, EventKind.CAMERA_MOVED),
        (glaring, EventKind.CAMERA_BLINDED),
        (dark, EventKind.CAMERA_BLINDED),
    ],
)
def test_what_happens_to_the_camera_is_told_within_two_seconds(
    change: Callable[[float], Picture], kind: EventKind
) -> None:
    began = [one for one in watch(change) if one.phase is Phase.BEGAN]
    assert [one.kind for one in began] == [kind]
    assert began[0].end_ns <= 8 * NS_PER_S


def test_a_picture_darker_than_those_measured_is_told_after_a_while() -> None:
    incidents = [one for one in watch(dim, begins=2.0) if one.phase is Phase.BEGAN]
    assert [one.kind for one in incidents] == [EventKind.OUT_OF_ENVELOPE]
    assert incidents[0].end_ns >= 11 * NS_PER_S


@pytest.mark.parametrize("change", [evening, fog, lamps_fail])
def test_a_picture_as_dark_or_flat_as_those_measured_is_not_nor_is_a_dark_moment(
    change: Callable[[float], Picture],
) -> None:
    assert watch(change, begins=2.0) == []


@pytest.mark.parametrize("change", [lorry, dusk, hand_for_a_moment, trembles])
def test_what_passes_before_it_or_comes_with_the_evening_is_not(
    change: Callable[[float], Picture],
) -> None:
    assert watch(change) == []


def test_an_event_ends_when_the_picture_is_back() -> None:
    incidents = watch(lambda now: covered(now) if now < 9 else STREET)
    assert [one.phase for one in incidents] == [Phase.BEGAN, Phase.ENDED]


def test_who_does_not_want_it_is_not_told() -> None:
    zones = Zones.parse("[camera]\nwatch = false\n", where="test")
    watching = Watching(zones, FORM, StreamId("video"))
    seen: list[object] = []
    for number in range(60):
        picture = dressed(STREET if number < 30 else covered(0))
        seen += watching.take(frame_at(number / 5, picture=picture), [glance(number / 5, [])])
    assert [*seen, *watching.flush()] == []


def test_a_dark_picture_before_a_gap_and_one_after_it_have_not_lasted_through_it() -> None:
    text = '[camera]\n[[zone]]\nname = "all"\n'
    watching = Watching(Zones.parse(text, where="test"), FORM, StreamId("video"))
    told: list[object] = []
    for second in (0.0, 0.2, 0.4, 3000.0, 3000.2, 3000.4):
        shown = frame_at(second, picture=dressed(dim(second)))
        told += watching.take(shown, [glance(second, [])])
    assert not [one for one in told if isinstance(one, Incident)]
