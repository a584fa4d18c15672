from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from passante.core.geometry import Box
from passante.core.names import Kind
from passante.evaluate.attacks import reidentify
from passante.evaluate.attacks.reidentify import Album, Pixels, Vectors
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Verdict
from passante.evaluate.results import Finding
from passante.evaluate.subjects import operators, untouched
from passante.evaluate.threat import Knows
from unit.evaluate.portraits import method, people

ALBUM = Album.of(people())


class Eyes(Pixels):
    """Like `Pixels`, but tried with every knowledge, as networks are."""

    knowledge = tuple(Knows)

    def __init__(self) -> None:
        super().__init__(name="eyes")


class Blind:
    """A recogniser whose network is broken: all faces look alike."""

    name = "blind"
    knowledge = tuple(Knows)

    def embed(self, faces: Iterable[tuple[Picture, Box]]) -> Vectors:
        return np.ones((len(list(faces)), 4), np.float32)


def upside_down(pixels: Picture, boxes: Sequence[Box]) -> Picture:
    """Leaky: everything is still there, in another place."""
    return np.ascontiguousarray(pixels[::-1, ::-1])


def verdicts(findings: Iterable[Finding]) -> dict[str, Verdict]:
    return {one.attack: one.verdict for one in findings}


def test_a_method_that_hides_nothing_is_caught_by_every_attack() -> None:
    found = verdicts(reidentify.attack(ALBUM, [method(untouched)], [Eyes()], seed=1))
    assert found == {
        "eyes, ignorant": Verdict.LEAKED,
        "eyes, parrot": Verdict.LEAKED,
        "eyes, informed": Verdict.LEAKED,
    }


def test_what_fools_the_ignorant_is_caught_by_who_knows_the_method() -> None:
    found = verdicts(reidentify.attack(ALBUM, [method(upside_down)], [Eyes()], seed=1))
    assert found["eyes, ignorant"] is Verdict.RESISTED
    assert found["eyes, parrot"] is Verdict.LEAKED
    assert found["eyes, informed"] is Verdict.LEAKED


def test_a_face_is_rebuilt_from_coarse_blocks_by_the_nearest_photograph() -> None:
    (blocks,) = operators(Kind.FACE, quick=True)
    (one,) = reidentify.attack(ALBUM, [blocks], [Pixels()], seed=1)
    assert one.verdict is Verdict.LEAKED
    assert one.rate.share > 0.9


def test_a_fill_over_the_whole_face_resists() -> None:
    fill = next(
        one for one in operators(Kind.FACE) if one.subject.name == "operator fill, margin 0.1"
    )
    found = verdicts(reidentify.attack(ALBUM, [fill], [Eyes()], seed=1))
    assert set(found.values()) == {Verdict.RESISTED}


def test_a_blind_recogniser_proves_nothing() -> None:
    findings = reidentify.attack(ALBUM, [method(untouched)], [Blind()], seed=1)
    assert {one.verdict for one in findings} == {Verdict.INCONCLUSIVE}
    assert {one.why for one in findings} == {"the attacker fails on untouched data"}


def test_nobody_is_asked_by_a_picture_that_the_attacker_has() -> None:
    assert not set(ALBUM.probes) & {*ALBUM.gallery, *ALBUM.sample}
    assert len(ALBUM.probes) == 3 * ALBUM.people == 90


def test_somebody_seen_once_cannot_be_named() -> None:
    shown = people(2, 3)[:4]
    album = Album.of(shown, gallery=2, probes=3)
    assert album.people == 1
    assert len(album.gallery) == 2
    assert len(album.probes) == 1


def test_guessing_among_thirty_is_right_one_time_in_thirty() -> None:
    (one,) = reidentify.attack(ALBUM, [method(untouched)], [Pixels()], seed=1)
    assert one.baseline is not None
    assert one.baseline.low < 1 / 30 < one.baseline.high
    assert one.baseline.trials == 20 * 90


def test_the_linear_head_learns_what_separates() -> None:
    rng = np.random.default_rng(0)
    names = np.array(["a", "b"] * 20)
    rows = rng.normal(0, 1, (40, 6)).astype(np.float32)
    rows[:, 2] += np.where(names == "a", 4, -4)
    asked = np.zeros((2, 6), np.float32)
    asked[:, 2] = 4, -4
    assert reidentify.linear_head(rows, names, asked).tolist() == ["a", "b"]


def test_what_stands_around_a_covered_face_names_who_wears_it() -> None:
    shown = []
    for one in people():
        pixels = one.pixels.copy()
        pixels[50:] = np.random.default_rng(int(one.answer.split()[1])).integers(
            0, 256, (14, 64, 3)
        )
        shown.append(dataclasses.replace(one, pixels=pixels))
    (fill,) = [
        one for one in operators(Kind.FACE) if one.subject.name == "operator fill, margin 0.1"
    ]
    (near,) = reidentify.attack(Album.of(shown), [fill], [Pixels(loose=1.0)], seed=1)
    (wide,) = reidentify.attack(Album.of(shown), [fill], [Pixels(loose=2.0)], seed=1)
    assert near.verdict is Verdict.RESISTED
    assert wide.verdict is Verdict.LEAKED
