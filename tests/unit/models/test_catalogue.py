from __future__ import annotations

import pytest

from passante.core.errors import SettingsError
from passante.models import catalogue
from passante.models.card import ModelRef
from passante.models.convert import CONVERTERS
from unit.models import packages

PERMISSIVE = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-4.0"}


def test_every_card_of_the_package_can_be_read_and_is_whole() -> None:
    known = catalogue.cards()
    assert known
    for ref, card in known.items():
        assert card.ref == ref
        assert not card.convert or card.convert in CONVERTERS
        assert not card.parent or card.parent in known
        assert card.packaged or card.convert or card.parts[0].sha256 == card.sha256
        for text in (card.task, card.summary, card.licence, card.origin, card.limits):
            assert text.strip()


def test_a_default_is_permissive_and_never_optional() -> None:
    for ref in catalogue.DEFAULTS.values():
        card = catalogue.cards()[ref]
        assert card.licence in PERMISSIVE
        assert not card.optional


def test_a_measured_share_lies_within_its_interval() -> None:
    figures = [figure for card in catalogue.cards().values() for figure in card.figures]
    for figure in figures:
        assert figure.n > 0
        if figure.low is not None and figure.high is not None:
            assert figure.low <= figure.value <= figure.high


def test_a_name_without_version_means_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = packages.card(version="1.9"), packages.card(version="1.10")
    monkeypatch.setattr(catalogue, "cards", lambda: {old.ref: old, new.ref: new})
    assert catalogue.card("double") is new
    assert catalogue.card("double@1.9") is old


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(SettingsError) as caught:
        catalogue.card("centreface@1.5.0")
    assert "centerface@1.5.0" in caught.value.hint


def test_references_are_in_order() -> None:
    refs = list(catalogue.cards())
    assert refs == sorted(refs)
    assert ModelRef("centerface@1.5.0") in refs
