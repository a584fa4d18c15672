from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passante.analyse.priors import Prior
from passante.core.geometry import Box
from passante.core.names import Cause, Kind, StreamId
from passante.inside.observation import Region
from passante.inside.video import RawFrame
from passante.testing import raw_frame, video_format

PERSON = Box(20, 20, 40, 80)


def top(box: Box) -> tuple[Box, ...]:
    return (Box(box.x0, box.y0, box.x1, box.y0 + box.height / 4),)


def prior() -> Prior:
    return Prior(Kind.HEAD, top, itertools.count(10))


def region(kind: Kind, box: Box, track: int = 1) -> Region:
    return Region(kind, box, 0.8, Cause.DETECTION, track)


def test_a_person_without_a_face_gets_the_head_covered() -> None:
    (head,) = prior().regions(raw_frame(), [region(Kind.PERSON, PERSON)], [])
    assert head.box == Box(20, 20, 40, 35)
    assert (head.kind, head.cause, head.track) == (Kind.HEAD, Cause.PRIOR, 10)


def test_a_person_with_a_face_does_not() -> None:
    face = region(Kind.FACE, Box(26, 24, 34, 33))
    assert prior().regions(raw_frame(), [region(Kind.PERSON, PERSON)], [face]) == []


def test_the_face_of_a_neighbour_is_not_ones_own() -> None:
    people = [region(Kind.PERSON, PERSON, 1), region(Kind.PERSON, PERSON.shifted(12, 0), 2)]
    face = region(Kind.FACE, Box(38, 24, 46, 33))
    (head,) = prior().regions(raw_frame(), people, [face])
    assert head.box.x0 == 20


def test_a_face_of_the_wrong_size_is_not_ones_own() -> None:
    face = region(Kind.FACE, Box(29, 24, 31, 26))
    sized = replace(prior(), own=lambda person, face: face.height > person.height / 10)
    (head,) = sized.regions(raw_frame(), [region(Kind.PERSON, PERSON)], [face])
    assert head.box == Box(20, 20, 40, 35)


@pytest.mark.parametrize(("score", "near", "heads"), [(0.9, 0.1, 1), (0.9, 0.3, 0), (0.4, 0.1, 0)])
def test_who_is_seen_twice_has_one_face(score: float, near: float, heads: int) -> None:
    part = Region(Kind.PERSON, Box(20, 21, 40, 61), score, Cause.DETECTION, 2)
    face = region(Kind.FACE, Box(26, 24, 34, 34))
    found = replace(prior(), near=near).regions(
        raw_frame(), [region(Kind.PERSON, PERSON), part], [face]
    )
    assert len(found) == heads


@pytest.mark.parametrize("part", [Box(2, 4, 40, 44), Box(8, 12, 60, 48)])
def test_who_fills_the_picture_and_is_seen_in_pieces_has_one_face(part: Box) -> None:
    people = [region(Kind.PERSON, Box(4, 2, 60, 48)), region(Kind.PERSON, part, 2)]
    face = region(Kind.FACE, Box(22, 4, 40, 16))
    assert replace(prior(), near=0.1).regions(raw_frame(), people, [face]) == []


def test_a_small_face_does_not_stand_for_somebody_who_fills_the_picture() -> None:
    people = [region(Kind.PERSON, Box(4, 2, 60, 48)), region(Kind.PERSON, Box(42, 2, 52, 26), 2)]
    face = region(Kind.FACE, Box(46, 3, 49, 6))
    sized = replace(prior(), own=lambda person, face: face.height > person.height / 10)
    (head,) = sized.regions(raw_frame(), people, [face])
    assert head.box.x1 == 60


def test_a_doubtful_face_does_not_stand_for_somebody_who_fills_the_picture() -> None:
    people = [region(Kind.PERSON, Box(4, 2, 60, 48)), region(Kind.PERSON, Box(2, 4, 40, 44), 2)]
    face = Region(Kind.FACE, Box(22, 4, 40, 16), 0.3, Cause.DETECTION, 3)
    assert len(replace(prior(), near=0.1).regions(raw_frame(), people, [face])) == 1


