from __future__ import annotations

import math

import pytest

from passante.evaluate.rates import Rate, Verdict, judge, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # 0 of n: z²/(n + z²); with z² = 3.8415: 3.8415/13.8415
        (0, 10, 0.0, 0.277533),
        (10, 10, 1 - 0.277533, 1.0),
        # the middle of 5 of 10 is 1/2; half: 1.96/1.38415 * sqrt(.025 + .0096037) = .263407
        (5, 10, 0.236593, 0.763407),
        # a textbook case: 81 of 263
        (81, 263, 0.255289, 0.366213),
    ],
)
def test_wilson_is_what_it_is_by_hand(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == (
        pytest.approx(low, abs=2e-5),
        pytest.approx(high, abs=2e-5),
    )


def test_without_trials_nothing_is_known() -> None:
    rate = Rate.of(0, 0)
    assert (rate.low, rate.high) == (0.0, 1.0)
    assert rate.words() == "no trials"


def test_one_trial_a_cluster_is_no_narrower_than_wilson() -> None:
    alone = Rate.over([[True]] * 4 + [[False]] * 6, seed=0)
    low, high = wilson(4, 10)
    assert alone.low <= low
    assert alone.high >= high


def test_a_hundred_pictures_of_two_people_are_two_people() -> None:
    rate = Rate.over([[True] * 50, [False] * 50], seed=0)
    assert (rate.successes, rate.trials) == (50, 100)
    # one of two people: any draw of two people gives 0, 1/2 or 1, the ends a quarter each
    assert (rate.low, rate.high) == (0.0, 1.0)


def test_where_all_agree_the_people_are_counted_and_not_the_pictures() -> None:
    rate = Rate.over([[False] * 30] * 10, seed=0)
    assert (rate.low, rate.high) == (0.0, pytest.approx(0.277533, abs=1e-5))


def test_running_twice_gives_the_same_interval() -> None:
    clusters = [[True, False, False], [True], [False, False], [True, True]]
    assert Rate.over(clusters, seed=3) == Rate.over(clusters, seed=3)


@pytest.mark.parametrize(("successes", "trials"), [(-1, 3), (4, 3)])
def test_a_rate_that_cannot_be_is_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="successes"):
        Rate(successes, trials, 0.0, 1.0)


CASES = [
    # attack, control, baseline, verdict
    ((0, 100), (98, 100), (2, 100), Verdict.RESISTED),
    ((60, 100), (98, 100), (2, 100), Verdict.LEAKED),
    ((8, 50), (49, 50), (1, 50), Verdict.INCONCLUSIVE),  # 8.3 to 28.5; guessing ends at 10.5
    ((20, 100), (98, 100), (2, 100), Verdict.LEAKED),
    ((0, 3), (3, 3), (0, 300), Verdict.INCONCLUSIVE),  # too few: up to 56 %
    ((0, 100), (3, 100), (2, 100), Verdict.INCONCLUSIVE),  # a dead attacker
    ((0, 100), (40, 100), (2, 100), Verdict.INCONCLUSIVE),  # beats guessing, but not decisively
    ((100, 100), (3, 100), (2, 100), Verdict.INCONCLUSIVE),  # and no success rescues it
    ((0, 0), (98, 100), (2, 100), Verdict.INCONCLUSIVE),
]


@pytest.mark.parametrize(("attack", "control", "baseline", "verdict"), CASES)
def test_the_rule_of_the_verdict(
    attack: tuple[int, int], control: tuple[int, int], baseline: tuple[int, int], verdict: Verdict
) -> None:
    assert judge(Rate.of(*attack), Rate.of(*control), Rate.of(*baseline))[0] is verdict


@pytest.mark.parametrize(
    ("attack", "verdict"),
    [((0, 20), Verdict.RESISTED), ((1, 20), Verdict.LEAKED), ((0, 5), Verdict.INCONCLUSIVE)],
)
def test_where_nothing_can_be_guessed_one_success_is_a_leak(
    attack: tuple[int, int], verdict: Verdict
) -> None:
    assert judge(Rate.of(*attack), Rate.of(20, 20), None)[0] is verdict


def test_a_dead_attacker_says_why() -> None:
    verdict, why = judge(Rate.of(0, 50), Rate.of(1, 50), Rate.of(1, 50))
    assert verdict is Verdict.INCONCLUSIVE
    assert "untouched" in why


def test_words_carry_n_and_interval() -> None:
    rate = Rate.of(2, 16)
    assert math.isclose(rate.share, 0.125)
    assert rate.words() == "12.5 % (3.5 to 36.0; 2 of 16)"
