"""Listening in on looks that somebody else has taken."""

from passante.analyse.overhear import Overhear
from passante.core.names import Kind
from passante.testing import ScriptedFinder, detections, raw_frame

FOUND = detections((1, 1, 9, 20), kind=Kind.PERSON)


def test_every_look_is_handed_on_and_can_be_fetched_once() -> None:
    finder = ScriptedFinder({Kind.PERSON}, [FOUND])
    ears = Overhear(finder)
    view = raw_frame().view(32, 32)
    assert ears.look(view) is FOUND
    assert (ears.kinds, ears.model) == (finder.kinds, finder.model)
    (glance,) = ears.fetch()
    assert glance.found is FOUND
    assert glance.area == view.area
    assert ears.fetch() == []


def test_looks_that_nobody_fetches_do_not_fill_the_memory() -> None:
    ears = Overhear(ScriptedFinder({Kind.PERSON}, [FOUND]))
    view = raw_frame().view(32, 32)
    for _ in range(400):
        ears.look(view)
    assert len(ears.fetch()) == 256