def test_who_stands_apart_does_not_share_the_face_of_another() -> None:
    people = [region(Kind.PERSON, PERSON, 1), region(Kind.PERSON, PERSON.shifted(5, 0), 2)]
    face = region(Kind.FACE, Box(28, 24, 36, 33))
    assert len(prior().regions(raw_frame(), people, [face])) == 1


def test_the_head_keeps_its_number_while_the_person_is_tracked() -> None:
    heads = prior()
    numbers = {
        heads.regions(raw_frame(i), [region(Kind.PERSON, PERSON, 7)], [])[0].track for i in range(5)
    }
    assert numbers == {10}
    track = heads.end(7)
    assert track is not None
    assert (track.first_seq, track.last_seq, track.frames) == (0, 4, {Cause.PRIOR: 5})
    assert heads.end(7) is None


def test_a_parent_that_was_never_covered_by_the_prior_has_no_summary() -> None:
    heads = prior()
    face = region(Kind.FACE, Box(26, 24, 34, 33))
    heads.regions(raw_frame(), [region(Kind.PERSON, PERSON)], [face])
    assert heads.end(1) is None


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_up_is_up_in_a_turned_picture(degrees: int) -> None:
    form = replace(video_format(64, 48), rotation=degrees)
    flat = raw_frame(0, video_format(64, 48))
    turned = RawFrame(StreamId("video"), 0, 0, Fraction(1, 25), form, flat.planes)
    sideways = degrees in (90, 270)
    wide, high = (48, 64) if sideways else (64, 48)
    upright = Box(10, 4, 20, 44)
    coded = upright.turned_back(64, 48, degrees)
    assert coded.turned(64, 48, degrees) == upright
    assert upright.x1 <= wide
    assert upright.y1 <= high
    (head,) = prior().regions(turned, [region(Kind.PERSON, coded)], [])
    assert head.box.turned(64, 48, degrees) == Box(10, 4, 20, 14)


def test_in_doubt_where_somebody_is_a_head_is_covered_in_each_place() -> None:
    other = PERSON.shifted(30, 10)
    union = replace(region(Kind.PERSON, PERSON.union(other)), parts=(PERSON, other))
    heads = prior().regions(raw_frame(), [union], [])
    assert [head.box for head in heads] == [*top(PERSON), *top(other)]
    assert {head.track for head in heads} == {10}


def test_in_doubt_a_face_stands_for_those_places_that_it_fits() -> None:
    other = PERSON.shifted(30, 10)
    union = replace(region(Kind.PERSON, PERSON.union(other)), parts=(PERSON, other))
    face = region(Kind.FACE, Box(26, 24, 34, 33))
    (head,) = prior().regions(raw_frame(), [union], [face])
    assert head.box == top(other)[0]


def test_a_frame_counts_once_however_many_places_there_are() -> None:
    heads = prior()
    union = replace(region(Kind.PERSON, PERSON), parts=(PERSON, PERSON.shifted(30, 0)))
    heads.regions(raw_frame(), [union], [])
    ended = heads.end(1)
    assert ended is not None
    assert ended.frames == {Cause.PRIOR: 1}


boxes = st.builds(
    lambda x, y, wide, high: Box(x, y, x + wide, y + high),
    *[st.integers(0, 40)] * 2, *[st.integers(1, 40)] * 2,
)  # fmt: skip


@given(st.lists(st.lists(boxes, min_size=1, max_size=3), max_size=5), st.lists(boxes, max_size=5))
def test_every_place_has_a_head_covered_or_a_face_in_it(
    people: list[list[Box]], faces: list[Box]
) -> None:
    parents = [
        Region(Kind.PERSON, reduce(Box.union, parts), 0.8, Cause.DETECTION, track, tuple(parts))
        for track, parts in enumerate(people)
    ]
    known = [region(Kind.FACE, face) for face in faces]
    covered = {one.box for one in prior().regions(raw_frame(), parents, known)}
    form = raw_frame().format
    for parent in parents:
        huge = parent.box.area > 0.1 * form.width * form.height  # those are often seen in pieces
        for part in parent.parts:
            (place,) = top(part)
            assert (
                huge
                or place in covered
                or any(
                    place.x0 <= x <= place.x1 and place.y0 <= y <= place.y1
                    for x, y in (face.centre for face in faces)
                )
            )
