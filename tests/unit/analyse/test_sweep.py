"""Crowds counted by close looks."""

import numpy as np
import pytest

from passante.analyse.lookout import Lookout
from passante.analyse.site import Site
from passante.analyse.sweep import Sweep
from passante.analyse.zones import Zones
from passante.core.geometry import Box
from passante.core.names import Kind, Quantity, StreamId
from passante.inside.observation import Detections
from passante.inside.tally import Tally
from passante.inside.video import View
from passante.testing import video_format
from unit.analyse.street import frame
from walkers import mover

FORM = video_format(960, 720)
PEOPLE = [Box(30 + 110 * n, 300, 60 + 110 * n, 380) for n in range(8)]
ZONES = """
[camera]
watch = false
[[zone]]
name = "square"
polygon = [[0.0, 0.3], [1.0, 0.3], [1.0, 0.7], [0.0, 0.7]]
dense = true
[zone.crowding]
people = 6
"""


class CloseFinder:
    """Sees people only where a view is magnified, and what an edge of the view leaves of them."""

    kinds = frozenset({Kind.PERSON, Kind.VEHICLE})
    model = "close@1"

    def look(self, view: View) -> Detections:
        shown = []
        if view.scale > 1:
            for box in PEOPLE:
                part = box.intersection(view.area)
                if part is not None and part.area > 0.2 * box.area:
                    shown.append((part.x0, part.y0, part.x1, part.y1))
        boxes = np.array(shown, np.float32).reshape(-1, 4)
        kinds = (Kind.PERSON,) * len(shown)
        return Detections(boxes, np.full(len(shown), 0.9, np.float32), kinds, self.model)


def sweep() -> tuple[Sweep, Site]:
    site = Site(Zones.parse(ZONES, where="test"), FORM)
    return Sweep(CloseFinder(), FORM, site.areas), site


def test_everybody_is_counted_once_after_a_whole_sweep_and_not_before() -> None:
    close, site = sweep()
    assert close.count(site.areas[0], []) is None
    for number in range(60):
        close.look(frame(6 * number, FORM, []))
    assert close.count(site.areas[0], []) == len(PEOPLE)


def test_somebody_too_near_for_a_tile_is_counted_by_the_looks_at_all_of_it() -> None:
    close, site = sweep()
    for number in range(60):
        close.look(frame(6 * number, FORM, []))
    near = mover(Box(820, 40, 950, 500))
    hidden = mover(PEOPLE[0])
    assert close.count(site.areas[0], [near, hidden]) == len(PEOPLE) + 1


def test_a_part_of_somebody_is_nobody_else() -> None:
    close, site = sweep()
    for number in range(60):
        close.look(frame(6 * number, FORM, []))
    box = PEOPLE[2]
    legs = mover(Box(box.x0, box.y0 + 45, box.x1, box.y1))
    assert close.count(site.areas[0], [legs]) == len(PEOPLE)


def test_it_looks_five_times_a_second_and_no_oftener() -> None:
    close, _ = sweep()
    for seq in range(50):
        close.look(frame(seq, FORM, []))
    assert close.count(sweep()[1].areas[0], []) is not None
    again, _ = sweep()
    for seq in range(4):
        again.look(frame(seq, FORM, []))
    assert len(again._found) == 1


def test_a_dense_zone_is_told_by_close_looks() -> None:
    lookout = Lookout(Zones.parse(ZONES, where="test"), CloseFinder(), StreamId("video"))
    seen: list = []
    for seq in range(150):
        seen += lookout.push(frame(seq, FORM, []))
    seen += lookout.flush()
    most = [t for t in seen if isinstance(t, Tally) and t.quantity is Quantity.OCCUPANCY_MOST]
    assert {t.of: t.total for t in most} == {Kind.PERSON: 8, Kind.VEHICLE: 0}
    (occupied,) = [
        t
        for t in seen
        if isinstance(t, Tally) and (t.quantity, t.of) == (Quantity.OCCUPANCY, Kind.PERSON)
    ]
    assert occupied.value == pytest.approx(8, rel=0.6)
    assert next(one.kind.value for one in seen if not isinstance(one, Tally)) == "crowding"
