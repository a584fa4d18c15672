from __future__ import annotations

import numpy as np

from passante.analyse.scene import Scene
from passante.core.geometry import Box
from passante.core.names import Cause, Kind
from passante.inside.observation import Region
from passante.inside.video import RawFrame
from passante.testing import raw_frame
from unit.analyse.street import BASE, frame, street


def at(item: RawFrame, second: float) -> RawFrame:
    pts = round(second * 25)
    return RawFrame(item.stream, pts, pts, BASE, item.format, item.planes)


def person(box: Box) -> list[Region]:
    return [Region(Kind.PERSON, box, 0.9, Cause.DETECTION, 1)]


def test_the_scene_is_grey_until_it_is_known() -> None:
    form = street()
    planes = Scene(form).update(frame(0, form, []), [])
    assert all((plane == 128).all() for plane in planes)


def test_the_empty_street_is_learnt() -> None:
    form = street()
    scene = Scene(form)
    empty = frame(0, form, [])
    for i in range(6):
        planes = scene.update(at(empty, i * 0.6), [])
    assert all((a == b).all() for a, b in zip(planes, empty.planes, strict=True))


def test_where_somebody_stands_nothing_is_learnt() -> None:
    form = street()
    scene = Scene(form)
    box = Box(100, 100, 140, 180)
    for i in range(8):
        planes = scene.update(at(frame(0, form, [box]), i * 0.6), person(box))
    assert (planes[0][100:180, 100:140] == 128).all()
    assert not (planes[0][:40, :40] == 128).all()


def test_what_was_learnt_stays_while_somebody_stands_in_front_of_it() -> None:
    form = street()
    scene = Scene(form)
    empty, box = frame(0, form, []), Box(100, 100, 140, 180)
    for i in range(6):
        scene.update(at(empty, i * 0.6), [])
    for i in range(6, 12):
        planes = scene.update(at(frame(0, form, [box]), i * 0.6), person(box))
    assert (planes[0] == empty.planes[0]).all()


def test_a_passer_by_whom_nobody_found_does_not_become_scene() -> None:
    form = street()
    scene = Scene(form)
    for i in range(8):
        box = Box(20 + 30 * i, 100, 50 + 30 * i, 160)
        planes = scene.update(at(frame(0, form, [box]), i * 0.6), [])
    marked = np.asarray(planes[1]) == 200
    assert not marked.any()


def test_noise_that_never_rests_is_never_learnt() -> None:
    form = street()
    scene = Scene(form)
    for i in range(8):
        planes = scene.update(at(raw_frame(i, form, seed=i), i * 0.6), [])
    assert np.mean(planes[0] == 128) > 0.2


def test_the_plate_of_a_car_that_drove_off_is_not_part_of_the_scene() -> None:
    """Nobody would find it there again: the picture in which it is hidden has no car."""
    form = street()
    scene = Scene(form)
    plate = Box(100, 100, 140, 112)
    found = [Region(Kind.PLATE, plate, 0.9, Cause.DETECTION, 1)]
    for i in range(8):
        planes = scene.update(at(frame(0, form, [plate]), i * 0.6), found)
    assert (planes[0][100:112, 100:140] == 128).all()
