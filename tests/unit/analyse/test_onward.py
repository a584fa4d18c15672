from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passante.analyse.onward import Onward
from passante.core.geometry import Box
from passante.core.names import Cause, Kind
from passante.inside.observation import Region

STEP_NS = 100_000_000
FRONT, BEHIND = Box(100, 60, 130, 140), Box(200, 40, 230, 110)


def person(box: Box, track: int, cause: Cause = Cause.DETECTION) -> Region:
    return Region(Kind.PERSON, box, 0.9, cause, track)


def approach(onward: Onward, frames: int = 8) -> int:
    """One walks right by 10 px a frame, one stands; gives the next time."""
    for number in range(frames):
        people = [person(FRONT.shifted(10.0 * number, 0), 1), person(BEHIND, 2)]
        assert onward.doubted(number * STEP_NS, people) == people
    return frames * STEP_NS


def test_who_is_alone_is_where_the_box_is() -> None:
    approach(Onward(), frames=6)


def test_two_in_one_box_are_also_where_they_would_be() -> None:
    onward = Onward()
    now = approach(onward)
    merged = Box(178, 40, 230, 140)
    front, behind = onward.doubted(now, [person(merged, 1), person(BEHIND, 2)])
    assert front.box == merged
    assert front.parts == (merged, FRONT.shifted(80, 0))
    assert behind.parts == ()


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_up_is_up_in_a_turned_picture(degrees: int) -> None:
    def coded(box: Box) -> Box:
        return box.turned_back(640, 480, degrees)

    onward = Onward()
    for number in range(8):
        apart = [FRONT.shifted(10.0 * number, 0), BEHIND]
        people = [person(coded(box), track) for track, box in enumerate(apart, 1)]
        assert onward.doubted(number * STEP_NS, people, rotation=degrees) == people
    merged = Box(178, 40, 230, 140)
    people = [person(coded(merged), 1), person(coded(BEHIND), 2)]
    front, behind = onward.doubted(8 * STEP_NS, people, rotation=degrees)
    assert front.parts == (coded(merged), coded(FRONT.shifted(80, 0)))
    assert behind.parts == ()


def test_what_is_followed_stays_in_doubt_while_others_overlap_it() -> None:
    onward = Onward()
    now = approach(onward)
    lost = person(BEHIND.shifted(3, 0), 2, Cause.TRACKING)
    _, behind = onward.doubted(now, [person(FRONT.shifted(80, 0), 1), lost])
    assert behind.parts == (lost.box, BEHIND)


def test_who_overlaps_another_and_is_seen_as_before_is_in_no_doubt() -> None:
    onward = Onward()
    now = approach(onward)
    people = [person(FRONT.shifted(80, 0), 1), person(BEHIND, 2)]
    assert onward.doubted(now, people) == people


def test_after_a_second_nobody_knows_where_anybody_would_be() -> None:
    onward = Onward()
    now = approach(onward)
    people = [person(Box(178, 40, 230, 140), 1), person(Box(178, 40, 230, 141), 2)]
    assert all(one.parts for one in onward.doubted(now, people))
    assert onward.doubted(now + 1_200_000_000, people) == people


boxes = st.builds(
    lambda x, y, wide, high: Box(x, y, x + wide, y + high),
    *[st.floats(-50, 700)] * 2, *[st.floats(0, 200)] * 2,
)  # fmt: skip


@given(
    st.lists(
        st.dictionaries(st.integers(1, 5), st.tuples(boxes, st.sampled_from(Cause)), max_size=5),
        max_size=12,
    )
)
def test_nobody_is_lost_and_each_box_stays_one_of_the_places(
    frames: list[dict[int, tuple[Box, Cause]]],
) -> None:
    onward = Onward()
    for number, people in enumerate(frames):
        given_ = [person(box, track, cause) for track, (box, cause) in people.items()]
        found = onward.doubted(number * STEP_NS, given_)
        assert [(one.track, one.box) for one in found] == [(one.track, one.box) for one in given_]
        assert all(not one.parts or one.box in one.parts for one in found)
