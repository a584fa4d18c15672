from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passante.analyse.heads import head_of, may_wear
from passante.core.geometry import Box

WALKING = Box(100, 100, 180, 300)
"""Narrow: 0.4 as wide as high."""
SITTING = Box(100, 100, 220, 250)
CUT_OFF = Box(100, 100, 260, 260)
"""Head and shoulders."""


def holds(outer: Box, inner: Box) -> bool:
    return (
        outer.x0 <= inner.x0
        and outer.y0 <= inner.y0
        and inner.x1 <= outer.x1
        and inner.y1 <= outer.y1
    )


@pytest.mark.parametrize(
    ("person", "head"),
    [
        (WALKING, Box(125, 96, 155, 132)),
        (WALKING, Box(150, 104, 182, 140)),  # leaning
        (SITTING, Box(130, 96, 175, 150)),
        (CUT_OFF, Box(140, 90, 220, 200)),
    ],
)
def test_the_head_lies_within_its_area(person: Box, head: Box) -> None:
    assert holds(head_of(person), head)


@pytest.mark.parametrize(
    ("face", "own"),
    [
        (Box(130, 105, 148, 127), True),
        (Box(154, 105, 172, 127), True),  # leaning
        (Box(137, 110, 143, 117), False),  # of somebody far behind
        (Box(174, 110, 186, 124), False),  # of somebody behind, beside the shoulder
        (Box(95, 60, 185, 170), False),  # of somebody close to the camera
        (Box(130, 133, 150, 155), False),  # a hand
    ],
)
def test_a_face_of_another_size_is_of_somebody_else(face: Box, own: bool) -> None:
    assert may_wear(WALKING, face) is own


def test_of_someone_who_walks_most_stays_outside() -> None:
    area = head_of(WALKING).intersection(WALKING)
    assert area is not None
    assert area.area < 0.4 * WALKING.area


def test_the_wider_the_box_the_more_of_it_may_be_head() -> None:
    shares = []
    for person in (WALKING, SITTING, CUT_OFF):
        area = head_of(person).intersection(person)
        assert area is not None
        shares.append(area.area / person.area)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_face_that_may_be_this_person_s_makes_the_area_exact() -> None:
    face = Box(130, 108, 150, 132)
    head = head_of(WALKING, [face])
    assert holds(head, face)
    assert holds(head_of(WALKING), head)
    assert head.area < 0.5 * head_of(WALKING).area


@pytest.mark.parametrize(
    "face",
    [
        Box(130, 220, 150, 250),  # of a child in front
        Box(176, 100, 196, 124),  # of somebody beside
        Box(130, 40, 150, 64),  # of somebody behind and above
    ],
)
def test_a_face_of_somebody_else_leaves_the_area_as_it_is(face: Box) -> None:
    assert head_of(WALKING, [face]) == head_of(WALKING)


def test_of_two_faces_the_upper_one_is_taken() -> None:
    upper, lower = Box(130, 104, 150, 124), Box(130, 112, 150, 140)
    assert head_of(WALKING, [lower, upper]) == head_of(WALKING, [upper])


edges = st.floats(-500, 500, allow_nan=False)
sizes = st.floats(0, 800, allow_nan=False)


@given(edges, edges, sizes, sizes)
def test_the_area_always_holds_the_top_of_the_person(
    x: float, y: float, width: float, height: float
) -> None:
    person = Box(x, y, x + width, y + height)
    area = head_of(person)
    assert area.x0 <= person.x0
    assert area.y0 <= person.y0
    assert area.x1 >= person.x1
    assert person.y0 <= area.y1 <= person.y1 + 1e-6
