from __future__ import annotations

import sys

import numpy as np
import pytest

from passante.core.errors import ProtectError, SettingsError
from passante.protect.publish_noise import MOST, OpenDpNoise


def test_without_the_library_nothing_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    with pytest.raises(SettingsError) as caught:
        OpenDpNoise()
    assert "passante[publish]" in caught.value.hint


def test_noise_has_the_spread_that_its_scale_says_and_no_bias() -> None:
    drawn = OpenDpNoise().add([1000] * 20_000, sensitivity=2, epsilon=0.25)
    assert drawn.scale == pytest.approx(8)
    noise = np.array(drawn.values) - 1000
    assert abs(noise.mean()) < 0.4  # 5 standard errors of a mean of 20 000
    assert np.abs(noise).mean() == pytest.approx(8, rel=0.05)


def test_two_draws_differ() -> None:
    noise = OpenDpNoise()
    draws = {noise.add([0] * 20, sensitivity=1, epsilon=0.1).values for _ in range(5)}
    assert len(draws) == 5


def test_totals_are_held_within_bounds_that_no_data_chose() -> None:
    drawn = OpenDpNoise().add([10**15, -(10**15)], sensitivity=1, epsilon=1.0)
    assert abs(drawn.values[0] - MOST) < 1000
    assert abs(drawn.values[1]) < 1000


def test_noise_that_costs_more_than_allowed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = OpenDpNoise()

    class Cheat:
        def map(self, _: int) -> float:
            return 0.5

    monkeypatch.setattr(noise, "_mechanism", lambda _: Cheat())
    with pytest.raises(ProtectError, match="costs"):
        noise.add([1], sensitivity=1, epsilon=0.1)


def test_a_mechanism_that_fails_publishes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = OpenDpNoise()

    def broken(_: float) -> object:
        raise OSError("no random numbers")

    monkeypatch.setattr(noise, "_mechanism", broken)
    with pytest.raises(ProtectError, match="no noise"):
        noise.add([1], sensitivity=1, epsilon=0.1)


def test_nothing_needs_no_noise() -> None:
    assert OpenDpNoise().add([], sensitivity=1, epsilon=0.5).values == ()
