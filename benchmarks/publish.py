"""What published statistics tell of one person, and what they are worth to a planner.

    python benchmarks/publish.py [--quick] [--page docs/facts.md]

Writes the tables "publish" of docs/facts.md. About three minutes of processor time.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from measure import command_line, machine, publish, table
from passante.core.names import PlaceId, Quantity
from passante.evaluate.attacks.membership import Bound, attack, days, publisher
from passante.protect.facts import since
from passante.protect.publish import Publish
from passante.protect.publish_ledger import Ledger
from passante.protect.publish_noise import Noise, Noisy, OpenDpNoise
from passante.protect.publish_rules import PublishRules

RULES = PublishRules()
LEAST = RULES.least


class Divided:
    """Noise for an epsilon so many times as large: somebody got the bounds wrong."""

    def __init__(self, times: float) -> None:
        self._real, self._times = OpenDpNoise(), times

    def add(self, values: Sequence[int], *, sensitivity: int, epsilon: float) -> Noisy:
        """Too little noise."""
        return self._real.add(values, sensitivity=sensitivity, epsilon=epsilon * self._times)


class HiddenFirst:
    """The right noise, but small figures are taken out before it."""

    def __init__(self) -> None:
        self._real = OpenDpNoise()

    def add(self, values: Sequence[int], *, sensitivity: int, epsilon: float) -> Noisy:
        """Noise on what is not small."""
        real = self._real.add(values, sensitivity=sensitivity, epsilon=epsilon)
        kept = (a if b >= LEAST else 0 for a, b in zip(real.values, values, strict=True))
        return Noisy(tuple(kept), real.scale)


def membership(*, quick: bool) -> str:
    """One row a mechanism."""
    trials = 400 if quick else 4000
    low = replace(RULES, epsilon=0.5)
    passes = replace(RULES, quantities=(Quantity.CROSSINGS,))
    cases: list[tuple[str, PublishRules, Noise, int]] = [
        ("ours, as shipped, 60 others an hour and way", RULES, OpenDpNoise(), 60),
        ("ours, at the limit of what is hidden: 9 others", RULES, OpenDpNoise(), 9),
        ("ours, epsilon 0.5", low, OpenDpNoise(), 60),
        ("ours, passes alone", passes, OpenDpNoise(), 60),
        ("broken: noise for one pass and a half instead of two", passes, Divided(4 / 3), 60),
        ("broken: half of the noise", passes, Divided(2), 60),
        ("broken: small figures hidden before the noise", passes, HiddenFirst(), 9),
    ]
    rows = []
    for name, rules, noise, others in cases:
        pair = days(rules, others=others, buckets=2)
        found: Bound = attack(publisher(rules, noise), pair, stated=rules.epsilon, trials=trials)
        rows.append(
            [
                name,
                f"{found.stated:g}",
                f"{found.shown:.2f}",
                f"{found.guess:.2f}",
                "yes" if found.broken else "no",
                str(found.days),
            ]
        )
    head = ["", "epsilon stated", "shown at least (95 %)", "as it came out", "caught", "days"]
    return table(head, rows)


def worth(*, quick: bool) -> str:
    """What a figure is worth, by how many there were."""
    draws = 100 if quick else 600
    told = publisher(RULES, OpenDpNoise())
    rows = []
    for others in (2, 10, 30, 100, 300, 1000):
        day, _ = days(RULES, others=others, buckets=1)
        for what, truth in (("in one way", float(others)), ("in all", 2.0 * others)):
            found = []
            for _ in range(draws):
                cell = next(
                    one
                    for one in told(day)
                    if one.quantity is Quantity.CROSSINGS
                    and (one.direction is None) == (what == "in all")
                )
                found.append(cell)
            values = [one.value for one in found if one.value is not None]
            errors = [abs(value - truth) for value in values]
            inside = sum(
                one.uncertainty is not None and abs(one.value - truth) <= one.uncertainty
                for one in found
                if one.value is not None
            )
            shown = len(values)
            rows.append(
                [
                    f"{truth:g} {what}",
                    f"{100 * (1 - shown / draws):.0f} %",
                    f"{statistics.fmean(values) - truth:+.1f}" if shown else "-",
                    f"{statistics.median(errors):.0f}" if shown else "-",
                    f"{100 * statistics.median(errors) / truth:.1f} %" if shown else "-",
                    f"{100 * inside / shown:.0f} %" if shown else "-",
                ]
            )
    head = [
        "passes in an hour",
        "hidden",
        "mean off by",
        "half are off by less than",
        "of the figure",
        "within the interval told",
    ]
    return table(head, rows)


def cost() -> str:
    """Processor time of one bucket, ledger on a disk included."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "book")
        start = since(datetime(2026, 5, 1, tzinfo=UTC))
        stage = Publish(PlaceId("place"), RULES, ledger, OpenDpNoise(), start)
        day, _ = days(RULES, others=100, buckets=200)
        before = time.process_time()
        figures = [one for tally in day for one in stage.push(tally)]
        spent = time.process_time() - before
        ledger.close()
    return (
        f"Publishing costs {1000 * spent / 199:.1f} ms of one core a bucket of one line and one "
        f"zone ({len(figures)} figures in 199 buckets, the ledger on a disk included)."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    parts = [
        f"`{command_line()}`; {machine()}.",
        membership(quick=asked.quick),
        worth(quick=asked.quick),
        cost(),
    ]
    publish("publish", "\n\n".join(parts), asked.page)


if __name__ == "__main__":
    main()
