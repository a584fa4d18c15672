"""Laws of what is published: small figures stay hidden, and no budget is overspent."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fixed_noise import FixedNoise, passes
from passante.core.names import PlaceId, Quantity
from passante.protect.facts import since
from passante.protect.publish import Publish
from passante.protect.publish_cells import consistent, suppress
from passante.protect.publish_ledger import Ledger
from passante.protect.publish_rules import PublishRules

WHOLE = st.integers(-300, 300)
NOISY = st.lists(WHOLE, min_size=1, max_size=6)
LEAST = st.integers(1, 40)
HOUR = 3_600_000_000


@given(NOISY)
def test_wholes_and_parts_agree_and_none_is_negative(noisy: list[int]) -> None:
    total, parts = consistent(noisy)
    assert total == sum(parts) == max(0, sum(noisy))
    assert min(parts) >= 0


@given(NOISY)
def test_what_agrees_already_is_left_alone(noisy: list[int]) -> None:
    held = tuple(abs(value) for value in noisy)
    assert consistent(held)[1] == held


@given(NOISY, LEAST)
def test_nothing_below_the_least_is_told_or_can_be_worked_out(noisy: list[int], least: int) -> None:
    total, parts = consistent(noisy)
    told = suppress(total, parts, least=least)
    shown = [value for value in told.parts if value is not None]
    assert all(value >= least for value in shown)
    if len(parts) > 1:
        assert told.parts.count(None) != 1
    if told.total is None:
        assert not shown
    else:
        assert told.total >= least


@settings(max_examples=25)
@given(st.lists(st.integers(0, 400), min_size=2, max_size=2), WHOLE, WHOLE, LEAST)
def test_only_the_noisy_figures_decide_what_is_told(
    truth: list[int], first: int, second: int, least: int
) -> None:
    def told(counted: list[int]) -> list[tuple[str | None, float | None]]:
        with tempfile.TemporaryDirectory() as folder:
            publish = Publish(
                PlaceId("p"),
                PublishRules(least=least),
                Ledger(Path(folder) / "book"),
                FixedNoise(first, second, instead=True),
                since(datetime(2026, 5, 1, tzinfo=UTC)),
            )
            for total, way in zip(counted, ("in", "out"), strict=True):
                publish.push(passes(total, way=way))
            figures = list(publish.flush())
        return [(one.direction, one.value) for one in figures]

    assert told(truth) == told([0, 0])


CLAIMS = st.lists(
    st.tuples(
        st.integers(0, 30),  # hour: the clock jumps as it likes
        st.dictionaries(st.sampled_from("abcd"), st.integers(1, 700_000), min_size=1),
        st.integers(1, 1_200_000),  # budget
        st.booleans(),  # restart before
    ),
    max_size=12,
)


@settings(max_examples=25)
@given(CLAIMS)
def test_no_order_of_claims_overspends_or_tells_a_bucket_twice(
    claims: list[tuple[int, dict[str, int], int, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "book")
        told: set[tuple[str, int]] = set()
        least: dict[str, int] = {}
        paid: dict[tuple[str, str], int] = {}
        for hour, wants, budget, restart in claims:
            if restart:
                ledger.close()
                ledger = Ledger(Path(folder) / "book")
            day = f"day{hour // 24}"
            before = ledger.spent_micro("p", day)
            granted = ledger.claim(
                "p",
                day,
                span_us=(hour * HOUR, hour * HOUR + HOUR),
                wants=wants,
                budget_micro=budget,
            )
            least[day] = min(budget, least.get(day, budget))
            for account in granted:
                assert (account, hour) not in told
                told.add((account, hour))
                paid[day, account] = max(paid.get((day, account), 0), wants[account])
            spent = ledger.spent_micro("p", day)
            assert spent == sum(micro for (one, _), micro in paid.items() if one == day)
            # a budget that was lowered later than it was spent lets nothing more out
            assert spent <= least[day] or spent == before
        ledger.close()


def test_quantities_that_are_published_by_default_are_the_two_of_the_docs() -> None:
    assert PublishRules().quantities == (Quantity.CROSSINGS, Quantity.OCCUPANCY)
