from __future__ import annotations

from collections.abc import Sequence

import pytest
from scipy.stats import beta

from passante.core.names import Quantity
from passante.evaluate.attacks.membership import attack, days, limits, publisher
from passante.protect.publish_noise import Noisy, OpenDpNoise
from passante.protect.publish_rules import PublishRules

RULES = PublishRules(quantities=(Quantity.CROSSINGS,))


class TooLittle:
    """Noise of a sixth of what is needed."""

    def add(self, values: Sequence[int], *, sensitivity: int, epsilon: float) -> Noisy:
        return OpenDpNoise().add(values, sensitivity=sensitivity, epsilon=6 * epsilon)


class HiddenFirst:
    """Right noise, but what is small is left out before it: the classic mistake."""

    def add(self, values: Sequence[int], *, sensitivity: int, epsilon: float) -> Noisy:
        real = OpenDpNoise().add(values, sensitivity=sensitivity, epsilon=epsilon)
        kept = (a if b >= RULES.least else 0 for a, b in zip(real.values, values, strict=True))
        return Noisy(tuple(kept), real.scale)


def shown(noise: object, *, others: int, trials: int = 160) -> float:
    mechanism = publisher(RULES, noise)  # type: ignore[arg-type]
    pair = days(RULES, others=others, buckets=2)
    return attack(mechanism, pair, stated=1.0, trials=trials).shown


def test_the_attacker_shows_no_more_than_is_stated() -> None:
    assert shown(OpenDpNoise(), others=60) <= 1.0
    assert shown(OpenDpNoise(), others=9) <= 1.0


def test_too_little_noise_is_caught() -> None:
    assert shown(TooLittle(), others=60) > 1.0


def test_hiding_before_the_noise_is_caught() -> None:
    assert shown(HiddenFirst(), others=9) > 1.0


def test_the_person_does_all_that_the_rules_allow_for_and_nothing_else_differs() -> None:
    rules = PublishRules(passes=3)
    without, added = days(rules, others=5)
    differs = [(b.total - a.total, b.quantity) for a, b in zip(without, added, strict=True)]
    assert sum(extra for extra, kind in differs if kind is Quantity.CROSSINGS) == 3
    assert sum(extra for extra, kind in differs if kind is Quantity.OCCUPANCY) == rules.stay_s


@pytest.mark.parametrize(("successes", "trials"), [(0, 50), (50, 50), (7, 50), (900, 1000)])
def test_limits_are_those_of_clopper_and_pearson(successes: int, trials: int) -> None:
    low, high = limits(successes, trials)
    if successes:
        assert low == pytest.approx(beta.ppf(0.0125, successes, trials - successes + 1), abs=1e-6)
    if successes < trials:
        assert high == pytest.approx(
            beta.ppf(1 - 0.0125, successes + 1, trials - successes), abs=1e-6
        )
