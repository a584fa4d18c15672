"""The part of the evaluation that attacks published statistics."""

from __future__ import annotations

from pathlib import Path

import pytest

from passante.core.errors import SettingsError
from passante.evaluate import publish
from passante.evaluate.attacks.membership import Bound
from passante.evaluate.results import Figure, LeftOut, Section
from passante.evaluate.settings import Settings
from passante.protect.publish_noise import OpenDpNoise

QUICK = Settings(Path(), (), Path(), quick=True)


def test_small_figures_hidden_before_the_noise_are_caught_and_ours_are_not() -> None:
    first, *_, last = publish.mechanisms()
    assert publish.attacked(last, quick=True).broken
    assert not publish.attacked(first, quick=True).broken


def test_a_mechanism_says_of_itself_whether_it_is_ours() -> None:
    for one in publish.mechanisms():
        assert one.subject.ours == one.subject.name.startswith("ours")
        assert one.subject.ours == isinstance(one.noise, OpenDpNoise)


def test_broken_noise_is_less_than_ours() -> None:
    ours = OpenDpNoise().add([0], sensitivity=2, epsilon=1.0).scale
    assert publish.Divided(2).add([0], sensitivity=2, epsilon=1.0).scale == pytest.approx(ours / 2)
    hidden = publish.HiddenFirst().add([9, 10_000], sensitivity=2, epsilon=1.0).values
    assert hidden[0] == 0
    assert hidden[1] > 9000


def test_every_mechanism_and_every_figure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(one: publish.Mechanism, *, quick: bool) -> Bound:
        assert quick
        return Bound(1.0, 0.5 if one.subject.ours else 1.5, 1.0, 400)

    monkeypatch.setattr(publish, "attacked", shown)
    monkeypatch.setattr(publish, "PASSES", (2, 300))
    told: list[str] = []
    found = list(publish.run(QUICK, told.append))
    assert all(isinstance(one, Figure) and one.section is Section.PUBLISH for one in found)
    figures = {(one.subject.name, one.what): one.value for one in found if isinstance(one, Figure)}
    caught = {
        name: value for (name, what), value in figures.items() if what.startswith("more told")
    }
    assert len(caught) == len(publish.mechanisms())
    assert {name.startswith("broken") for name, value in caught.items() if value} == {True}
    assert figures["statistics as shipped", "2 passes in an hour in one way: hidden"] > 90
    assert figures["statistics as shipped", "600 passes in an hour in all: hidden"] == 0
    off = figures[
        "statistics as shipped", "600 passes in an hour in all: half are off by less than"
    ]
    assert off < 3
    assert len(told) == len(publish.mechanisms()) + 1


def test_without_opendp_it_is_left_out_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise SettingsError("not installed", hint="pip install it")

    monkeypatch.setattr(publish, "OpenDpNoise", absent)
    (found,) = publish.run(QUICK, print)
    assert isinstance(found, LeftOut)
    assert "pip install" in found.why
