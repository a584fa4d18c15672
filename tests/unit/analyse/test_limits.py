from __future__ import annotations

import pytest

from passante.analyse.kinds import KINDS
from passante.analyse.limits import limits_for, street
from passante.core.errors import ModelContractError
from passante.models.catalogue import DEFAULTS, card


def test_the_thresholds_are_those_of_the_network_that_listens_by_default() -> None:
    listening = card(DEFAULTS["find.incident"])
    known = street()
    assert (known.model, known.sha256) == (listening.ref, listening.sha256)
    assert limits_for(listening.sha256) == known.limits


def test_every_kind_has_a_threshold_and_says_how_often_it_is_wrong() -> None:
    limits = street().limits
    assert tuple(one.kind for one in limits) == KINDS
    assert all(one.false_alarms_per_day is not None for one in limits)


def test_thresholds_of_another_network_are_refused() -> None:
    with pytest.raises(ModelContractError, match="another network"):
        limits_for("0" * 64)
